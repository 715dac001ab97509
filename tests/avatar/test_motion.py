"""Films: people are followed, crops are steady, colours do not pulse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.avatar.portraits import BARE, SIDE, face_at, negative, same, stylist
from tests.data.pictures import noise
from torch import Tensor

from sparring.avatar.face import Face
from sparring.avatar.finish import Finish
from sparring.avatar.motion import FilmStylist
from sparring.avatar.picture import floats
from sparring.avatar.settings import AvatarSettings
from sparring.avatar.tracking import LOOKED, Tracker

STAGE = np.asarray(noise(320, 240))


class Script:
    """Finds at its n-th search the faces of the n-th list, and then those of the last."""

    def __init__(self, *scenes: list[Face]):
        self.scenes, self.searches = scenes, 0

    def find(self, image: Tensor) -> list[Face]:
        self.searches += 1
        return self.scenes[min(self.searches, len(self.scenes)) - 1]


def tracker(*scenes: list[Face], understand: Callable[[Tensor, Face], Face] = lambda image, face: face) -> Tracker:
    script = Script(*scenes)
    return Tracker(script.find, understand, SIDE, 1.15, 1 / 30)


def frame(light: float = 1) -> Tensor:
    return floats(STAGE) * light


@pytest.fixture(autouse=True)
def landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faces stay where they were found: on this stage there are none to be seen."""
    monkeypatch.setattr("sparring.avatar.pipeline.with_landmarks", lambda image, face: face)


def test_a_face_that_comes_later_must_be_seen_twice() -> None:
    one, other = face_at(100, 100, 50), face_at(220, 100, 50)
    follow = tracker([one], [one, other], [one, other], [one])
    counts = [len(follow(frame())) for _ in range(4 * LOOKED)]
    assert counts == [1] * (2 * LOOKED) + [2] * (2 * LOOKED)


def test_a_face_is_kept_for_ten_frames_and_then_given_up() -> None:
    follow = tracker([face_at(100, 100, 50)], [])
    counts = [len(follow(frame())) for _ in range(4 * LOOKED)]
    assert counts == [1] * (3 * LOOKED) + [0] * LOOKED


def test_another_scene_begins_anew() -> None:
    one, other = face_at(100, 100, 50), face_at(110, 100, 50)
    follow = tracker([one], [other])
    first = follow(frame())[0]
    assert follow(frame(0.95))[0] is first
    second = follow(frame(0.3))[0]
    assert second is not first
    assert second.face.box == other.box


def test_what_trembles_is_steady_and_what_moves_keeps_up() -> None:
    random, middle = np.random.default_rng(0), torch.tensor([[(SIDE - 1) / 2] * 2])

    def place(follow: Tracker) -> float:
        there = follow(frame())[0].there
        assert there is not None
        return there.inverse.apply(middle)[0, 0].item()

    def trembling(image: Tensor, face: Face) -> Face:
        still = face_at(150, 120, 60)
        return replace(still, points=still.points + torch.from_numpy(random.normal(0, 1, (5, 2))))

    steady = tracker([face_at(150, 120, 60)], understand=trembling)
    assert np.std([place(steady) for _ in range(90)][30:]) < 0.25, "points alone move by 0.45"
    way = [face_at(50 + 3 * number, 120, 60) for number in range(60)]
    steps = iter(way)
    moving = tracker(*([face] for face in way[::LOOKED]), understand=lambda image, face: next(steps))
    places = [place(moving) for _ in way]
    assert 3 * 59 - (places[-1] - places[0]) < 1.5 * 3, "behind by less than 1.5 frames of 3 pixels"


def films(*scenes: list[Face], settings: AvatarSettings, generator=negative) -> FilmStylist:
    return FilmStylist(stylist(Script(*scenes), generator, settings=settings), 30)


def test_in_place_only_the_face_is_drawn() -> None:
    film = films([face_at(150, 120, 50)], settings=AvatarSettings(mode="in-place", finish=BARE))
    made = list(film.frames([STAGE] * 3))
    assert film.drawn == 3
    for one in made:
        assert one.shape == STAGE.shape
        assert np.array_equal(one[:20], STAGE[:20])
        assert (one[115:125, 145:155] != STAGE[115:125, 145:155]).any(2).mean() > 0.9
    assert np.array_equal(made[0], made[2])
    nobody = films([], settings=AvatarSettings(mode="in-place"))
    assert np.array_equal(next(nobody.frames([STAGE])), STAGE)
    assert nobody.drawn == 0


def test_avatars_of_a_film_have_one_size_whoever_is_seen() -> None:
    # Nobody is looked for four times over.
    scenes = [], [], [], [], [face_at(150, 120, 50)], []
    film = films(*scenes, settings=AvatarSettings(finish=Finish(enlarge=2)), generator=same)
    made = list(film.frames([STAGE] * (4 * LOOKED)))
    assert {one.shape for one in made} == {(2 * SIDE, 2 * SIDE, 3)}
    assert 0 < film.drawn < len(made)
    assert np.array_equal(made[-1], made[-2]), "the last place is kept"


def test_the_largest_face_stays_the_one_that_is_followed() -> None:
    one, small, grown = face_at(80, 120, 50), face_at(220, 120, 45), face_at(220, 120, 70)
    film = films([one, small], [one, grown], settings=AvatarSettings(finish=BARE), generator=same)
    made = list(film.frames([STAGE] * (2 * LOOKED)))
    assert np.array_equal(made[0], made[-1])


def test_light_that_flickers_does_not_flicker_in_colours() -> None:
    def constant(crops: Tensor) -> Tensor:
        return torch.linspace(0.2, 0.8, SIDE).expand(len(crops), 3, SIDE, SIDE)

    settings = AvatarSettings(finish=Finish(denoise=0, colour=1, sharpen=0))
    bright = (STAGE.astype(int) + 40).clip(0, 255).astype(np.uint8)
    film = films([face_at(150, 120, 50)], settings=settings, generator=constant)
    means = [float(one.mean()) for one in film.frames([STAGE, bright] * 6)]
    apart = [
        float(next(films([face_at(150, 120, 50)], settings=settings, generator=constant).frames([one])).mean())
        for one in (STAGE, bright)
    ]
    assert np.abs(np.diff(means)).max() < 0.4 * abs(apart[1] - apart[0])
