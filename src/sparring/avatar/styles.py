"""What an avatar may look like: a translator of faces, and the crop that it was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..layers.shipped import WEIGHTS
from ..registry import Registry
from ..run.bundle import read_card
from ..run.folder import RunFolder
from ..run.handles import weights_of
from ..run.translating import Translator, load_translator

MARGIN = 1.15


@dataclass(frozen=True)
class Style:
    """One look, and what a generator needs to draw it."""

    name: str
    bundle: Path
    """A translator's bundle, or a run."""
    line: str
    """What it looks like."""
    licence: str = ""
    """Of the weights; empty = unknown."""
    size: int = 256
    """Side in pixels of the crops that it was trained on."""
    template: str = "ffhq"
    """Where the face lies in the crop: a name in `templates`."""
    margin: float = MARGIN
    """Side of the crop, in sides of the template; more shows more around the face."""

    def load(self, device: str = "auto") -> Translator:
        """Its generator. ValueError with one sentence where the file holds none."""
        return load_translator(self.bundle, device=device)


CEL = Style(
    name="cel",
    bundle=WEIGHTS / "cel.safetensors",
    line="cel shading: inked contours and flat colours, everything where it is in the photo",
    licence="BSD-3-Clause",
)

STYLES: Registry[Style] = Registry("style", "sparring.styles", {"cel": CEL})
"""Styles that need no training. A package adds one through the entry-point group `sparring.styles`."""


def style_of(given: str) -> Style:
    """The style of this name, or of this bundle or run, whose crops are FFHQ's with a margin.

    ValueError with what there is for anything else.
    """
    path = Path(given)
    if given in STYLES or not path.exists():
        if path.suffix == ".safetensors":
            raise ValueError(f"there is no bundle at {path}")
        return STYLES[given]
    name = RunFolder.open(path).path.name if path.is_dir() else path.stem
    card = read_card(weights_of(path))
    line = card.card or f"trained as {card.recipe.name} for {card.trained.images:,} images"
    return Style(name, path, line, card.licence, size=card.shape[-1])
