"""Steady crops: noise at rest goes, a moving face is not left behind."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sparring.avatar.similarity import Similarity, fit
from sparring.avatar.smoothing import OneEuro, Steady
from sparring.avatar.templates import ffhq

FRAME = 1 / 30
HASTES = pytest.mark.parametrize("haste", [0.02, 0.03, 0.05])


def followed(values: Tensor, haste: float) -> Tensor:
    filtered = OneEuro(haste=haste)
    return torch.stack([filtered(value, FRAME) for value in values])


@HASTES
def test_noise_at_rest_is_less_than_half(haste: float) -> None:
    noise = torch.randn(600, 8).double()
    assert followed(noise, haste)[60:].std().item() <= 0.4
    assert (followed(noise, haste)[60:].diff(dim=0)).std() < 0.25 * noise.diff(dim=0).std()


@HASTES
def test_a_moving_face_is_at_most_one_and_a_half_frames_ahead(haste: float) -> None:
    moving = 3.0 * torch.arange(300).double()[:, None] + torch.randn(300, 8).double()
    behind = 3.0 * torch.arange(300).double()[:, None] - followed(moving, haste)
    assert behind[100:].mean().item() / 3 <= 1.5


def test_a_plain_average_cannot_do_both() -> None:
    """The filter with no haste is one: as steady, and five frames late."""
    noise, steps = torch.randn(600, 8).double(), 3.0 * torch.arange(300).double()[:, None]
    assert followed(noise, 0.0)[60:].std().item() <= 0.4
    assert (steps - followed(steps, 0.0))[-1].item() / 3 > 4


def test_time_goes_on() -> None:
    filtered = OneEuro()
    filtered(torch.zeros(1), FRAME)
    with pytest.raises(ValueError, match="not by 0"):
        filtered(torch.zeros(1), 0.0)


def test_a_crop_at_rest_stays_to_rounding() -> None:
    here, steady = Similarity.of(0.4, 3.0, (-30, 80)), Steady(256)
    for _ in range(5):
        torch.testing.assert_close(steady(here, FRAME).matrix, here.matrix)


@pytest.mark.parametrize("enlarged", [1.0, 4.0])
def test_noisy_points_give_steady_crops_whatever_the_films_size(enlarged: float) -> None:
    """Noise of one pixel of the crop, which is `enlarged` times as many of the film."""
    face = Similarity.of(enlarged, 0.2, (300, 200)).apply(ffhq(256))
    steady, corners = Steady(256), torch.tensor([[0.0, 0.0], [255.0, 255.0]]).double()
    raw, smooth = [], []
    for _ in range(200):
        found = fit(face + enlarged * torch.randn(5, 2).double(), ffhq(256))
        assert found is not None
        raw.append(found.inverse.apply(corners) / enlarged)
        smooth.append(steady(found, FRAME).inverse.apply(corners) / enlarged)
    jitter = [torch.stack(places)[40:].diff(dim=0).std().item() for places in (raw, smooth)]
    assert jitter[1] < 0.3 * jitter[0]


def test_a_turning_face_is_followed_over_half_a_turn() -> None:
    """The angle jumps from pi to -pi on the way; the crop must not spin back, nor leave the face's middle."""
    steady, centre = Steady(256), torch.tensor([[127.5, 127.5]]).double()
    for frame in range(90):
        angle = math.radians(120 + 2 * frame)
        turn = Similarity.of(1, -angle).then(Similarity.of(shift=(400, 300)))
        face = Similarity.of(shift=(-127.5, -127.5)).then(turn)
        found = steady(face.inverse, FRAME)
        assert torch.allclose(found.inverse.apply(centre), torch.tensor([[400.0, 300.0]]).double(), atol=1e-6)
        assert abs(math.remainder(found.angle - angle, 2 * math.pi)) < math.radians(8)
