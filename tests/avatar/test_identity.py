"""Whose face it is, in photos that are mirrored, dark, moved, or of somebody else."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.avatar.detectors.whole import face_in
from sparring.avatar.face import Detector
from sparring.avatar.identity import CHIP, SAME, identity_of, resemblance
from sparring.avatar.landmarks import with_landmarks
from sparring.avatar.points import mirrored
from sparring.avatar.similarity import fit
from sparring.avatar.templates import ffhq
from sparring.avatar.warp import crop
from sparring.techniques.likeness_terms import Likeness


def test_one_person_is_alike_in_every_light_and_size(astronaut: Tensor, mtcnn: Detector):
    points = with_landmarks(astronaut, mtcnn.find(astronaut)[0]).points
    known = identity_of(astronaut, points)
    assert known.shape == (128,)
    torch.testing.assert_close(known.norm().item(), 1.0)
    large = F.interpolate(astronaut[None], scale_factor=2, mode="bilinear")[0]
    for image, places in (
        (astronaut.flip(2), mirrored(points, astronaut.shape[2])),
        (astronaut * 0.6, points),
        (large, (points + 0.5) * 2 - 0.5),
    ):
        assert SAME < resemblance(known, identity_of(image, places)) <= 1 + 1e-6


def test_an_aligned_crop_is_known_by_the_photos_points(astronaut: Tensor, mtcnn: Detector):
    points = with_landmarks(astronaut, mtcnn.find(astronaut)[0]).points
    there = fit(points, ffhq(256, 1.15))
    aligned, _ = crop(astronaut, there, 256)
    alike = resemblance(identity_of(astronaut, points), identity_of(aligned, there.apply(points)))
    assert alike > 0.95


def test_what_is_nobody_is_not_alike(astronaut: Tensor, mtcnn: Detector):
    known = identity_of(astronaut, mtcnn.find(astronaut)[0].points)
    noise = torch.rand(3, 100, 100)
    assert resemblance(known, identity_of(noise, face_in((10, 10, 90, 90)).points)) < SAME
    assert identity_of(noise, torch.zeros(5, 2)) is None


def test_the_square_of_the_loss_is_the_one_of_the_score():
    there = fit(ffhq(256, 1.15), torch.tensor(CHIP, dtype=torch.float64))
    corners = (there.inverse.apply(torch.tensor([[-0.5, -0.5], [149.5, 149.5]])) + 0.5) / 256
    torch.testing.assert_close(corners.flatten(), torch.tensor(Likeness().face, dtype=torch.float64), rtol=0, atol=0.01)
