"""Faces: which are meant, in what order, and which are the same one."""

from __future__ import annotations

import pytest
import torch

from sparring.avatar.detectors import DETECTORS
from sparring.avatar.detectors.whole import BOXED, face_at, face_in, placed
from sparring.avatar.face import Face, back_to_front, choose, shared, without_doubles


def face(left: float, top: float, side: float, score: float = 1.0) -> Face:
    box = (left, top, left + side, top + side)
    return Face(box, score, placed(BOXED, box))


SMALL, LARGE, MIDDLE = face(0, 0, 20), face(60, 10, 40), face(35, 40, 30)
THREE = [SMALL, LARGE, MIDDLE]


def test_policies_pick_and_always_give_a_list():
    assert choose(THREE, "all", 100, 100) == [LARGE, MIDDLE, SMALL]
    assert choose(THREE, "largest", 100, 100) == [LARGE]
    assert choose(THREE, "center", 100, 100) == [MIDDLE]
    assert choose(THREE, 2, 100, 100) == [SMALL]
    assert choose([], "largest", 100, 100) == choose([], "all", 100, 100) == choose([], 3, 100, 100) == []


@pytest.mark.parametrize("number", [-1, 3])
def test_a_number_that_no_face_has_is_refused(number):
    with pytest.raises(ValueError, match="3 found, numbered 0 to 2, the largest first"):
        choose(THREE, number, 100, 100)


def test_the_order_is_by_area_times_score_and_then_from_left_to_right():
    unsure, left, right = face(0, 50, 40, 0.2), face(10, 0, 30), face(50, 0, 30)
    assert choose([right, unsure, left], "all", 100, 100) == [left, right, unsure]
    assert back_to_front([unsure, right, left]) == [right, left, unsure]


def test_boxes_share_what_lies_in_both():
    assert shared((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert shared((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert shared((0, 0, 10, 10), (10, 0, 20, 10)) == 0


def test_of_doubles_the_surest_stays():
    kept = without_doubles([face(0, 0, 50, 0.8), face(2, 2, 50, 0.9), face(70, 0, 20, 0.3)])
    assert [(one.box[0], one.score) for one in kept] == [(2, 0.9), (70, 0.3)]


def test_the_whole_picture_is_the_square_in_its_middle():
    (found,) = DETECTORS["whole"]().find(torch.zeros(3, 300, 500))
    assert found.box == (99.5, -0.5, 399.5, 299.5)
    assert found.points.dtype == torch.float64
    eyes = found.points[:2, 0]
    assert eyes[0] < 249.5 < eyes[1]
    assert eyes.sum().item() / 2 == pytest.approx(249.5, abs=0.5)


def test_a_box_and_points_by_hand_agree():
    drawn = face_in((10, 20, 110, 140))
    pointed = face_at(drawn.points)
    assert pointed.box == pytest.approx(drawn.box)
    assert pointed.score == drawn.score == 1


def test_what_cannot_be_a_face_is_refused():
    with pytest.raises(ValueError, match="left < right and top < bottom"):
        face_in((10, 20, 10, 50))
    with pytest.raises(ValueError, match="a face is five points x, y"):
        face_at(torch.zeros(5, 2))
    with pytest.raises(ValueError, match="a face is five points x, y"):
        face_at(torch.zeros(4, 2))


def test_an_unknown_detector_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="there is no detector of faces 'haar'"):
        DETECTORS["haar"]
