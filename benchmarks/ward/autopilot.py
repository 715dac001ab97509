"""Whether the autopilot saves runs that were set up badly.

    python -m benchmarks.ward.autopilot [--workers 2] [--half tuning] [--out runs/benchmarks/autopilot]
    python -m benchmarks.ward.autopilot --publish

Every patient of the ward whose illness is its settings is trained three times, for as many real images: with the
settings that it should have had, with those that it has, and with those and the autopilot, for which the images that
it trains in vain count. Run it from the root of the repository.
"""

from __future__ import annotations

import argparse
import math
import shutil
from collections.abc import Mapping
from functools import partial
from statistics import median

import torch

from sparring.doctor.autopilot import Autopilot
from sparring.doctor.eye import Eye
from sparring.doctor.live import Attending
from sparring.doctor.measures.likeness import distance
from sparring.metrics.frechet import gaussian_of_rows
from sparring.play.guard import NonFiniteError
from sparring.recipes.recipe import Recipe
from sparring.run.folder import RunFolder
from sparring.run.journal import read
from sparring.run.session import Session
from sparring.settings import assign

from .. import cells
from .beginnings import BEGIN
from .page import HALVES
from .patient import Patient
from .runner import LOOKS
from .table import PATIENTS

ILL = {name: one for name, one in PATIENTS.items() if one.own and not one.plant}
"""Failures that are a matter of settings: no setting mends data or code."""
ARMS = ("healthy", "alone", "autopilot")
SAMPLES, SEED, AT_ONCE = 10_000, 5, 500
CLOSE = 1.25
"""Times the healthy run's distance within which a run counts as saved."""
BAR = 0.6
INTRODUCTION = """# The autopilot

Whether `--autopilot` saves runs that were set up badly: the failures of the [ward](ward.md) that are a matter of
settings (no setting mends data or code). Each is trained for as many real images three times: *healthy*, with the
settings that the failure departs from; *alone*, as it is; and with the *autopilot*, for which what it trains in vain
counts. The distance is that of Fréchet between the cloud of samples and that of real ones in the doctor's own
features, the last weights being measured: the distance itself, not its square as in FID; 1 is the spread of the real
samples. A run is *saved* if it comes within {close} times the healthy run's distance; *mended* is the share of the
distance beyond the healthy run's that the autopilot takes away. Of several seeds the median counts.

    python -m benchmarks.ward.autopilot      # {hours:.1f} hours on one core; stopped, it goes on
    python -m benchmarks.ward.autopilot --publish

"""

CAVEATS = """

What stands in the way of more: on points a healthy run ends at one or two hundredths of the spread, and other seeds of
it end up to 1.7 times nearer or farther, so that chance decides over a quarter. A run of seconds pays a fifth or more
of its images for each remedy, as an alarm needs a window to be sure; in long runs a window is 2% of the run. What is
found late cannot be mended in the time that is left. These failures are settings that somebody has changed, so that the
recipe's own settings, which are tried first, mend most of them; where a recipe fails on its data unchanged they are no
remedy. The autopilot's own constants, and what it tries first, were settled while looking at runs of the tuning half.
"""


def recipe_of(patient: Patient, arm: str, seed: int) -> Recipe:
    """What this arm is trained with; the healthy run is as long as the ill one."""
    ill = patient.recipe
    made = assign(BEGIN[patient.begin](), [f"train.images={ill.train.images}"]) if arm == "healthy" else ill
    return assign(made, [f"train.seed={seed}"])


def work(cell: str, options: argparse.Namespace) -> cells.Facts:
    """Train one arm, and measure the weights that it ends with."""
    name, arm, seed = cell.split("/")
    folder = RunFolder(options.out / "runs" / cell)
    shutil.rmtree(folder.path, ignore_errors=True)
    recipe = recipe_of(ILL[name], arm, int(seed))
    if options.quick:
        recipe = assign(recipe, [f"train.images={60 * recipe.train.batch * recipe.game.batches}"])
    rounds = recipe.train.images // recipe.train.batch // recipe.game.batches
    pilot = Autopilot(folder, partial(Attending, every=max(2, rounds // LOOKS)), print)
    try:
        session = Session.start(recipe, folder.path, after_round=pilot.hooks() if arm == "autopilot" else ())
        if arm == "autopilot":
            pilot.begin()
            pilot.play(session, None)
        else:
            with session:
                session.play()
    except NonFiniteError as error:
        return {"broke": str(error), "distance": None, **story(folder)}
    with Session.resume(folder.path) as session:
        found = distance_of(session)
    for path in (folder.states, folder.samples, folder.kept_bundles):
        shutil.rmtree(path, ignore_errors=True)
    return {"distance": found if math.isfinite(found) else None, **story(folder)}


def story(folder: RunFolder) -> cells.Facts:
    """What the autopilot did."""
    lines = list(read(folder.autopilot))
    steps = [f"{line['remedy']['name']} ({line['finding']['rule']})" for line in lines if line["kind"] == "treat"]
    end = ["gave up"] if any(line["kind"] == "gave up" for line in lines) else []
    return {"told": ", ".join([*steps, *end]) or "nothing"}


def distance_of(session: Session) -> float:
    """Fréchet distance of samples of the newest weights, 1 being the spread of the real ones."""
    source, handle = session.source, session.handle()
    real = source.feed(min(SAMPLES, source.count or SAMPLES), seed=SEED).batch(0).image
    fake = torch.cat([handle.decode(z).float().cpu() for z in handle.noise(SAMPLES, seed=SEED).split(AT_ONCE)])
    if not fake.isfinite().all():
        return math.inf
    eye = Eye(real)
    return math.sqrt(max(0.0, distance(eye(fake), gaussian_of_rows(eye(real)))))


Runs = Mapping[str, list[cells.Facts]]
"""By arm, one for each seed."""


def typical(runs: list[cells.Facts]) -> float:
    """The median distance; infinite where numbers broke down."""
    return median(math.inf if one["distance"] is None else float(str(one["distance"])) for one in runs)


def saved(runs: Runs) -> bool:
    return typical(runs["autopilot"]) <= CLOSE * typical(runs["healthy"])


def mended(runs: Runs) -> float:
    """Share of the distance beyond the healthy run's that the autopilot takes away; below 0 where it adds some."""
    healthy, alone, helped = (typical(runs[arm]) for arm in ARMS)
    if not math.isfinite(alone):
        return float(math.isfinite(helped))
    return (alone - helped) / max(alone - healthy, 1e-9)


def row(name: str, runs: Runs) -> list[object]:
    """A failure's line of the table."""
    healthy, alone, helped = (typical(runs[arm]) for arm in ARMS)
    numbers = [f"{one:.3g}" for one in (healthy, alone, helped)]
    told = "; ".join(str(one["told"]) for one in runs["autopilot"])
    return [
        name,
        ILL[name].half,
        *numbers,
        f"{helped / healthy:.2f}",
        "yes" if saved(runs) else "no",
        f"{mended(runs):.0%}",
        told,
    ]


def summary(half: str, whole: Mapping[str, Runs]) -> str:
    """How many of a half's failures were saved."""
    count, share = sum(map(saved, whole.values())), median(map(mended, whole.values()))
    bar = "met" if count >= BAR * len(whole) else "missed"
    return (
        f"The {half} half: {count} of {len(whole)} saved ({count / len(whole):.0%}; the bar of {BAR:.0%} is {bar}); "
        f"{share:.0%} mended in the median run.\n\n"
    )


def publish(options: argparse.Namespace) -> None:
    """The table of all failures whose three arms are there."""
    there = cells.finished(options.out)
    found: dict[str, dict[str, list[cells.Facts]]] = {}
    for cell, facts in there.items():
        name, arm, _ = cell.split("/")
        found.setdefault(name, {}).setdefault(arm, []).append(facts)
    whole = {name: found[name] for name in ILL if found.get(name, {}).keys() >= set(ARMS)}
    halves = {half: {name: whole[name] for name in whole if ILL[name].half == half} for half in HALVES}
    hours = sum(float(str(one["seconds"])) for one in there.values()) / 3600
    ratio = "autopilot / healthy#"
    head = ["failure", "half", "healthy#", "alone#", "autopilot#", ratio, "saved", "mended#", "tried (because of)"]
    text = INTRODUCTION.format(close=CLOSE, hours=hours)
    text += "".join(summary(half, runs) for half, runs in halves.items() if runs)
    text += cells.table(head, [row(name, runs) for name, runs in whole.items()])
    text += CAVEATS
    cells.publish("autopilot", {"runs": list(there.values())}, text)


def main() -> None:
    """Train what is missing, or publish what is there."""
    parser = cells.parser(__doc__, "runs/benchmarks/autopilot")
    parser.add_argument("--half", choices=HALVES, default="reporting", help="of the patients")
    parser.add_argument("--arms", nargs="+", default=list(ARMS), choices=ARMS)
    options = parser.parse_args()
    if options.quick:
        options.out = options.out / "quick"
        cells.rehearse(options.out)
    if not options.publish:
        names = options.only or [name for name, one in ILL.items() if one.half == options.half]
        seeds = options.seeds or ([0] if options.quick else [0, 1, 2])
        cells.play([f"{name}/{arm}/{seed}" for name in names for arm in options.arms for seed in seeds], work, options)
    if (options.publish or options.quick) and not options.list:
        publish(options)


if __name__ == "__main__":
    main()
