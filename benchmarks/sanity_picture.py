"""The picture of benchmarks/sanity.py: a column for each way of spoiling images, a row for each metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

NAMES = {
    "fd": "distance (FD)",
    "kd": "distance (KD)",
    "precision": "precision",
    "density": "density",
    "recall": "recall",
    "coverage": "coverage",
    "authpct": "AuthPct",
    "c_t": "C_T (copying)",
    "is": "Inception score*",
}
LEFT, TOP, WIDE, HIGH, GAP = 130, 34, 196, 84, 12  # pixels
HEAD = 20  # of a panel, for its numbers
THUMB = 32
LETTERS = 13
INK, SOFT, BLUE, RIGHT, WRONG = "#222222", "#9a9a9a", "#3a5fa8", "#1c8a4b", "#c0392b"
ARROWS = {1: "should rise", -1: "should fall", 0: "should stay"}


def picture(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    expected: Mapping[str, Mapping[str, int]],
    examples: Mapping[str, Sequence[Tensor]],
) -> Image.Image:
    """Curves over five levels, what they should do in green (or red where they do not), and images of each level."""
    band = TOP + 2 * THUMB + GAP
    size = (LEFT + len(curves) * (WIDE + GAP) + GAP, band + len(NAMES) * (HIGH + GAP) + 26)
    canvas = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(LETTERS)
    limits = {metric: window([v for one in curves.values() for v in one[metric]]) for metric in NAMES}
    for column, (name, one) in enumerate(curves.items()):
        x = LEFT + column * (WIDE + GAP)
        draw.text((x, 8), name, INK, font)
        for level, images in enumerate(examples[name]):
            canvas.paste(thumbnails(images), (x + round(level * (WIDE - THUMB) / 4), TOP))
        for row, metric in enumerate(NAMES):
            box = (x, band + row * (HIGH + GAP))
            panel(draw, font, box, one[metric], limits[metric], expected[name].get(metric))
    for row, title in enumerate(NAMES.values()):
        draw.text((8, band + row * (HIGH + GAP) + HIGH / 2 - 8), title, INK, font)
    draw.text(
        (8, size[1] - 20),
        "* by classes of photographs, which say little of cartoons. Rows share one scale.",
        SOFT,
        font,
    )
    return canvas


def window(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = 0.08 * (high - low) or 1.0
    return low - margin, high + margin


def thumbnails(images: Tensor) -> Image.Image:
    """Two of them, one below the other."""
    tile = torch.cat(list(images[-2:]), 1)
    return Image.fromarray(tile.permute(1, 2, 0).contiguous().numpy()).resize((THUMB, 2 * THUMB))


def panel(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    box: tuple[int, int],
    values: Sequence[float],
    limits: tuple[float, float],
    sign: int | None,
) -> None:
    """One curve with its first and last value."""
    (x, y), (low, high) = box, limits
    draw.rectangle((x, y, x + WIDE, y + HIGH), outline="#dddddd")
    spots = [
        (x + 10 + i * (WIDE - 20) / (len(values) - 1), y + HIGH - (value - low) / (high - low) * (HIGH - HEAD))
        for i, value in enumerate(values)
    ]
    draw.line(spots, BLUE, 2)
    for px, py in spots:
        draw.ellipse((px - 2, py - 2, px + 2, py + 2), BLUE)
    draw.text((x + 4, y + 2), f"{rounded(values[0])} to {rounded(values[-1])}", SOFT, font)
    if sign is not None:
        moved = values[-1] - values[0]
        fine = abs(moved) <= 0.1 * abs(values[0]) if not sign else sign * moved > 0.05 * abs(values[0])
        draw.text((x + WIDE - 76, y + 2), ARROWS[sign], RIGHT if fine else WRONG, font)


def rounded(value: float) -> str:
    return "0" if abs(value) < 5e-4 else f"{value:.3g}"
