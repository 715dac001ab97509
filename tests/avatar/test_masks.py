"""Masks: the right shape, soft edges that reach 0 and 1, and nothing where the photo ends."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sparring.avatar.masks import Feather, ellipse, hull, inside_distance, rounded, soften
from sparring.avatar.similarity import Similarity
from sparring.avatar.templates import ffhq

SIZE = 96
WHOLE = torch.ones(1, SIZE, SIZE)


def landmarks() -> Tensor:
    """An oval jaw, with brows, eyes, nose and mouth inside, in crops of 96 pixels."""
    turn = torch.linspace(0, math.pi, 17, dtype=torch.float64)
    jaw = torch.stack([48 - 30 * turn.cos(), 45 + 40 * turn.sin()], 1)
    brows = torch.stack([torch.linspace(25, 71, 10), torch.full((10,), 38.0)], 1)
    nose = torch.tensor([[48.0, 55.0]]).expand(9, 2)
    eyes = torch.tensor([[36.0, 45.0]] * 6 + [[60.0, 45.0]] * 6)
    mouth = torch.tensor([[48.0, 70.0]]).expand(20, 2)
    return torch.cat([jaw, brows.double(), nose, eyes, mouth])


def nearest_outside(mask: Tensor, reach: int) -> Tensor:
    """Every pixel against every other; what lies around the picture is outside."""
    padded = F.pad(mask, (reach,) * 4)[0]
    outside = (padded < 0.5).nonzero().float()
    places = torch.stack(torch.meshgrid(*map(torch.arange, padded.shape), indexing="ij"), -1).float()
    away = torch.cdist(places.view(-1, 2), outside).amin(1).view(padded.shape)
    return away[reach:-reach, reach:-reach].clamp(max=reach)[None]


@settings(max_examples=20)
@given(st.integers(0, 2**20), st.floats(0.02, 0.6), st.integers(2, 9))
def test_distances_are_exact(seed: int, share: float, reach: int) -> None:
    mask = (torch.rand(1, 23, 17, generator=torch.Generator().manual_seed(seed)) > share).float()
    torch.testing.assert_close(inside_distance(mask, reach), nearest_outside(mask, reach))


def test_the_hull_holds_every_landmark_and_the_forehead() -> None:
    mask = hull(landmarks(), SIZE)[0]
    x, y = landmarks().round().long().T
    inner = mask[y.clamp(max=SIZE - 1), x]
    assert inner[17:].min() == 1
    assert mask[32, 48] == 1, "brows at 38, raised by 0.3 of the 25 pixels from eyes to mouth"
    assert mask[28, 48] == 0
    assert mask[90, 48] == 0
    assert mask[50, [10, 85]].max() == 0


@given(st.floats(-3, 3))
@settings(max_examples=10)
def test_the_hull_turns_with_the_face(angle: float) -> None:
    middle = Similarity.of(shift=(-47.5, -47.5)).then(Similarity.of(1, angle)).then(Similarity.of(shift=(47.5, 47.5)))
    area = hull(landmarks(), SIZE).sum().item()
    assert hull(middle.apply(landmarks()), SIZE).sum().item() == pytest.approx(area, rel=0.03)


def test_the_ellipse_is_a_head_in_its_crop() -> None:
    mask = ellipse(ffhq(SIZE), SIZE)
    assert mask.mean().item() == pytest.approx(math.pi * 0.36 * 0.46, rel=0.01)
    across, down = mask[0].amax(0).sum().item(), mask[0].amax(1).sum().item()
    assert (across, down) == (pytest.approx(0.72 * SIZE, abs=1.1), pytest.approx(0.92 * SIZE, abs=1.1))
    smaller = ellipse(ffhq(SIZE, 1.15), SIZE)
    assert smaller.mean().item() == pytest.approx(mask.mean().item() / 1.15**2, rel=0.02)
    with pytest.raises(ValueError, match="no face"):
        ellipse(torch.ones(5, 2), SIZE)


def test_round_corners() -> None:
    assert rounded(SIZE, 0.5).mean().item() == pytest.approx(math.pi / 4, rel=0.01)
    assert rounded(SIZE, 0.0).min() == 1
    assert rounded(SIZE)[0, 0, 0] == 0
    assert rounded(SIZE)[0, 0, SIZE // 2] == 1


@pytest.mark.parametrize("feather", ["distance", "gaussian"])
@pytest.mark.parametrize("shape", [ellipse(ffhq(SIZE), SIZE), hull(landmarks(), SIZE), rounded(SIZE), WHOLE])
def test_soft_edges(shape: Tensor, feather: Feather) -> None:
    soft = soften(shape, WHOLE, feather=feather)
    assert 0 <= soft.min() <= soft.max() <= 1
    assert soft[0, 48, 48] > 0.999
    assert soft[:, [0, 1, -2, -1]].max() == 0
    assert soft[:, :, [0, 1, -2, -1]].max() == 0
    ray = soft[0, 48, 48:]
    assert (ray.diff() <= 1e-6).all()
    assert ray.diff().abs().max() < 0.35
    assert ((soft > 0) & (soft < 1)).float().mean() > 0.05


def test_the_distance_feather_has_the_widths_that_were_asked_for() -> None:
    soft = soften(rounded(SIZE, 0.0), WHOLE, erode=0.1, width=0.2)[0, 48]
    edge = 2 + 0.1 * SIZE
    assert soft[: int(edge)].max() == 0
    assert soft[math.ceil(edge + 0.2 * SIZE)] == 1
    assert soft[round(edge + 0.1 * SIZE) - 1].item() == pytest.approx(0.5, abs=0.1)
    assert (soften(rounded(SIZE, 0.0), WHOLE, width=0.0, least=30.0)[0, 48] < 1).sum() > 60


def test_nothing_shows_where_the_photo_ends() -> None:
    validity = WHOLE.clone()
    validity[:, :, :40] = 0
    soft = soften(ellipse(ffhq(SIZE), SIZE), validity)
    assert soft[:, :, :39].max() == 0
    assert soft[0, 48, 40] == 1, "a face at the photo's edge shows up to the edge"
