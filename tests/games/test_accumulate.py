"""Which techniques give the same run however a batch is divided, and which cannot."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.play.arena import Critic, Generator, Stream, furthest

from sparring.games.casting import Cast
from sparring.games.synthesis import Synthesis, SynthesisSettings
from sparring.play.engine import Engine
from sparring.play.optim import Optim
from sparring.play.rules import Rules
from sparring.techniques.ada import Ada
from sparring.techniques.diffaugment import DiffAugment
from sparring.techniques.settings import Techniques

pytestmark = pytest.mark.usefixtures("double")

EXACT: dict[str, dict[str, Any]] = {
    "none": {},
    "diffaugment": {"augment": DiffAugment()},
    "ada": {"augment": Ada(start=0.7, operations=("flip", "quarter_turn", "brightness", "contrast"))},
    "noise": {"noise": 0.3},
    "pack": {"pack": 2},
    "replay": {"replay": 20, "replay_share": 0.7},
    "orthogonal": {"orthogonal": 1e-2},
    "historical": {"historical": 1.0},
    "noise, pack and replay": {"noise": 0.3, "pack": 2, "replay": 20},
}
# What these take means, choices or steps of is the micro-batch.
COUPLED: dict[str, dict[str, Any]] = {
    "unroll": {"unroll": 2, "unroll_rate": 0.1},
    "top_k": {"top_k": 0.5},
    "diversity": {"diversity": 1.0},
}


def difference(techniques: dict[str, Any], rules: Rules, **options: Any) -> float:
    found = []
    for accumulate in (1, 2):
        torch.manual_seed(2)
        pack = techniques.get("pack", 1)
        networks = {"generator": Generator((3, 8, 8)), "critic": Critic(3 * 64 * pack)}
        cast = Cast(
            networks,
            dict.fromkeys(networks, Optim(lr=1e-3)),
            rules,
            None,
            6,
            techniques=Techniques(**techniques),
            image=(3, 8, 8),
            batch=8,
        )
        game = Synthesis(SynthesisSettings(latent=3, **options), cast)
        Engine(game, Stream(8, {"image": (3, 8, 8)}), accumulate=accumulate).run()
        found.append(game)
    return furthest(*found)


@pytest.mark.parametrize("options", [{}, {"reuse": False}, {"critic_steps": 2}])
@pytest.mark.parametrize("name", EXACT)
def test_the_same_however_divided(name: str, options: dict[str, Any]) -> None:
    assert difference(EXACT[name], Rules("hinge", r1=0.1, consistency=1.0, lazy=2), **options) < 1e-11


@pytest.mark.parametrize("name", COUPLED)
def test_coupled_techniques_are_coupled(name: str) -> None:
    """If one of them ever became exact, it belongs to the test above."""
    assert difference(COUPLED[name], Rules("nonsaturating")) > 1e-9
