"""Two networks, tried out before they play: whatever they are called and whoever wrote them."""

from __future__ import annotations

from ..check import Lint
from .arriving import ARRIVING
from .ends import ENDS
from .fitting import FITTING, SOUND
from .ignoring import IGNORING
from .layers import LAYERS
from .pair import Pair

PAIR: tuple[Lint[Pair], ...] = (*ENDS, *ARRIVING, *IGNORING, *LAYERS)
"""Asked where the networks fit each other and the data and answer with numbers: that is asked first."""

__all__ = ["FITTING", "PAIR", "SOUND", "Pair"]
