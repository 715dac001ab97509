"""The gate before an avatar, and the look at what was made."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.avatar.detectors.whole import BOXED, placed
from sparring.avatar.face import Detector, Face
from sparring.avatar.landmarks import with_landmarks
from sparring.avatar.quality import Remark, examined, faults, sharpness
from sparring.avatar.similarity import Similarity, fit
from sparring.avatar.templates import ffhq
from sparring.avatar.warp import crop

SIZE = 128


def face_of(side: float) -> Face:
    box = (30.0, 30.0, 30 + side, 30 + side)
    return Face(box, 1.0, placed(BOXED, box))


def skin(size: int = SIZE) -> Tensor:
    """A face's colour with enough texture to be sharp."""
    return (torch.tensor([0.8, 0.6, 0.5])[:, None, None] + 0.1 * torch.randn(1, size, size)).clamp(0, 1)


def remarks(image: Tensor, face: Face | None = None, validity: Tensor | None = None) -> dict[str, Remark]:
    """By check; the face fills the crop as it should unless one is given."""
    found = face or Face((0.0, 0.0, 200.0, 200.0), 1.0, ffhq(SIZE))
    there = fit(found.points, ffhq(SIZE)) or Similarity.of()
    seen = torch.ones(1, SIZE, SIZE) if validity is None else validity
    return {remark.check: remark for remark in examined(found, image, seen, there)}


def test_a_good_photo_has_no_remarks():
    assert remarks(skin()) == {}


def test_small_faces_are_refused_and_warned_of():
    assert remarks(skin(), face_of(63))["size"].rejects
    warned = remarks(skin(), face_of(100))["size"]
    assert not warned.rejects
    assert warned.message == "The face is only 100 px wide; the avatar may look soft. Use a larger photo."
    assert "size" not in remarks(skin(), face_of(128))


def test_blur_is_seen_in_the_face_alone():
    smooth = F.avg_pool2d(skin()[None], 9, 1, 4)[0]
    assert "blurred" in remarks(smooth)["blur"].message
    corner = smooth.clone()
    corner[:, :20, :20] = skin(20)
    assert "blur" in remarks(corner)


def test_a_sharp_portrait_loses_what_blur_takes(astronaut: Tensor, mtcnn: Detector):
    face = with_landmarks(astronaut, mtcnn.find(astronaut)[0])
    there = fit(face.points, ffhq(256, 1.15))
    aligned, validity = crop(astronaut, there, 256)
    found = {remark.check for remark in examined(face, aligned, validity, there)}
    assert found == {"size"}  # 86 pixels
    inside = torch.zeros(256, 256, dtype=torch.bool)
    inside[70:220, 70:190] = True
    blurred = F.avg_pool2d(aligned[None], 5, 1, 2)[0]
    assert sharpness(blurred, inside) < sharpness(aligned, inside) / 5


@pytest.mark.parametrize(("gain", "rest", "words"), [(0.2, 0.0, "too dark"), (0.2, 0.85, "over-exposed")])
def test_light_is_judged_by_the_skin(gain, rest, words):
    assert words in remarks(skin() * gain + rest)["exposure"].message


def test_burnt_out_pixels_are_over_exposed():
    image = skin()
    image[:, :, torch.arange(0, SIZE, 3)] = 1
    assert "over-exposed" in remarks(image)["exposure"].message


def test_side_light_is_seen_at_every_angle():
    image = skin()
    image[:, :, : SIZE // 2] *= 0.4
    assert set(remarks(image)) == {"side light"}
    lying = Face((0.0, 0.0, 200.0, 200.0), 1.0, ffhq(SIZE))
    above = image.mT.contiguous()  # dark above, bright below is no light from a side
    assert "side light" not in {one.check for one in examined(lying, above, torch.ones(1, SIZE, SIZE), Similarity.of())}


def test_a_mask_over_the_mouth_covers_the_face():
    image = skin()
    image[:, SIZE // 2 :] = torch.tensor([0.3, 0.5, 0.9])[:, None, None] + 0.1 * torch.randn(1, SIZE // 2, SIZE)
    assert set(remarks(image)) == {"covered"}


def test_profiles_and_lying_heads_are_asked_to_face_the_camera():
    points = ffhq(SIZE)
    points[2, 0] += 0.4 * (points[1, 0] - points[0, 0])
    assert remarks(skin(), Face((0, 0, 200, 200), 1.0, points))["pose"].value == pytest.approx(0.4, abs=0.02)
    lying = torch.stack([SIZE - ffhq(SIZE)[:, 1], ffhq(SIZE)[:, 0]], 1)
    assert remarks(skin(), Face((0, 0, 200, 200), 1.0, lying))["pose"].value == pytest.approx(90, abs=1)


def test_what_is_outside_the_photo_is_told_apart_from_what_is_near_its_edge():
    cut, near = torch.ones(1, SIZE, SIZE), torch.ones(1, SIZE, SIZE)
    cut[:, :, : SIZE // 2] = 0
    near[:, :, :8] = near[:, :6] = near[:, -6:] = near[:, :, -20:] = 0
    assert remarks(skin(), validity=cut)["cut off"].message == "Part of the face is outside the photo."
    points = ffhq(SIZE, 2.0)
    small = examined(Face((0, 0, 200, 200), 1.0, points), skin(), near * near.flip(2).flip(1), Similarity.of())
    assert [one.check for one in small] == ["cut off"]
    assert "edge is made up" in small[0].message
    gone = remarks(skin(), validity=torch.zeros(1, SIZE, SIZE))
    assert set(gone) == {"cut off"}


def test_good_drawings_have_no_faults_and_bad_ones_do():
    photo = skin()
    drawn = (photo * 0.5 + 0.2).clamp(0, 1)
    assert faults(photo, drawn, alike=0.5, least=0.3) == []
    broken = drawn.clone()
    broken[0, 0, 0] = torch.nan
    assert [(one.check, one.rejects) for one in faults(photo, broken)] == [("numbers", True)]
    assert [(one.check, one.rejects) for one in faults(photo, torch.full_like(photo, 0.5))] == [("flat", True)]
    assert [one.check for one in faults(photo, (drawn > 0.5).float())] == ["saturated"]
    assert [one.check for one in faults(photo, photo)] == ["unchanged"]
    assert [one.check for one in faults(photo, drawn, alike=0.1, least=0.3)] == ["identity"]
    assert all("try another photo or style" in one.message for one in faults(photo, photo))


def test_a_mask_on_a_portrait_is_seen(astronaut: Tensor, mtcnn: Detector):
    face = with_landmarks(astronaut, mtcnn.find(astronaut)[0])
    there = fit(face.points, ffhq(256, 1.15))
    aligned, validity = crop(astronaut, there, 256)
    hidden = aligned.clone()
    nose = there.apply(face.landmarks)[30, 1].int()
    hidden[:, nose:] = torch.tensor([0.2, 0.4, 0.8])[:, None, None]
    assert {remark.check for remark in examined(face, hidden, validity, there)} == {"size", "covered"}
