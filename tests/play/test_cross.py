"""Any rules with any game: finite numbers and every penalty paid, or one sentence at construction."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.play.arena import OTHERS, PICTURE, Journal, Stream, pictures, play, synthesis

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.consistency import IMAGES_ONLY
from sparring.play.game import Game
from sparring.play.penalties import PENALTIES
from sparring.play.referee import Rules
from sparring.play.solvers import SOLVERS

CONDITIONING = ("", "projection", "auxiliary")


def labelled(conditioning: str) -> Callable[[Rules], Game]:
    classes = 3 if conditioning else 0
    return lambda rules: synthesis(rules, 2, classes=classes, conditioning=conditioning, heads=2, shape=PICTURE)


GAMES: dict[str, tuple[Callable[[Rules], Game], Callable[[], Stream]]] = {
    f"synthesis {conditioning}".strip(): (labelled(conditioning), lambda: pictures(4, classes=3))
    for conditioning in CONDITIONING
} | {name: (game, lambda shapes=shapes: Stream(4, shapes)) for name, (game, shapes) in OTHERS.items()}


def combinations(thorough: bool) -> Iterator[dict[str, Any]]:
    """Every loss with every penalty, or a third of these pairs; all else is drawn, the same on every run."""
    dice = random.Random(0)
    for number, (loss, penalty) in enumerate(itertools.product(ADVERSARIAL, ["", *PENALTIES])):
        chosen = {"adversarial": loss, "lazy": dice.choice([1, 2]), "lecam": dice.choice([0.0, 0.0, 0.5])}
        chosen |= {penalty: 1.0} if penalty else {}
        if thorough or number % 3 == 0:
            yield chosen


def refused(name: str, rules: dict[str, Any]) -> bool:
    penalties = set(PENALTIES) & set(rules)
    return bool(
        (rules["lecam"] and ADVERSARIAL[rules["adversarial"]].threshold is None)
        or (penalties and name == "sequence")
        or (penalties & set(IMAGES_ONLY) and name == "inference")
    )


SENTENCES = ("lecam needs logits with a fixed zero", "tokens have no gradient", "mirrors and shifts images")


@pytest.mark.parametrize("name", GAMES)
def test_rules_apply_everywhere(name: str) -> None:
    make, stream = GAMES[name]
    met: set[str] = set()
    for rules, solver in zip(combinations(name == "synthesis"), itertools.cycle(SOLVERS), strict=False):
        told = (rules, solver)
        if refused(name, rules):
            with pytest.raises(ValueError, match="|".join(SENTENCES)):
                make(Rules(**rules))
            continue
        journal = Journal()
        play(make(Rules(**rules)), stream(), solver=SOLVERS[solver], watchers=[journal])
        broken = [key for _, readings in journal.turns for key, value in readings.items() if not value.isfinite()]
        assert not broken, (told, broken)
        referees = [key.removesuffix("adversarial") for key in journal.names if key.endswith("adversarial")]
        courts = referees if name in ("cycle", "video") else [""]
        owed = {*rules} & {*PENALTIES} | ({"lecam"} if rules["lecam"] else set())
        for court in courts:
            assert {court + term for term in owed} <= journal.names, told
        assert ("classes" in journal.names) == name.endswith("auxiliary"), told
        met |= {rules["adversarial"], *owed}
    assert name == "sequence" or met >= {*ADVERSARIAL, *PENALTIES, "lecam"} - (
        {*IMAGES_ONLY} if name == "inference" else set()
    )


def test_all_penalties_together() -> None:
    rules = Rules("nonsaturating", lecam=0.1, drift=1e-3, lazy=2, **dict.fromkeys(PENALTIES, 0.1))
    for name in ("paired", "cycle", "video"):
        game, shapes = OTHERS[name]
        journal = Journal()
        play(game(rules), Stream(4, shapes), watchers=[journal])
        paid = {key.rpartition("/")[2] for key in journal.names}
        assert {*PENALTIES, "lecam", "drift"} <= paid
