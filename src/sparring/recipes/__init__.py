"""Recipes: one preset file per family. A package adds one through the entry-point group `sparring.recipes`."""

from __future__ import annotations

from ..registry import Registry
from .dcgan import DCGAN, DCGAN_TOY
from .dcgan_dense import DCGAN_DENSE, DCGAN_DENSE_TOY
from .gan import GAN, GAN_TOY
from .preset import Facts, Preset
from .recipe import Recipe
from .resnet_hinge import RESNET_HINGE, RESNET_HINGE_TOY

RECIPES: Registry[Preset] = Registry(
    "recipe",
    "sparring.recipes",
    {
        "resnet-hinge": RESNET_HINGE,
        "resnet-hinge-toy": RESNET_HINGE_TOY,
        "dcgan": DCGAN,
        "dcgan-toy": DCGAN_TOY,
        "dcgan-dense": DCGAN_DENSE,
        "dcgan-dense-toy": DCGAN_DENSE_TOY,
        "gan": GAN,
        "gan-toy": GAN_TOY,
    },
)
"""Name -> preset."""

__all__ = ["RECIPES", "Facts", "Preset", "Recipe"]
