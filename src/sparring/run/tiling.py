"""Large images in tiles that overlap, for networks to which a part of an image says all about its own translation."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..layers.dropout import LastingDropout

LOCAL = (
    nn.Conv2d,
    nn.ConvTranspose2d,
    nn.BatchNorm2d,
    nn.ReflectionPad2d,
    nn.ZeroPad2d,
    nn.ReLU,
    nn.LeakyReLU,
    nn.PReLU,
    nn.Tanh,
    nn.Sigmoid,
    nn.Identity,
    nn.Dropout,
    LastingDropout,
    nn.Upsample,
    nn.AvgPool2d,
    nn.PixelShuffle,
    nn.PixelUnshuffle,
)
"""Layers that look at a neighbourhood only."""

OVERLAP = 4  # parts of a tile, one of which it shares with the next
UNUSED = 4  # parts of what is shared, one of which at each end is thrown away: the made-up edge shows there


def refuse_tiles(network: nn.Module, tile: int, multiple: int) -> None:
    """ValueError where a layer looks at the whole image, so that tiles would not fit together, or for their size."""
    least = max(OVERLAP * UNUSED, multiple)
    if tile < least or tile % multiple:
        raise ValueError(f"tiles have sides of at least {least} pixels, a multiple of {multiple}, and not of {tile}")
    for part in network.modules():
        leaf = next(part.children(), None) is None
        if leaf and type(part) not in LOCAL and not isinstance(part, nn.ModuleList | nn.Sequential):
            raise ValueError(
                f"the {type(part).__name__} of this translator may look at the whole image, so tiles would not fit "
                "together: translate a smaller image, or the whole one without tiles"
            )


def in_tiles(paint: Callable[[Tensor], Tensor], x: Tensor, tile: int, multiple: int) -> Tensor:
    """What `paint` makes of x (n, c, h, w), in squares of `tile` pixels that fade into each other; on the CPU.

    Sides and `tile` are multiples of so many pixels, which is how far halvings lie apart.
    """
    shared = tile // OVERLAP
    # Where halvings fall on the same pixels, tiles agree to the bit but for what is near their edges.
    shared -= shared % multiple if shared > multiple else 0
    made, weights = list[Tensor](), torch.zeros(x.shape[2:])
    for top, below in spans(x.shape[2], tile, shared):
        for left, right in spans(x.shape[3], tile, shared):
            part = paint(x[:, :, top:below, left:right]).float().cpu()
            window = fading(top, below, x.shape[2], shared)[:, None] * fading(left, right, x.shape[3], shared)
            if not made:
                made.append(part.new_zeros(*part.shape[:2], *x.shape[2:]))
            made[0][:, :, top:below, left:right] += part * window
            weights[top:below, left:right] += window
    return made[0] / weights


def spans(length: int, tile: int, shared: int) -> list[tuple[int, int]]:
    """Where tiles begin and end, the last one at the end of the image."""
    if length <= tile:
        return [(0, length)]
    starts = [*range(0, length - tile, tile - shared), length - tile]
    return [(start, start + tile) for start in starts]


def fading(start: int, end: int, length: int, shared: int) -> Tensor:
    """How much each pixel of a tile counts (end - start,): all of it, but for edges inside the image."""
    unused = shared // UNUSED
    ramp = ((torch.arange(end - start) - unused + 0.5) / max(1, shared - 2 * unused)).clamp(0, 1)
    from_left, from_right = (ramp if inside else torch.ones_like(ramp) for inside in (start > 0, end < length))
    return torch.minimum(from_left, from_right.flip(0))
