"""Adaptive discriminator augmentation, ADA (Karras et al. 2020): augment just enough that the critic cannot memorise.

Eighteen operations, each applied to each image with the same probability p, which a controller moves until the
critic's answers to real images show a set amount of overfitting. As long as p is below about 0.8, what the
operations do can be undone in distribution, and the generator learns clean images.
"""

from __future__ import annotations

from .augment import BLIT, COLOUR, CORRUPTIONS, FILTER, GEOMETRY, Ada, AdaptiveAugment, Operation

__all__ = ["BLIT", "COLOUR", "CORRUPTIONS", "FILTER", "GEOMETRY", "Ada", "AdaptiveAugment", "Operation"]
