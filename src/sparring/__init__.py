"""Sparring: one toolkit for the whole life of a GAN."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .run.handles import Synthesizer as Synthesizer
    from .run.handles import load as load
    from .run.translating import Translator as Translator
    from .run.translating import load_translator as load_translator
    from .doctor.foreign import Vitals as Vitals

__all__ = ["__version__", "Synthesizer", "load", "Translator", "load_translator", "Vitals"]

_ROOMS = {"Vitals": ".doctor.foreign", "Translator": ".run.translating", "load_translator": ".run.translating"}
"""Where public names come from that are not of `run.handles`."""


def __getattr__(name: str) -> Any:
    """Public names bring torch along, so each is imported when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'sparring' has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS.get(name, ".run.handles"), __name__), name)
