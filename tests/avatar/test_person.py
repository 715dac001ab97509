"""The mask of people: as the original network says, and where the astronaut is."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from tests.avatar.portraits import BARE, negative, pixels_of, stylist
from torch import Tensor

from sparring.avatar.face import Detector
from sparring.avatar.person import network, person_mask
from sparring.avatar.settings import AvatarSettings

# Every 48th pixel from the 24th of the astronaut's head, and the mean: computed by LiteRT from the original file.
PUBLISHED = [[0, 0, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0.99898, 1, 1, 0], [0, 1, 1, 0, 0], [1, 1, 1, 1, 0]]
MEAN = 0.513903


def test_the_network_says_what_the_original_says(astronaut: Tensor):
    head = F.pad(astronaut[None, :, :, :256], (0, 0, 0, 16), mode="replicate")
    found = network()(head)
    assert found.shape == (1, 1, 256, 256)
    torch.testing.assert_close(found[0, 0, 24::48, 24::48], torch.tensor(PUBLISHED), rtol=0, atol=2e-4)
    torch.testing.assert_close(found.mean().item(), MEAN, rtol=0, atol=1e-5)


def test_a_mask_has_the_pictures_own_size_and_holds_the_head(astronaut: Tensor):
    mask = person_mask(astronaut)
    assert mask.shape == (1, 240, 260)
    assert 0 <= mask.min() <= mask.max() <= 1
    assert mask[0, 60:200, 95:150].mean() > 0.99  # her face
    assert mask[0, :120, :40].mean() < 0.05  # the wall


def test_where_nobody_is_there_is_no_mask():
    assert person_mask(torch.linspace(0, 1, 64).expand(3, 48, 64)).max() < 0.2


def test_a_person_is_drawn_with_the_hair_and_the_wall_stays(astronaut: Tensor, mtcnn: Detector):
    before = pixels_of(astronaut)
    changed = {}
    for mask in ("hull", "person"):
        artist = stylist(mtcnn, negative, settings=AvatarSettings("in-place", mask=mask, finish=BARE))
        after = artist.stylize(before).image
        changed[mask] = (np.abs(after.astype(int) - before) > 2).any(2)
    hair, wall = (slice(25, 45), slice(100, 140)), (slice(20, 120), slice(10, 40))
    assert changed["person"][hair].mean() > 0.9
    assert changed["hull"][hair].mean() < 0.1
    assert not changed["person"][wall].any()
    assert changed["person"][80:150, 100:145].mean() > 0.95
