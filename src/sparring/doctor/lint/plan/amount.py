"""How much data there is, and how often it is shown."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .plan import Plan

FEW_IMAGES = 500
FEW_PER_CLASS = 50
OFTEN = 200
"""Times that each image is shown; without augmentation, small sets are known by heart long before."""
SHORT = 100
"""Rounds in which no GAN learns more than colours."""
HALF = 0.5


def few(plan: Plan) -> Claim | None:
    """A handful of images."""
    count = plan.facts.count
    if count is None or plan.facts.points or count >= FEW_IMAGES:
        return None
    return says(
        f"{count} images are few: below {FEW_IMAGES} a {plan.critic} soon knows them by heart, and the generator "
        "copies or collapses; stop early, and prefer the best checkpoint to the last.",
        number("images", count, FEW_IMAGES, "below"),
    )


def few_of_each(plan: Plan) -> Claim | None:
    """A handful of each class."""
    count, classes = plan.facts.count, plan.facts.classes
    if count is None or plan.facts.points or not classes or count / classes >= FEW_PER_CLASS:
        return None
    return says(
        f"There are about {count // classes} images per class; with so few, --set data.labels=none often looks better.",
        number("images per class", count / classes, FEW_PER_CLASS, "below"),
    )


def often(plan: Plan) -> Claim | None:
    """Every image hundreds of times, as it is."""
    count, images = plan.facts.count, plan.recipe.train.images
    if not count or plan.facts.points or plan.setup.augment != "none" or images / count <= OFTEN:
        return None
    return says(
        f"Each of the {count:,} images is shown {images / count:.0f} times as it is: time enough for the {plan.critic} "
        "to know every one. Augmentation keeps it from that.",
        number("times that each image is shown", images / count, OFTEN),
    )


def brief(plan: Plan) -> Claim | None:
    """A run that is over before it began."""
    count, images, rounds = plan.facts.count, plan.recipe.train.images, plan.setup.rounds
    if rounds < SHORT:
        return says(
            f"The run has {rounds} rounds: enough to see that everything works, and not enough to learn.",
            number("rounds", rounds, SHORT, "below"),
            severity="info",
        )
    if count and not plan.facts.points and images < HALF * count:
        return says(
            f"The run shows {images:,} of {count:,} images, and none twice: the {plan.critic} never sees most of them.",
            number("times that each image is shown", images / count, HALF, "below"),
        )
    return None


AMOUNT: tuple[Lint[Plan], ...] = (
    Lint(
        "few-images",
        "warning",
        "There are few images",
        "A score of held-out images as good as that of training images.",
        ("ada", "diffaugment", "flip", "stop-early", "more-data"),
        few,
    ),
    Lint(
        "few-per-class",
        "warning",
        "There are few images of each class",
        "Classes that look alike, so that one helps the other.",
        ("no-labels", "more-data"),
        few_of_each,
    ),
    Lint(
        "shown-often",
        "info",
        "Each image is shown very often",
        "Held-out images that the discriminator takes for as real as the others.",
        ("diffaugment", "ada", "stop-early"),
        often,
    ),
    Lint(
        "short-run",
        "warning",
        "The run is short",
        "A run that goes on from a trained one.",
        ("longer-run",),
        brief,
    ),
)
