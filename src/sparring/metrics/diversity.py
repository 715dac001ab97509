"""How different samples are from each other, beside how different real images are.

Mean perceptual distance of random pairs (Zhu et al. 2017), mean MS-SSIM of pairs (Odena et al. 2017, who call a class
collapsed where its samples are more alike than real ones), and the deviation of each pixel. With labels, pairs are of
one class. A generator of noise is diverse, too: look at quality beside it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .bounds import mean_bounds
from .likeness import fitting, ms_ssim
from .perceptual import PerceptualDistance, choose_distance
from .protocols import images_of
from .score import Better, Protocol, Score
from .sets import Seen, Sets

PAIRS = 500
AT_ONCE = 32  # pairs
ALIKE = 0.05  # of MS-SSIM above that of real pairs: a collapse


def pairs_of(count: int, labels: Tensor | None, pairs: int = PAIRS, seed: int = 0) -> Tensor:
    """Random pairs (pairs, 2) of different samples, of one class where there are labels (n,).

    ValueError where no class has two samples.
    """
    dice = torch.Generator().manual_seed(seed)
    first = torch.randperm(count, generator=dice).repeat(-(-pairs // count))
    found = list[tuple[int, int]]()
    for one in first.tolist():
        others = torch.arange(count) if labels is None else (labels == labels[one]).nonzero()[:, 0]
        others = others[others != one]
        if len(others):
            found.append((one, int(others[torch.randint(len(others), (1,), generator=dice)])))
        if len(found) == pairs:
            break
    if not found:
        raise ValueError("diversity is measured of pairs of one class, and no class has two samples")
    return torch.tensor(found)


def deviation(images: Tensor) -> float:
    """Standard deviation of each value over images (n, ...) uint8, averaged, in [0, 1]."""
    return float(images.double().div(255).std(0).mean())


def distances(images: Tensor, pairs: Tensor, distance: PerceptualDistance) -> Tensor:
    """Perceptual distances (pairs,) of pairs of images (n, channels, height, width) uint8."""
    parts = [[images[rows].float().div(127.5).sub(1) for rows in part.T] for part in pairs.split(AT_ONCE)]
    return torch.cat([distance(left, right) for left, right in parts])


def alikeness(images: Tensor, pairs: Tensor) -> Tensor:
    """MS-SSIM (pairs,) of pairs of images."""
    return torch.cat([ms_ssim(images[part[:, 0]], images[part[:, 1]]) for part in pairs.split(AT_ONCE)])


def diversity(sets: Sets, *, pairs: int = PAIRS, distance: PerceptualDistance | None = None) -> list[Score]:
    """Perceptual distance, MS-SSIM and deviation of pixels among samples, and among real images for comparison."""
    distance = distance or choose_distance()
    scores = measured(sets.fake, "", sets, pairs, distance)
    if sets.real is None or sets.real.images is None:
        return list(scores.values())
    real = measured(sets.real, "-real", sets, pairs, distance)
    alike, usual = scores.get("ms-ssim-diversity"), real.get("ms-ssim-diversity-real")
    if alike is not None and usual is not None and alike.value > usual.value + ALIKE:
        warning = f"samples are more alike than real images are ({usual.value:.3f}): a collapse"
        scores[alike.name] = Score(
            alike.name, alike.value, "lower", alike.protocol, alike.low, alike.high, alike.interval, (warning,)
        )
    return [*scores.values(), *real.values()]


def measured(seen: Seen, suffix: str, sets: Sets, pairs: int, distance: PerceptualDistance) -> dict[str, Score]:
    images = images_of(seen, "the real images" if suffix else "the samples")
    rows = pairs_of(len(images), seen.labels, pairs, sets.seed)
    values: dict[str, tuple[Tensor, Better]] = {
        f"{distance.name}-diversity": (distances(images, rows, distance), "higher")
    }
    if fitting(min(images.shape[2:])):
        values["ms-ssim-diversity"] = alikeness(images, rows), "lower"
    settings = (("pairs", len(rows)), ("of one class", int(seen.labels is not None)))
    scores = {}
    for name, (found, better) in values.items():
        features = distance if name.startswith(distance.name) else None
        protocol = Protocol(
            features=features.name if features else "",
            weights=features.weights if features else "",
            fake=len(images),
            seed=sets.seed,
            settings=settings,
        )
        bounds = mean_bounds(found)
        scores[f"{name}{suffix}"] = Score(
            f"{name}{suffix}", float(found.mean()), "" if suffix else better, protocol, *bounds, "95% of the mean"
        )
    spread = deviation(images)
    protocol = Protocol(fake=len(images), seed=sets.seed)
    scores[f"pixel-std{suffix}"] = Score(
        f"pixel-std{suffix}", spread, "" if suffix else "higher", protocol, spread, spread
    )
    return scores
