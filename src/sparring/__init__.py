"""Sparring: one toolkit for the whole life of a GAN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .run.handles import Synthesizer as Synthesizer
    from .run.handles import load as load

__all__ = ["__version__", "Synthesizer", "load"]


def __getattr__(name: str) -> Any:
    """Public names bring torch along, so each is imported when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'sparring' has no attribute {name!r}")
    from .run import handles

    return getattr(handles, name)
