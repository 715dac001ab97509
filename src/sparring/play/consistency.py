"""Consistency regularisation: a critic shall not care whether an image is mirrored or shifted a little."""

from __future__ import annotations

import torch
from torch import Tensor

from . import chance
from .scene import Judge, Sample, detached, full, leaves, like, mean

IMAGES_ONLY = ("consistency", "consistency_fake")


def inconsistency(judge: Judge, sample: Sample) -> Tensor:
    """Mean squared difference (0-d) of the logits on images and on changed copies (Zhang et al. 2020)."""
    shown = detached(sample)
    pairs = zip(judge(shown).logits, judge(changed(shown)).logits, strict=True)
    return mean([(full(before) - full(after)).square().mean() for before, after in pairs])


def changed(sample: Sample) -> Sample:
    """Images (n, ..., height, width), each mirrored or not and moved by up to an eighth of its sides.

    What comes in from outside is the image's own reflection. Images that make up one sample are changed alike; what
    is no image beside them, such as a latent vector, stays as it is. ValueError where there is no image.
    """
    parts = leaves(sample)
    if all(part.dim() < 4 for part in parts):
        raise ValueError("consistency mirrors and shifts images, and these samples are points; set it to 0")
    count, device = len(parts[0]), parts[0].device
    mirrored = chance.integers(2, (count,), device).bool()
    down, across = chance.symmetric((count,), device), chance.symmetric((count,), device)
    return like(sample, [part if part.dim() < 4 else moved(part, mirrored, down, across) for part in parts])


def moved(image: Tensor, mirrored: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Shifts are (n,) in [-1, 1), in eighths of the sides; `mirrored` (n,) says whose columns are reversed."""
    rows, columns = reflected(image.shape[-2], down), reflected(image.shape[-1], across)
    columns = torch.where(mirrored[:, None], columns.flip(1), columns)
    flat = image.flatten(1, -3)
    places = rows[:, None, :, None], columns[:, None, None, :]
    samples = torch.arange(len(flat), device=flat.device)[:, None, None, None]
    channels = torch.arange(flat.shape[1], device=flat.device)[None, :, None, None]
    return flat[samples, channels, *places].view_as(image)


def reflected(side: int, shift: Tensor) -> Tensor:
    """(n, side): where each row or column comes from; whole pixels, reflected at the borders."""
    reach = side // 8
    # Cells of equal width for each of the 2 reach + 1 shifts.
    pixels = ((shift + 1) / 2 * (2 * reach + 1)).long() - reach
    place = (torch.arange(side, device=shift.device) + pixels[:, None]).abs()
    return side - 1 - (side - 1 - place).abs()
