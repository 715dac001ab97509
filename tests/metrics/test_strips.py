from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen
from sparring.metrics.strips import strips, strips_of

DICE = torch.Generator().manual_seed(0)
TRAIN, HELD, FRESH = torch.randint(256, (220, 3, 8, 8), generator=DICE).to(torch.uint8).split([100, 60, 60])


def seen(images: Tensor) -> Seen:
    """Features are sums of columns: they do not see what moves up or down."""
    features = images.float().sum((1, 2))
    return Seen(len(images), moments_of(features), features=features, images=images)


def test_copies_come_first_with_their_originals() -> None:
    fake = FRESH.clone()
    fake[40] = TRAIN[7]
    fake[41] = TRAIN[9].roll(3, 1)
    found = strips_of(seen(fake), seen(TRAIN), usual=2.0, rows=3)
    assert torch.equal(found.images[:2].float().mean((1, 2)), TRAIN[[7, 9]].float().mean((1, 2)))
    assert found.by_features[:2, 0].tolist() == [7, 9]
    assert found.by_pixels[0, 0] == 7
    assert found.by_pixels[1, 0] != 9
    assert found.ratios[:2].tolist() == [0.0, 0.0]
    assert found.ratios[2] > 0


def test_the_picture_shows_each_image_as_it_is() -> None:
    fake = FRESH.clone()
    fake[40] = TRAIN[7]
    picture = np.asarray(strips(seen(fake), seen(TRAIN), seen(HELD), rows=2, neighbours=2))
    enlarged = TRAIN[7].permute(1, 2, 0).numpy().repeat(8, 0).repeat(8, 1)
    spots = [
        (y, x)
        for y in range(picture.shape[0] - 64)
        for x in range(picture.shape[1] - 64)
        if (picture[y, x] == enlarged[0, 0]).all() and (picture[y : y + 64, x : x + 64] == enlarged).all()
    ]
    assert len(spots) == 3  # the sample, nearest by pixels, nearest by features
    assert len({y for y, _ in spots}) == 1


def test_sets_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one size and colour"):
        strips(seen(FRESH), seen(TRAIN[:, :1]))
    with pytest.raises(ValueError, match="two images of the samples"):
        strips(replace(seen(FRESH), images=None), seen(TRAIN))
