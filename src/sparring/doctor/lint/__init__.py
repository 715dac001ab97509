"""What can be known before the first round: of a recipe, of its data, and of any two networks."""

from __future__ import annotations

from .looking import lint, lint_modules

__all__ = ["lint", "lint_modules"]
