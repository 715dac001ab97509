"""Looking at copies: where a face is found on one, there it is in the photo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from sparring.avatar.detectors.whole import BOXED, placed
from sparring.avatar.face import Face
from sparring.avatar.finding import Search, find_faces


class Spot:
    """Finds the red square as a face, where its side on the copy is between two bounds and `sees` says so."""

    def __init__(self, smallest: int = 0, largest: int = 10_000, sees: Callable[[Tensor], bool] = lambda image: True):
        self.smallest, self.largest, self.sees, self.looked = smallest, largest, sees, list[tuple[int, ...]]()

    def find(self, image: Tensor) -> list[Face]:
        self.looked.append(tuple(image.shape[1:]))
        rows, columns = (image[0] > 0.5).any(1).nonzero()[:, 0], (image[0] > 0.5).any(0).nonzero()[:, 0]
        if not len(rows) or not self.sees(image):
            return []
        ends = columns.min() - 0.5, rows.min() - 0.5, columns.max() + 0.5, rows.max() + 0.5
        left, top, right, bottom = map(float, ends)
        box = (left, top, right, bottom)
        return [Face(box, 0.9, placed(BOXED, box))] if self.smallest <= right - left <= self.largest else []


def photo(height: int, width: int, left: int, top: int, side: int) -> Tensor:
    image = torch.zeros(3, height, width)
    image[0, top : top + side, left : left + side] = 1
    return image


def expected(left: int, top: int, side: int) -> tuple[float, ...]:
    return (left - 0.5, top - 0.5, left + side - 0.5, top + side - 0.5)


def test_a_large_photo_is_looked_at_small_and_the_box_is_the_photos():
    spot = Spot()
    (found,) = find_faces(photo(1280, 2560, 600, 200, 400), spot)
    assert spot.looked == [(640, 1280)]
    assert found.box == pytest.approx(expected(600, 200, 400), abs=1e-6)
    assert found.score == 0.9  # a score is no coordinate
    torch.testing.assert_close(found.points, placed(BOXED, found.box))


@pytest.mark.parametrize(("spot", "looked"), [(Spot(largest=30), 2), (Spot(smallest=60), 3)])
def test_other_sizes_are_tried_where_nothing_is_found(spot, looked):
    (found,) = find_faces(photo(100, 120, 20, 30, 40), spot)
    assert len(spot.looked) == looked
    assert found.box == pytest.approx(expected(20, 30, 40), abs=0.6)
    with pytest.raises(ValueError, match="number from 0 to 1"):
        Search(sure=80)


@pytest.mark.parametrize("corner", ["bottom left", "top right", "bottom right"])
def test_a_photo_on_its_side_is_tried_only_if_asked(corner):
    def sees(image: Tensor) -> bool:
        """The mark that tells the copies apart lies in this corner."""
        rows, columns = image[2].nonzero().float().mean(0).tolist()
        at = ("bottom" if rows > image.shape[1] / 2 else "top", "right" if columns > image.shape[2] / 2 else "left")
        return " ".join(at) == corner and image.shape[1] + image.shape[2] == 220

    image = photo(100, 120, 20, 30, 40)
    image[2, :5, :5] = 1  # at the top left as it stands
    assert find_faces(image, Spot(sees=sees)) == []
    (found,) = find_faces(image, Spot(sees=sees), Search(turned=True))
    assert found.box == pytest.approx(expected(20, 30, 40))


def test_the_last_try_has_a_border_whose_reflections_do_not_count():
    image = photo(100, 120, 0, 34, 32)  # cut off by the left edge
    spot = Spot(sees=lambda copy: copy.shape[1] == 160)
    (found,) = find_faces(image, spot)
    assert found.box == pytest.approx((-30.5, 33.5, 31.5, 65.5))  # it, and its reflection
    outside = Spot()
    far = [Face((-40, 0, -2, 40), 0.9, placed(BOXED, (-40, 0, -2, 40)))]
    outside.find = lambda copy: far if copy.shape[1] == 160 else []
    assert find_faces(image, outside) == []


def test_small_unsure_and_narrow_faces_are_left_out():
    assert find_faces(photo(100, 120, 20, 30, 31), Spot(), Search(again=False)) == []
    assert len(find_faces(photo(100, 120, 20, 30, 32), Spot())) == 1
    assert find_faces(photo(100, 120, 20, 30, 40), Spot(), Search(sure=0.95)) == []
    profile = Face((0, 0, 50, 50), 0.9, placed(BOXED, (22, 0, 28, 50)))
    spot = Spot()
    spot.find = lambda image: [profile]
    assert find_faces(torch.zeros(3, 80, 80), spot) == []


@pytest.mark.parametrize(
    ("width", "looked"),
    [(1280, [1280, 640, 1304]), (2000, [1280, 640, 2000, 1296]), (1000, [1000, 500, 1280, 1024])],  # bordered at last
)
def test_a_photo_is_not_enlarged_beyond_its_own_size_and_1280_pixels(width, looked):
    spot = Spot(sees=lambda copy: False)
    assert find_faces(photo(40, width, 5, 5, 10), spot) == []
    assert [columns for _, columns in spot.looked] == looked


def test_a_picture_of_one_pixel_has_no_face():
    assert find_faces(torch.ones(3, 1, 1), Spot()) == []
