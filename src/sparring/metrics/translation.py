"""How a translation stands to its right answer, to its source, and what is left of the source on the way back."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .likeness import WINDOW, absolute, of_pairs, ssim
from .perceptual import PerceptualDistance, choose_distance
from .protocols import Settings, beside_of, mean_score, pairs_protocol
from .score import Protocol, Score
from .sets import Sets

LUMA = (0.299, 0.587, 0.114)
SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
BLUR = 1.0  # pixels; grain has edges everywhere
REACH = 3  # pixels of the blur's window to each side
SMALLEST = 2 * REACH + 3  # pixels of an image's side
LEAST = 1e-6  # length of a field that says nothing


def perceptual(sets: Sets, *, distance: PerceptualDistance | None = None) -> list[Score]:
    """Perceptual distance of samples and what they should have become, under the distance's own name."""
    ours, theirs = beside_of(sets.beside.target, sets, "what it should have become")
    chosen = distance or choose_distance()
    values = of_pairs(lambda left, right: chosen(scaled(left), scaled(right)), ours, theirs)
    plain = pairs_protocol(sets, targets=True)
    protocol = Protocol(
        chosen.name, chosen.weights, "", plain.real, plain.fake, plain.reference, plain.sources, plain.seed
    )
    return [mean_score(chosen.name, values, "lower", protocol, "pairs have no distance")]


def scaled(images: Tensor) -> Tensor:
    return images.float().div(127.5).sub(1)


def cycle(sets: Sets) -> list[Score]:
    """L1 and SSIM of sources and what came back of them; a translator that changes nothing is perfect at it."""
    source, returned = sets.beside.source, sets.beside.returned
    if source is None or returned is None:
        raise ValueError(
            "the error of there and back needs a translator that keeps the way back, and this one does not"
        )
    protocol, pair = pairs_protocol(sets), (pictured(returned), pictured(source))
    scores = [mean_score("cycle-l1", of_pairs(absolute, *pair), "lower", protocol, "came back without a number")]
    if min(source.shape[2:]) >= WINDOW:
        scores.append(mean_score("cycle-ssim", of_pairs(ssim, *pair), "higher", protocol, "came back without a number"))
    return scores


def edges(sets: Sets) -> list[Score]:
    """How well edges of samples lie along edges of their sources, and beside it along those of other sources."""
    ours, theirs = beside_of(sets.beside.source, sets, "what it was made of")
    settings: Settings = (("blur", BLUR),)
    protocol = pairs_protocol(sets, settings)
    lost, others = "have no edges", theirs.roll(1, 0)
    scores = [mean_score("edges", of_pairs(agreement, ours, theirs), "higher", protocol, lost)]
    if len(ours) > 1:
        scores.append(mean_score("edges-others", of_pairs(agreement, ours, others), "", protocol, lost))
    return scores


def agreement(ours: Tensor, theirs: Tensor) -> Tensor:
    """How alike the edges of each pair lie, (n,) float64 in [-1, 1]; NaN where an image has none.

    Images (n, channels, height, width) uint8. The cosine of both fields of gradients, whose angles are doubled so that
    a line agrees with a line whichever of its sides is dark: 1 for the same edges whatever their contrast, 0 for edges
    that have nothing to do with each other, -1 where all lie across. Missing and invented edges lower it.
    """
    left, right = (field_of(images).flatten(1) for images in (ours, theirs))
    lengths = left.norm(dim=1) * right.norm(dim=1)
    return torch.where(lengths > LEAST, (left * right).sum(1) / lengths, torch.nan)


def field_of(images: Tensor) -> Tensor:
    """Gradients (n, 2, height - 8, width - 8) float64 of the luma, as long as they are strong, their angles doubled."""
    if min(images.shape[2:]) < SMALLEST:
        raise ValueError(f"edges are looked for in images of at least {SMALLEST} pixels a side")
    gray = pictured(images).double()
    if gray.shape[1] == 3:
        gray = (gray * gray.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    places = torch.arange(-REACH, REACH + 1, dtype=gray.dtype)
    window = torch.exp(-places.square() / (2 * BLUR**2))
    window = (window / window.sum()).view(1, 1, -1, 1)
    # Whole windows only: all images have the same slopes along a padded border.
    calm = F.conv2d(F.conv2d(gray, window), window.transpose(2, 3))
    across = gray.new_tensor(SOBEL)
    slopes = F.conv2d(calm, torch.stack([across, across.T])[:, None])
    x, y = slopes[:, :1], slopes[:, 1:]
    strong = (x.square() + y.square()).sqrt().clamp(min=LEAST)
    return torch.cat([x.square() - y.square(), 2 * x * y], 1) / strong


def pictured(images: Tensor) -> Tensor:
    """What can be seen of images (n, channels, ...): a map of holes behind the colours is left out."""
    return images[:, :1] if images.shape[1] < 3 else images[:, :3]
