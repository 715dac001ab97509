"""ADA's colour operations: one affine map of colours per image."""

from __future__ import annotations

import math
from collections.abc import Collection

import torch
from torch import Tensor

from .draws import Draws

BRIGHTNESS, CONTRAST, SATURATION = 0.2, 0.5, 1.0  # deviations; the last two of base-2 logarithms


def colour_matrix(draws: Draws, operations: Collection[str]) -> Tensor:
    """(n, 4, 4): random maps of (red, green, blue, 1) made of those operations that are listed, in this order."""
    device = draws.p.device
    eye = torch.eye(4, device=device)
    grey = torch.tensor([1.0, 1.0, 1.0, 0.0], device=device) / math.sqrt(3)
    along = torch.outer(grey, grey)
    colours = eye.expand(draws.n, 4, 4)
    if "brightness" in operations:
        shift = draws.keep(draws.normal() * BRIGHTNESS, 0)
        rgb = torch.tensor([1.0, 1.0, 1.0, 0.0], device=device)
        last = torch.tensor([0.0, 0.0, 0.0, 1.0], device=device)
        colours = (eye + shift[:, None, None] * torch.outer(rgb, last)) @ colours
    if "contrast" in operations:
        factor = draws.keep(draws.factor(CONTRAST), 1)
        kept = torch.stack([factor, factor, factor, torch.ones_like(factor)], 1)
        colours = torch.diag_embed(kept) @ colours
    if "luma_flip" in operations:
        flip = draws.keep(draws.choice(2), 0)
        colours = (eye - 2 * flip[:, None, None] * along) @ colours
    if "hue" in operations:
        colours = turned(draws.keep(draws.either_way() * math.pi, 0), along, eye) @ colours
    if "saturation" in operations:
        factor = draws.keep(draws.factor(SATURATION), 1)
        colours = (along + (eye - along) * factor[:, None, None]) @ colours
    return colours


def turned(angle: Tensor, along: Tensor, eye: Tensor) -> Tensor:
    """Turns of the colours by `angle` (n,) around the grey axis (Rodrigues)."""
    third = 1 / math.sqrt(3)
    cross = torch.zeros_like(eye)
    for row, column, sign in ((0, 1, -1), (0, 2, 1), (1, 0, 1), (1, 2, -1), (2, 0, -1), (2, 1, 1)):
        cross[row, column] = sign * third
    rgb = eye.clone()
    rgb[3, 3] = 0
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    return rgb * cos + cross * sin + along * (1 - cos) + (eye - rgb)


def recolour(x: Tensor, colours: Tensor) -> Tensor:
    """`x` (n, 3 or 1, h, w) under the maps (n, 4, 4); grey images take the mean of what happens to the colours."""
    colours = colours.to(x.dtype)
    if x.shape[1] == 3:
        mixed = torch.baddbmm(colours[:, :3, 3:], colours[:, :3, :3], x.flatten(2))
        return mixed.unflatten(2, x.shape[2:])
    if x.shape[1] == 1:
        means = colours[:, :3].mean(1)
        factor, shift = means[:, :3].sum(1), means[:, 3]
        return torch.addcmul(shift[:, None, None, None], x, factor[:, None, None, None])
    raise ValueError(f"colour augmentations need images of 1 or 3 channels, not {x.shape[1]}: leave them out")
