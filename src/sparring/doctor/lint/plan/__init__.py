"""Set-ups that are known to go wrong: what a recipe says about itself and its data set."""

from __future__ import annotations

from ...case import Setup
from ..check import Lint
from .amount import AMOUNT
from .averaging import AVERAGING
from .batches import BATCHES
from .bounds import BOUNDS, NORMS
from .momenta import MOMENTA
from .noise import NOISE
from .penalties import PENALTIES
from .plan import Plan
from .rates import RATES
from .sides import SIDES
from .sizes import SIZES
from .stacking import STACKING
from .steps import STEPS
from .targets import TARGETS
from .time import TIME

SETUP: tuple[Lint[Setup], ...] = (*BOUNDS, *PENALTIES, *STEPS, *MOMENTA)
"""Asked of foreign training too. One more is one more entry in the tuple of its file."""

PLAN: tuple[Lint[Plan], ...] = (
    *NORMS,
    *RATES,
    *TARGETS,
    *NOISE,
    *BATCHES,
    *STACKING,
    *AVERAGING,
    *SIZES,
    *AMOUNT,
    *SIDES,
    *TIME,
)
"""Asked of recipes."""
