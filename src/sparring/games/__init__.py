"""Games: one file per kind of play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..registry import Registry, choice
from .autoencoding import AutoencodingSettings
from .casting import Cast as Cast
from .casting import GameSettings as GameSettings
from .cycle import CycleSettings
from .domains import DomainsSettings
from .drawing import DrawingSettings
from .enhancing import EnhancingSettings
from .growing import GrowingSettings
from .inference import InferenceSettings
from .onesided import OnesidedSettings
from .paired import PairedSettings
from .styled_pairs import StyledPairsSettings
from .styles import StylesSettings
from .synthesis import SynthesisSettings

GAMES: Registry[type] = Registry(
    "game",
    "sparring.games",
    {
        "synthesis": SynthesisSettings,
        "growing": GrowingSettings,
        "inference": InferenceSettings,
        "autoencoding": AutoencodingSettings,
        "paired": PairedSettings,
        "cycle": CycleSettings,
        "onesided": OnesidedSettings,
        "domains": DomainsSettings,
        "enhancing": EnhancingSettings,
        "styled-pairs": StyledPairsSettings,
        "styles": StylesSettings,
        "drawing": DrawingSettings,
    },
)

if TYPE_CHECKING:
    AnyGame = GameSettings
else:
    AnyGame = choice(GAMES)
