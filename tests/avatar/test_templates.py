"""Templates: their numbers, how they scale, and how the two of them lie to each other."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sparring.avatar.similarity import Similarity, fit, resizing
from sparring.avatar.templates import arcface, ffhq, square_of


def landmarks_of(five: Tensor) -> Tensor:
    """68 points whose eyes, nose and mouth corners are these five."""
    points = torch.zeros(68, 2, dtype=torch.float64)
    points[36:42], points[42:48], points[30], points[48], points[54] = five
    return points


def test_how_the_templates_lie_to_each_other() -> None:
    found = fit(ffhq(512), arcface())
    assert found is not None
    assert found.scale == pytest.approx(0.29209, abs=5e-6)
    assert math.degrees(found.angle) == pytest.approx(-0.009, abs=5e-4)
    assert found.shift == pytest.approx((-18.93, -17.86), abs=5e-3)
    rest = (found.apply(ffhq(512)) - arcface()).norm(dim=1)
    assert rest.square().mean().sqrt().item() == pytest.approx(1.92, abs=5e-3)
    corners = found.inverse.apply(torch.tensor([[0.0, 0.0], [112.0, 112.0]]))
    assert corners.flatten().tolist() == pytest.approx([64.8, 61.2, 448.2, 444.7], abs=0.15)


def test_sizes_scale_with_their_half_pixels() -> None:
    torch.testing.assert_close(ffhq(256), resizing(0.5).apply(ffhq(512)))
    assert torch.equal(ffhq(512, 1.0)[0], torch.tensor([192.98138, 239.94708], dtype=torch.float64))


@pytest.mark.parametrize("margin", [0.8, 1.15, 1.5])
def test_a_margin_shows_more_around_the_same_middle(margin: float) -> None:
    found = fit(ffhq(256), ffhq(256, margin))
    assert found is not None
    assert found.scale == pytest.approx(1 / margin)
    middle = torch.full((1, 2), 127.5, dtype=torch.float64)
    torch.testing.assert_close(found.apply(middle), middle)


def test_sizes_of_recognition() -> None:
    torch.testing.assert_close(arcface(224), 2 * arcface(112))
    wide = arcface(128)
    torch.testing.assert_close(wide, arcface(112) + torch.tensor([8.0, 0.0], dtype=torch.float64))
    torch.testing.assert_close(arcface(256), 2 * wide)
    for size in (0, 100, -112):
        with pytest.raises(ValueError, match="multiple of 112 or of 128"):
            arcface(size)


def test_a_margin_is_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ffhq(256, 0.0)


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.0])
def test_the_square_of_ffhq(angle: float) -> None:
    turn = Similarity.of(1.3, angle, (40, -20))
    square = square_of(turn.apply(landmarks_of(ffhq(512))), 256)
    assert square is not None
    upright = turn.then(square)
    assert 128 / upright.scale == pytest.approx(251.8, abs=0.05)
    middle = upright.inverse.apply(torch.tensor([[127.5, 127.5]]))[0]
    assert middle.tolist() == pytest.approx([256.07, 253.19], abs=0.01)
    assert abs(upright.angle) < 0.02


def test_no_square_without_extent() -> None:
    assert square_of(torch.ones(68, 2), 256) is None
