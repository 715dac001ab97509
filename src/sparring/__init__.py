"""Sparring: one toolkit for the whole life of a GAN."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
