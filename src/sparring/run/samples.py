"""The timeline of a run in pictures: the same noise, made into samples again and again."""

from __future__ import annotations

import copy
import math

import torch
from PIL import Image
from torch import Tensor, nn

from ..data.feed import Source
from ..data.maps import painted
from ..play.engine import Engine
from ..recipes.recipe import Recipe
from . import grid
from .translating import Handle, Translator

POINTS = 2000
"""Points in a scatter, of each kind."""
SEED = 1234
"""Of the noise of every grid, in every run: two runs' grids can be laid side by side."""
AT_ONCE = 64


def exported(engine: Engine, recipe: Recipe) -> tuple[dict[str, nn.Module], str]:
    """The networks that people will use, by role, for looking only; and whether they are `ema` or `raw`.

    Averaged copies are the engine's own. Where there is no average, copies are made in evaluation mode, so that
    looking changes nothing in training.
    """
    networks, kinds = {}, set()
    for role in recipe.game.averaged:
        learner = engine.learners[role]
        if learner.average:
            networks[role], kind = learner.average.copies[0], "ema"
        else:
            networks[role], kind = copy.deepcopy(learner.player.modules[0]).eval(), "raw"
        kinds.add(kind)
    return networks, kinds.pop()


class Timeline:
    """Says when a picture is due, and draws it."""

    def __init__(self, source: Source, total: int, grids: int, samples: int):
        self.points = len(source.shape) == 1
        self.marks = marks(total, grids)
        classes = len(source.classes)
        # A column for each class, where a page is wide enough for all of them.
        self.columns = classes if 0 < classes <= 16 else 0
        whole_rows = samples // self.columns * self.columns if self.columns else samples
        self.count = POINTS if self.points else max(1, whole_rows or samples)
        self.label = torch.arange(self.count) % classes if classes else None
        self.real = source.feed(POINTS, seed=SEED).batch(0).image if self.points else None
        self.drawn = -1

    def due(self, images: int, final: bool = False) -> bool:
        """Whether a mark was passed since the last picture."""
        passed = [mark for mark in self.marks if mark <= images]
        return images != self.drawn and (final or bool(passed and passed[-1] > self.drawn))

    def draw(self, handle: Handle, images: int) -> Image.Image:
        """The picture after so many images."""
        self.drawn = images
        if isinstance(handle, Translator):
            return self.translated(handle)
        samples = self.made(handle)
        return grid.scatter(samples, self.real) if self.points else grid.grid(grid.to_bytes(samples), self.columns)

    def translated(self, handle: Translator) -> Image.Image:
        """Each source, in its first three channels or gray, or its labels, and beside it what became of it."""
        count = max(1, self.count // 2)
        numbers, label = handle.noise(count, seed=SEED), None if self.label is None else self.label[:count]
        sources = handle.sources(numbers).cpu()
        sources = painted(sources, handle.maps) if handle.maps else sources
        pair = sources, handle.decode(numbers, label).float().cpu()
        shown = [one[:, :3] if one.shape[1] >= 3 else one[:, :1] for one in pair]
        channels = max(one.shape[1] for one in shown)
        beside = torch.stack([one.expand(-1, channels, -1, -1) for one in shown], 1).flatten(0, 1)
        return grid.grid(grid.to_bytes(beside), 2 * math.ceil(math.sqrt(count / 2)))

    def made(self, handle: Handle) -> Tensor:
        noise = handle.noise(self.count, seed=SEED).split(AT_ONCE)
        labels = [None] * len(noise) if self.label is None else self.label.split(AT_ONCE)
        return torch.cat([handle.decode(z, y).float().cpu() for z, y in zip(noise, labels, strict=True)])


def marks(total: int, grids: int) -> list[int]:
    """Image counts at which a picture is due: `grids` of them from 0 to the end, the earlier the denser."""
    last = max(grids - 1, 1)
    return sorted({round(total * (number / last) ** 2) for number in range(grids)})
