"""Frozen networks through whose eyes sets of images are compared."""

from __future__ import annotations

from .choose import NAMES, choose_extractor
from .frozen import FrozenNetwork, extractor_of

__all__ = ["NAMES", "FrozenNetwork", "choose_extractor", "extractor_of"]
