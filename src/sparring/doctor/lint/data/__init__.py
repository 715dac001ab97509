"""What images, labels and their order show before anybody learns from them."""

from __future__ import annotations

from ..check import Lint
from .blank import BLANK
from .colours import COLOURS
from .copies import COPIES
from .files import FILES
from .labels import LABELS
from .order import ORDER
from .ranges import RANGES
from .shown import Shown

DATA: tuple[Lint[Shown], ...] = (*BLANK, *RANGES, *COLOURS, *LABELS, *ORDER, *COPIES, *FILES)
