"""Sparring: one toolkit for the whole life of a GAN."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .run.handles import Synthesizer as Synthesizer
    from .run.handles import load as load
    from .doctor.foreign import Vitals as Vitals

__all__ = ["__version__", "Synthesizer", "load", "Vitals"]


def __getattr__(name: str) -> Any:
    """Public names bring torch along, so each is imported when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'sparring' has no attribute {name!r}")
    return getattr(importlib.import_module(".doctor.foreign" if name == "Vitals" else ".run.handles", __name__), name)
