"""The discriminator knows its training images by heart: it trusts them more than real images it has never seen."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, LASTING, LOOKS, failing, lately, least, looks, stays_above
from ..findings import Claim, Evidence, evidence_of
from ..rule import Rule
from ..series import Series

GAP = 0.15
"""Of the way from fakes to training images: held-out images lie so far below the latter. With a hundred of each, three
standard errors; from 0.3 on nobody would doubt it."""
CERTAIN = 0.8
"""Mean sign of the logit on real samples; ADA steers it to 0.6."""
TELLS = 0.9
"""A discriminator that knows its images by heart tells them from fakes. Below this AUC the gap is noise."""
WORSE = 1.2
"""The distance over its smallest so far, beyond which the best samples are behind us."""


def overfits(
    now: Now,
    memory_gap: Series,
    auc: Series | None = None,
    sign_real: Series | None = None,
    held_out_logit: Series | None = None,
    distance: Series | None = None,
    distance_raw: Series | None = None,
) -> Claim | None:
    recent = memory_gap.since(now.start - now.window, least=2 * LOOKS)
    known = len(recent.finite()) >= max(2 * LOOKS, LASTING * len(recent))
    if not known or not recent.median > GAP or (auc is not None and lately(auc, now).median < TELLS):
        return None
    evidence: list[Evidence] = [evidence_of("memory_gap", memory_gap, recent.median, GAP, "above")]
    if sign_real is not None and stays_above(sign_real, now, CERTAIN):
        evidence.append(evidence_of("sign_real", sign_real, lately(sign_real, now).median, CERTAIN, "above"))
    if held_out_logit is not None and len(held_out_logit) > LOOKS:
        fall = held_out_logit.since(now.start - now.window, least=2 * LOOKS).slope()
        if fall < 0:
            evidence.append(
                evidence_of("held_out_logit", held_out_logit, fall, 0.0, "below", "change per 1,000 rounds")
            )
    if distance is not None and lately(distance, now).median > WORSE * least(distance):
        risen = lately(distance, now).median
        evidence.append(evidence_of("distance", distance, risen, WORSE * least(distance), "above"))
        return Claim(tuple(evidence), severity="alarm")
    if failing(now, distance, distance_raw):
        return Claim((*evidence, *looks(now, distance, distance_raw)), severity="alarm")
    return Claim(tuple(evidence))


CRITIC_OVERFITS = Rule(
    id="critic-overfits",
    severity="warning",
    title="The discriminator learns the training images by heart",
    sentence=(
        "Real images that the discriminator has never seen look much less real to it than those it trains on. "
        "What it then teaches the generator is no longer what real images have in common, and samples get worse."
    ),
    refute="Fewer than a few hundred held-out images, or held-out images of another kind than the training images.",
    remedies=(
        "diffaugment",
        "ada",
        "flip",
        "lecam",
        "larger-r1",
        "r1",
        "critic-dropout",
        "smaller-critic",
        "instance-noise",
        "label-smoothing",
        "restore-best",
        "stop-early",
        "more-data",
    ),
    consequence_of=BUGS,
    check=overfits,
)
