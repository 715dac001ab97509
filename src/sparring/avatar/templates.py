"""Where faces lie in a crop: five points, or the square that 68 points ask for.

Five points are the left eye, right eye, nose tip, left and right mouth corner, left and right as the viewer sees them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .points import five_of
from .similarity import Similarity, resizing

AVATAR_MARGIN = 1.15
"""How much wider than FFHQ's crop an avatar's is: with the hair."""

FFHQ = (
    (192.98138, 239.94708),
    (318.90277, 240.1936),
    (256.63416, 314.01935),
    (201.26117, 371.41043),
    (313.08905, 371.15118),
)
"""In 512 pixels, as tools that restore faces place them."""

ARCFACE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""In 112 pixels (Deng et al. 2019): the middle of a face, without hair, for networks that tell people apart."""


def ffhq(size: int, margin: float = 1.0) -> Tensor:
    """Five points (5, 2) of a crop of `size` pixels with hair and chin, `margin` times as wide as FFHQ's."""
    if margin <= 0:
        raise ValueError(f"a margin multiplies the side of the crop, so it is above 0 (1 = FFHQ's), and not {margin}")
    points = resizing(size / 512).apply(torch.tensor(FFHQ, dtype=torch.float64))
    middle = (size - 1) / 2
    return middle + (points - middle) / margin


def arcface(size: int = 112) -> Tensor:
    """Five points (5, 2) in a crop for face recognition.

    The networks were trained with points scaled by size / 112, or for multiples of 128 by size / 128 and 8 of 128
    pixels further right; no half pixels, as they never had them. ValueError for other sizes.
    """
    points = torch.tensor(ARCFACE, dtype=torch.float64)
    if size > 0 and size % 112 == 0:
        return points * (size / 112)
    if size > 0 and size % 128 == 0:
        return (points + torch.tensor([8.0, 0.0])) * (size / 128)
    raise ValueError(f"crops for face recognition have a multiple of 112 or of 128 pixels a side, not {size}")


def square_of(landmarks: Tensor, size: int) -> Similarity | None:
    """The crop of `size` pixels that FFHQ's makers cut around 68 landmarks (Karras et al. 2019).

    Its axes follow the eyes and the mouth, its half side is the larger of 2 distances of the eyes and 1.8 from eyes to
    mouth. None for landmarks without extent.
    """
    left, right, _, *mouth = five_of(landmarks.double())
    eyes, between = (left + right) / 2, right - left
    down = (mouth[0] + mouth[1]) / 2 - eyes
    axis = between + torch.stack([down[1], -down[0]])
    half = max(2.0 * between.norm().item(), 1.8 * down.norm().item())
    length = axis.norm().item()
    if not (length > 0 and half > 0):
        return None
    scale = size / (2 * half)
    turned = Similarity.of(scale, -torch.atan2(axis[1], axis[0]).item())
    x, y = turned.apply((eyes + 0.1 * down)[None])[0].tolist()
    middle = (size - 1) / 2
    return Similarity.of(turned.scale, turned.angle, (middle - x, middle - y))
