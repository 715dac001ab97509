"""From a photo to avatars: what comes out, what must not change, and what is said where nothing can be made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image
from tests.avatar.portraits import BARE, SIDE, face_at, negative, pixels_of, same, stylist
from tests.data.pictures import noise
from torch import Tensor

from sparring.avatar.drawing import Drawing
from sparring.avatar.face import Detector, Face
from sparring.avatar.finish import Finish
from sparring.avatar.picture import Picture, Pixels
from sparring.avatar.pipeline import Stylist, opened
from sparring.avatar.result import Result, Step
from sparring.avatar.settings import AvatarSettings
from sparring.avatar.styles import style_of


def walked(artist: Stylist, picture: Picture) -> tuple[list[Step], Result]:
    steps, found = artist.steps(picture), list[Step]()
    while True:
        try:
            found.append(next(steps))
        except StopIteration as end:
            return found, end.value


def photo(width: int = 300, height: int = 240, seed: int = 0) -> Pixels:
    return np.asarray(noise(width, height, seed=seed))


def test_each_step_says_and_shows_what_it_did(astronaut: Tensor, mtcnn: Detector) -> None:
    steps, result = walked(stylist(mtcnn, finish=Finish(enlarge=2)), opened(pixels_of(astronaut)))
    names = "load detect choose landmarks align examine crop generate denoise colour enlarge sharpen score"
    assert [step.name for step in steps] == names.split()
    assert all(step.line for step in steps)
    drawn = {step.name: list(step.draw().values()) for step in steps}
    assert drawn["detect"][0].shape == (240, 260, 3)
    assert not np.array_equal(drawn["detect"][0], drawn["load"][0])
    assert drawn["crop"][0].shape == (SIDE, SIDE, 3)
    assert drawn["sharpen"][0].shape == (2 * SIDE, 2 * SIDE, 3)
    assert result.status == "done"
    assert np.array_equal(result.image, drawn["sharpen"][0])
    face = result.faces[0]
    assert face.status == "done"
    assert len(face.landmarks) == 68
    assert face.box[0] < face.landmarks[30][0] < face.box[2]
    assert np.array(face.matrix).shape == (2, 3)


@pytest.mark.parametrize(
    ("size", "face", "side"),
    [
        ((300, 240), face_at(150, 120, 40, degrees=5), 256),  # drawn larger than it is
        ((300, 240), face_at(150, 120, 80, degrees=25), 64),  # and smaller
        ((300, 500), face_at(3, 5, 60), 64),  # in a corner
        ((500, 300), face_at(480, 150, 90, degrees=-100), 64),
    ],
)
def test_a_generator_that_changes_nothing_gives_the_photo_back(size: tuple[int, int], face: Face, side: int) -> None:
    before = photo(*size)
    result = stylist([face], mode="in-place", side=side).stylize(before)
    assert result.status == "done"
    assert np.abs(result.image.astype(int) - before).max() <= 1


@pytest.mark.parametrize("blend", ["alpha", "poisson", "multiband"])
@pytest.mark.parametrize("mask", ["head", "hull", "ellipse", "rounded"])
def test_only_what_the_mask_shows_is_touched(blend: str, mask: str) -> None:
    before, face = photo(), face_at(150, 120, 50)
    settings = AvatarSettings(mode="in-place", mask=mask, blend=blend, finish=BARE)
    result = stylist([face], negative, settings=settings).stylize(before)
    changed = (result.image != before).any(2)
    assert changed[110:130, 140:160].mean() > 0.5
    far = np.ones_like(changed)
    far[40:200, 70:230] = False
    assert not changed[far].any()


def test_gray_and_transparent_photos() -> None:
    face = face_at(150, 120, 50)
    gray = photo()[..., 0]
    result = stylist([face], mode="in-place").stylize(gray)
    assert np.abs(result.image.astype(int) - gray[..., None]).max() <= 1
    clear = np.dstack([photo(), np.full((240, 300), 255, np.uint8)])
    clear[:, :150, 3] = 0
    result = stylist([face], negative, mode="in-place").stylize(clear)
    assert np.array_equal(result.image[..., 3], clear[..., 3])
    assert np.array_equal(result.image[:60, :60], clear[:60, :60]), "hidden colours stay where nothing is drawn"
    avatar = stylist([face], negative).stylize(clear).image
    assert avatar.shape == (SIDE, SIDE, 4)
    assert set(np.unique(avatar[:, : SIDE // 2 - 4, 3])) == {0}
    assert set(np.unique(avatar[:, SIDE // 2 + 4 :, 3])) == {255}


def test_the_same_photo_gives_the_same_picture_in_threads_too(crowd: Tensor, mtcnn: Detector) -> None:
    pixels, artist = pixels_of(crowd), stylist(mtcnn, negative, mode="in-place", finish=Finish())
    once = artist.stylize(pixels)
    assert len(once.faces) == 3
    with ThreadPoolExecutor(2) as pool:
        for again in pool.map(artist.stylize, [pixels] * 2):
            assert np.array_equal(again.image, once.image)


def test_others_in_the_photo_change_nobody(crowd: Tensor, mtcnn: Detector) -> None:
    pixels = pixels_of(crowd)
    settings = AvatarSettings(faces="all", finish=Finish())
    everyone = stylist(mtcnn, negative, settings=settings).stylize(pixels)
    assert everyone.found == 3
    for number, face in list(enumerate(everyone.faces))[::2]:
        alone = stylist(mtcnn, negative, settings=AvatarSettings(faces=number)).stylize(pixels)
        assert np.array_equal(alone.image, face.image)
    largest = stylist(mtcnn).stylize(pixels)
    assert len(largest.faces) == 1
    assert "3 faces found; used the largest" in largest.warnings[0]


def test_a_moved_photo_gives_the_same_crop(astronaut: Tensor, mtcnn: Detector) -> None:
    pixels = pixels_of(astronaut)
    crops = []
    for left, top in ((0, 0), (7, 3)):
        steps, _ = walked(stylist(mtcnn), opened(pixels[top : top + 230, left : left + 250]))
        crops.append(steps[6].draw()["1"].astype(float))
    assert np.sqrt(np.square(crops[0] - crops[1]).mean()) < 1


def test_a_photo_moved_by_a_hundredth_gives_the_same_avatar(astronaut: Tensor, mtcnn: Detector) -> None:
    """What simple tools fail at: a shift by a few pixels redraws the face."""
    pixels = pixels_of(astronaut)
    cel = style_of("cel")
    artist = Stylist(cel, Drawing(cel.load("cpu")), mtcnn)
    here, moved = (artist.stylize(pixels[top : top + 230, left : left + 250]).image for left, top in ((0, 0), (3, 3)))
    assert np.sqrt(np.square(here.astype(float) - moved).mean()) < 1
    assert artist.stylize(pixels).faces[0].scores["identity"] > 0.43


def test_the_background_can_be_left_out(astronaut: Tensor, mtcnn: Detector) -> None:
    pixels = pixels_of(astronaut)
    images = {
        background: stylist(mtcnn, settings=AvatarSettings(background=background, finish=BARE)).stylize(pixels).image
        for background in ("photo", "white", "clear")
    }
    assert images["clear"].shape == (SIDE, SIDE, 4)
    corner, middle = (slice(0, 6), slice(0, 6)), (slice(30, 34), slice(30, 34))
    assert images["clear"][*corner, 3].max() < 20
    assert images["clear"][*middle, 3].min() == 255
    assert np.array_equal(images["clear"][..., :3], images["photo"])
    assert images["white"][corner].min() > 250
    assert np.array_equal(images["white"][middle], images["photo"][middle])


def test_the_nearer_face_covers_the_other() -> None:
    faces = [face_at(120, 120, 40), face_at(160, 120, 60)]
    result = stylist(faces, negative, mode="in-place").stylize(photo())
    assert [one.box[2] - one.box[0] for one in result.faces] == pytest.approx([96, 64])
    assert "Faces overlap" in result.warnings[0]
    alone = stylist(faces[1:], negative, mode="in-place").stylize(photo())
    assert np.array_equal(result.image[100:140, 150:180], alone.image[100:140, 150:180])


def test_where_nothing_can_be_made_a_status_says_what_to_do() -> None:
    nobody = stylist([]).stylize(photo())
    assert (nobody.status, nobody.image, nobody.found) == ("no_face", None, 0)
    assert "face the camera" in nobody.message
    tiny = stylist([face_at(5, 5, 5)]).stylize(photo()[:1, :1])
    assert (tiny.status, tiny.image) == ("too_small", None)
    assert "1 x 1" in tiny.message
    third = stylist([face_at(150, 120, 50)], settings=AvatarSettings(faces=2)).stylize(photo())
    assert third.status == "no_face"
    assert third.message == "There is no face 2: 1 found, numbered 0, the largest first."


@pytest.mark.parametrize("mode", ["avatar", "in-place"])
@pytest.mark.parametrize("value", [0.5, float("nan")])
def test_a_wrong_drawing_is_never_shown(value: float, mode) -> None:
    result = stylist([face_at(150, 120, 50)], lambda crops: crops * 0 + value, mode=mode).stylize(photo())
    assert (result.status, result.image) == ("wrong_result", None)
    assert "try another photo" in result.message


def test_a_face_that_is_too_small_is_left_as_it_is() -> None:
    faces = [face_at(150, 120, 60), face_at(40, 120, 35)]
    result = stylist(faces, negative, mode="in-place").stylize(photo())
    assert [face.status for face in result.faces] == ["done", "too_small"]
    assert "only 56 px wide" in result.faces[1].message
    alone = stylist(faces[:1], negative, mode="in-place").stylize(photo())
    assert np.array_equal(result.image, alone.image)
    small = stylist(faces[1:]).stylize(photo())
    assert (small.status, small.image) == ("too_small", None)


def test_what_was_made_is_measured(astronaut: Tensor, mtcnn: Detector) -> None:
    pixels = pixels_of(astronaut)
    unchanged = stylist(mtcnn, side=256).stylize(pixels).faces[0]
    assert unchanged.scores["identity"] == pytest.approx(1, abs=0.01)
    assert unchanged.scores["drift"] < 0.02
    assert "It is the photo itself." in unchanged.warnings[-1]
    upside_down = stylist(mtcnn, lambda crops: crops.flip(2), side=256).stylize(pixels).faces[0]
    assert upside_down.scores["identity"] < 0.5
    assert stylist([face_at(150, 120, 60)], negative).stylize(photo()).faces[0].scores["sharpness"] > 0


def test_what_is_no_photo_is_refused() -> None:
    with pytest.raises(ValueError, match="a photo is bytes"):
        stylist([]).stylize(np.zeros((8, 8, 2), np.uint8))
    with pytest.raises(ValueError, match="a photo is bytes"):
        stylist([]).stylize(np.zeros((8, 8, 3)))
    assert stylist([]).stylize(Image.new("L", (80, 80))).status == "no_face"


def test_a_generator_may_draw_larger() -> None:
    def double(crops: Tensor) -> Tensor:
        return torch.nn.functional.interpolate(same(crops), scale_factor=2.0, mode="bilinear")

    before = photo()
    assert stylist([face_at(150, 120, 50)], double).stylize(before).image.shape == (2 * SIDE, 2 * SIDE, 3)
    placed = stylist([face_at(150, 120, 50)], double, mode="in-place").stylize(before)
    assert np.abs(placed.image.astype(int) - before).mean() < 1


def test_impossible_settings_are_refused() -> None:
    for wrong in ({"sure": 2.0}, {"margin": 9.0}, {"width": 0.0}, {"faces": -1}):
        with pytest.raises(ValueError, match="and not"):
            AvatarSettings(**wrong)
