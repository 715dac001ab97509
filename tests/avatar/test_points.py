"""Five and 68 points: order, mirrors, the head's pose."""

from __future__ import annotations

from math import cos, radians, sin

import pytest
import torch

from sparring.avatar.points import MIRROR_68, five_of, mirrored, pitch, plausible, roll, yaw

STRAIGHT = torch.tensor([[30.0, 40], [70, 40], [50, 60], [35, 80], [65, 80]], dtype=torch.float64)


def turned(points: torch.Tensor, degrees: float) -> torch.Tensor:
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return (points - 50) @ torch.tensor([[c, s], [-s, c]], dtype=torch.float64) + 50


def test_five_of_68_are_middles_tip_and_corners():
    marks = torch.arange(136.0, dtype=torch.float64).view(68, 2)
    expected = torch.stack([marks[36:42].mean(0), marks[42:48].mean(0), marks[30], marks[48], marks[54]])
    assert torch.equal(five_of(marks), expected)


def test_a_mirror_is_its_own_inverse_and_agrees_for_5_and_68():
    assert sorted(MIRROR_68) == list(range(68))
    marks = torch.rand(68, 2, dtype=torch.float64) * 100
    torch.testing.assert_close(mirrored(mirrored(marks, 100), 100), marks)
    torch.testing.assert_close(five_of(mirrored(marks, 100)), mirrored(five_of(marks), 100))
    assert mirrored(STRAIGHT, 100)[0].tolist() == [29, 40]


@pytest.mark.parametrize("degrees", [0, 37, 90, -135, 180])
def test_the_pose_is_measured_at_every_angle(degrees):
    points = turned(STRAIGHT, degrees)
    assert plausible(points) is points
    assert abs(roll(points) - degrees) % 360 == pytest.approx(0, abs=1e-9)
    assert yaw(points) == pytest.approx(0, abs=1e-12)
    assert pitch(points) == pytest.approx(0.5)


def test_a_turned_head_has_its_nose_at_the_side():
    points = STRAIGHT.clone()
    points[2, 0] = 66
    assert yaw(points) == pytest.approx(0.4)
    assert yaw(mirrored(points, 101)) == pytest.approx(-0.4)


def test_left_and_right_are_put_in_order():
    swapped = STRAIGHT[[1, 0, 2, 4, 3]]
    assert torch.equal(plausible(swapped), STRAIGHT)
    assert torch.equal(plausible(STRAIGHT[[0, 1, 2, 4, 3]]), STRAIGHT)


def test_what_is_no_face_has_no_points():
    one_eye, flat, gone = STRAIGHT.clone(), STRAIGHT.clone(), STRAIGHT.clone()
    one_eye[1] = one_eye[0]
    flat[:, 1] = 40
    gone[2] = torch.nan
    below = STRAIGHT.clone()
    below[2, 1] = 90  # a nose under the mouth
    assert [plausible(points) for points in (one_eye, flat, gone, below)] == [None] * 4
