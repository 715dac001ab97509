"""Gradient penalties: exact values on critics whose slope is known."""

from __future__ import annotations

import pytest
import torch
from tests.play.arena import Patches
from torch import Tensor, nn

from sparring.play.consistency import IMAGES_ONLY
from sparring.play.penalties import PENALTIES, between, near, norm, slope
from sparring.play.scene import Sample, Verdict, leaves

pytestmark = pytest.mark.usefixtures("double")

COUNT, SHAPE = 6, (3, 4, 4)


class Linear(nn.Module):
    """D(x) = <w, x> + b, the same logit from each head."""

    def __init__(self, heads: int = 1):
        super().__init__()
        self.weight, self.heads = nn.Parameter(torch.randn(SHAPE)), heads

    def forward(self, x: Sample) -> Verdict:
        logit = sum((part * self.weight).flatten(1).sum(1, keepdim=True) for part in leaves(x))
        return Verdict((logit + 0.3,) * self.heads)


def samples() -> tuple[Tensor, Tensor]:
    return torch.randn(COUNT, *SHAPE), torch.randn(COUNT, *SHAPE)


@pytest.mark.parametrize(
    ("name", "value", "slope_of_value"),
    [
        ("r1", lambda size: size**2 / 2, lambda size: size),
        ("r2", lambda size: size**2 / 2, lambda size: size),
        ("gp", lambda size: (size - 1) ** 2, lambda size: 2 * (size - 1)),
        ("gp_one_sided", lambda size: (size - 1).relu() ** 2, lambda size: 2 * (size - 1).relu()),
        ("max_gp", lambda size: size**2, lambda size: 2 * size),
        ("gp0", lambda size: size**2, lambda size: 2 * size),
        ("dragan", lambda size: (size - 1) ** 2, lambda size: 2 * (size - 1)),
    ],
)
def test_linear_critic(name: str, value: object, slope_of_value: object) -> None:
    judge = Linear()
    size = judge.weight.detach().norm()
    penalty = PENALTIES[name](judge, *samples())
    assert torch.allclose(penalty, value(size), atol=1e-9)
    penalty.backward()
    assert torch.allclose(judge.weight.grad, slope_of_value(size) * judge.weight.detach() / size, atol=1e-9)


def test_every_penalty_is_tested_on_the_linear_critic() -> None:
    assert set(PENALTIES) - set(IMAGES_ONLY) == {"r1", "r2", "gp", "gp_one_sided", "gp0", "max_gp", "dragan"}
    assert set(IMAGES_ONLY) <= set(PENALTIES)


def test_a_one_sided_penalty_leaves_gentle_slopes_alone() -> None:
    judge = Linear()
    judge.weight.data.mul_(0.9 / judge.weight.norm())
    assert PENALTIES["gp_one_sided"](judge, *samples()) == 0
    assert PENALTIES["gp"](judge, *samples()) > 0


def test_the_largest_slope_alone_counts() -> None:
    """D(x) = |x|^2 / 2 has slope |x|, and between a sample and itself there is only that sample."""
    x = torch.randn(5, 3)
    penalty = PENALTIES["max_gp"](lambda at: Verdict((at.square().sum(1) / 2,)), x, x)
    assert torch.allclose(penalty, x.square().sum(1).max())


def test_quadratic_critic() -> None:
    """D(x) = x'Ax/2 with A symmetric has slope Ax, so R1 is half the mean of |Ax|^2, and A/2 its mean gradient."""
    root = torch.randn(5, 5)
    matrix = nn.Parameter(root + root.T)
    x = torch.randn(40, 5)

    def judge(at: Sample) -> Verdict:
        assert isinstance(at, Tensor)
        return Verdict(((at @ matrix * at).sum(1, keepdim=True) / 2,))

    penalty = PENALTIES["r1"](judge, x, x)
    assert torch.allclose(penalty, (x @ matrix.detach()).square().sum(1).mean() / 2)
    penalty.backward()
    moments = x.T @ x / len(x)
    wanted = (matrix.detach() @ moments + moments @ matrix.detach()) / 2
    assert torch.allclose(matrix.grad, wanted)


def test_a_flat_critic_has_a_finite_gradient() -> None:
    judge = Linear()
    nn.init.zeros_(judge.weight)
    penalty = PENALTIES["gp"](judge, *samples())
    penalty.backward()
    assert torch.allclose(penalty, torch.ones(()), atol=1e-5)
    assert judge.weight.grad.isfinite().all()


def test_pairs_count_as_one_sample() -> None:
    judge = Linear()
    one, other = (samples(), samples())
    squares = slope(judge, one)
    assert squares.shape == (COUNT,)
    assert torch.allclose(squares, 2 * judge.weight.detach().square().sum().expand(COUNT))
    assert torch.allclose(PENALTIES["gp"](judge, one, other), (judge.weight.detach().norm() * 2**0.5 - 1) ** 2)
    assert torch.allclose(PENALTIES["dragan"](judge, one, other), PENALTIES["gp"](judge, one, other))


def test_heads_are_summed() -> None:
    judge = Linear(heads=3)
    assert torch.allclose(norm(judge, samples()[0]), 3 * judge.weight.detach().norm().expand(COUNT))


def test_positions_are_summed() -> None:
    judge, x = Patches(), samples()[0].requires_grad_(True)
    total = sum(head.sum() for head in judge(x).logits)
    (grad,) = torch.autograd.grad(total, x)
    assert torch.allclose(slope(judge, x.detach()), grad.square().flatten(1).sum(1))


def test_mixing_takes_one_position_per_sample() -> None:
    zeros, ones = torch.zeros(200, 3, 2, 2), torch.ones(200, 3, 2, 2)
    mixed = between(zeros, ones)
    assert isinstance(mixed, Tensor)
    assert torch.equal(mixed, mixed[:, :1, :1, :1].expand_as(mixed))
    places = mixed[:, 0, 0, 0]
    assert places.min() >= 0
    assert places.max() < 1
    assert abs(places.mean() - 0.5) < 0.1
    pairs = between((zeros, zeros), (ones, ones))
    assert torch.equal(pairs[0], pairs[1])  # both parts of a sample lie at the same place


def test_the_neighbourhood_is_one_sided_and_scaled_per_sample() -> None:
    x = torch.randn(300, 3, 2, 2)
    moved = near(x)
    assert isinstance(moved, Tensor)
    reach = (moved - x).flatten(1)
    assert (reach >= 0).all()
    assert reach.max() < 0.5 * x.std(correction=0)
    widest = reach.max(1).values / (0.5 * x.std(correction=0))
    assert widest.min() < 0.1  # a sample's own scale goes down to 0
    assert widest.max() > 0.8


@pytest.mark.parametrize("name", PENALTIES)
def test_no_graph_reaches_the_fakes(name: str) -> None:
    judge, (real, fake) = Linear(), samples()
    fake.requires_grad_(True)
    PENALTIES[name](judge, real, fake).backward()
    assert fake.grad is None


@pytest.mark.parametrize("name", PENALTIES)
def test_penalties_widen_what_reduced_precision_made(name: str) -> None:
    torch.set_default_dtype(torch.float32)
    judge, (real, fake) = Patches(), samples()
    with torch.autocast("cpu", torch.bfloat16):
        penalty = PENALTIES[name](judge, real, fake.bfloat16())
    assert penalty.dtype == torch.float32
    exact = PENALTIES[name](judge, real, fake.bfloat16().float())
    draws = name not in ("r1", "r2")
    assert draws or torch.equal(penalty, exact)
