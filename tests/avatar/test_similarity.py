"""Similarities: fitted to points, undone, put together, and faithful to half pixels."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from sparring.avatar.similarity import Similarity, fit, resizing
from sparring.avatar.templates import ffhq

ANGLES = st.floats(-math.pi, math.pi)
SCALES = st.floats(0.1, 10)
SHIFTS = st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000))


def decomposed(source: Tensor, target: Tensor) -> Tensor:
    """Umeyama's own way: singular values, and a sign that forbids mirrors."""
    s, d = source - source.mean(0), target - target.mean(0)
    left, values, right = torch.linalg.svd(d.T @ s / len(s))
    sign = torch.diag(torch.tensor([1.0, (left.det() * right.det()).sign().item()], dtype=torch.float64))
    turn = left @ sign @ right * ((values * sign.diagonal()).sum() / s.square().sum(1).mean())
    return torch.cat([turn, (target.mean(0) - turn @ source.mean(0))[:, None]], 1)


@given(SCALES, ANGLES, SHIFTS)
def test_a_similarity_is_recovered_from_five_points(scale: float, angle: float, shift: tuple[float, float]) -> None:
    true = Similarity.of(scale, angle, shift)
    found = fit(ffhq(256), true.apply(ffhq(256)))
    assert found is not None
    torch.testing.assert_close(found.matrix, true.matrix, rtol=0, atol=1e-6)
    assert found.scale == pytest.approx(scale, rel=1e-9)
    assert abs(math.remainder(found.angle - angle, 2 * math.pi)) < 1e-9


@given(st.floats(0.1, 1), ANGLES, SHIFTS)
def test_points_of_a_hundredth_pixel_give_a_twentieth(scale: float, angle: float, shift: tuple[float, float]) -> None:
    there = Similarity.of(scale, angle, shift).inverse
    rounded = (there.apply(ffhq(256)) * 100).round() / 100
    found = fit(rounded, ffhq(256))
    assert found is not None
    corners = torch.tensor([[0.0, 0.0], [255.0, 0.0], [0.0, 255.0], [255.0, 255.0]], dtype=torch.float64)
    assert (found.apply(there.apply(corners)) - corners).norm(dim=1).max() < 0.05


@given(st.integers(0, 2**20))
def test_it_is_umeyamas_solution(seed: int) -> None:
    dice = torch.Generator().manual_seed(seed)
    source, target = torch.randn(2, 5, 2, generator=dice, dtype=torch.float64) * 50
    found = fit(source, target)
    assert found is not None
    torch.testing.assert_close(found.matrix, decomposed(source, target), rtol=1e-8, atol=1e-8)


def test_mirrored_points_do_not_mirror_the_picture() -> None:
    mirrored = ffhq(256) * torch.tensor([-1.0, 1.0]) + torch.tensor([255.0, 0.0])
    found = fit(mirrored, ffhq(256))
    assert found is not None
    turn = found.matrix[:, :2] / found.scale
    assert turn.det().item() == pytest.approx(1)


@pytest.mark.parametrize(
    "points",
    [
        torch.full((5, 2), 17.3),
        torch.full((5, 2), float("nan")),
        torch.zeros(1, 2),
        torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]),
    ],
)
def test_points_that_say_nothing_fit_nothing(points: Tensor) -> None:
    target = torch.tensor([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0]]) if len(points) == 4 else points.cos()
    assert fit(points, target) is None


def test_points_and_targets_must_be_pairs() -> None:
    with pytest.raises(ValueError, match=r"not \(5, 2\) and \(4, 2\)"):
        fit(torch.zeros(5, 2), torch.zeros(4, 2))


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf, math.nan])
def test_a_scale_is_above_zero(scale: float) -> None:
    with pytest.raises(ValueError, match="scale above 0"):
        Similarity.of(scale)


@given(SCALES, ANGLES, SHIFTS)
def test_there_and_back_is_nowhere(scale: float, angle: float, shift: tuple[float, float]) -> None:
    there = Similarity.of(scale, angle, shift)
    before = there.matrix.clone()
    torch.testing.assert_close(there.then(there.inverse).matrix, Similarity.of().matrix, rtol=0, atol=1e-8)
    assert torch.equal(there.matrix, before)


@given(SCALES, ANGLES, SHIFTS, SCALES, ANGLES, SHIFTS)
def test_one_after_the_other(c: float, a: float, t: tuple[float, float], d: float, b: float, u: tuple) -> None:
    first, second = Similarity.of(c, a, t), Similarity.of(d, b, u)
    points = ffhq(256)
    torch.testing.assert_close(first.then(second).apply(points), second.apply(first.apply(points)))


def test_resizing_keeps_the_outer_edges() -> None:
    edges = torch.tensor([[-0.5, 9.5]])
    torch.testing.assert_close(resizing(3).apply(edges), torch.tensor([[-0.5, 29.5]], dtype=torch.float64))
    crop = Similarity.of(0.7, 0.3, (5, 6))
    assert torch.allclose(crop.resized(2).resized(0.5).matrix, crop.matrix)
    assert crop.resized(4).scale == pytest.approx(2.8)
