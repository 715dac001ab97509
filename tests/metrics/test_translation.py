from __future__ import annotations

import math

import pytest
import torch
from tests.metrics.test_likeness import noisy, pictures
from torch import Tensor

from sparring.metrics.moments import moments_of
from sparring.metrics.perceptual import choose_distance
from sparring.metrics.sets import Beside, Seen, Sets
from sparring.metrics.translation import agreement, cycle, edges, perceptual


def sets(images: Tensor, **beside: Tensor) -> Sets:
    return Sets(Seen(len(images), moments_of(torch.zeros(0, 1)), images=images), beside=Beside(**beside, sources="s"))


def blots(n: int, side: int = 32) -> Tensor:
    """Smooth random gray pictures, all different."""
    small = torch.rand(n, 1, 5, 5, generator=torch.Generator().manual_seed(1))
    large = torch.nn.functional.interpolate(small, (side, side), mode="bicubic").clamp(0, 1)
    return large.mul(255).byte().expand(-1, 3, -1, -1).contiguous()


def test_edges_agree_whatever_the_contrast_and_whichever_side_is_dark() -> None:
    images = blots(8)
    assert agreement(images, images).tolist() == pytest.approx([1.0] * 8)
    assert agreement(images, 255 - images).min() > 0.999
    assert agreement(images, images // 3).min() > 0.95
    assert agreement(images, images[:, :1]).min() > 0.999  # gray against RGB
    assert agreement(images, images.roll(1, 0)).abs().max() < 0.8
    assert abs(float(agreement(blots(200), blots(200).roll(1, 0)).mean())) < 0.1


def test_edges_across_are_the_opposite_and_lost_ones_cost() -> None:
    stripes = (torch.arange(32) % 8 < 4).mul(255).to(torch.uint8).expand(1, 3, 32, 32).contiguous()
    assert float(agreement(stripes, stripes.transpose(2, 3))) < -0.7
    half = stripes.clone()
    half[..., :16] = 128
    assert 0.5 < float(agreement(stripes, half)) < 0.9
    assert math.isnan(float(agreement(stripes, torch.full_like(stripes, 9))))
    with pytest.raises(ValueError, match="at least 9 pixels"):
        agreement(stripes[..., :8], stripes[..., :8])
    levels = [float(agreement(stripes, noisy(stripes, deviation))) for deviation in (0, 20, 80)]
    assert levels == sorted(levels, reverse=True)


def test_scores_of_edges_stand_beside_those_of_others() -> None:
    images = blots(12)
    flat = images.clone()
    flat[0] = 7
    scores = {one.name: one for one in edges(sets(flat, source=images))}
    assert scores["edges"].value == pytest.approx(1)
    assert scores["edges-others"].value < 0.5
    assert not scores["edges-others"].better
    assert "1 of 12 have no edges; the mean is over the others" in scores["edges"].warnings
    assert math.isnan(scores["edges"].each[0])
    assert scores["edges"].protocol.sources == "s"


def test_there_and_back() -> None:
    images = blots(6)
    scores = {one.name: one for one in cycle(sets(255 - images, source=images, returned=images))}
    assert scores["cycle-l1"].value == 0
    assert scores["cycle-ssim"].value == pytest.approx(1)
    images = images.clamp(max=250)
    holes = torch.cat([images, images[:, :1]], 1)  # colours and a map
    worse = cycle(sets(images, source=holes, returned=torch.cat([images + 1, images[:, :1]], 1)))
    assert worse[0].value == pytest.approx(1 / 255)
    with pytest.raises(ValueError, match="keeps the way back"):
        cycle(sets(images, source=images))


def test_perceptual_distances_of_pairs() -> None:
    images, distance = pictures(4, 32), choose_distance("perceptual-pixels", device="cpu")
    [same] = perceptual(sets(images, target=images), distance=distance)
    [other] = perceptual(sets(noisy(images, 30), target=images), distance=distance)
    assert (same.name, same.value) == ("perceptual-pixels", 0.0)
    assert other.value > 0.001
    assert (other.better, other.protocol.features, other.protocol.real) == ("lower", "perceptual-pixels", 4)
    with pytest.raises(ValueError, match="what it should have become, and there is none"):
        perceptual(sets(images, source=images), distance=distance)
