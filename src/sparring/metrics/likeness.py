"""How alike two images of the same thing are, pixel by pixel and window by window: PSNR, SSIM and MS-SSIM.

For pairs only: a restored image and the original. The conventions are those of super-resolution tables: uint8 values,
a border left out (as wide as the scale), and, where asked for, the luma of BT.601 in studio range (16 to 235), not the
full-range luma of image libraries.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .protocols import Settings, beside_of, mean_score, pairs_protocol
from .score import Score
from .sets import Sets

PEAK = 255.0
WINDOW, SIGMA = 11, 1.5  # pixels (Wang et al. 2004)
STEADY = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # exponents of MS-SSIM, finest first (Wang et al. 2003)
LUMA = (65.481, 128.553, 24.966)  # of RGB in [0, 1]; black is 16
AT_ONCE = 64  # pairs


def luma(images: Tensor) -> Tensor:
    """Y (n, 1, height, width) float64 in [16, 235], not rounded, of RGB images uint8; gray ones as they are."""
    values = images.double()
    if images.shape[1] == 1:
        return values
    weights = values.new_tensor(LUMA).view(1, 3, 1, 1)
    return (values / PEAK * weights).sum(1, keepdim=True) + 16


def prepared(ours: Tensor, theirs: Tensor, crop: int, y: bool) -> tuple[Tensor, Tensor]:
    """Both as float64 values 0..255, without the border. ValueError for what makes no pairs."""
    for images in (ours, theirs):
        if images.dim() != 4 or images.shape[1] not in (1, 3) or images.dtype != torch.uint8:
            raise ValueError(
                f"likeness is measured between images (n, 1 or 3, height, width) of type uint8, not shape "
                f"{tuple(images.shape)} of type {images.dtype}; scale and round them first"
            )
    if ours.shape != theirs.shape:
        raise ValueError(f"these are no pairs: {tuple(ours.shape)} against {tuple(theirs.shape)}")
    height, width = ours.shape[2:]
    if 2 * crop >= min(height, width) or crop < 0:
        raise ValueError(f"a border of {crop} pixels leaves nothing of images of {width}x{height}")
    inner = (slice(None), slice(None), slice(crop, height - crop), slice(crop, width - crop))
    left, right = (luma(images) if y else images.double() for images in (ours, theirs))
    return left[inner], right[inner]


def psnr(ours: Tensor, theirs: Tensor, *, crop: int = 0, y: bool = False) -> Tensor:
    """Peak signal to noise ratio of each pair in decibels, (n,) float64; infinite for equal images.

    Images (n, 1 or 3, height, width) uint8; `crop` pixels are left out at every border; `y` compares luma alone.
    """
    left, right = prepared(ours, theirs, crop, y)
    return 10 * torch.log10(PEAK**2 / (left - right).square().flatten(1).mean(1))


def ssim(ours: Tensor, theirs: Tensor, *, crop: int = 0, y: bool = False) -> Tensor:
    """Structural similarity of each pair, (n,) float64 in [-1, 1], 1 for equal images (Wang et al. 2004).

    Gaussian windows of 11 pixels, whole windows only, biased variances; channels one by one, then averaged.
    """
    left, right = prepared(ours, theirs, crop, y)
    if min(left.shape[2:]) < WINDOW:
        raise ValueError(f"SSIM looks through windows of {WINDOW} pixels, and the images have {left.shape[3]} or fewer")
    return compared(left, right)[0].mean(1)


def ms_ssim(ours: Tensor, theirs: Tensor, *, scales: int = 0, crop: int = 0, y: bool = False) -> Tensor:
    """SSIM over several scales (Wang et al. 2003), (n,) float64 in [0, 1].

    The published five `scales` need 161 pixels; 0 takes as many as fit, with the exponents scaled to the same sum.
    Scales are halved by averages of four pixels. Negative structure counts as 0.
    """
    left, right = prepared(ours, theirs, crop, y)
    most = fitting(min(left.shape[2:]))
    scales = scales or most
    if not 1 <= scales <= most:
        raise ValueError(f"images of {min(left.shape[2:])} pixels have room for {most} scales of MS-SSIM, not {scales}")
    exponents = [power * sum(SCALES) / sum(SCALES[:scales]) for power in SCALES[:scales]]
    found = torch.ones(left.shape[:2], dtype=left.dtype, device=left.device)
    for number, power in enumerate(exponents):
        whole, structure = compared(left, right)
        found = found * (whole if number == scales - 1 else structure).relu() ** power
        left, right = F.avg_pool2d(left, 2), F.avg_pool2d(right, 2)
    return found.mean(1)


def fitting(side: int) -> int:
    """How many scales of MS-SSIM an image of so many pixels has room for."""
    return max((n for n in range(1, len(SCALES) + 1) if (WINDOW - 1) * 2 ** (n - 1) < side), default=0)


def compared(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """SSIM, and contrast and structure without luminance, of each channel: (n, channels) both."""
    mean_left, mean_right = blurred(left), blurred(right)
    variance = blurred(left.square()) + blurred(right.square()) - mean_left.square() - mean_right.square()
    shared = blurred(left * right) - mean_left * mean_right
    structure = (2 * shared + STEADY[1]) / (variance + STEADY[1])
    light = (2 * mean_left * mean_right + STEADY[0]) / (mean_left.square() + mean_right.square() + STEADY[0])
    return (light * structure).mean((2, 3)), structure.mean((2, 3))


def blurred(images: Tensor) -> Tensor:
    """Through the Gaussian window, where it fits."""
    places = torch.arange(WINDOW, dtype=images.dtype, device=images.device) - WINDOW // 2
    window = torch.exp(-places.square() / (2 * SIGMA**2))
    window = (window / window.sum()).view(1, 1, -1, 1)
    n, channels, height, width = images.shape
    flat = images.reshape(n * channels, 1, height, width)
    out = F.conv2d(F.conv2d(flat, window), window.transpose(2, 3))
    return out.view(n, channels, *out.shape[2:])


def absolute(ours: Tensor, theirs: Tensor) -> Tensor:
    """Mean absolute difference of each pair (L1), (n,) float64 in [0, 1]."""
    left, right = prepared(ours, theirs, 0, y=False)
    return (left - right).abs().flatten(1).mean(1) / PEAK


def likeness(sets: Sets) -> list[Score]:
    """L1, PSNR in decibels, SSIM and MS-SSIM of samples and what they should have become."""
    ours, theirs = beside_of(sets.beside.target, sets, "what it should have become")
    measures: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"l1": absolute, "psnr": psnr}
    if fitting(min(ours.shape[2:])):
        measures |= {"ssim": ssim, "ms-ssim": ms_ssim}
    return [averaged(name, measure, ours, theirs, sets) for name, measure in measures.items()]


def averaged(name: str, measure: Callable[[Tensor, Tensor], Tensor], ours: Tensor, theirs: Tensor, sets: Sets) -> Score:
    """The mean over pairs; pairs that are equal have no PSNR and are counted in a warning."""
    settings: Settings = (("crop", 0), ("channels", "all"))
    if name == "ms-ssim":
        settings += (("scales", fitting(min(ours.shape[2:]))),)
    protocol = pairs_protocol(sets, settings, targets=True)
    values = of_pairs(measure, ours, theirs)
    return mean_score(name, values, "lower" if name == "l1" else "higher", protocol, "pairs are equal to the last bit")


def of_pairs(measure: Callable[[Tensor, Tensor], Tensor], ours: Tensor, theirs: Tensor) -> Tensor:
    """What a measure says of each pair, (n,), a few pairs at a time."""
    pairs = zip(ours.split(AT_ONCE), theirs.split(AT_ONCE), strict=True)
    return torch.cat([measure(left, right) for left, right in pairs])
