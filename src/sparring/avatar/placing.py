"""Drawn faces laid into a photo, a strip at a time, so that memory does not grow with the face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import Tensor

from .blend import Blend
from .paste import compose, lay
from .picture import Picture, Pixels, floats
from .similarity import Similarity
from .warp import region_of

STRIP = 1 << 21
"""Pixels that are laid at a time; 100 bytes each."""
WHOLE = 1 << 24
"""Pixels above which a face is mixed and not blended otherwise: that needs all of it at once."""


def laid(picture: Picture, crop: Tensor, made: Tensor, mask: Tensor, there: Similarity, blend: Blend) -> Picture:
    """The photo with one more face in it.

    `crop` and `made` (3, size, size) and `mask` (1, size, size) lie in the photo along `there`, which leads from it to
    them. Where the mask is 0 bytes stay what they are.
    """
    left, top, right, bottom = region_of(there, mask, picture.height, picture.width)
    area = max(0, right - left) * max(0, bottom - top)
    if not area:
        return picture
    blend = "alpha" if area > WHOLE else blend
    rows = max(1, STRIP // (right - left)) if blend == "alpha" else bottom - top
    original = picture.original.copy()
    for start in range(top, bottom, rows):
        end = min(bottom, start + rows)
        seen = picture.part(left, start, right, end)
        strip = Similarity.of(shift=(left, start)).then(there)
        mixed = compose(seen, [lay(floats(seen), crop, made, mask, strip)], blend)
        changed = (mixed != seen).any(2)
        target = original[start:end, left:right]
        if picture.alpha is not None:
            mixed = through(mixed, picture.alpha[start:end, left:right])
        target[changed] = mixed[changed]
    return replace(picture, original=original)


def through(seen: Pixels, opacity: Pixels) -> Pixels:
    """The colours that look like `seen` (height, width, 3) on white, with this opacity (height, width); white for 0."""
    share = opacity[..., None].astype(np.float32) / 255
    lacking = (255 - seen.astype(np.float32)) / np.maximum(share, 1 / 255)
    return np.where(share > 0, np.rint(255 - lacking).clip(0, 255), 255).astype(np.uint8)
