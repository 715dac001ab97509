"""The list of rules. One more is one more file and one more line."""

from __future__ import annotations

from ..rule import Rule
from .critic_too_strong import CRITIC_TOO_STRONG

RULES: tuple[Rule, ...] = (CRITIC_TOO_STRONG,)
