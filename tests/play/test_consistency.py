"""Consistency: what a changed copy is, and what a critic pays for minding."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.play.consistency import changed, inconsistency
from sparring.play.penalties import PENALTIES
from sparring.play.scene import Sample, Verdict

SIDE = 16  # moved by up to 2 pixels


def judge(sample: Sample, scale: float = 1.0) -> Verdict:
    """A critic that minds where things are."""
    x = sample[1] if isinstance(sample, tuple) else sample
    weight = torch.linspace(-1, 1, SIDE * SIDE).view(SIDE, SIDE)
    return Verdict((scale * (x * weight).sum((1, 2, 3)), scale * (x * weight**2).mean(1, keepdim=True)))


def test_copies_are_mirrored_and_moved_reflections() -> None:
    x = torch.randn(1, 2, SIDE, SIDE)
    padded = F.pad(x, (2, 2, 2, 2), mode="reflect")
    windows = [padded[:, :, i : i + SIDE, j : j + SIDE] for i in range(5) for j in range(5)]
    known = torch.cat(windows + [window.flip(3) for window in windows])
    copies = changed(x.expand(600, -1, -1, -1))
    assert isinstance(copies, Tensor)
    equal = (copies[:, None] == known[None]).flatten(2).all(2)
    assert equal.sum(1).eq(1).all()  # each copy is one of the fifty
    assert equal.any(0).all()  # and each of the fifty turns up
    assert equal.float().mean(0).max() < 0.05


def test_small_images_are_only_mirrored() -> None:
    x = torch.arange(4.0).view(1, 1, 1, 4).expand(50, -1, 4, -1)
    copies = changed(x)
    assert isinstance(copies, Tensor)
    assert {tuple(row) for row in copies[:, 0, 0].tolist()} == {(0.0, 1.0, 2.0, 3.0), (3.0, 2.0, 1.0, 0.0)}


def test_frames_and_parts_of_one_sample_are_changed_alike() -> None:
    image, latent = torch.randn(8, 3, SIDE, SIDE), torch.randn(8, 5)
    video = image[:, :, None].expand(-1, -1, 4, -1, -1)
    copies = changed((latent, image, video))
    assert torch.equal(copies[0], latent)
    assert torch.equal(copies[2], copies[1][:, :, None].expand_as(video))
    assert not torch.equal(copies[1], image)


def test_constant_images_cost_nothing() -> None:
    x = torch.randn(6, 3, 1, 1).expand(-1, -1, SIDE, SIDE)
    assert inconsistency(judge, x) == 0
    assert inconsistency(judge, torch.randn(6, 3, SIDE, SIDE)) > 0


def test_logits_times_the_root_of_two_cost_twice_as_much() -> None:
    x = torch.randn(6, 3, SIDE, SIDE)
    torch.manual_seed(1)
    once = inconsistency(judge, x)
    torch.manual_seed(1)
    assert torch.allclose(inconsistency(lambda at: judge(at, 2**0.5), x), 2 * once)


def test_reals_and_fakes_are_two_terms() -> None:
    flat, busy = torch.ones(4, 1, SIDE, SIDE), torch.randn(4, 1, SIDE, SIDE)
    assert PENALTIES["consistency"](judge, flat, busy) == 0
    assert PENALTIES["consistency"](judge, busy, flat) > 0
    assert PENALTIES["consistency_fake"](judge, busy, flat) == 0
    assert PENALTIES["consistency_fake"](judge, flat, busy) > 0


def test_points_cannot_be_mirrored() -> None:
    with pytest.raises(ValueError, match="consistency mirrors and shifts images, and these samples are points"):
        inconsistency(lambda x: Verdict((x,)), torch.randn(4, 2))
