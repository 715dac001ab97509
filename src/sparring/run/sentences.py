"""What other libraries' errors say, short enough for one sentence."""

from __future__ import annotations

LONGEST = 300  # characters


def brief(error: Exception) -> str:
    """The first two lines of an error, or its name; torch says of unfitting weights what fills pages."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])[:LONGEST] if lines else type(error).__name__
