"""Images in which there is nothing to learn."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .shown import Shown

FLAT = 0.005
"""Standard deviation below which nothing is to be seen, in a range of 2: less than one grey level of 256."""
SOME = 0.02
"""Share of blank images; white pages and broken downloads come in larger numbers."""


def constant(shown: Shown) -> Claim | None:
    """Nothing differs."""
    images = shown.images
    if len(images) < 2:
        return None
    apart = images.std(0).mean().item()
    if apart >= FLAT:
        return None
    inside = images.flatten(1).std(1).mean().item() if shown.pictures else 1.0
    what = f"the same flat colour, {images.mean().item():.2f}" if inside < FLAT else "the same"
    return says(
        f"All {len(images)} samples that were looked at are {what}. There is nothing to learn from them: a file was "
        "read wrongly, or values were divided twice.",
        number("standard deviation over samples", apart, FLAT, "below"),
    )


def blank(shown: Shown) -> Claim | None:
    """Some images are empty."""
    if not shown.pictures or constant(shown):
        return None
    empty = (shown.images.flatten(1).std(1) < FLAT).float().mean().item()
    if empty <= SOME:
        return None
    return says(
        f"{empty:.0%} of the images have one colour throughout. The generator will learn to draw empty images, as "
        "often.",
        number("share of images of one colour", empty, SOME),
    )


def dead(shown: Shown) -> Claim | None:
    """One channel is empty."""
    if not shown.pictures or shown.images.shape[1] < 2 or constant(shown):
        return None
    spread = shown.images.transpose(0, 1).flatten(1).std(1)
    if spread.min().item() >= FLAT:
        return None
    which = int(spread.argmin())
    return says(
        f"Channel {which} of {len(spread)} has the same value everywhere: it was lost where the images were made or "
        "read.",
        number("least standard deviation of a channel", spread.min().item(), FLAT, "below"),
    )


BLANK: tuple[Lint[Shown], ...] = (
    Lint(
        "constant-data",
        "alarm",
        "All samples are the same",
        "Other samples later in the data, where only its beginning is empty.",
        ("data-fix",),
        constant,
    ),
    Lint(
        "blank-images",
        "warning",
        "Some images are blank",
        "Blank images that belong to the set.",
        ("data-fix",),
        blank,
    ),
    Lint(
        "dead-channel",
        "warning",
        "A colour channel is empty",
        "Data that has nothing in this channel, such as two stains of a microscope.",
        ("data-fix",),
        dead,
    ),
)
