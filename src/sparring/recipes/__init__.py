"""Recipes: one preset file per family. A package adds one through the entry-point group `sparring.recipes`."""

from __future__ import annotations

from ..registry import Registry
from .attention import ATTENTION
from .autoencoding import AUTOENCODING
from .conditional import CONDITIONAL
from .dcgan import DCGAN
from .drawn import DRAWN
from .few import FEW
from .gan import GAN
from .growing import GROWING
from .inference import INFERENCE
from .losses import LOSSES
from .modern import MODERN
from .penalties import PENALTIES
from .preset import Facts, Preset, with_toys
from .recipe import Recipe
from .residual import RESIDUAL
from .style import STYLE
from .techniques import TECHNIQUES
from .translation import TRANSLATION
from .unpaired import UNPAIRED
from .wasserstein import WASSERSTEIN

RECIPES: Registry[Preset] = Registry(
    "recipe",
    "sparring.recipes",
    with_toys(
        GAN
        | DCGAN
        | RESIDUAL
        | ATTENTION
        | MODERN
        | GROWING
        | STYLE
        | FEW
        | CONDITIONAL
        | WASSERSTEIN
        | LOSSES
        | PENALTIES
        | TECHNIQUES
        | INFERENCE
        | AUTOENCODING
        | TRANSLATION
        | UNPAIRED
        | DRAWN
    ),
)
"""Name -> preset."""

__all__ = ["RECIPES", "Facts", "Preset", "Recipe"]
