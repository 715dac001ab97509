"""DiffAugment's operations do what they say, to real and generated images alike, and let gradients through."""

from __future__ import annotations

import pytest
import torch

from sparring.play import chance
from sparring.play.penalties import slope
from sparring.play.scene import Verdict
from sparring.techniques.diffaugment import DiffAugment, brightness, contrast, cutout, saturation, translation


def test_no_policy_is_the_identity():
    x = torch.randn(2, 3, 8, 8)
    assert DiffAugment(policy=()).build()(x) is x


def test_brightness_moves_by_up_to_a_half():
    x = torch.full((4000, 1, 1, 1), 0.25)
    moved = brightness(x, chance.uniform((4000, 1, 1, 1))) - x
    assert -0.5 <= moved.min() < -0.49
    assert 0.49 < moved.max() < 0.5


def test_saturation_and_contrast_go_around_a_mean():
    x, none = torch.randn(2, 3, 4, 4), torch.full((2, 1, 1, 1), 0.5)
    assert torch.allclose(saturation(x, none), x)
    assert torch.allclose(contrast(x, none), x)
    assert torch.allclose(saturation(x, none * 0), x.mean(1, keepdim=True).expand_as(x), atol=1e-6)
    assert torch.allclose(contrast(x, none * 0).mean((1, 2, 3)), x.mean((1, 2, 3)), atol=1e-6)
    assert torch.allclose(contrast(x, none * 0).std((1, 2, 3)), x.std((1, 2, 3)) / 2)


def test_translation_brings_zeros_in():
    x = torch.arange(1.0, 13).view(1, 1, 3, 4)
    moved = translation(x, torch.tensor([1]), torch.tensor([-2]))
    assert moved.tolist() == [[[[0, 0, 5, 6], [0, 0, 9, 10], [0, 0, 0, 0]]]]
    assert not translation(x, torch.tensor([3]), torch.tensor([0])).any()


def test_cutout_hides_a_rectangle():
    x = torch.ones(3, 2, 8, 8)
    out = cutout(x, torch.tensor([4, 0, 8]), torch.tensor([4, 4, 8]), (4, 4))
    assert (out[0, 0, 2:6, 2:6] == 0).all()
    assert [int((image[0] == 0).sum()) for image in out] == [16, 8, 4]


@pytest.mark.parametrize("policy", [("color",), ("translation",), ("cutout",), ("color", "translation", "cutout")])
def test_gradients_flow_twice(policy):
    augment = DiffAugment(policy, reach=0.25).build()
    x = torch.randn(2, 3, 4, 6, dtype=torch.double, requires_grad=True)

    def fixed(x):
        torch.manual_seed(1)
        return augment(x)

    assert torch.autograd.gradcheck(fixed, (x,))
    assert torch.autograd.gradgradcheck(lambda x: fixed(x).pow(3), (x,))


def test_a_shift_shifts_the_gradient():
    x = torch.randn(1, 1, 4, 4, requires_grad=True)
    weight = torch.randn(1, 1, 4, 4)
    (grad,) = torch.autograd.grad((translation(x, torch.tensor([1]), torch.tensor([0])) * weight).sum(), x)
    assert torch.equal(grad[..., 1:, :], weight[..., :-1, :])
    assert not grad[..., 0, :].any()


def test_each_sample_has_draws_of_its_own_however_the_batch_is_split():
    augment, x = DiffAugment().build(), torch.randn(1, 3, 16, 16).expand(8, -1, -1, -1)

    def part(index, parts):
        with chance.share(torch.Generator().manual_seed(5), index, parts):
            return augment(x.chunk(parts)[index])

    whole = part(0, 1)
    assert len({tuple(image.flatten().tolist()) for image in whole}) == 8
    assert torch.equal(torch.cat([part(i, 4) for i in range(4)]), whole)


def test_a_penalty_sees_through_it():
    augment, weight = DiffAugment(("translation",)).build(), torch.randn(3, 8, 8, requires_grad=True)
    x = torch.randn(4, 3, 8, 8)
    slope(lambda x: Verdict(((augment(x) * weight).square().sum((1, 2, 3)),)), x).mean().backward()
    assert weight.grad.isfinite().all()
    assert weight.grad.any()


def test_shares_are_shares():
    with pytest.raises(ValueError, match=r"hole is a share of the image's side, 0\.\.1, and is 2"):
        DiffAugment(hole=2)
