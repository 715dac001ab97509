"""Files that move: films through ffmpeg, animated GIF and WebP through Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageSequence

from ..data.colour import BadImageError
from ..data.film import ENDINGS, film_name, frames_of, open_film, writing
from ..data.folder import load_file
from ..data.images import decoding, native
from ..run import atomic
from .motion import FilmStylist
from .picture import Pixels
from .pipeline import Stylist
from .saving import Provenance, options_of

ANIMATED = {"GIF": ".gif", "WEBP": ".webp"}
"""Pictures that can move, and their endings."""
TOLD = 25  # frames from one word about the progress to the next
USUAL = 100  # milliseconds of a frame that says nothing, as browsers show it


@dataclass(frozen=True)
class Shot:
    """What became of a film."""

    frames: int
    drawn: int
    """Frames with a face."""


def moves(path: Path) -> str:
    """The ending of what would be made of a file that moves; empty for one that does not, or cannot be read."""
    if path.suffix.lower() in ENDINGS:
        return Path(film_name(path.name)).suffix.lower()
    try:
        with decoding():
            image = load_file(path)
            return ANIMATED.get(image.format or "", "") if getattr(image, "n_frames", 1) > 1 else ""
    except BadImageError:
        return ""


def make_film(
    source: Path,
    target: Path,
    stylist: Stylist,
    provenance: Provenance,
    keep_metadata: bool,
    watch: Callable[[str], None],
) -> Shot:
    """Draw a film or an animated picture into another; `watch` hears how far it is.

    ValueError with one sentence where it cannot be read; OSError where the new one cannot be written. Where no frame
    has a face nothing is written.
    """
    if source.suffix.lower() not in ENDINGS:
        return animate(source, target, stylist, provenance, watch)
    film = open_film(source)
    drawer = FilmStylist(stylist, float(film.rate))
    made = telling(drawer.frames(frames_of(film)), watch)
    first = next(made)
    height, width = first.shape[:2]
    with writing(target, film, width, height, keep_metadata=keep_metadata, comment=provenance.words) as write:
        for frame in chain([first], made):
            write(frame)
    if not drawer.drawn:
        target.unlink()
    return Shot(drawer.seen, drawer.drawn)


def animate(source: Path, target: Path, stylist: Stylist, provenance: Provenance, watch: Callable[[str], None]) -> Shot:
    """The same for an animated picture; each frame keeps its time."""
    with decoding():
        try:
            image = load_file(source)
            times = [int(frame.info.get("duration", 0)) or USUAL for frame in ImageSequence.Iterator(image)]
            drawer = FilmStylist(stylist, 1000 * len(times) / sum(times))
            made = map(Image.fromarray, telling(drawer.frames(frames_in(image)), watch))
            memory, form = io.BytesIO(), image.format or "GIF"
            first = next(made)
            options: dict[str, Any] = (
                options_of(form, provenance, b"") if form != "GIF" else {"comment": provenance.words}
            )
            first.save(memory, form, save_all=True, append_images=made, duration=times, loop=0, **options)
        except BadImageError as error:
            raise ValueError(f"{source} {error}") from None
    if drawer.drawn:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(target, memory.getvalue())
    return Shot(drawer.seen, drawer.drawn)


def frames_in(image: Image.Image) -> Iterator[Pixels]:
    for frame in ImageSequence.Iterator(image):
        yield np.ascontiguousarray(native(frame.copy(), 3))


def telling(frames: Iterator[Pixels], watch: Callable[[str], None]) -> Iterator[Pixels]:
    for count, frame in enumerate(frames, start=1):
        if count % TOLD == 0:
            watch(f"{count:,} frames")
        yield frame
