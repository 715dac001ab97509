"""What the papers prove: optimal critics, bounds that they reach, and distances that they measure."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.divergences import DIVERGENCES, LIMIT, exponential
from sparring.play.penalties import PENALTIES
from sparring.play.referee import Referee, Rules
from sparring.play.scene import Sample, Verdict, leaves
from sparring.play.targets import Targets

pytestmark = pytest.mark.usefixtures("double")

# Three states; ten real and ten fake samples fall on them this often.
REAL, FAKE = torch.tensor([5, 3, 2]), torch.tensor([1, 3, 6])
P, Q = REAL.double() / 10, FAKE.double() / 10


def settled(loss: Callable[[Tensor], Tensor], start: Tensor) -> Tensor:
    """Where `loss` is smallest."""
    place = start.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS([place], max_iter=400, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss(place)
        value.backward()
        return value

    optimizer.step(closure)
    return place.detach()


SMOOTHED, BOTH = Targets(real=(0.9, 0.9)), Targets(real=(0.9, 0.9), fake=(0.1, 0.1))

OPTIMA: list[tuple[Rules, Tensor]] = [
    (Rules("minimax"), (P / Q).log()),
    (Rules("nonsaturating"), (P / Q).log()),
    (Rules("nonsaturating", targets=SMOOTHED), torch.logit(0.9 * P / (P + Q))),
    (Rules("nonsaturating", targets=BOTH), torch.logit((0.9 * P + 0.1 * Q) / (P + Q))),
    (Rules("least_squares"), P / (P + Q)),
    (Rules("least_squares", targets=BOTH), (0.9 * P + 0.1 * Q) / (P + Q)),
    (Rules("least_squares_centred"), (P - Q) / (P + Q)),
    (Rules("fgan_kl"), 1 + (P / Q).log()),
    (Rules("fgan_reverse_kl"), (P / Q).log()),
    (Rules("fgan_pearson"), 2 * (P / Q - 1)),
    (Rules("fgan_hellinger"), (P / Q).log() / 2),
    (Rules("fgan_js"), (P / Q).log()),
    (Rules("fgan_gan"), (P / Q).log()),
]


@pytest.mark.parametrize(("rules", "optimum"), OPTIMA)
def test_the_optimal_critic_of_three_states(rules: Rules, optimum: Tensor) -> None:
    judging = Referee(rules).judging
    found = settled(lambda logits: judging(logits.repeat_interleave(REAL), logits.repeat_interleave(FAKE)), Q)
    assert torch.allclose(found, optimum, atol=1e-4)


@pytest.mark.parametrize(("rules", "optimum"), [pair for pair in OPTIMA if not pair[0].softened])
def test_its_own_threshold_parts_what_is_likelier_real(rules: Rules, optimum: Tensor) -> None:
    threshold = ADVERSARIAL[rules.adversarial].threshold
    assert threshold is not None
    assert torch.equal((optimum - threshold).round(decimals=5).sign(), (P - Q).sign())


def test_the_optimal_hinge_critic_is_a_sign() -> None:
    def loss(logits: Tensor) -> float:
        return float(ADVERSARIAL["hinge"].critic(logits.repeat_interleave(REAL), logits.repeat_interleave(FAKE)))

    best = loss((P - Q).sign().double())
    assert all(loss((P - Q).sign() + 0.3 * torch.randn(3)) >= best for _ in range(200))


def test_a_sure_critic_leaves_a_saturating_generator_alone() -> None:
    """At a logit of -5 the slopes differ by a factor of e^5."""
    fake = torch.full((1,), -5.0, requires_grad=True)
    slopes = [
        torch.autograd.grad(ADVERSARIAL[name].generator(fake, fake), fake)[0].item()
        for name in ("minimax", "nonsaturating")
    ]
    assert slopes[1] / slopes[0] == pytest.approx(math.exp(5))


# The line, N(0, 1) as data and N(1, 1) as fakes: p / q = e^(1/2 - x).
LINE = torch.linspace(-14, 15, 20_001, dtype=torch.float64)
STEP = float(LINE[1] - LINE[0])
DATA, MODEL = ((-((LINE - mean) ** 2) / 2).exp() / math.sqrt(2 * math.pi) for mean in (0, 1))
RATIO = (0.5 - LINE).exp()

BOUNDS: dict[str, tuple[Tensor, float]] = {  # the critic whose g(v) is f'(p/q), and the divergence
    "kl": (1 + RATIO.log(), 0.5),
    "reverse_kl": (RATIO.log(), 0.5),
    "pearson": (2 * (RATIO - 1), math.e - 1),
    "hellinger": (RATIO.log() / 2, 2 * (1 - math.exp(-1 / 8))),
    "js": (RATIO.log(), 0.2228),
    "gan": (RATIO.log(), -1.1635),
}


def bound(name: str, v: Tensor) -> Tensor:
    divergence = DIVERGENCES[name]
    return STEP * (DATA * divergence.g(v) - MODEL * divergence.conjugate(v)).sum()


def test_all_divergences_have_a_known_bound() -> None:
    assert set(BOUNDS) == set(DIVERGENCES)


@pytest.mark.parametrize("name", BOUNDS)
def test_the_optimal_critic_reaches_the_divergence_and_no_other_does(name: str) -> None:
    optimum, divergence = BOUNDS[name]
    best = float(bound(name, optimum))
    assert best == pytest.approx(divergence, abs=1e-4)
    for _ in range(50):
        wave = torch.randn(()) * (torch.randn(()) * LINE + torch.randn(())).sin() + 0.1 * torch.randn(())
        assert bound(name, optimum + wave) < best


@pytest.mark.parametrize("name", sorted(set(BOUNDS) - {"pearson"}))
def test_a_trained_critic_finds_the_divergence_from_below(name: str) -> None:
    """The optimal logit is a line in x for all of these."""
    line = settled(lambda weights: -bound(name, weights[0] + weights[1] * LINE), torch.zeros(2))
    found, truth = float(bound(name, line[0] + line[1] * LINE)), float(bound(name, BOUNDS[name][0]))
    assert truth - 1e-6 < found <= truth + 1e-12


def test_a_critic_that_is_too_simple_stays_below() -> None:
    line = settled(lambda weights: -bound("pearson", weights[0] + weights[1] * LINE), torch.zeros(2))
    assert 0.5 < float(bound("pearson", line[0] + line[1] * LINE)) < 1.2  # the truth is 1.718


def test_wild_logits_keep_a_finite_pull_back() -> None:
    v = torch.tensor([-50.0, 0.0, LIMIT - 1, LIMIT + 1, 1000.0], requires_grad=True)
    values = exponential(v)
    assert torch.allclose(values[:3], v[:3].exp())
    assert values[3].item() == pytest.approx(2 * math.exp(LIMIT))
    (grad,) = torch.autograd.grad(values.sum(), v)
    assert torch.allclose(grad, v.detach().clamp(max=LIMIT).exp())
    for name in ("fgan_kl", "fgan_reverse_kl", "fgan_hellinger"):
        real, fake = torch.full((2,), -200.0, requires_grad=True), torch.full((2,), 200.0, requires_grad=True)
        grads = torch.autograd.grad(ADVERSARIAL[name].critic(real.float(), fake.float()), (real, fake))
        assert all(grad.isfinite().all() and grad.all() for grad in grads)


class Curve(nn.Module):
    """A small critic on the line."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(1, 32), nn.Softplus(), nn.Linear(32, 1))

    def forward(self, x: Sample) -> Verdict:
        return Verdict((self.layers(leaves(x)[0]),))


def test_a_penalised_wasserstein_critic_measures_how_far_the_fakes_are() -> None:
    """From N(0, 1) to N(3, 1) it is 3, and a little more as the penalty lets slopes exceed 1.

    One-sided, as from a slope of -1 the other penalty shows no way to +1.
    """
    real = torch.special.ndtri((torch.arange(128) + 0.5) / 128)[:, None]
    critic, estimate = Curve(), torch.zeros(())
    optimizer = torch.optim.Adam(critic.parameters(), lr=2e-2, betas=(0.0, 0.9))
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 300)
    for _ in range(300):
        fake = real[torch.randperm(128)] + 3
        estimate = -ADVERSARIAL["wasserstein"].critic(critic(real).logits[0], critic(fake).logits[0])
        optimizer.zero_grad()
        (100 * PENALTIES["gp_one_sided"](critic, real, fake) - estimate).backward()
        optimizer.step()
        scheduler.step()
    assert 2.95 < estimate.item() < 3.15
