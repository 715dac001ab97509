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
    from .avatar.settings import AvatarSettings as AvatarSettings
    from .avatar.pipeline import Stylist as Stylist
    from .avatar.pipeline import load_stylist as load_stylist
    from .avatar.pipeline import stylize as stylize
    from .doctor.foreign import Vitals as Vitals

__all__ = [
    "__version__",
    "Synthesizer",
    "load",
    "Translator",
    "load_translator",
    "AvatarSettings",
    "Stylist",
    "load_stylist",
    "stylize",
    "Vitals",
]

_ROOMS = {
    "Translator": ".run.translating",
    "load_translator": ".run.translating",
    "AvatarSettings": ".avatar.settings",
    "Stylist": ".avatar.pipeline",
    "load_stylist": ".avatar.pipeline",
    "stylize": ".avatar.pipeline",
    "Vitals": ".doctor.foreign",
}
"""Where public names come from that are not of `run.handles`."""


def __getattr__(name: str) -> Any:
    """Public names bring torch along, so each is imported when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'sparring' has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS.get(name, ".run.handles"), __name__), name)
