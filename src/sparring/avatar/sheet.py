"""Every picture of every step: as files, and on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..run import grid
from .picture import Pixels
from .result import Step

TILE, COLUMNS, GAP, TEXT = 256, 4, 8, 20
INK, PAPER = (40, 40, 40), (255, 255, 255)


def write_steps(folder: Path, steps: Sequence[Step]) -> None:
    """Each picture as `03-choose.png`, or `06-crop-2.png` where a step has several, and `sheet.png` with all.

    OSError with one sentence where they cannot be written.
    """
    shown = list[tuple[str, Pixels]]()
    for number, step in enumerate(steps, start=1):
        pictures = step.draw()
        for name, pixels in pictures.items():
            label = step.name if len(pictures) == 1 else f"{step.name}-{name}"
            grid.save(Image.fromarray(pixels), folder / f"{number:02d}-{label}.png")
            shown.append((label.replace("-", " "), pixels))
    if shown:
        grid.save(contact_sheet(shown), folder / "sheet.png")


def contact_sheet(shown: Sequence[tuple[str, Pixels]]) -> Image.Image:
    """Pictures (height, width, 3) by name, in rows of four, each as large as it fits its square."""
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    across, down = TILE + GAP, TILE + TEXT + GAP
    page = Image.new("RGB", (columns * across + GAP, rows * down + GAP), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for place, (label, pixels) in enumerate(shown):
        left, top = GAP + place % columns * across, GAP + place // columns * down
        tile = fitted(pixels)
        page.paste(tile, (left + (TILE - tile.width) // 2, top + (TILE - tile.height) // 2))
        pen.text((left, top + TILE + 3), label, INK, font=font)
    return page


def fitted(pixels: Pixels) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    factor = TILE / max(image.size)
    size = max(1, round(image.width * factor)), max(1, round(image.height * factor))
    return image.resize(size, Image.Resampling.LANCZOS if factor < 1 else Image.Resampling.BICUBIC)
