"""What the doctor costs: whole trainings with it and without, taking turns in one process.

    python benchmarks/vitals.py [--only ring dcgan] [--rounds N] [--every N] [--write]

Both trainings are the same to the bit: recipe, seed, data, journal; pictures, scores and checkpoints are left out of
both. A few rounds of the one are followed by as many of the other, and the order changes each time. The cost is what
the training with the doctor takes beyond the one without, in processor time and by the clock, over the latter; the bar
is 3% of either. `--write` puts the result into results/vitals.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch

from sparring.data.open import open_source
from sparring.doctor.live import Attending
from sparring.doctor.reading import records
from sparring.recipes import RECIPES
from sparring.recipes.preset import Facts
from sparring.recipes.recipe import Recipe
from sparring.run.session import Session
from sparring.settings import assign

RESULTS = Path(__file__).parent / "results" / "vitals.json"
BAR = 0.03
LEAST_LOOKS = 15
CASES = {
    "ring": ("gan", Facts((2,)), ("data.spec=builtin:ring",), 4000, 100),
    "dcgan": ("dcgan", Facts((1, 64, 64)), ("data.spec=builtin:digits", "data.size=64", "data.labels=none"), 300, 5),
}
"""Recipe, facts of its data, settings, rounds, and rounds at a time."""


@dataclass
class Side:
    """One of the two trainings, and the seconds that it has taken."""

    session: Session
    doctor: Attending | None
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def play(self, rounds: int) -> None:
        """So many more rounds."""
        session, watching = self.session, self.session.watching
        assert watching is not None
        start, processor = time.perf_counter(), time.process_time()
        session.began = time.monotonic()
        for _ in range(rounds):
            session.engine.run(1)
            if watching.tally.round_over():
                watching.line(session.seconds)
            session.engine.events.clear()
            if self.doctor:
                self.doctor(session)
        session.before, session.began = session.seconds, None
        self.clock.append(time.perf_counter() - start)
        self.processor.append(time.process_time() - processor)


def recipe_of(name: str, rounds: int) -> Recipe:
    preset, facts, changes, _, _ = CASES[name]
    recipe = RECIPES[preset].make(facts)
    images = f"train.images={rounds * recipe.train.batch * recipe.game.batches}"
    return assign(recipe, [*changes, images, "train.device=cpu", "train.precision=fp32", "watch.tensorboard=false"])


def measure(name: str, rounds: int, at_once: int, every: int) -> dict[str, object]:
    """Both trainings to their end; looks as often as their share of the time allows, or every so many rounds."""
    recipe = recipe_of(name, rounds)
    with tempfile.TemporaryDirectory() as folder:
        sides = []
        for doctor in (Attending(share=recipe.watch.doctor_share, every=every), None):
            out = Path(folder) / ("with" if doctor else "without")
            sides.append(Side(Session.start(recipe, out, source=open_source(recipe.data)), doctor))
        seen, unseen = sides
        for number in range(-(-rounds // at_once)):
            for side in sides if number % 2 else reversed(sides):
                side.play(min(at_once, rounds - number * at_once))
        doctor = seen.doctor
        assert doctor is not None
        doctor.finish()
        looks = list(records(Path(folder) / "with" / "vitals.jsonl"))
        for side in sides:
            side.session.close()
    return {
        "rounds": rounds,
        "milliseconds_a_round": round(1000 * sum(unseen.clock) / rounds, 2),
        "looks": len(looks),
        "first_look_after_rounds": looks[0]["rounds"] if looks else None,
        "cost_processor": round(sum(seen.processor) / sum(unseen.processor) - 1, 4),
        "cost_clock": round(sum(seen.clock) / sum(unseen.clock) - 1, 4),
        "cost_counted": round(doctor.visit.vitals.spent / sum(unseen.clock), 4) if doctor.visit else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--rounds", type=int, help="instead of the usual number")
    parser.add_argument("--every", type=int, default=0, help="rounds between looks, instead of a share of the time")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows = {}
    for name in options.only:
        *_, rounds, at_once = CASES[name]
        rows[name] = measure(name, options.rounds or rounds, at_once, options.every)
        print(f"{name:8}", *(f"{key} {value}" for key, value in rows[name].items()))
    result = {
        "what": "time with the doctor over time without, minus 1",
        "bars": {"cost": BAR, "looks": LEAST_LOOKS},
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "processor": platform.processor() or platform.machine(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "cases": rows,
    }
    if options.write:
        RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    print({key: value for key, value in result.items() if key != "cases"})


if __name__ == "__main__":
    main()
