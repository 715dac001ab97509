"""A picture of a comparison: for each row, samples of its best run, all from the same noise."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ..data.open import open_source
from . import grid
from .compare import Comparison, Result
from .samples import POINTS, SEED
from .translating import Handle, load_watched

WIDTH = 1000  # pixels that the images of a row about fill
FEWEST, MOST, ROWS = 8, 20, 2  # images side by side, and one above the other
SCATTERS = 4  # side by side
SCATTER_SIDE = 320  # pixels
MARGIN, TITLE, LETTERS = 10, 26, 16  # pixels


def picture(comparison: Comparison, results: Sequence[Result], order: Sequence[str]) -> Image.Image | None:
    """The rows in this order, those that have samples; points side by side. None where there are none yet."""
    panels: list[tuple[str, Image.Image]] = []
    columns = 1
    for name in order:
        done = [one for one in results if one.row == name and one.state == "finished"]
        known = [(score, one.seed, one.run) for one in done if (score := one.score) is not None]
        if known:
            score, seed, run = min(known)
            handle = load_watched(comparison.path / run, device="cpu")
            columns = SCATTERS if len(handle.shape) == 1 else 1
            panels.append((f"{name}: {score:.4f}, seed {seed}", panel(handle)))
    return sheet(panels, columns) if panels else None


def panel(handle: Handle) -> Image.Image:
    """What a network makes of the noise that is the same in all rows."""
    points = len(handle.shape) == 1
    columns = min(MOST, max(FEWEST, WIDTH // (handle.shape[-1] + grid.GAP)))
    count = POINTS if points else columns * ROWS
    made = handle.decode(handle.noise(count, seed=SEED), labels(handle, count)).float().cpu()
    if not points:
        row = grid.grid(grid.to_bytes(made), columns)
        factor = max(1, WIDTH // row.width)
        return row.resize((row.width * factor, row.height * factor), Image.Resampling.NEAREST)
    real = open_source(handle.card.recipe.data).feed(POINTS, seed=SEED).batch(0).image
    return grid.scatter(made, real).resize((SCATTER_SIDE, SCATTER_SIDE), Image.Resampling.LANCZOS)


def labels(handle: Handle, count: int) -> Tensor | None:
    """The classes in turn."""
    return torch.arange(count) % len(handle.classes) if handle.classes else None


def sheet(panels: Sequence[tuple[str, Image.Image]], columns: int) -> Image.Image:
    """Titled pictures of one size, `columns` side by side."""
    wide, high = (max(side) for side in zip(*(image.size for _, image in panels), strict=True))
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    step = wide + MARGIN, high + TITLE + MARGIN
    canvas = Image.new("RGB", (columns * step[0] + MARGIN, rows * step[1] + MARGIN), "white")
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(LETTERS)
    for number, (title, image) in enumerate(panels):
        left, top = MARGIN + number % columns * step[0], MARGIN + number // columns * step[1]
        pen.text((left, top), title, fill="black", font=font)
        canvas.paste(image.convert("RGB"), (left, top + TITLE))
    return canvas
