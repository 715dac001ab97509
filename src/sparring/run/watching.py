"""What the first process of a run writes down: journal, log, curves, pictures, scores, weights, checkpoints."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
from pathlib import Path
from typing import Any

from torch import Tensor

from .. import __version__
from ..data.feed import Source
from ..networks.stargan2 import joined
from ..play.engine import Engine
from ..recipes.recipe import Recipe
from . import atomic, checkpoint, grid
from .board import Board
from .bundle import Card, Trained, read_card, save_bundle
from .folder import RunFolder
from .journal import Lines, Record
from .measuring import Measuring
from .samples import Timeline, exported
from .scoring import NAME, Scoring
from .sentences import brief
from .tally import Tally
from .translating import Bank, Handle, handle_of, kind_of

BEFORE_ALL = -1
"""Images seen before a run that has no checkpoint: nothing that an earlier session wrote is kept."""


class Watching:
    """Looks on and writes. Nothing here changes what is learned: no random stream, no statistic, no mode."""

    def __init__(self, folder: RunFolder, recipe: Recipe, source: Source, saved: dict[str, Any] | None):
        self.folder, self.recipe, self.source = folder, recipe, source
        images = saved["engine"]["clock"]["images"] if saved else BEFORE_ALL
        self.journal = Lines(folder.journal)
        self.journal.truncate(images)
        Lines(folder.scores).truncate(images)
        folder.forget_after(images)
        self.board = Board(folder.tensorboard, images) if recipe.watch.tensorboard else None
        self.facts, self.bank = source.facts(), Bank(source)
        self.latest: Record = {}
        self.scores: dict[str, float] = {}
        self.scored_at = BEFORE_ALL  # images
        self.at = self.aside = 0.0  # seconds: when the last line was written, and what looking took since then
        self.at_images = self.kept = max(images, 0)
        self.looked: float = saved.get("looked", 0.0) if saved else 0.0  # seconds, over all sessions

    def attach(self, engine: Engine, saved: dict[str, Any] | None) -> None:
        """Begin to watch an engine that is where its checkpoint left it."""
        watch, total = self.recipe.watch, engine.clock.total
        self.engine = engine
        self.tally = Tally(sum(stage.rounds for stage in engine.stages))
        self.timeline = Timeline(self.source, total, watch.grids, watch.grid)
        self.scoring = Scoring(self.source, total, self.folder.scores, flip=self.recipe.data.flip)
        self.measuring = Measuring(self.source, total, self.folder.scores, engine.machine.device)
        engine.watchers = (self.tally, *engine.watchers)
        self.know_best()
        if saved:
            self.tally.load_state_dict(saved["tally"])
            self.scoring.load_state_dict(saved["scoring"], engine.clock.images)
            self.measuring.load_state_dict(saved.get("measuring", {}), engine.clock.images)
            self.timeline.drawn, self.at = engine.clock.images, saved["seconds"]

    def know_best(self) -> None:
        """The best weights so far may be those of a session that was killed after its last checkpoint."""
        with contextlib.suppress(ValueError):
            scores, known = read_card(self.folder.best).scores, self.measuring.best
            self.scoring.best = min(self.scoring.best, scores.get(NAME, float("inf")))
            if known and scores.get(known.name, float("inf")) < known.value:
                self.measuring.best = dataclasses.replace(known, value=scores[known.name])

    @property
    def images(self) -> int:
        return self.engine.clock.images

    def round_over(self, seconds: float) -> None:
        """Write what is due after a round."""
        for sentence in self.engine.events:
            self.event(sentence, seconds)
        if self.tally.round_over():
            self.line(seconds)
        start = time.perf_counter()
        self.pictures(seconds)
        every = self.recipe.watch.keep_images
        if every and self.images // every > self.kept // every:
            self.save_weights(self.folder.kept(self.images), seconds)
            self.kept = self.images
        self.lay_aside(start)

    def lay_aside(self, start: float) -> None:
        """What began at `start` was no training."""
        spent = time.perf_counter() - start
        self.aside, self.looked = self.aside + spent, self.looked + spent

    def line(self, seconds: float) -> None:
        """Write the means since the last line into the journal and the curves."""
        readings = self.tally.means()
        rates = {name: learner.optimizer.param_groups[0]["lr"] for name, learner in self.engine.learners.items()}
        speed = (self.images - self.at_images) / max(seconds - self.at - self.aside, 1e-9)
        measured = {"images_per_second": round(speed, 2), "readings": readings, "learning_rates": rates}
        self.latest = self.write("round", seconds, measured)
        self.at, self.aside, self.at_images = seconds, 0.0, self.images
        if self.board:
            curves = {f"{turn}/{name}": value for turn, means in readings.items() for name, value in means.items()}
            curves |= {f"learning_rate/{name}": rate for name, rate in rates.items()}
            self.board.numbers({**curves, "images_per_second": speed}, self.images)

    def last_line(self, seconds: float) -> None:
        """The rounds that no line covers yet, at the end of a run."""
        if self.tally.in_line:
            self.line(seconds)

    def pictures(self, seconds: float, final: bool = False) -> None:
        """Draw and score the samples, if either is due."""
        if self.timeline.due(self.images, final):
            picture = self.timeline.draw(self.handle(seconds), self.images)
            grid.save(picture, self.folder.sample(self.images))
            if self.board:
                self.board.picture("samples", picture, self.images)
        if self.scoring.due(lambda: self.handle(seconds), self.images, seconds, final):
            self.score(self.handle(seconds), seconds)
        try:
            if self.measuring.due(lambda: self.handle(seconds), self.images, seconds, final):
                self.measure(self.handle(seconds), seconds)
        except (ValueError, ImportError) as error:  # a score that cannot be had is no reason to end a run
            self.measuring.possible = False
            self.event(f"real metrics cannot be measured in this run: {brief(error)}", seconds)

    def score(self, handle: Handle, seconds: float) -> None:
        """Measure the generator now, cheaply; that chooses the best weights until a real metric does."""
        score, better = self.scoring.measure(handle, self.images, seconds)
        self.scored({NAME: score})
        if better and not self.measuring.best:
            self.save_weights(self.folder.best, seconds)

    def measure(self, handle: Handle, seconds: float) -> None:
        """Measure the generator now with real metrics, and keep its weights where they are the best so far."""
        scores, better = self.measuring.measure(handle, self.images, seconds)
        self.scored({score.name: score.value for score in scores if math.isfinite(score.value)})
        if better:
            self.save_weights(self.folder.best, seconds)

    def scored(self, values: dict[str, float]) -> None:
        """What the weights of this moment came to, for their card and for the curves."""
        if self.scored_at != self.images:
            self.scores, self.scored_at = {}, self.images
        self.scores = {**self.scores, **values}
        if self.board:
            self.board.numbers({f"score/{name}": value for name, value in values.items()}, self.images)

    def handle(self, seconds: float) -> Handle:
        """The generator as it is now, averaged where there is an average."""
        networks, kind = exported(self.engine, self.recipe)
        return handle_of(joined(networks), self.card(kind, seconds), self.engine.machine.device, self.bank)

    def card(self, kind: str, seconds: float) -> Card:
        return Card(
            recipe=self.recipe,
            shape=self.source.shape,
            kind=kind_of(self.recipe),
            classes=self.source.classes,
            weights=kind,
            trained=Trained(
                self.images, round(seconds, 3), self.recipe.train.seed, self.source.name, self.source.fingerprint,
                __version__,
            ),
            scores=self.scores,
            licence=str(self.facts.get("licence") or ""),
            credit=str(self.facts.get("credit") or ""),
            card=f"{self.recipe.name}, trained on {self.source.name} for {self.images:,} images.",
        )  # fmt: skip

    def save_weights(self, path: Path, seconds: float) -> None:
        """Write a bundle of the networks that people will use."""
        networks, kind = exported(self.engine, self.recipe)
        tensors: dict[str, Tensor] = {
            f"{role}.{name}": t for role, network in networks.items() for name, t in network.state_dict().items()
        }
        with atomic.explained(path):
            path.parent.mkdir(exist_ok=True)
        save_bundle(path, tensors, self.card(kind, seconds))

    def resumable(self, state: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The engine's state with all else that a checkpoint needs."""
        return {
            "engine": state,
            "tally": self.tally.state_dict(),
            "scoring": self.scoring.state_dict(),
            "measuring": self.measuring.state_dict(),
            "seconds": seconds,
            "looked": self.looked,
            "machine": {"device": self.engine.machine.device.type, "precision": self.engine.machine.precision},
            "data": self.source.fingerprint,
        }

    def save(self, state: dict[str, Any], seconds: float) -> None:
        """Write a checkpoint, after everything that it counts on, and the newest weights."""
        start = time.perf_counter()
        self.journal.sync()
        checkpoint.write(self.folder.resume, self.resumable(state, seconds))
        self.save_weights(self.folder.last, seconds)
        self.lay_aside(start)

    def event(self, sentence: str, seconds: float) -> None:
        """A sentence for the journal and the log."""
        self.write("event", seconds, {"sentence": sentence})
        self.log(sentence)

    def write(self, kind: str, seconds: float, fields: Record) -> Record:
        """A line for the journal."""
        record: Record = {"kind": kind, "images": self.images, "seconds": round(seconds, 3), **fields}
        self.journal.append(record)
        return record

    def log(self, sentence: str) -> None:
        """A line for people."""
        when = time.strftime("%Y-%m-%d %H:%M:%S")
        with atomic.explained(self.folder.log), open(self.folder.log, "a", encoding="utf-8") as file:
            file.write(f"{when}  {self.images:>12,} images  {sentence}\n")

    def close(self) -> None:
        if self.board:
            self.board.close()
