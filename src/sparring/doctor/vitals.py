"""When to look at the players: as often as a small share of the training time allows, and early."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from .looking import Looking
from .measures import movement
from .meter import Meter, moment
from .patient import Patient, Reals

SHARE = 0.025
"""Of the training time that watching may take in all: with what no count can see, such as caches that a look empties,
less than 3%."""
FIRST = 20
"""Rounds before the first look, and at least between two."""
MOST = 60
"""Looks in a run, apart from early ones."""
ENOUGH = 20
"""Looks that should be affordable: else there are fewer samples in each."""
SAMPLES = {"images": (256, 128, 64), "points": (512, 256)}
REAL, HELD = {"images": 1256, "points": 1512}, 256
PASSES = 11
"""Passes through one network that a sample costs in training, about: forward for nothing, backward twice as much."""
UNITS, SETTING_UP = 512, 0.02
"""Passes of a look apart from two for each fake, and the seconds that anything takes."""


class Vitals:
    """Decides after every round whether to look, and looks.

    `reals` gives so many real samples and held-out ones; `rounds` is the length of the training, `batch` the samples
    of a round. `every` = 0 looks as often as `share` of the training time allows, another number every so many rounds.
    Where more than looks is to be paid for out of that share, `meter` counts it all.
    """

    def __init__(
        self,
        reals: Callable[[int, int], Reals],
        rounds: int,
        batch: int,
        *,
        points: bool,
        share: float = SHARE,
        every: int = 0,
        meter: Meter | None = None,
    ):
        self.reals, self.total, self.batch, self.share, self.every = reals, rounds, batch, share, every
        self.kind = "points" if points else "images"
        self.looking: Looking | None = None
        self.first: float | None = None  # round that was over when watching began
        self.next = 0.0
        self.meter = meter or Meter()
        self.cost = 0.0  # seconds of the newest look, with all that was paid since the look before
        self.settled = 0.0  # seconds spent up to the newest look
        self.before: dict[str, list[Tensor]] | None = None  # weights one round before a look

    def round_over(self, rounds: float, trained: float, patient: Callable[[], Patient | None]) -> dict[str, float]:
        """Every signal, if this is a time to look; else nothing.

        `rounds` are over, of which this `Vitals` has seen those after its first call, and took `trained` seconds
        without anybody's looking. `patient` is only asked for when it is needed.
        """
        if self.first is None:
            self.first = rounds - 1
            self.next = rounds + (self.every or FIRST) - 2
        if rounds < self.next:
            return {}
        start, found = moment(), {}
        who = patient()
        if who is None:
            self.next = float("inf")
        elif self.before is not None:
            found = self.looked(who, rounds)
        elif self.affordable(rounds, trained):
            self.before = {name: [p.detach().clone() for p in own] for name, own in who.players.items()}
        else:
            self.next = rounds + max(FIRST, 0.1 * rounds)
        spent = self.meter.pay(start)
        if found:
            self.cost = self.spent - self.settled if self.cost else spent
            self.settled = self.spent
            self.plan(rounds, trained)
        return found

    @property
    def spent(self) -> float:
        """Seconds that watching has taken."""
        return self.meter.spent

    def allowed(self, rounds: float, trained: float) -> float:
        """Seconds that looks may take in all, by how long the whole training will be."""
        assert self.first is not None
        done = max(rounds - self.first, 1.0)
        return self.share * trained * max(1.0, (self.total - self.first) / done)

    def affords(self, seconds: float, rounds: float, trained: float) -> bool:
        """Whether there is time for something that takes so long."""
        return bool(self.every) or self.spent + seconds <= self.allowed(rounds, trained)

    def affordable(self, rounds: float, trained: float) -> bool:
        """Whether there is time for one more look."""
        if self.every:
            self.looking = self.looking or self.begin(0)
            return True
        allowed = self.allowed(rounds, trained)
        if self.looking:
            return self.affords(self.cost, rounds, trained)
        assert self.first is not None
        each = trained / max(rounds - self.first, 1.0) / self.batch / PASSES  # seconds of a pass
        costs = [each * (2 * count + UNITS) + SETTING_UP for count in SAMPLES[self.kind]]
        choice = next((place for place, cost in enumerate(costs) if ENOUGH * cost <= allowed), len(costs) - 1)
        if costs[choice] > allowed:
            return False
        self.looking = self.begin(choice)
        return True

    def begin(self, choice: int) -> Looking:
        return Looking(self.reals(REAL[self.kind], HELD), SAMPLES[self.kind][choice])

    def looked(self, patient: Patient, rounds: float) -> dict[str, float]:
        """What a look finds, and what the newest round did to the weights."""
        assert self.looking is not None
        found = moved(self.before or {}, patient)
        self.before = None
        return found | self.looking.look(patient, rounds)

    def plan(self, rounds: float, trained: float) -> None:
        """Set the round before the next look: early ones come closer together."""
        if self.every:
            self.next = rounds + self.every - 1
            return
        left = max(self.allowed(rounds, trained) - self.spent, 1e-9)
        even = max((self.total - rounds) * self.cost / left, self.total / MOST)
        self.next = rounds + max(FIRST, min(even, rounds)) - 1
        if self.next < self.total - 2 < self.next + FIRST:
            self.next = self.total - 1  # the last look is at the end


def moved(before: Mapping[str, list[Tensor]], patient: Patient) -> dict[str, float]:
    """Sizes of updates, and shares of weights that are not told where to go, by player."""
    found: dict[str, float] = {}
    for name in ("generator", "critic"):
        own = patient.players.get(name)
        if not own:
            continue
        updates = patient.updates.get(name, 1)
        if name in before and updates:
            found[f"{name}_update"] = movement.update_size(before[name], [p.detach() for p in own], updates)
        if name not in patient.idle:
            found[f"{name}_still"] = movement.still(own)
    return found
