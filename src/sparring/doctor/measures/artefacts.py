"""Traces that layers and augmentations leave in images (n, channels, h, w)."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEAST_SIDE = 16
"""Pixels; smaller images have too few frequencies to tell a grid from anything else."""
TRANSFORMED = 64
"""Images whose spectra are taken."""
RING = (0.4, 0.45)
"""Cycles a pixel: frequencies beside those of the finest grid."""
EDGE = 2
"""Pixels of the frame around an image."""
GREY, FLAT = 0.15, 0.1
"""A patch is a cut-out if its mean and its standard deviation are this near to 0, the grey that cut-outs leave."""


def grid_power(images: Tensor) -> float:
    """Power at the finest grid's frequencies, (1/2, 0), (0, 1/2) and (1/2, 1/2) a pixel, over that in a ring nearby.

    Transposed convolutions whose kernel is no multiple of the stride leave such grids (Odena et al. 2016). NaN for
    images below 16 pixels.
    """
    height, width = images.shape[2:]
    if min(height, width) < LEAST_SIDE:
        return float("nan")
    some = images[:TRANSFORMED].float()
    power = torch.fft.fft2(some - some.mean((2, 3), keepdim=True)).abs().square().mean((0, 1))
    down, across = torch.fft.fftfreq(height).abs()[:, None], torch.fft.fftfreq(width).abs()[None]
    radius = (down.square() + across.square()).sqrt()
    ring = (radius >= RING[0]) & (radius <= RING[1])
    fine_down, fine_across = down >= 0.5 - 1.01 / height, across >= 0.5 - 1.01 / width
    coarse_down, coarse_across = down <= 1.01 / height, across <= 1.01 / width
    fine = (fine_down & coarse_across) | (coarse_down & fine_across) | (fine_down & fine_across)
    return float(power[fine].mean() / power[ring].mean().clamp_min(1e-20))


def border_gap(fake: Tensor, real: Tensor) -> float:
    """Largest difference between fakes and real images of what their `frames` look like, in standard deviations."""
    return float(((fake.mean(0) - real.mean(0)).abs() / real.std(0).clamp_min(0.02)).amax())


def frames(images: Tensor) -> Tensor:
    """Mean, standard deviation and share of grey pixels of every image's frame (n, 3): shifts bring in grey ones."""
    inside = torch.zeros(images.shape[2:], dtype=torch.bool)
    inside[EDGE:-EDGE, EDGE:-EDGE] = True
    frame = images.float()[:, :, ~inside].flatten(1)
    return torch.stack([frame.mean(1), frame.std(1), (frame.abs() < FLAT).float().mean(1)], 1)


def blank_share(images: Tensor) -> float:
    """Share of images with a flat grey square a quarter as wide as the image, but not grey all over."""
    side = max(2, min(images.shape[2:]) // 4)
    mean = F.avg_pool2d(images.float(), side, 1)
    square = F.avg_pool2d(images.float().square(), side, 1)
    spread = (square - mean.square()).clamp_min(0).sqrt()
    blank = ((mean.abs() < GREY) & (spread < FLAT)).all(1).flatten(1).any(1)
    return float((blank & (images.float().flatten(1).std(1) > 2 * FLAT)).float().mean())


def activation_peak(network: nn.Module, run: Callable[[], object]) -> float:
    """Largest activation of a layer over that layer's root mean square, while `run` uses the network.

    Looks at maps (n, channels, h, w) that leaves of the network put out: blobs of the first StyleGAN reach 50 and more
    (Karras et al. 2020). NaN where there are no maps.
    """
    peaks = list[Tensor]()

    def look(module: nn.Module, inputs: object, output: object) -> None:
        if isinstance(output, Tensor) and output.dim() == 4 and output[0, 0].numel() > 16:
            size = output.detach().float().abs()
            peaks.append(size.amax() / size.square().mean().sqrt().clamp_min(1e-8))

    leaves = [module for module in network.modules() if not next(iter(module.children()), None)]
    handles = [leaf.register_forward_hook(look) for leaf in leaves]
    try:
        run()
    finally:
        for handle in handles:
            handle.remove()
    return float(torch.stack(peaks).amax()) if peaks else float("nan")
