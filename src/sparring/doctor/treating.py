"""A run taken back to when it was healthy, to go on from there with a remedy."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ..data.feed import Source
from ..data.open import open_source
from ..play.engine import Engine
from ..play.machine import Machine
from ..recipes.recipe import Recipe
from ..run import atomic, checkpoint
from ..run.folder import RunFolder, free
from ..run.grafting import checkpoint_of, fits, graft
from ..run.journal import Record, read, rewrite
from ..run.plan import plan_of
from ..run.setting_up import engine_of
from ..settings import assign, to_json
from .case import Now
from .findings import Finding, Remedy
from .remedies.words import RESTORE_BEST
from .words import changes


@dataclass(frozen=True)
class Treatment:
    """What is to be done to a run, and why."""

    finding: Finding
    remedy: Remedy
    images: int
    """Where the run is taken back to; 0 = its start."""
    total: int
    """Real images of the whole run, those included that it is taken back over."""
    spent: int = 0
    """How far the run had come, where it is this very run that goes on."""

    def recipe(self, old: Recipe) -> Recipe:
        """What the run goes on with: what was trained in vain counts, so that all of it costs what was planned."""
        left = self.total - max(0, self.spent - self.images)
        return assign(old, [*self.remedy.changes, f"train.images={max(1, left)}"])


@dataclass(frozen=True)
class Treated:
    """What was done."""

    images: int
    """Where the run goes on."""
    cool: float
    """Images from which on a rule's whole window lies behind that."""
    sentence: str
    """For the log."""


def told(plan: Treatment, images: int) -> str:
    """`taken back to its start because of vanishing-gradient, to try r1: --set rules.r1=0.1`."""
    where = f"to where it was after {images:,} images" if images else "to its start"
    return f"taken back {where} because of {plan.finding.rule}, to try {plan.remedy.name}: {changes(plan.remedy)}"


def window(images: float, rounds: float, total: float) -> float:
    """Real images that a rule looks back over after so many, in a run planned for so many rounds and images."""
    pace = total / max(rounds, 1)
    return pace * Now(images / pace, images, rounds).window


def onset(finding: Finding, rounds: float, total: float) -> float:
    """Real images at which the trouble began at the latest: when a rule first holds, most of its window is ill."""
    return finding.first_images - window(finding.first_images, rounds, total)


def begin_of_trouble(found: Iterable[Finding], past: Iterable[Finding], rounds: float, total: float) -> float:
    """Real images at which it began: that of what holds now, or of an alarm that held at that time and has passed.

    A state from between two troubles that follow on each other's heels is no healthy one.
    """
    begun = min(onset(one, rounds, total) for one in found)
    for one in sorted(past, key=lambda one: -one.last_images):
        if one.severity == "alarm" and one.last_images >= begun:
            begun = min(begun, onset(one, rounds, total))
    return begun


def possible(folder: RunFolder, remedy: Remedy) -> None:
    """ValueError with one sentence where a remedy is no matter of settings."""
    if remedy.name == RESTORE_BEST:
        raise ValueError(
            f"{remedy.name} needs no training: {folder.best} has the best weights, and `sparring sample` takes them"
        )
    if not remedy.changes:
        raise ValueError(f"no setting does this, it is up to you: {remedy.sentence} ({remedy.name})")


def healthy(folder: RunFolder, remedy: Remedy, before: float) -> int:
    """Images of the newest state of at most `before` images; 0 where there is none, or the remedy cannot use it."""
    return 0 if remedy.from_start else max((seen for seen in folder.kept_states if seen <= before), default=0)


def treat(folder: RunFolder, plan: Treatment, old: Recipe, new: RunFolder, seconds: float | None = None) -> Treated:
    """Make `new`, which may be the same run, go on as the treatment says when it is resumed.

    `old` is the recipe until now; `seconds` of training are used up, None = as many as there were then. Of a state
    that does not fit the changed networks nothing can be kept, and the run begins anew. ValueError or OSError with
    one sentence if it cannot be done; nothing has changed then.
    """
    saved = checkpoint.read(folder.kept_state(plan.images)) if plan.images else None
    source = open_source(plan.recipe(old).data)
    recipe, engine = built(plan, old, source)
    if saved and not fits(engine, saved):
        saved, plan = None, replace(plan, images=0)
        recipe, engine = built(plan, old, source)
    if saved:
        graft(engine, saved)
    images, total = engine.clock.images, engine.clock.total
    if engine.over:
        raise ValueError(f"a run of {total:,} images is over at {images:,} already; give it more with --images")
    used = seconds if seconds is not None else saved["seconds"] if saved else 0.0
    if new.path != folder.path:
        new.begin(recipe)
    when, sentence = {"images": images, "seconds": round(used, 3)}, told(plan, images)
    described: Record = {"kind": "plan", **when, "plan": plan_of(engine, recipe, source)}
    past(folder, new, images, [described, {"kind": "event", **when, "sentence": sentence}])
    checkpoint.write(new.resume, checkpoint_of(engine, source, saved, used))
    atomic.write_text(new.recipe_file, json.dumps(to_json(recipe), indent=2) + "\n")
    return Treated(images, images + window(images, sum(stage.rounds for stage in engine.stages), total), sentence)


def built(plan: Treatment, old: Recipe, source: Source) -> tuple[Recipe, Engine]:
    """The changed recipe and its engine, on the CPU: the old networks may fill the other device."""
    recipe = plan.recipe(old)
    return recipe, engine_of(recipe, source, Machine(torch.device("cpu"), "fp32"), ())


def past(old: RunFolder, new: RunFolder, images: int, more: Iterable[Record]) -> None:
    """What was written until then: curves and signals go on where they were. `more` is added to the journal."""
    for source, target in ((old.journal, new.journal), (old.scores, new.scores), (old.vitals, new.vitals)):
        kept = [record for record in read(source) if record.get("images", 0) <= images]
        kept += more if target == new.journal else []
        if kept or target.exists():
            rewrite(target, kept)


def fork(folder: RunFolder, finding: Finding, remedy: Remedy, images: int = 0, out: Path | None = None) -> Path:
    """A new run `out` that goes on with a remedy from before the trouble, when it is resumed; the old one stays.

    It has `images` in all, and as many as the old one for 0. ValueError or OSError with one sentence if it cannot be
    made.
    """
    possible(folder, remedy)
    new, old = RunFolder(out or free(folder.path)), folder.recipe
    new.refuse_taken()
    begun, total = onset(finding, rounds_of(folder), old.train.images), images or old.train.images
    treat(folder, Treatment(finding, remedy, healthy(folder, remedy, begun), total), old, new)
    return new.path


def rounds_of(folder: RunFolder) -> float:
    """Rounds that a run was planned for."""
    plans = [record["plan"] for record in read(folder.journal) if record.get("kind") == "plan"]
    return plans[-1]["rounds"] if plans else folder.recipe.train.images / folder.recipe.train.batch
