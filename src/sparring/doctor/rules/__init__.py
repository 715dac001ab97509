"""The list of rules. One more is one more file and one more line."""

from __future__ import annotations

from ..rule import Rule
from .augmentation_leak import AUGMENTATION_LEAK
from .batch_norm_leak import BATCH_NORM_LEAK
from .blobs import BLOBS
from .broken_updates import BROKEN_UPDATES
from .checkerboard import CHECKERBOARD
from .class_collapse import CLASS_COLLAPSE
from .colour_drift import COLOUR_DRIFT
from .complete_collapse import COMPLETE_COLLAPSE
from .critic_accuracy import CRITIC_ACCURACY
from .critic_loss_falling import CRITIC_LOSS_FALLING
from .critic_loss_zero import CRITIC_LOSS_ZERO
from .critic_not_working import CRITIC_NOT_WORKING
from .critic_overfits import CRITIC_OVERFITS
from .critic_too_strong import CRITIC_TOO_STRONG
from .dead_clipped_critic import DEAD_CLIPPED_CRITIC
from .double_sigmoid import DOUBLE_SIGMOID
from .early_domination import EARLY_DOMINATION
from .exploding_gradient import EXPLODING_GRADIENT
from .far_samples import FAR_SAMPLES
from .generator_loss_falling import GENERATOR_LOSS_FALLING
from .healthy_band import HEALTHY_BAND
from .label_noise import LABEL_NOISE
from .labels_ignored import LABELS_IGNORED
from .lazy_penalty import LAZY_PENALTY
from .loss_ratio import LOSS_RATIO
from .losses_diverge import LOSSES_DIVERGE
from .memorising_generator import MEMORISING_GENERATOR
from .noise_ignored import NOISE_IGNORED
from .normalisation_gap import NORMALISATION_GAP
from .oscillation import OSCILLATION
from .partial_collapse import PARTIAL_COLLAPSE
from .past_its_best import PAST_ITS_BEST
from .penalty_too_strong import PENALTY_TOO_STRONG
from .plateau import PLATEAU
from .rates_far_apart import RATES_FAR_APART
from .restless_samples import RESTLESS_SAMPLES
from .rotating_collapse import ROTATING_COLLAPSE
from .saturation import SATURATION
from .stale_average import STALE_AVERAGE
from .standing_still import CRITIC_STANDS_STILL, GENERATOR_STANDS_STILL
from .swapped_channels import SWAPPED_CHANNELS
from .update_size import UPDATES_TOO_LARGE, UPDATES_TOO_SMALL
from .vanishing_gradient import VANISHING_GRADIENT
from .wrong_range import WRONG_RANGE
from .wrong_sign import WRONG_SIGN

RULES: tuple[Rule, ...] = (
    BROKEN_UPDATES,
    GENERATOR_STANDS_STILL,
    CRITIC_STANDS_STILL,
    WRONG_SIGN,
    DOUBLE_SIGMOID,
    BATCH_NORM_LEAK,
    LABEL_NOISE,
    VANISHING_GRADIENT,
    CRITIC_TOO_STRONG,
    CRITIC_LOSS_ZERO,
    CRITIC_LOSS_FALLING,
    EARLY_DOMINATION,
    CRITIC_OVERFITS,
    CRITIC_NOT_WORKING,
    GENERATOR_LOSS_FALLING,
    PENALTY_TOO_STRONG,
    LAZY_PENALTY,
    OSCILLATION,
    LOSSES_DIVERGE,
    EXPLODING_GRADIENT,
    DEAD_CLIPPED_CRITIC,
    UPDATES_TOO_LARGE,
    UPDATES_TOO_SMALL,
    RATES_FAR_APART,
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
    CRITIC_ACCURACY,
    LOSS_RATIO,
    HEALTHY_BAND,
)
