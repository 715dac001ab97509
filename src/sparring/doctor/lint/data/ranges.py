"""Values that the generator cannot make, or would never make."""

from __future__ import annotations

from ...findings import Claim
from ..check import Lint, number, says
from .shown import Shown

SLACK = 0.02
BEYOND = 0.005
"""Share of values; a few may lie beyond after resizing."""
BYTES = 10.0
"""No usual standardisation of images reaches as far."""


def ranged(shown: Shown) -> Claim | None:
    """Data and generator do not meet."""
    values = shown.images
    low, high = values.min().item(), values.max().item()
    if shown.pictures and high > BYTES:
        return says(
            f"The images have values from {low:g} to {high:g}: these are bytes, and networks are made for [-1, 1]. "
            "Divide by 127.5 and subtract 1.",
            number("largest value", high, BYTES),
        )
    if shown.reach is None:
        return None
    bottom, top = shown.reach
    beyond = ((values < bottom - SLACK) | (values > top + SLACK)).float().mean().item()
    if beyond > BEYOND:
        return says(
            f"{beyond:.1%} of the data's values lie outside {bottom:g} to {top:g}, and the generator can make no "
            "others: the discriminator knows real samples by that alone.",
            number("share of values that the generator cannot make", beyond, BEYOND),
        )
    if shown.pictures and bottom < -SLACK and low >= -SLACK and high > SLACK:
        return says(
            f"The images have values from {low:.2g} to {high:.2g}, and the generator makes {bottom:g} to {top:g}: it "
            "looks as if they were scaled to [0, 1] and not to [-1, 1]. Half of what the generator can make is always "
            "wrong, and colours come out too dark or too bright. Multiply by 2 and subtract 1.",
            number("smallest value", low, -SLACK),
        )
    return None


RANGES: tuple[Lint[Shown], ...] = (
    Lint(
        "wrong-range",
        "alarm",
        "Data and generator have different ranges",
        "Images without anything darker than a medium grey.",
        ("fix-range",),
        ranged,
    ),
)
