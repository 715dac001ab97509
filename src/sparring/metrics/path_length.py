"""Perceptual path length (Karras et al. 2019): how abruptly images change along a path between two noises.

The mean of d(G(t), G(t + eps)) / eps² over paths, where d is a perceptual distance; smooth generators have short ones.
Published values are with LPIPS of VGG-16, 50,000 paths and images of at most 256 pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from .bounds import mean_bounds
from .perceptual import PerceptualDistance, choose_distance
from .score import Protocol, Score
from .sets import Maker, Sets, StyledMaker

Draw = Callable[[Tensor], Tensor]
Distance = Callable[[Tensor, Tensor], Tensor]
Sampling = Literal["full", "end"]

EPSILON = 1e-4
PATHS, PUBLISHED = 1000, 50_000
AT_ONCE = 32
LARGEST = 256  # pixels
TRIMMED = 0.01  # of the paths, at either end


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """From a to b (n, dims) along the sphere, t (n,) of the way; the length goes straight from one to the other."""
    lengths = a.norm(dim=1, keepdim=True), b.norm(dim=1, keepdim=True)
    a, b, t = a / lengths[0], b / lengths[1], t[:, None]
    cosine = (a * b).sum(1, keepdim=True).clamp(-1, 1)
    across = F.normalize(b - cosine * a, dim=1)
    angle = t * cosine.acos()
    return (a * angle.cos() + across * angle.sin()) * torch.lerp(lengths[0], lengths[1], t)


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """From a to b (n, ...) in a straight line, t (n,) of the way."""
    return torch.lerp(a, b, t.view(-1, *[1] * (a.dim() - 1)))


def path_lengths(
    draw: Draw,
    starts: Tensor,
    ends: Tensor,
    distance: Distance,
    *,
    along: Callable[[Tensor, Tensor, Tensor], Tensor] = lerp,
    sampling: Sampling = "full",
    epsilon: float = EPSILON,
    seed: int = 0,
) -> Tensor:
    """Of paths from `starts` (n, ...) to `ends`, (n,) float64.

    `draw` makes images in [-1, 1] and must make them with the same noise in every call. `full` looks anywhere on the
    path, `end` at its start. Everything stays in float32 or better: bytes would round the difference away.
    """
    if sampling not in ("full", "end"):
        raise ValueError(f"paths are sampled in `full` or at the `end`, not {sampling!r}")
    t = torch.rand(len(starts), generator=torch.Generator().manual_seed(seed)).to(starts)
    t = t if sampling == "full" else torch.zeros_like(t)
    here, there = (shrunk(draw(along(starts, ends, at))) for at in (t, t + epsilon))
    return distance(here, there).double() / epsilon**2


def shrunk(images: Tensor) -> Tensor:
    """To at most 256 pixels by averages, as published; anything that is no image as it is."""
    factor = images.shape[-1] // LARGEST if images.dim() == 4 else 0
    return F.avg_pool2d(images, factor) if factor > 1 else images


def trimmed(lengths: Tensor) -> Tensor:
    """Without the shortest and the longest hundredth."""
    low = lengths.quantile(TRIMMED, interpolation="lower")
    high = lengths.quantile(1 - TRIMMED, interpolation="higher")
    return lengths[(lengths >= low) & (lengths <= high)]


def path_length(sets: Sets, *, paths: int = PATHS, distance: PerceptualDistance | None = None) -> list[Score]:
    """Path lengths in z, and for generators with styles in w, in full and at the end."""
    maker = sets.maker
    if maker is None:
        raise ValueError("path lengths are measured on a generator, not on a folder of images: name a run or a bundle")
    distance = distance or choose_distance()
    scores = [measured(sets, maker, distance, "z", sampling, paths) for sampling in ("full", "end")]
    if isinstance(maker, StyledMaker) and maker.styled:
        scores += [measured(sets, maker, distance, "w", sampling, paths) for sampling in ("full", "end")]
    return scores


def measured(
    sets: Sets, maker: Maker, distance: PerceptualDistance, space: str, sampling: Sampling, paths: int
) -> Score:
    lengths = list[Tensor]()
    for number, (starts, ends, labels) in enumerate(pairs(maker, paths, sets.seed)):
        seed = sets.seed + number
        if space == "w":
            assert isinstance(maker, StyledMaker)
            starts, ends = maker.styles(starts, labels), maker.styles(ends, labels)
            found = path_lengths(maker.draw, starts, ends, distance, sampling=sampling, seed=seed)
        else:
            draw = drawing(maker, labels)
            found = path_lengths(draw, starts, ends, distance, along=slerp, sampling=sampling, seed=seed)
        lengths.append(found)
    kept = trimmed(torch.cat(lengths))
    low, high = mean_bounds(kept)
    published = distance.name == "lpips-vgg"
    name = f"ppl-{space}-{sampling}" if published else f"ppl-{space}-{sampling}-{distance.name}"
    warnings = (f"published values rest on {PUBLISHED:,} paths, this one on {paths:,}",)
    settings = (("paths", paths), ("epsilon", EPSILON), ("trimmed", TRIMMED))
    protocol = Protocol(features=distance.name, weights=distance.weights, seed=sets.seed, settings=settings)
    shown = warnings if published and paths < PUBLISHED else ()
    return Score(name, float(kept.mean()), "lower", protocol, low, high, "95% of the mean", shown)


def pairs(maker: Maker, paths: int, seed: int) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
    """Both ends of paths and their labels, the same at both ends, a few at a time."""
    starts, ends = maker.noise(2 * paths, seed=seed).split(paths)
    labels: list[Tensor | None] = [None] * -(-paths // AT_ONCE)
    if maker.classes:
        dice = torch.Generator().manual_seed(seed)
        labels = list(torch.randint(len(maker.classes), (paths,), generator=dice).split(AT_ONCE))
    yield from zip(starts.split(AT_ONCE), ends.split(AT_ONCE), labels, strict=True)


def drawing(maker: Maker, labels: Tensor | None) -> Draw:
    return lambda z: maker.decode(z, labels)
