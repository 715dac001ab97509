"""The detector on a real portrait: moved, mirrored, made small, turned, and several at once."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.avatar.detectors.boxes import corners_of, moved, squares_around, surest
from sparring.avatar.face import Detector
from sparring.avatar.finding import Search, find_faces
from sparring.avatar.points import eye_distance, mirrored, roll

EYES = 42.8
"""Distance of the astronaut's eyes in pixels."""


def test_she_is_found_where_she_is(astronaut: Tensor, mtcnn: Detector):
    (found,) = mtcnn.find(astronaut)
    assert found.score > 0.99
    assert found.box == pytest.approx((81, 63, 167, 172), abs=4)
    assert eye_distance(found.points) == pytest.approx(EYES, abs=1)
    assert found.points[:, 0].tolist() == pytest.approx([103, 145, 122, 104, 147], abs=5)
    assert found.points.dtype == torch.float64


def test_the_mirror_image_has_mirrored_points(astronaut: Tensor, mtcnn: Detector):
    (found,), (other,) = mtcnn.find(astronaut), mtcnn.find(astronaut.flip(2))
    away = (mirrored(found.points, astronaut.shape[2]) - other.points).abs().max()
    assert away < 0.03 * EYES


def test_a_shift_of_the_photo_shifts_the_box_by_as_much(astronaut: Tensor, mtcnn: Detector):
    (found,), (other,) = mtcnn.find(astronaut), mtcnn.find(F.pad(astronaut, (7, 0, 3, 0)))
    shifts = torch.tensor(other.box) - torch.tensor(found.box)
    torch.testing.assert_close(shifts, torch.tensor([7.0, 3.0, 7.0, 3.0]), rtol=0, atol=1.5)
    assert other.score == pytest.approx(found.score, abs=0.01)


def test_a_larger_photo_has_a_larger_box_and_the_same_score(astronaut: Tensor, mtcnn: Detector):
    large = F.interpolate(astronaut[None], scale_factor=6, mode="bicubic").clamp(0, 1)[0]
    (found,) = find_faces(astronaut, mtcnn)
    (other,) = find_faces(large, mtcnn)  # 1560 pixels, looked at in 1280
    wanted = (torch.tensor(found.box) + 0.5) * 6 - 0.5
    torch.testing.assert_close(torch.tensor(other.box), wanted, rtol=0, atol=6 * 3)
    assert found.score - 0.02 < other.score <= 1


def test_three_faces_are_three_and_the_smallest_comes_last(crowd: Tensor, mtcnn: Detector):
    found = find_faces(crowd, mtcnn)
    assert len(found) == 3
    assert found[2].width == pytest.approx(found[0].width / 2, rel=0.1)
    assert found[2].box[0] > 520


def test_without_a_face_there_is_none(mtcnn: Detector):
    ramp = torch.linspace(0, 1, 64).expand(3, 64, 64)
    assert find_faces(ramp, mtcnn) == []
    assert mtcnn.find(torch.zeros(3, 5, 300)) == []
    assert mtcnn.find(torch.rand(3, 120, 120)) == []


def test_a_tiny_face_is_no_face(astronaut: Tensor, mtcnn: Detector):
    tiny = F.interpolate(astronaut[None], scale_factor=0.25, mode="bilinear", antialias=True)[0]
    assert mtcnn.find(tiny)
    assert find_faces(tiny, mtcnn) == []  # 27 pixels


def test_a_photo_on_its_side_is_found_if_asked(astronaut: Tensor, mtcnn: Detector):
    lying = astronaut.rot90(1, (1, 2))
    assert find_faces(lying, mtcnn, Search(again=False)) == []
    (found,) = find_faces(lying, mtcnn, Search(again=False, turned=True))
    assert roll(found.points) == pytest.approx(-90, abs=5)
    (upright,) = find_faces(astronaut, mtcnn)
    x, y = upright.points[:, 0], upright.points[:, 1]
    torch.testing.assert_close(found.points, torch.stack([y, astronaut.shape[2] - 1 - x], 1), rtol=0, atol=1.0)


def test_of_overlapping_boxes_the_surest_stay():
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [2, 2, 4, 4], [20, 0, 30, 10]])
    scores = torch.tensor([0.5, 0.9, 0.95, 0.7])
    assert surest(boxes, scores, 0.5).tolist() == [2, 1, 3]
    assert surest(boxes, scores, 0.5, of_smaller=True).tolist() == [2, 3]
    assert surest(boxes[:0], scores[:0], 0.5).tolist() == []


def test_squares_are_as_long_as_the_longer_side():
    squares = squares_around(torch.tensor([[0.0, 0, 10, 4]]))
    assert squares.tolist() == [[5, 2, 10]]
    assert corners_of(squares).tolist() == [[0, -3, 10, 7]]
    assert moved(squares, torch.tensor([[0.1, 0, -0.1, 0]])).tolist() == [[1, -3, 9, 7]]
