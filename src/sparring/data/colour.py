"""Any mode Pillow has becomes opaque 8-bit gray or sRGB."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms

OPAQUE = frozenset({"L", "RGB", "CMYK", "LAB"})


class BadImageError(ValueError):
    """An image that cannot be used; the message continues a sentence that starts with the file's name."""


def flatten(image: Image.Image) -> Image.Image:
    """The image as opaque 8-bit L, RGB, CMYK or LAB; what is transparent becomes white.

    White, because hidden colour under alpha is arbitrary and white is what most pages showed behind it.
    BadImageError for values that have no agreed white point.
    """
    if image.mode.startswith("I"):
        return _from_integers(image)
    if image.mode == "F":
        return _from_floats(image)
    if image.has_transparency_data:
        return _on_white(image)
    if image.mode in OPAQUE:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _from_integers(image: Image.Image) -> Image.Image:
    """16-bit gray, divided by 257: 65535 becomes 255. By mode, never by value: a dark 16-bit image stays dark."""
    values = np.asarray(image)
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > 65535:
        raise BadImageError(
            f"has 32-bit values from {low} to {high}, so its white is unknown; save it with 16 or 8 bits"
        )
    gray = ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        gray[values == clear] = 255
    return Image.fromarray(gray)


def _from_floats(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    low, high = float(values.min()), float(values.max())
    if not (low >= 0.0 and high <= 1.0):
        raise BadImageError(f"has float values from {low:g} to {high:g}; floats are read as 0 = black to 1 = white")
    return Image.fromarray(np.rint(values * 255.0).astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    mode, seen = ("LA", "L") if image.mode == "LA" else ("RGBA", "RGB")
    layered = image.convert(mode)
    page = Image.new(seen, image.size, "white")
    page.paste(layered.convert(seen), mask=layered.getchannel("A"))
    return page


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """L stays L (in sRGB's tones), everything else becomes RGB, through the ICC profile where it fits the image.

    A profile that is broken or belongs to another mode is ignored, as every viewer does.
    """
    if image.mode == "LAB":
        profile = b""
    if profile is not None:
        try:
            transform = _transform(image.mode, profile)
            if transform is not None:
                return transform.apply(image).convert("L" if image.mode == "L" else "RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


@lru_cache(maxsize=64)
def _transform(mode: str, profile: bytes) -> ImageCms.ImageCmsTransform | None:
    """None where the profile is sRGB already: converting would only add rounding."""
    target = ImageCms.createProfile("sRGB")
    if mode == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    else:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
            return None
    return ImageCms.buildTransform(source, target, mode, "RGB", ImageCms.Intent.PERCEPTUAL)
