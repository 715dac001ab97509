"""68 landmarks: as the original network says, steady under shifts, and mirrored in the mirror."""

from __future__ import annotations

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.avatar.detectors.whole import BOXED, placed
from sparring.avatar.face import Detector, Face
from sparring.avatar.landmark_network import pretrained
from sparring.avatar.landmarks import with_landmarks
from sparring.avatar.patches import Patches
from sparring.avatar.points import five_of, mirrored

EYES = 42.8
# The jaw's first three points and its last, of a made pattern: computed by @vladmandic/face-api 1.7.15 itself.
PUBLISHED = [[0.228165, 0.400294], [0.262161, 0.413868], [0.399801, 0.5204], [0.586404, 0.313325]]


def pattern(side: int) -> Tensor:
    """Waves that differ in every channel; (1, 3, side, side), whole numbers of 255."""
    rows, columns = (torch.arange(side, dtype=torch.float64) for _ in range(2))
    channels = torch.arange(1, 4, dtype=torch.float64)[:, None, None]
    waves = torch.sin(0.05 * rows[:, None] * channels + 0.031 * columns.square() / side)
    return (127.5 + 127.5 * waves).round().div(255).float()[None]


def test_the_network_says_what_the_original_says():
    found = pretrained()(pattern(112))[0]
    torch.testing.assert_close(found[[0, 1, 2, 67]], torch.tensor(PUBLISHED), rtol=0, atol=2e-6)


def found_in(image: Tensor, detector: Detector) -> Face:
    (face,) = detector.find(image)
    return with_landmarks(image, face)


def test_they_lie_on_the_face_and_give_the_five_points(astronaut: Tensor, mtcnn: Detector):
    (before,) = mtcnn.find(astronaut)
    face = with_landmarks(astronaut, before)
    assert face.landmarks is not None
    torch.testing.assert_close(face.points, five_of(face.landmarks))
    assert (face.points - before.points).norm(dim=1).max() < 0.15 * EYES
    chin, brows = face.landmarks[8], face.landmarks[17:27]
    assert brows[:, 1].max() < face.points[0, 1] < face.points[3, 1] < chin[1]
    assert (face.box, face.score) == (before.box, before.score)


def test_the_first_box_does_not_matter(astronaut: Tensor, mtcnn: Detector):
    (face,) = mtcnn.find(astronaut)
    left, top, right, bottom = face.box
    other = replace(face, box=(left - 5, top + 4, right + 3, bottom + 6))
    one, two = (with_landmarks(astronaut, each).landmarks for each in (face, other))
    assert (one - two).abs().max() < 0.01 * EYES


def test_shifted_and_mirrored_photos_have_shifted_and_mirrored_landmarks(astronaut: Tensor, mtcnn: Detector):
    marks = found_in(astronaut, mtcnn).landmarks
    shifted = found_in(F.pad(astronaut, (7, 0, 3, 0)), mtcnn).landmarks
    assert (marks + torch.tensor([7.0, 3.0]) - shifted).abs().max() < 0.01 * EYES
    mirror = found_in(astronaut.flip(2), mtcnn).landmarks
    assert (mirrored(marks, astronaut.shape[2]) - mirror).abs().max() < 0.01 * EYES


def test_a_turned_photo_has_turned_landmarks(astronaut: Tensor, mtcnn: Detector):
    face = found_in(astronaut, mtcnn)
    height, width = astronaut.shape[1:]
    for quarters, places in (
        (1, (face.points[:, 1], width - 1 - face.points[:, 0])),
        (2, (width - 1 - face.points[:, 0], height - 1 - face.points[:, 1])),
    ):
        points = torch.stack(places, 1)
        (left, top), (right, bottom) = points.amin(0).tolist(), points.amax(0).tolist()
        turned = with_landmarks(
            astronaut.rot90(quarters, (1, 2)), Face((left - 30, top - 30, right + 30, bottom + 30), 1, points)
        )
        assert (turned.points - points).abs().max() < 0.02 * EYES


def test_where_no_face_is_the_points_stay_as_they_were(monkeypatch):
    monkeypatch.setattr("sparring.avatar.landmarks.seen", lambda *given: torch.zeros(68, 2).double())
    box = (10.0, 10.0, 50.0, 50.0)
    face = Face(box, 0.9, placed(BOXED, box))
    assert with_landmarks(torch.zeros(3, 60, 60), face) is face


def test_patches_are_where_they_should_be_and_without_aliasing():
    ramp = torch.arange(64.0).expand(3, 64, 64)
    steps = 31.5 + 8 * (torch.arange(6.0) - 2.5)
    square = torch.tensor([[31.5, 31.5, 48.0]], dtype=torch.float64)
    torch.testing.assert_close(Patches(ramp).cut(square, 6)[0, 0, 3], steps)
    quarter = Patches(ramp).cut(square, 6, torch.tensor([torch.pi / 2], dtype=torch.float64))
    torch.testing.assert_close(quarter[0, 0, :, 3], steps.flip(0))
    several = Patches(ramp).cut(torch.cat([square / 4, square]), 6)  # of two levels, in their order
    torch.testing.assert_close(several[:, 0, 0, 3] - several[:, 0, 0, 2], torch.tensor([2.0, 8.0]))
    noise = Patches(torch.rand(3, 64, 64)).cut(square, 6)
    assert noise.std() < 0.1 < torch.rand(3, 64, 64).std()
