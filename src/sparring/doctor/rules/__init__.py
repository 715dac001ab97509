"""The list of rules. One more is one more file and one more line."""

from __future__ import annotations

from ..rule import Rule
from .augmentation_leak import AUGMENTATION_LEAK
from .blobs import BLOBS
from .checkerboard import CHECKERBOARD
from .class_collapse import CLASS_COLLAPSE
from .colour_drift import COLOUR_DRIFT
from .complete_collapse import COMPLETE_COLLAPSE
from .critic_too_strong import CRITIC_TOO_STRONG
from .far_samples import FAR_SAMPLES
from .labels_ignored import LABELS_IGNORED
from .memorising_generator import MEMORISING_GENERATOR
from .noise_ignored import NOISE_IGNORED
from .normalisation_gap import NORMALISATION_GAP
from .partial_collapse import PARTIAL_COLLAPSE
from .past_its_best import PAST_ITS_BEST
from .plateau import PLATEAU
from .restless_samples import RESTLESS_SAMPLES
from .rotating_collapse import ROTATING_COLLAPSE
from .saturation import SATURATION
from .stale_average import STALE_AVERAGE
from .swapped_channels import SWAPPED_CHANNELS
from .wrong_range import WRONG_RANGE

RULES: tuple[Rule, ...] = (
    CRITIC_TOO_STRONG,
    COMPLETE_COLLAPSE,
    ROTATING_COLLAPSE,
    PARTIAL_COLLAPSE,
    CLASS_COLLAPSE,
    NOISE_IGNORED,
    LABELS_IGNORED,
    FAR_SAMPLES,
    RESTLESS_SAMPLES,
    MEMORISING_GENERATOR,
    WRONG_RANGE,
    SWAPPED_CHANNELS,
    COLOUR_DRIFT,
    SATURATION,
    CHECKERBOARD,
    BLOBS,
    NORMALISATION_GAP,
    AUGMENTATION_LEAK,
    STALE_AVERAGE,
    PAST_ITS_BEST,
    PLATEAU,
)
