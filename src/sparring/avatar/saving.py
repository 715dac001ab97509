"""Writing what was made: in one piece, nothing of the camera's in it, and it says itself that it was made."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image, PngImagePlugin

from .. import __version__
from ..run import atomic
from ..run.grid import format_of
from .picture import Pixels

TOOL = "sparring"
SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""The press's words for how pictures come about, which sites and viewers read."""
PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<xmp:CreatorTool>{tool}</xmp:CreatorTool>
<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
QUALITY = 95  # of JPEG and WebP


@dataclass(frozen=True)
class Provenance:
    """How a picture came about, as it is written into its file."""

    style: str
    """Name of the style."""
    whole: bool = True
    """Whether all of the picture is generated, or faces in a photo are."""
    licence: str = ""
    """Of the style's weights; empty = not said."""

    @property
    def words(self) -> str:
        what = "A portrait stylised" if self.whole else "A photo with stylised faces, made"
        licence = f" Licence of the style: {self.licence}." if self.licence else ""
        return f"{what} by a neural network ({TOOL} {__version__}, style {self.style}).{licence}"

    @property
    def packet(self) -> bytes:
        """XMP, which PNG, JPEG and WebP all carry."""
        source = "trainedAlgorithmicMedia" if self.whole else "compositeWithTrainedAlgorithmicMedia"
        tool = f"{TOOL} {__version__}"
        return PACKET.format(tool=tool, source=SOURCES + source, words=escape(self.words)).encode()


def save_picture(pixels: Pixels, path: Path, provenance: Provenance, exif: bytes = b"") -> None:
    """Write (height, width, 3), or 4 with opacity, as what the name's ending says.

    `exif` is what to keep of the camera's own words. Formats without opacity are laid on white. ValueError for an
    ending that names no format; OSError with one sentence where it cannot be written.
    """
    form = format_of(path)
    memory = io.BytesIO()
    image = Image.fromarray(pixels if form in ("PNG", "WEBP") else on_white(pixels))
    image.save(memory, form, **options_of(form, provenance, exif))
    with atomic.explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write_bytes(path, memory.getvalue())


def options_of(form: str, provenance: Provenance, exif: bytes) -> dict[str, Any]:
    """What Pillow is told when it saves this format."""
    options: dict[str, Any] = {"exif": exif} if exif and form in ("PNG", "JPEG", "WEBP") else {}
    if form == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Software", f"{TOOL} {__version__}")
        info.add_text("Description", provenance.words)
        info.add_itxt("XML:com.adobe.xmp", provenance.packet.decode())
        return {**options, "pnginfo": info}
    if form == "JPEG":
        return {**options, "quality": QUALITY, "subsampling": 0, "xmp": provenance.packet}
    return {**options, "quality": QUALITY, "xmp": provenance.packet} if form == "WEBP" else options


def on_white(pixels: Pixels) -> Pixels:
    """Without opacity: (height, width, 3)."""
    if pixels.shape[2] == 3:
        return pixels
    opacity = pixels[..., 3:].astype(np.uint16)
    return ((pixels[..., :3] * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)


def made_here(path: Path) -> bool:
    """Whether a picture says of itself that it was made by this program, so that it may be made again."""
    try:
        with Image.open(path) as image:
            packet = image.info.get("xmp", image.info.get("XML:com.adobe.xmp", b""))
    except (OSError, ValueError, SyntaxError):
        return False
    return f"<xmp:CreatorTool>{TOOL} ".encode() in (packet.encode() if isinstance(packet, str) else packet)
