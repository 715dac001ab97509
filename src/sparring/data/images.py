"""One image becomes a square uint8 array: every format and mode Pillow reads, or one sentence why not."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from .colour import BadImageError, flatten, to_srgb

Resize = Literal["cover", "contain", "stretch"]

MAX_PIXELS = 89_478_485
"""Pillow's own line, where it begins to warn of a decompression bomb: 256 MiB of RGB."""

REFUSED = frozenset({"EPS", "WMF", "MPEG", "BUFR", "GRIB", "HDF5"})
"""EPS and WMF start other programs to draw themselves, the others are no pictures Pillow can decode."""

GAP = 3.0
"""How much larger than the target an image may be decoded or box-reduced before the real filter: three times
is where the result can no longer be told from filtering at full size, and JPEGs decode up to 8 times faster."""

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112


@dataclass(frozen=True)
class Prepared:
    """An image as it is trained on, and what its file was like."""

    pixels: NDArray[np.uint8]  # (size, size, channels)
    width: int  # of the upright original
    height: int
    mode: str  # Pillow's name, e.g. "RGB", "P", "I;16"
    format: str  # Pillow's name, e.g. "JPEG"; empty for images that were never a file
    gray: bool  # every pixel is
    animated: bool  # only the first of several frames is used


@cache
def formats() -> tuple[str, ...]:
    """The formats that are read: Pillow's, and HEIC where the pillow-heif plugin is installed."""
    Image.init()
    if find_spec("pillow_heif"):
        import_module("pillow_heif").register_heif_opener()
    return tuple(sorted(set(Image.OPEN) - REFUSED))


@cache
def extensions() -> frozenset[str]:
    """File name endings of these formats, lower case, with the dot."""
    readable = {*formats(), "MPO"}
    return frozenset(end for end, name in Image.registered_extensions().items() if name in readable)


@contextmanager
def decoding() -> Iterator[None]:
    """Around a stretch of decoding, threads included: bombs are errors and Pillow does not chatter."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


@contextmanager
def _plainly() -> Iterator[None]:
    """Whatever a decoder throws at damaged bytes becomes one BadImageError."""
    try:
        yield
    except BadImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadImageError(f"has more than {MAX_PIXELS // 1_000_000} million pixels; make it smaller first") from None
    except UnidentifiedImageError:
        raise BadImageError("is not an image of a format that Pillow reads, or its beginning is damaged") from None
    except MemoryError:
        raise BadImageError("needs more memory to decode than there is") from None
    except Exception as error:  # noqa: BLE001 - decoders raise struct.error, IndexError, SyntaxError, zlib.error ...
        raise BadImageError(f"is damaged ({str(error).strip(' .') or type(error).__name__})") from None


def open_image(data: bytes) -> Image.Image:
    """An image from a file's bytes, not decoded yet; the name's ending does not matter. BadImageError if it is none."""
    if not data:
        raise BadImageError("is empty (0 bytes)")
    with _plainly():
        image = Image.open(BytesIO(data), formats=formats())
    _check_pixels(image)
    return image


def _check_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise BadImageError(f"is {width} x {height} pixels, more than {limit} million; make it smaller first")
    if not width or not height:
        raise BadImageError(f"is {width} x {height} pixels")


def prepare(image: Image.Image, size: int, channels: int, resize: Resize = "cover") -> Prepared:
    """The image upright, opaque, in sRGB, as (size, size, channels) uint8; channels 1 = gray, 3 = RGB.

    `cover` fills the square and crops the middle, `contain` fits inside and pads with white, `stretch` ignores
    the aspect ratio. BadImageError for damaged, too large or unsupported images.
    """
    _check_pixels(image)
    mode, form = image.mode, image.format or ""
    (width, height), profile = image.size, image.info.get("icc_profile")
    with _plainly():
        # Photos of telephones are MPO: a second picture for 3-D or HDR, not an animation.
        animated = form != "MPO" and bool(getattr(image, "is_animated", False))
        _draft(image, size, resize)
        image.load()
        image = upright(image)
        if (image.width < image.height) != (width < height):
            width, height = height, width
        small = to_srgb(_shrink(flatten(image), size, resize), profile)
        square = small if small.size == (size, size) else _pad(small, size)
        pixels, gray = _channels(square, channels)
    return Prepared(pixels, width, height, mode, form, gray, animated)


def native(image: Image.Image, channels: int) -> NDArray[np.uint8]:
    """The image in its own size, upright, opaque, in sRGB, as (height, width, channels) uint8.

    BadImageError for damaged, too large or unsupported images.
    """
    _check_pixels(image)
    profile = image.info.get("icc_profile")
    with _plainly():
        image.load()
        pixels, _ = _channels(to_srgb(flatten(upright(image)), profile), channels)
    return pixels


def layers(image: Image.Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """The image in its own size, upright, in sRGB: colours (height, width, 3), and opacity (height, width) or None.

    Both uint8. Colours are as they stand in the file, also where nothing of them is seen; None where all is opaque.
    BadImageError as for `native`.
    """
    if image.mode.startswith("I") or not image.has_transparency_data:
        return native(image, 3), None
    _check_pixels(image)
    profile = image.info.get("icc_profile")
    with _plainly():
        image.load()
        layered = upright(image).convert("RGBA")
        pixels, gray = _channels(layered.convert("RGB"), 3)
        # A profile of gray fits gray alone.
        seen = Image.fromarray(pixels[..., 0] if gray and image.mode in ("LA", "La", "PA") else pixels)
        pixels, _ = _channels(to_srgb(seen, profile), 3)
        opacity = np.asarray(layered.getchannel("A"))
    return pixels, None if (opacity == 255).all() else opacity


def _draft(image: Image.Image, size: int, resize: Resize) -> None:
    """Let the JPEG decoder skip detail that the resize would throw away."""
    side = max(image.size) if resize == "contain" else min(image.size)
    factor = size * GAP / side
    if factor < 1:
        image.draft(image.mode, (int(image.width * factor), int(image.height * factor)))


def upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF orientation says; a damaged EXIF block counts as none."""
    try:
        method = UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a picture is not lost because of its metadata, and parsers raise anything
        method = None
    return image if method is None else image.transpose(method)


def upright_size(image: Image.Image) -> tuple[int, int]:
    """(width, height) of the upright image, by its head alone: EXIF's orientations from 5 to 8 lie on their side."""
    width, height = image.size
    try:
        lies = "exif" in image.info and image.getexif().get(ORIENTATION, 1) >= 5
    except Exception:  # noqa: BLE001 - see upright
        lies = False
    return (height, width) if lies else (width, height)


def _shrink(image: Image.Image, size: int, resize: Resize) -> Image.Image:
    """Lanczos to shrink, for it keeps the most detail without aliasing; bicubic to grow, for it rings less."""
    width, height = image.size
    box, target = (0, 0, width, height), (size, size)
    if resize == "cover":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        box = (left, top, left + side, top + side)
    elif resize == "contain":
        scale = size / max(width, height)
        target = (max(1, round(width * scale)), max(1, round(height * scale)))
    grows = target[0] > box[2] - box[0] or target[1] > box[3] - box[1]
    method = Image.Resampling.BICUBIC if grows else Image.Resampling.LANCZOS
    return image.resize(target, method, box=box, reducing_gap=GAP)


def _pad(image: Image.Image, size: int) -> Image.Image:
    page = Image.new(image.mode, (size, size), "white")
    page.paste(image, ((size - image.width) // 2, (size - image.height) // 2))
    return page


def _channels(image: Image.Image, channels: int) -> tuple[NDArray[np.uint8], bool]:
    gray, colour = image.mode == "L", np.asarray(image)
    if not gray:
        gray = bool((colour[..., 0] == colour[..., 1]).all() and (colour[..., 1] == colour[..., 2]).all())
    mode = "L" if channels == 1 else "RGB"
    # Of a huge photo every copy counts, and converting to what it is makes one.
    pixels = colour if image.mode == mode else np.asarray(image.convert(mode))
    return pixels.reshape(image.height, image.width, channels), gray
