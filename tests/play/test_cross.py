"""Any rules with any game: finite numbers and every penalty paid, or one sentence at construction."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.play.arena import OTHERS, Journal, Stream, play, points, synthesis

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.game import Game
from sparring.play.penalties import PENALTIES
from sparring.play.referee import Rules
from sparring.play.solvers import SOLVERS

CONDITIONING = ("", "projection", "auxiliary")


def labelled(conditioning: str) -> Callable[[Rules], Game]:
    classes = 3 if conditioning else 0
    return lambda rules: synthesis(rules, 2, classes=classes, conditioning=conditioning, heads=2)


GAMES: dict[str, tuple[Callable[[Rules], Game], Callable[[], Stream]]] = {
    f"synthesis {conditioning}".strip(): (labelled(conditioning), lambda: points(4, classes=3))
    for conditioning in CONDITIONING
} | {name: (game, lambda shapes=shapes: Stream(4, shapes)) for name, (game, shapes) in OTHERS.items()}


def combinations() -> Iterator[tuple[str, str, int, float, str]]:
    """All of them, but for the solvers: these take turns, so that each meets every other choice."""
    axes = (list(ADVERSARIAL), ["", *PENALTIES], [1, 2], [0.0, 0.5])
    solvers = list(SOLVERS)
    for places in itertools.product(*(range(len(axis)) for axis in axes)):
        adversarial, penalty, lazy, lecam = (axis[place] for axis, place in zip(axes, places, strict=True))
        yield adversarial, penalty, lazy, lecam, solvers[sum(places) % len(solvers)]


def attempted(make: Callable[[Rules], Game], **rules: Any) -> Game | str:
    """A game, or the sentence that refused it."""
    try:
        return make(Rules(**rules))
    except ValueError as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", GAMES)
def test_rules_apply_everywhere(name: str) -> None:
    make, stream = GAMES[name]
    played = refused = 0
    for adversarial, penalty, lazy, lecam, solver in combinations():
        told = (adversarial, penalty, lazy, lecam, solver)
        penalties = {penalty: 1.0} if penalty else {}
        game = attempted(make, adversarial=adversarial, lazy=lazy, lecam=lecam, **penalties)
        if isinstance(game, str):
            assert ("lecam needs" in game and lecam) or ("tokens have no gradient" in game and penalty), told
            refused += 1
            continue
        journal = Journal()
        play(game, stream(), solver=SOLVERS[solver], watchers=[journal])
        broken = [key for _, readings in journal.turns for key, value in readings.items() if not value.isfinite()]
        assert not broken, (told, broken)
        referees = [key.removesuffix("adversarial") for key in journal.names if key.endswith("adversarial")]
        courts = referees if name in ("cycle", "video") else [""]
        for court in courts:
            assert not penalty or f"{court}{penalty}" in journal.names, told
            assert not lecam or f"{court}lecam" in journal.names, told
        assert ("classes" in journal.names) == name.endswith("auxiliary"), told
        played += 1
    assert (played, refused) == ((11 * 2, 146) if name == "sequence" else (132, 36))


def test_all_penalties_together() -> None:
    rules = Rules("nonsaturating", lecam=0.1, drift=1e-3, lazy=2, **dict.fromkeys(PENALTIES, 0.1))
    for name in ("paired", "cycle", "inference", "video"):
        game, shapes = OTHERS[name]
        journal = Journal()
        play(game(rules), Stream(4, shapes), watchers=[journal])
        paid = {key.rpartition("/")[2] for key in journal.names}
        assert {*PENALTIES, "lecam", "drift"} <= paid
