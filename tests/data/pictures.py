"""Pictures, files and folders that the tests of the data room are made of."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""XYZ of Display P3's red, green and blue, adapted to D50."""


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def noise(width: int, height: int, channels: int = 3, seed: int = 0) -> Image.Image:
    """Smooth random colours, so that lossy formats keep them."""
    random = np.random.default_rng(seed)
    shape = (max(2, height // 8), max(2, width // 8), channels)
    small = Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8).squeeze())
    return small.resize((width, height), Image.Resampling.BICUBIC)


def write_images(folder: Path, names: list[str], size: int = 16, seed: int = 0) -> Path:
    """A different small PNG under each name; folders are made as needed."""
    random = np.random.default_rng(seed)
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (size, size, 3), dtype=np.uint8)
        file.write_bytes(encoded(Image.fromarray(pixels), "PNG"))
    return folder


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims a size, with an image of one pixel behind it."""
    data = bytearray(encoded(Image.new("RGB", (1, 1)), "PNG"))
    chunk = b"IHDR" + struct.pack(">II", width, height) + data[24:29]
    data[12:29] = chunk
    import zlib

    data[29:33] = struct.pack(">I", zlib.crc32(chunk))
    return bytes(data)


def icc(space: bytes, tags: dict[bytes, bytes], connection: bytes = b"XYZ ") -> bytes:
    """An ICC profile, version 2, made by hand."""
    tags = {b"desc": text_tag(b"desc", b"test"), b"cprt": text_tag(b"text", b"none"), **tags}
    table, body, offset = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    rest = struct.pack(">I", len(tags)) + table + body
    kind = b"mntr" if space != b"CMYK" else b"prtr"
    head = struct.pack(">I4sI4s4s4s", 128 + len(rest), b"lcms", 0x02400000, kind, space, connection)
    head += struct.pack(">6H4s4s", 2020, 1, 1, 0, 0, 0, b"acsp", b"APPL").ljust(44, b"\0")
    head += fixed(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + rest


def fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def text_tag(kind: bytes, text: bytes) -> bytes:
    if kind == b"text":
        return b"text\0\0\0\0" + text + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + b"\0" * 78


def xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + fixed(*values)


def gamma(power: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(power * 256))


def wide_gamut() -> bytes:
    """Display P3's colours with a gamma of 2.2."""
    white = {b"wtpt": xyz((0.9642, 1.0, 0.8249))}
    colours = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(xyz, P3), strict=True))
    return icc(b"RGB ", {**white, **colours, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), gamma(2.2))})


def linear_gray() -> bytes:
    return icc(b"GRAY", {b"wtpt": xyz((0.9642, 1.0, 0.8249)), b"kTRC": gamma(1.0)})


def gray_inks() -> bytes:
    """A CMYK profile whose inks are all gray: any of them alone prints black."""
    identity = bytes(range(256))
    corners = b"".join(bytes([255 if corner == 0 else 0, 128, 128]) for corner in range(16))
    head = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return icc(b"CMYK", {b"A2B0": head + identity * 4 + corners + identity * 3}, connection=b"Lab ")
