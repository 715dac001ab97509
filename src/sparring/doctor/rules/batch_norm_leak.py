"""Batch norm tells the discriminator which batch a sample came in, and so whether it is real."""

from __future__ import annotations

from ..case import Now
from ..conditions import LOOKS, failing, lately, looks
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series

EFFECT = 0.3
"""Accuracy on mixed batches minus that on separate ones. The opposite sign is usual: batch norm that has always seen
separate batches is at a loss with mixed ones."""


def leak(
    now: Now, batch_effect: Series, distance: Series | None = None, distance_raw: Series | None = None
) -> Claim | None:
    newest = batch_effect.values[-LOOKS:]
    if len(newest) < LOOKS or not (newest > EFFECT).all():
        return None
    effect, bad = lately(batch_effect, now).median, failing(now, distance, distance_raw)
    evidence = evidence_of("batch_effect", batch_effect, effect, EFFECT, "above")
    return Claim(
        (evidence, *looks(now, distance, distance_raw)) if bad else (evidence,), severity="alarm" if bad else None
    )


BATCH_NORM_LEAK = Rule(
    id="batch-norm-leak",
    severity="warning",
    title="Batch norm gives the answer away",
    sentence=(
        "The discriminator judges a sample quite differently depending on whether reals and fakes share its batch. "
        "Batch norm lets it compare a sample with its neighbours, so it need not look at the sample itself, and the "
        "generator learns from a question that will not be asked."
    ),
    refute="A discriminator that compares samples on purpose, by minibatch deviation or packing.",
    remedies=("no-batch-norm-in-critic", "spectral-norm", "code-fix"),
    check=leak,
)
