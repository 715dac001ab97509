"""What every recipe's toy reaches, and what a recipe costs: the numbers that `sparring recipes` shows.

    python benchmarks/toys.py [--only NAME ...] [--workers 2] [--out runs/benchmarks/toys]
    python benchmarks/toys.py --publish

Each NAME-toy is trained to its end for seeds 0, 1 and 2, as `sparring train NAME-toy` does but in full precision, on
one thread, and scored as runs are: sliced Wasserstein distance of 512 images, or 2,048 points, from real ones. A mode
of the ring is found if one sample in a hundred lies within three standard deviations of it. Seconds are those that one
core computes, so that it does not matter what else the machine does.
The cost of a recipe is its time for a real image relative to dcgan's at the same moment: whole runs of 17 rounds of 32
images of 32 pixels (of 4, where 32 take more than three seconds), the first round not counted, without the long critic
phases at the start of wgan.
A recipe that was changed since it was measured is measured again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import cells
import torch

from sparring.data.points import Points
from sparring.games.synthesis import SynthesisSettings
from sparring.play.machine import Machine
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.run.pace import Trial
from sparring.run.scoring import Scoring
from sparring.run.session import Session
from sparring.settings import assign, to_json

MEASURED = Path(__file__).resolve().parent.parent / "src" / "sparring" / "recipes" / "measured.json"
COMMAND = "python benchmarks/toys.py"
SEEDS, ROUNDS, SIZE, CLASSES = (0, 1, 2), 17, 32, 10
BATCH, FEW, LONG = 32, 4, 3.0  # images, images, seconds
SAMPLES, LEAST = 2000, 20
PLAIN = ("train.device=cpu", "train.precision=fp32")


def names(only: list[str] | None) -> list[str]:
    """The recipes without their toys."""
    return [name for name in RECIPES if not name.endswith("-toy") and (not only or name in only)]


def toy_of(name: str) -> Recipe:
    return assign(RECIPES[f"{name}-toy"].make(Facts()), PLAIN)


def costly(name: str, batch: int = BATCH) -> tuple[Recipe, Facts]:
    """The recipe as its cost is measured, and the data it sees."""
    preset = RECIPES[name]
    facts = Facts((3, SIZE, SIZE), CLASSES if "with labels" in preset.needs else 0)
    recipe = preset.make(facts)
    if isinstance(recipe.game, SynthesisSettings):
        recipe = replace(recipe, game=replace(recipe.game, warmup_rounds=0))
    images = ROUNDS * batch * recipe.game.batches
    return assign(recipe, [*PLAIN, f"train.batch={batch}", f"train.images={images}"]), facts


def digest(recipe: Recipe) -> str:
    return hashlib.sha256(json.dumps(to_json(recipe), sort_keys=True).encode()).hexdigest()[:8]


def wanted(name: str) -> dict[str, str]:
    """The cells of one recipe, by what they measure: `cost`, and each seed."""
    toy = digest(toy_of(name))
    return {"cost": f"cost/{name}/{digest(costly(name)[0])}", **{str(s): f"toy/{name}/{s}/{toy}" for s in SEEDS}}


def work(cell: str, options: argparse.Namespace) -> cells.Facts:
    what, name, *rest = cell.split("/")
    return cost(name) if what == "cost" else trained(name, int(rest[0]))


def trained(name: str, seed: int) -> cells.Facts:
    """Train a toy in a folder of its own, and score it before and after."""
    recipe = assign(toy_of(name), [f"train.seed={seed}"])
    with tempfile.TemporaryDirectory() as place, Session.start(recipe, Path(place) / "run") as session:
        scoring = Scoring(session.source, 1, Path(place) / "scores.jsonl", flip=recipe.data.flip)
        untrained, _ = scoring.measure(session.handle(), 0, 0.0)
        begun = time.process_time()
        outcome = session.play()
        spent = time.process_time() - begun
        score, _ = scoring.measure(session.handle(), outcome.images, outcome.seconds)
        found: cells.Facts = {"score": score, "untrained": untrained, "images": outcome.images}
        if isinstance(session.source, Points):
            handle = session.handle()
            found["modes"] = modes(handle.decode(handle.noise(SAMPLES, seed=seed), None), session.source)
        return {**found, "training": round(spent, 1)}


def modes(samples: torch.Tensor, source: Points) -> int:
    """How many modes have their share of the samples (n, 2), or at least a good part of it."""
    near = torch.cdist(samples.double(), torch.from_numpy(source.centres)) < 3 * source.std
    return int((near.sum(0) >= LEAST).sum())


def cost(name: str) -> cells.Facts:
    """Times dcgan's seconds for a real image, which are measured right before and right after."""
    peer, other = rate("dcgan", BATCH), rate(name, FEW, whole=False)
    other = rate(name, BATCH if BATCH / other < LONG else FEW)
    return {"cost": (peer + rate("dcgan", BATCH)) / 2 / other, "images_per_second": round(other, 2)}


def rate(name: str, batch: int, whole: bool = True) -> float:
    """Real images per second over a whole run, or over one round."""
    return Trial(*costly(name, batch), Machine()).rate(float("inf") if whole else 1e-3)


def publish(out: Path) -> None:
    """Write what `sparring recipes` reads; what is not measured anew stays as it is."""
    there, known = cells.finished(out), json.loads(MEASURED.read_text())["recipes"]
    for name in names(None):
        cell = {what: there.get(path) for what, path in wanted(name).items()}
        costs = cell.pop("cost")
        runs = [run for run in cell.values() if run and "score" in run]
        found: cells.Facts = {"cost": float(f"{costs['cost']:.2g}")} if costs else {}
        found |= toy_facts(runs) if len(runs) == len(SEEDS) else {}
        known[name] = {**known.get(name, {}), **found}
    facts = {"command": COMMAND, "recipes": {name: known[name] for name in names(None) if known[name]}}
    MEASURED.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    missing = [name for name in names(None) if not {"cost", "scores"} <= set(known[name])]
    print(f"written: {MEASURED}; not all measured: {', '.join(missing) or 'none'}")


def toy_facts(runs: list[cells.Facts]) -> cells.Facts:
    numbers = {what: [float(str(run[what])) for run in runs] for what in ("score", "untrained", "training")}
    return {
        "images": runs[0]["images"],
        "scores": [round(score, 4) for score in numbers["score"]],
        "seconds": round(statistics.median(numbers["training"]), 1),
        "untrained": round(statistics.mean(numbers["untrained"]), 4),
        **({"modes": [run["modes"] for run in runs]} if "modes" in runs[0] else {}),
    }


def main() -> None:
    options = cells.parser(__doc__, "runs/benchmarks/toys").parse_args()
    if not options.publish:
        missing = [pair for name in names(options.only) for pair in wanted(name).items()]
        # Costs come last: they are the dearest.
        cells.play([cell for _, cell in sorted(missing, key=lambda pair: pair[0] == "cost")], work, options)
    if not options.list:
        publish(options.out)


if __name__ == "__main__":
    main()
