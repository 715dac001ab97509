"""Remedies that no setting makes."""

from __future__ import annotations

from .advice import Advice

RESTORE_BEST = "restore-best"

WORDS = (
    Advice(
        "fix-range",
        "Bring the images to [-1, 1], end the generator in tanh, and undo just that when saving: the {critic} "
        "otherwise knows fakes by their range.",
    ),
    Advice(
        RESTORE_BEST,
        "Use the best weights instead of the last ones: the run got worse after them.",
    ),
    Advice(
        "stop-early",
        "Stop where the distance to the real samples was lowest: going on makes it worse.",
    ),
    Advice(
        "more-data",
        "Find more images: no setting replaces them.",
    ),
    Advice(
        "data-fix",
        "Mend the data, and train anew: a generator learns what it is shown, mistakes included.",
    ),
    Advice(
        "code-fix",
        "Mend the training loop: no setting helps where a gradient or a label does not arrive.",
    ),
)
