"""What drawings are held to beside fooling a critic: gray textures, the photo's colours, contours that stay sharp.

Chen et al. 2020 (AnimeGAN). Images (n, 3, h, w) in [-1, 1].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..play.scene import full

# BT.601, as the authors compare colours: brightness, and two differences from it.
YUV = ((0.299, 0.587, 0.114), (-0.14713, -0.28886, 0.436), (0.615, -0.51499, -0.10001))
SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
CONTOUR = 0.15  # of Sobel's response to a step from black to white
REACH = 2  # pixels to every side of a contour that are blurred
BELL = (1.0, 4.0, 6.0, 4.0, 1.0)


def grayed(image: Tensor) -> Tensor:
    """Every channel the brightness."""
    return yuv(image)[:, :1].expand_as(image)


def yuv(image: Tensor) -> Tensor:
    """Brightness in the image's own range, and two colour differences, 0 for gray: (n, 3, h, w)."""
    return torch.einsum("kc,nchw->nkhw", image.new_tensor(YUV), image)


def colours_apart(made: Tensor, wanted: Tensor) -> Tensor:
    """Mean absolute difference of brightness in [0, 1], and Huber's of both colour differences, added up (0-d)."""
    ours, theirs = (yuv(full(image)) / 2 for image in (made, wanted))
    differences = (F.huber_loss(ours[:, one], theirs[:, one]) for one in (1, 2))
    return F.l1_loss(ours[:, 0], theirs[:, 0]) + sum(differences)


def roughness(image: Tensor) -> Tensor:
    """Half the mean square of the difference of neighbours, down plus across (0-d)."""
    down, across = image[:, :, 1:] - image[:, :, :-1], image[:, :, :, 1:] - image[:, :, :, :-1]
    return (full(down).square().mean() + full(across).square().mean()) / 2


def smoothed(image: Tensor) -> Tensor:
    """The image, blurred around its contours: what a drawing would be without sharp lines."""
    channels = image.shape[1]
    slopes = image.new_tensor(SOBEL)
    gray = F.pad(grayed(image)[:, :1], (1, 1, 1, 1), mode="replicate")
    strength = F.conv2d(gray, torch.stack([slopes, slopes.T])[:, None]).square().sum(1, keepdim=True).sqrt() / 8
    near = F.max_pool2d((strength > CONTOUR).to(image.dtype), 2 * REACH + 1, 1, REACH) > 0
    bell = image.new_tensor(BELL) / sum(BELL)
    window = (bell[:, None] * bell).expand(channels, 1, -1, -1)
    blurred = F.conv2d(F.pad(image, (2, 2, 2, 2), mode="replicate"), window, groups=channels)
    return torch.where(near, blurred, image)
