"""sRGB to CIE Lab under D65 and back, in floats: 8-bit Lab would lose up to five levels on the way."""

from __future__ import annotations

import torch
from torch import Tensor

TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
"""Linear sRGB to XYZ (IEC 61966-2-1)."""

EDGE = 6 / 29  # CIE's cube root is a line below the cube of it


def to_lab(image: Tensor) -> Tensor:
    """RGB (3, height, width) in [0, 1] to L in [0, 100], a and b, of which grey has none."""
    linear = torch.where(image > 0.04045, ((image.clamp(min=0) + 0.055) / 1.055) ** 2.4, image / 12.92)
    matrix, white = _constants(image)
    x, y, z = _root(torch.einsum("ij,j...->i...", matrix, linear) / white.view(3, 1, 1))
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def to_rgb(lab: Tensor) -> Tensor:
    """Lab (3, height, width) to RGB, cut off at [0, 1] where it has no such colour."""
    y = (lab[0] + 16) / 116
    matrix, white = _constants(lab)
    roots = torch.stack([y + lab[1] / 500, y, y - lab[2] / 200])
    xyz = torch.where(roots > EDGE, roots**3, 3 * EDGE**2 * (roots - 4 / 29)) * white.view(3, 1, 1)
    linear = torch.einsum("ij,j...->i...", torch.linalg.inv(matrix.double()).to(lab), xyz)
    coded = torch.where(linear > 0.0031308, 1.055 * linear.clamp(min=1e-9) ** (1 / 2.4) - 0.055, 12.92 * linear)
    return coded.clamp(0, 1)


def _constants(like: Tensor) -> tuple[Tensor, Tensor]:
    """The matrix, and white as it makes it of (1, 1, 1)."""
    matrix = torch.tensor(TO_XYZ).to(like)
    return matrix, matrix.sum(1)


def _root(share: Tensor) -> Tensor:
    return torch.where(share > EDGE**3, share.clamp(min=1e-9) ** (1 / 3), share / (3 * EDGE**2) + 4 / 29)
