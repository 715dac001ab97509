"""Packing: the critic judges several samples at once, so that it sees how varied they are (PacGAN, Lin et al. 2018).

The critic takes `size` times as many channels, or dimensions, and gives one logit per pack. Nothing else changes, so
the number of decisions per batch falls to a part. Packs are of one kind, all real or all fake, and of independent
samples. A label belongs to one sample, so a critic that sees labels cannot be packed.
"""

from __future__ import annotations

from torch import Tensor

from ..play.scene import Sample, leaves, like


def pack(sample: Sample, size: int) -> Sample:
    """(n, channels, ...) -> (n / size, size * channels, ...). ValueError if it does not divide."""
    return sample if size == 1 else like(sample, [joined(part, size) for part in leaves(sample)])


def unpack(packs: Tensor, size: int) -> Tensor:
    """The other way round: (n / size, size * channels, ...) -> (n, channels, ...)."""
    return packs if size == 1 else packs.unflatten(1, (size, -1)).flatten(0, 1)


def joined(part: Tensor, size: int) -> Tensor:
    """(n, channels, ...) -> (n / size, size * channels, ...). ValueError if it does not divide."""
    if len(part) % size:
        raise ValueError(f"{len(part)} samples do not make packs of {size}: choose a batch that is a multiple of it")
    return part.unflatten(0, (-1, size)).flatten(1, 2)


def packed_image(image: tuple[int, ...], size: int) -> tuple[int, ...]:
    """The shape of a pack as the critic's network is built for it: the channels or dimensions times `size`."""
    if size < 1:
        raise ValueError(f"a pack holds at least 1 sample, not {size}")
    return (size * image[0], *image[1:])
