"""What is told before a run."""

from __future__ import annotations

import pytest

from sparring.data.open import open_source
from sparring.data.settings import DataSettings
from sparring.play.machine import Machine
from sparring.recipes import RECIPES
from sparring.recipes.assemble import assemble
from sparring.run.briefing import Briefing, brief, duration, facts_of
from sparring.settings import assign


def of(name: str, *changes: str, data: DataSettings, rate: float | None = None) -> Briefing:
    source = open_source(data)
    facts = facts_of(source)
    recipe = assign(RECIPES[name].make(facts), ["data.flip=false", *changes])
    game = assemble(recipe, facts.shape, facts.classes)
    return brief(recipe, source, game, Machine(), rate, warnings=["Look out."])


DIGITS = DataSettings(spec="builtin:digits", size=16, flip=False)
PLAIN = DataSettings(spec="builtin:digits", size=16, flip=False, labels="none")


def test_everything_is_told() -> None:
    text = of("dcgan-toy", "rules.r1=2", "rules.lazy=16", "train.images=60000", data=DIGITS, rate=1000.0).text()
    for part in (
        "builtin:digits: 1,7",
        "held out",
        "10 classes: 0, 1, 2, 3, 4, 5, ...",
        "generator: dcgan-generator, ",
        "averaged copy",
        "critic penalties: every 16 rounds, its loss x 16",
        "nonsaturating loss, r1 2, penalties every 16 rounds",
        "generator and critic: adam, learning rate 0.0002",
        "cpu with 1 thread, fp32, batch 64, seed 0",
        "60,000 images",
        "about 60 s at 1,000 images/s",
        "Warning: Look out.",
    ):
        assert part in text
    titles = [line.split("  ")[0] for line in text.splitlines() if not line.startswith((" ", "Warning"))]
    assert titles == ["data", "networks", "turns", "rules", "optimisers", "machine", "length"]


def test_techniques_that_are_on_are_named() -> None:
    on = ("techniques.pack=2", "techniques.replay=50", "techniques.unroll=2", "techniques.augment.kind=diffaugment")
    text = of("dcgan-toy", *on, 'virtual_norm=["generator"]', "minibatch.measures=8", "data.labels=none", data=PLAIN)
    told = next(line for _, line in text.lines if "pack" in line)
    assert told == (
        "diffaugment, pack 2, replay 50, unroll 2, minibatch discrimination 8, virtual batch norm in the generator"
    )
    assert "techniques" in dict(text.lines)
    assert "techniques" not in dict(of("dcgan-toy", data=PLAIN).lines)


def test_points_and_several_critic_steps() -> None:
    text = of("gan", "game.critic_steps=5", data=DataSettings(spec="builtin:ring")).text()
    assert "endless points in 2 dimensions" in text
    assert "critic: every round, 5 times, each on a fresh batch" in text
    assert "images/s" not in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (45, "45 s"), (600, "10 min"), (5400, "1.5 h"), (36_000, "10.0 h"), (250_000, "2.9 days")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
