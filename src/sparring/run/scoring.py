"""A cheap score while training goes on: how far samples are from real images, and which weights were best."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from ..data.feed import Source
from ..metrics.sliced_wasserstein import SlicedWasserstein
from .journal import Lines, read
from .score_lines import QUICK as NAME
from .score_lines import quick
from .translating import Handle

SAMPLES = {"images": 512, "points": 2048}
PATCHES, PROJECTIONS = 32, 128
SHARE_OF_IMAGES = 0.05
"""A score is due every so much of the run ..."""
SHARE_OF_SECONDS = 0.05
"""... but all scores together take no more than this share of the time so far."""
AT_ONCE = 64
"""Fakes made at a time."""
TRIAL = 16
"""Samples of the trial that tells what a score will cost."""
SEED = 77_000
"""Of the order of the reference images and of the noise: the same at every score."""
LEAST_HELD_OUT = 256
"""With fewer held-out images, training images are the reference."""


@runtime_checkable
class HoldsOut(Protocol):
    """A source that keeps some images out of training."""

    def held_out(self, count: int | None = None) -> Tensor:
        """At most `count` images (n, channels, height, width) uint8, always the same ones."""
        ...

    def held_out_labels(self, count: int | None = None) -> Tensor:
        """Their labels, (n,) int64."""
        ...


class Scoring:
    """Scores samples against the same real ones each time; lower is better."""

    def __init__(self, source: Source, total: int, path: Path, *, flip: bool = False):
        self.source, self.flip, self.lines = source, flip, Lines(path)
        self.step = max(1, int(total * SHARE_OF_IMAGES))
        self.next = self.step  # images
        self.spent, self.cost = 0.0, 0.0  # seconds; a cost of 0 is not yet known
        self.best = min((line[NAME] for line in quick(read(path))), default=float("inf"))
        self.images_scored = -1
        self.reference = "training"
        self.real: Tensor | None = None
        self.label: Tensor | None = None
        self.metric: SlicedWasserstein | None = None

    def due(self, handle: Callable[[], Handle], images: int, seconds: float, final: bool = False) -> bool:
        """Whether it is time for a score, and there is time for it. `handle` makes a network for a trial."""
        if images in (0, self.images_scored) or (images < self.next and not final):
            return False
        allowed = SHARE_OF_SECONDS * seconds - self.spent
        if not self.cost and allowed > 0:
            self.cost = self.trial(handle())
        return 0 < self.cost <= allowed

    def trial(self, handle: Handle) -> float:
        """Seconds that a score will take, judged by a small one."""
        start = time.perf_counter()
        real = self.draw()
        drawn = time.perf_counter()
        SlicedWasserstein(real[:TRIAL], patches=PATCHES, projections=PROJECTIONS)(self.fakes(handle, TRIAL))
        self.spent += time.perf_counter() - start
        return (time.perf_counter() - drawn) * len(real) / min(TRIAL, len(real))

    def measure(self, handle: Handle, images: int, seconds: float) -> tuple[float, bool]:
        """The score, and whether it is the best so far; a line of scores.jsonl says both."""
        start = time.perf_counter()
        real = self.draw()
        self.metric = self.metric or SlicedWasserstein(real, patches=PATCHES, projections=PROJECTIONS)
        levels = self.metric(self.fakes(handle, len(real)))
        score = sum(levels) / len(levels)
        self.cost = time.perf_counter() - start
        self.spent += self.cost
        self.next, self.images_scored = (images // self.step + 1) * self.step, images
        better = score < self.best
        self.best = score if better else self.best
        if math.isfinite(score):
            line = {"images": images, "seconds": round(seconds, 3), NAME: score, "levels": levels, "best": better}
            self.lines.append({**line, "protocol": self.protocol})
        return score, better

    def draw(self) -> Tensor:
        """The real samples, held out of training where there are enough of them; the same at every score."""
        if self.real is not None:
            return self.real
        points = len(self.source.shape) == 1
        count = SAMPLES["points" if points else "images"]
        held = self.source.held_out(count) if isinstance(self.source, HoldsOut) else torch.empty(0)
        if len(held) >= LEAST_HELD_OUT and isinstance(self.source, HoldsOut):
            self.reference, self.real = "held-out", held.float().div(127.5).sub(1)
            if self.flip:  # as in training
                self.real[::2] = self.real[::2].flip(3)
            self.label = self.source.held_out_labels(count) if self.source.classes else None
        else:
            batch = self.source.feed(max(2, min(count, self.source.count or count)), seed=SEED).batch(0)
            self.real, self.label = batch.image, batch.label if self.source.classes else None
        return self.real

    def fakes(self, handle: Handle, count: int) -> Tensor:
        """Fakes with the real ones' labels, always from the same noise; images are rounded as if saved."""
        noise = handle.noise(len(self.draw()), seed=SEED)[:count].split(AT_ONCE)
        labels = [None] * len(noise) if self.label is None else self.label[:count].split(AT_ONCE)
        made = torch.cat([handle.decode(z, y).float().cpu() for z, y in zip(noise, labels, strict=True)])
        return made.add(1).mul(127.5).round().div(127.5).sub(1).clamp(-1, 1) if made.dim() == 4 else made

    @property
    def protocol(self) -> dict[str, Any]:
        assert self.metric is not None
        return {
            "samples": len(self.draw()),
            "patches": PATCHES,
            "projections": PROJECTIONS,
            "normalise": self.metric.normalise,
            "reference": self.reference,
            "seed": SEED,
        }

    def state_dict(self) -> dict[str, float]:
        return {"spent": self.spent, "cost": self.cost}

    def load_state_dict(self, state: dict[str, float], images: int) -> None:
        """Go on after `images`, with the same account of time."""
        self.spent, self.cost = state["spent"], state["cost"]
        self.next = (images // self.step + 1) * self.step
