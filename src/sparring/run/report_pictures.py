"""Pictures of a run, small enough to lie inside its report."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from ..data.feed import Source
from ..data.packed import PackSource
from ..data.sheet import contact_sheet
from .grid import GAP, scatter

POINTS = 2000
"""Points in the picture of a set of points."""

THUMBNAILS = 12
THUMBNAIL_SAMPLES = 4  # across and down, out of a grid
THUMBNAIL_SIDE = 256  # pixels
LARGEST_SIDE = 1100  # pixels, of the large pictures
LARGEST_BYTES = 900_000


def embedded(image: Image.Image, alt: str, kind: str = "", limit_bytes: int = LARGEST_BYTES) -> str:
    """An <img> with the picture in it: PNG where that stays small, else JPEG."""
    data, form = encoded(image, "PNG"), "png"
    if len(data) > limit_bytes:
        data, form = encoded(image.convert("RGB"), "JPEG", 88), "jpeg"
    text = base64.b64encode(data).decode()
    return (
        f'<img class="{escape(kind, quote=True)}" alt="{escape(alt, quote=True)}" width="{image.width}" '
        f'height="{image.height}" src="data:image/{form};base64,{text}">'
    )


def encoded(image: Image.Image, form: str, quality: int = 90) -> bytes:
    memory = io.BytesIO()
    image.save(memory, form, optimize=True, quality=quality)
    return memory.getvalue()


def opened(path: Path) -> Image.Image | None:
    """The picture; None if it is missing or damaged, for a report is made of what there is."""
    try:
        with Image.open(path) as image:
            image.load()
            return image
    except (OSError, UnidentifiedImageError, ValueError):
        return None


def large(path: Path, alt: str, kind: str) -> str:
    """A picture of a file, as large as a page has use for; empty text if it cannot be read."""
    image = opened(path)
    if image is None:
        return ""
    if max(image.size) > LARGEST_SIDE:
        image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    return embedded(image, alt, f"{kind} small" if max(image.size) <= 640 else kind)


def timeline(paths: Sequence[Path], columns: int) -> str:
    """Thumbnails of at most twelve of these grids, the first and the last among them; 0 columns = no grids."""
    items = []
    for path in spread(paths, THUMBNAILS):
        image = opened(path)
        if image is not None:
            count = f"{int(path.stem):,} images" if path.stem.isdecimal() else path.stem
            picture = embedded(corner(image, columns), f"samples after {count}", "small", 40_000)
            items.append(f"<li>{picture}<span>{escape(count)}</span></li>")
    return f'<ul class="timeline">{"".join(items)}</ul>' if items else ""


def spread(paths: Sequence[Path], most: int) -> list[Path]:
    if len(paths) <= most:
        return list(paths)
    return [paths[round(i * (len(paths) - 1) / (most - 1))] for i in range(most)]


def corner(grid: Image.Image, columns: int) -> Image.Image:
    """The first few samples of a grid: the same ones in every grid, so that one sees them grow."""
    if columns > THUMBNAIL_SAMPLES:
        # A grid is columns * (side + GAP) - GAP pixels wide; enlarged grids are cut a pixel or two too wide.
        side = round((grid.width + GAP) * THUMBNAIL_SAMPLES / columns - GAP)
        grid = grid.crop((0, 0, side, min(side, grid.height)))
    image = grid if grid.mode in ("L", "RGB") else grid.convert("RGB")
    if max(image.size) > THUMBNAIL_SIDE:
        image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return image


def picture_of(source: Source) -> Image.Image | None:
    """What the data looks like; None where it cannot be looked at twice."""
    if isinstance(source, PackSource):
        return contact_sheet(source)
    if len(source.shape) == 1:
        return scatter(source.feed(POINTS, seed=0).batch(0).image)
    return None
