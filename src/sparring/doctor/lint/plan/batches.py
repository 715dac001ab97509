"""Batches, and what is measured over one."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

SMALL_BATCH = 16


def normed(plan: Plan) -> Claim | None:
    """Statistics of too few images."""
    train = plan.recipe.train
    together = train.batch // train.accumulate // (1 if train.synchronise_batch_norm else plan.world)
    names = [plan.called(name) for name in plan.players if name in plan.setup.batch_norm]
    if not names or together >= SMALL_BATCH:
        return None
    return says(
        f"Batch norm (in the {' and the '.join(names)}) sees only {together} images at a time; its statistics need "
        f"{SMALL_BATCH} or more, and with fewer every image is drawn by what else is in its batch.",
        number("images that batch norm sees", together, SMALL_BATCH, "below"),
        severity="alarm" if together < 2 else None,
    )


def divided(plan: Plan) -> Claim | None:
    """Terms over a batch that is looked at in parts."""
    parts, techniques = plan.recipe.train.accumulate, plan.recipe.techniques
    if parts == 1:
        return None
    coupled = {
        "unroll": techniques.unroll,
        "top_k": techniques.top_k < 1,
        "diversity": techniques.diversity,
        "minibatch": plan.recipe.minibatch.measures,
        plan.setup.adversarial: "average" in plan.setup.adversarial,
    }
    names = [name for name, on in coupled.items() if on]
    if not names:
        return None
    return says(
        f"{names[0]} looks at one micro-batch at a time, so train.accumulate changes what it does.",
        number("train.accumulate", parts, 1),
    )


def beyond(plan: Plan) -> Claim | None:
    """A batch in which images come twice."""
    batch, count = plan.recipe.train.batch, plan.facts.count
    if count is None or plan.facts.points or batch <= count:
        return None
    return says(
        f"A batch of {batch} is larger than the whole set of {count} images, so it shows some twice; lower --batch.",
        number("train.batch", batch, count),
    )


BATCHES: tuple[Lint[Plan], ...] = (
    Lint(
        "small-batch-with-batch-norm",
        "warning",
        "The batch is too small for batch norm",
        "Samples that look the same in training and in evaluation mode.",
        ("larger-batch", "no-batch-norm-in-critic"),
        normed,
    ),
    Lint(
        "divided-batch",
        "warning",
        "A technique that looks at whole batches sees parts",
        "A comparison with train.accumulate=1.",
        ("whole-batch",),
        divided,
    ),
    Lint(
        "batch-above-data",
        "warning",
        "The batch is larger than the data set",
        "Nothing: both numbers are known.",
        ("more-data",),
        beyond,
    ),
)
