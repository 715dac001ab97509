"""ADA's operations, their probability, and the controller that moves it."""

from __future__ import annotations

import math

import pytest
import torch
from tests.parity.case import error

from sparring.play import chance
from sparring.play.penalties import slope
from sparring.play.scene import Verdict
from sparring.techniques.ada import BLIT, COLOUR, CORRUPTIONS, FILTER, GEOMETRY, Ada
from sparring.techniques.ada.corruption import filter_bank
from sparring.techniques.ada.draws import Draws
from sparring.techniques.ada.geometry import Geometry, warp

ALL = (*BLIT, *GEOMETRY, *COLOUR, *FILTER, *CORRUPTIONS)
SIDE = 32


def test_at_probability_nothing_it_is_the_identity():
    x = torch.randn(4, 3, SIDE, SIDE)
    assert torch.allclose(Ada(ALL).build()(x), x, atol=1e-6)
    assert Ada(BLIT).build()(x) is x


@pytest.mark.parametrize("operation", ALL)
def test_at_probability_one_each_operation_changes_something(operation):
    x = torch.randn(16, 3, SIDE, SIDE)
    out = Ada((operation,), start=1).build()(x)
    assert out.shape == x.shape
    assert out.dtype == x.dtype
    assert out.isfinite().all()
    changed = (out - x).abs().amax((1, 2, 3)) > 1e-3
    whole = {"flip": 0.5, "quarter_turn": 0.75, "luma_flip": 0.5}
    assert changed.float().mean() >= whole.get(operation, 1.0) - 0.3


@pytest.mark.parametrize("p", [0.2, 0.8])
def test_flips_come_with_half_the_probability(p):
    draws = Draws(20_000, torch.tensor(p))
    assert Geometry.draw(draws, {"flip"}).flip.mean().item() == pytest.approx(p / 2, abs=0.01)
    turned = Geometry.draw(draws, {"rotation"})
    share = ((turned.turn_before != 0) | (turned.turn_after != 0)).float().mean()
    assert share.item() == pytest.approx(p, abs=0.01)


def still(n, **changes):
    zero, one = torch.zeros(n), torch.ones(n)
    given = {"flip": zero, "quarters": zero, "shift": torch.zeros(n, 2), "scale": one, "turn_before": zero}
    given |= {"stretch": one, "turn_after": zero, "slide": torch.zeros(n, 2)}
    return Geometry(**(given | changes))


def smooth(n):
    """Pictures of a few waves."""
    place = torch.arange(SIDE) / SIDE
    waves = torch.randn(n, 3, 2, 1) * torch.cos(
        2 * math.pi * (place * torch.randint(1, 4, (n, 3, 2, 1)) + torch.rand(n, 3, 2, 1))
    )
    return waves[:, :, 0, :, None] * waves[:, :, 1, None]


def nearly(ours, theirs):
    return bool((ours - theirs).abs().mean() < 0.05 * theirs.std())


def test_whole_steps_lose_nothing():
    """A warp onto the same grid is exact; a mirrored one nearly so, as the wavelet is nearly symmetric."""
    x = torch.randn(1, 3, SIDE, SIDE)

    def under(**changes):
        return warp(x, still(1, **changes).inverse(SIDE, SIDE))

    assert torch.allclose(under(), x, atol=1e-5)
    moved = under(shift=torch.tensor([[3 / SIDE, -2 / SIDE]]))
    assert torch.allclose(moved[..., :-2, 3:], x[..., 2:, :-3], atol=1e-5)
    x = smooth(1)
    assert nearly(under(flip=torch.ones(1)), x.flip(3))
    assert nearly(under(quarters=torch.full((1,), 2.0)), x.flip((2, 3)))
    turned = under(quarters=torch.ones(1))
    assert sum(nearly(turned, torch.rot90(x, k, (2, 3))) for k in range(4)) == 1


def test_only_what_changes_is_warped():
    assert still(3, flip=torch.tensor([0.0, 1, 0])).active.tolist() == [False, True, False]
    assert still(2, slide=torch.tensor([[0, 0.1], [0, 0]])).active.tolist() == [True, False]
    x = smooth(64)
    out = Ada(("flip",), start=0.5).build()(x)
    same = (out == x).flatten(1).all(1)
    mirrored = torch.tensor([nearly(a, b.flip(2)) for a, b in zip(out, x, strict=True)])
    assert (same ^ mirrored).all()
    assert 5 <= mirrored.sum() <= 28


def test_band_filters_add_up_to_none():
    bank = filter_bank()
    assert torch.allclose(bank, bank.flip(1), atol=1e-6)
    middle = bank.shape[1] // 2
    unit = torch.zeros(bank.shape[1])
    unit[middle] = 1
    assert torch.allclose(bank.sum(0), unit, atol=1e-6)
    # From low to high: each band is loudest at a higher frequency than the one before.
    frequencies = torch.linspace(0, 0.5, 101)
    angles = 2 * math.pi * frequencies[:, None] * (torch.arange(bank.shape[1]) - middle)
    loudest = (torch.cos(angles) @ bank.T).argmax(0).tolist()
    assert loudest == sorted(loudest)


def test_grey_images_and_others():
    grey = torch.randn(4, 1, SIDE, SIDE)
    assert Ada(ALL, start=1).build()(grey).shape == grey.shape
    with pytest.raises(ValueError, match="colour augmentations need images of 1 or 3 channels, not 2"):
        Ada(COLOUR).build()(torch.randn(1, 2, SIDE, SIDE))
    with pytest.raises(ValueError, match="band filters need images of more than"):
        Ada(FILTER).build()(torch.randn(1, 3, 8, 8))


@pytest.mark.parametrize(
    "operations", [BLIT, GEOMETRY, COLOUR, FILTER, CORRUPTIONS], ids=["blit", "geometry", "colour", "filter", "rest"]
)
def test_gradients_flow_twice(operations):
    side = 24 if operations == FILTER else 8
    augment = Ada(operations, start=0.9).build()
    x = torch.randn(2, 3, side, side, dtype=torch.double, requires_grad=True)
    weight = torch.randn(2, 3, side, side, dtype=torch.double)

    def fixed(x):
        torch.manual_seed(2)
        return (augment(x) * weight).sum((1, 2, 3))

    # In float32 matrices the numbers are rounded alike for all x: the map stays exactly linear.
    assert torch.autograd.gradcheck(fixed, (x,), fast_mode=True)
    assert torch.autograd.gradgradcheck(lambda x: fixed(x).square(), (x,), fast_mode=True)


def test_a_penalty_sees_through_it():
    augment, weight = Ada(start=0.7).build(), torch.randn(3, 16, 16, requires_grad=True)
    slope(
        lambda x: Verdict(((augment(x) * weight).square().sum((1, 2, 3)),)), torch.randn(4, 3, 16, 16)
    ).mean().backward()
    assert weight.grad.isfinite().all()
    assert weight.grad.any()


def test_each_sample_has_draws_of_its_own_however_the_batch_is_split():
    augment, x = Ada(ALL, start=0.7).build(), torch.randn(1, 3, SIDE, SIDE).expand(8, -1, -1, -1)

    def part(index, parts):
        with chance.share(torch.Generator().manual_seed(5), index, parts):
            return augment(x.chunk(parts)[index])

    whole = part(0, 1)
    assert len({tuple(image.flatten().tolist()) for image in whole}) == 8
    assert error(torch.cat([part(i, 4) for i in range(4)]), whole) <= 1e-5


def test_the_controller_follows_the_critic():
    augment = Ada(interval=4, images_to_full=1000).build()
    for _ in range(3):
        augment.adapt(0.9, 25)
    assert augment.p == 0
    augment.adapt(torch.tensor(0.9), 25)  # the fourth batch: 100 of 1000 images
    assert augment.p.item() == pytest.approx(0.1)
    for _ in range(4):
        augment.adapt(0.2, 25)
    assert augment.p.item() == pytest.approx(0)
    for _ in range(8):
        augment.adapt(-1.0, 25)
    assert augment.p == 0
    for sign in (0.0, 1.0, 1.0, 1.0):
        augment.adapt(sign, 25)  # the mean of all counts
    assert augment.p.item() == pytest.approx(0.1)


def test_the_controller_stops_at_its_limit_and_is_kept():
    augment = Ada(interval=1, images_to_full=100, limit=0.5).build()
    for _ in range(3):
        augment.adapt(1.0, 40)
    assert augment.p == 0.5
    augment = Ada(interval=2, images_to_full=100).build()
    augment.adapt(1.0, 40)
    other = Ada(interval=2, images_to_full=100).build()
    other.load_state_dict(augment.state_dict())
    other.adapt(1.0, 40)
    assert other.p.item() == pytest.approx(0.8)


def test_it_reaches_a_critic_that_overfits():
    """A critic whose certainty falls with p settles where its mean sign is the target."""
    augment = Ada(interval=1, images_to_full=2000).build()
    for _ in range(400):
        augment.adapt(1 - float(augment.p), 16)
    assert augment.p.item() == pytest.approx(0.4, abs=0.02)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="0 <= start <= limit <= 1"):
        Ada(start=0.9, limit=0.5)
    with pytest.raises(ValueError, match="target is a mean of signs"):
        Ada(target=2)
    with pytest.raises(ValueError, match="interval and images_to_full"):
        Ada(interval=0)
