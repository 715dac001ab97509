"""Adversarial losses: values, gradients, identities, invariances, and how critics are read."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sparring.play.adversarial import ADVERSARIAL, ranking
from sparring.play.scene import Verdict

pytestmark = pytest.mark.usefixtures("double")

AT_ZERO = {
    "minimax": (1.3862943611, -0.6931471806),
    "nonsaturating": (1.3862943611, 0.6931471806),
    "least_squares": (0.5, 0.5),
    "wasserstein": (0.0, 0.0),
    "hinge": (2.0, 0.0),
    "random_hinge": (1.8, 0.0),  # on average
    "least_squares_centred": (1.0, 0.0),
    "relativistic": (0.6931471806, 0.6931471806),
    "relativistic_hinge": (1.0, 1.0),
    "relativistic_average": (0.6931471806, 0.6931471806),
    "relativistic_average_hinge": (1.0, 1.0),
    "relativistic_average_least_squares": (1.0, 1.0),
    "fgan_kl": (0.3678794412, 0.0),
    "fgan_reverse_kl": (0.0, 1.0),
    "fgan_pearson": (0.0, 0.0),
    "fgan_hellinger": (0.0, 0.0),
    "fgan_js": (0.0, 0.0),
    "fgan_gan": (1.3862943611, 0.6931471806),
    "fgan_kl_faithful": (0.3678794412, -0.3678794412),
    "fgan_reverse_kl_faithful": (0.0, 1.0),
    "fgan_pearson_faithful": (0.0, 0.0),
    "fgan_hellinger_faithful": (0.0, 0.0),
    "fgan_js_faithful": (0.0, 0.0),
    "fgan_gan_faithful": (1.3862943611, -0.6931471806),
}
RELATIVISTIC = sorted(name for name, loss in ADVERSARIAL.items() if loss.relativistic)


def logits(count: int = 6) -> tuple[Tensor, Tensor]:
    return 2 * torch.randn(count, 1) + 0.5, 2 * torch.randn(count, 1) - 0.5


def test_every_loss_is_tested_here() -> None:
    assert set(AT_ZERO) == set(ADVERSARIAL)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_values_at_zero_logits(name: str) -> None:
    zero, loss = torch.zeros(4096, 1), ADVERSARIAL[name]
    found = (float(loss.critic(zero, zero)), float(loss.generator(zero, zero)))
    assert found == pytest.approx(AT_ZERO[name], abs=5e-3 if name == "random_hinge" else 1e-9)


@pytest.mark.parametrize("logit", [0.0, 3.0, -3.0, 100.0, -100.0])
def test_nonsaturating_is_cross_entropy(logit: float) -> None:
    value = torch.full((5, 1), logit, dtype=torch.float32)
    one, zero = torch.ones_like(value), torch.zeros_like(value)
    entropy, loss = F.binary_cross_entropy_with_logits, ADVERSARIAL["nonsaturating"]
    assert torch.allclose(loss.critic(value, value), entropy(value, one) + entropy(value, zero), rtol=1e-7, atol=1e-7)
    assert torch.allclose(loss.generator(value, value), entropy(value, one), rtol=1e-7, atol=1e-7)
    assert torch.allclose(ADVERSARIAL["minimax"].generator(value, value), -entropy(value, zero), rtol=1e-7, atol=1e-7)


GRADIENTS = {
    "minimax": lambda f: -f.sigmoid(),
    "nonsaturating": lambda f: -(-f).sigmoid(),
    "least_squares": lambda f: f - 1,
    "wasserstein": lambda f: -torch.ones_like(f),
    "hinge": lambda f: -torch.ones_like(f),
    "random_hinge": lambda f: -torch.ones_like(f),
    "least_squares_centred": lambda f: f,
    "fgan_kl": lambda f: -torch.ones_like(f),
    "fgan_reverse_kl": lambda f: -(-f).exp(),
    "fgan_pearson": lambda f: -torch.ones_like(f),
    "fgan_hellinger": lambda f: -(-f).exp(),
    "fgan_js": lambda f: -(-f).sigmoid(),
    "fgan_gan": lambda f: -(-f).sigmoid(),
    "fgan_kl_faithful": lambda f: -(f - 1).exp(),
    "fgan_reverse_kl_faithful": lambda f: -torch.ones_like(f),
    "fgan_pearson_faithful": lambda f: -(f / 2 + 1),
    "fgan_hellinger_faithful": lambda f: -f.exp(),
    "fgan_js_faithful": lambda f: -f.sigmoid(),
    "fgan_gan_faithful": lambda f: -f.sigmoid(),
}


def test_every_gradient_is_tested() -> None:
    assert set(GRADIENTS) | set(RELATIVISTIC) == set(ADVERSARIAL)


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient_that_reaches_the_generator(name: str) -> None:
    real, fake = logits()
    fake.requires_grad_(True)
    (grad,) = torch.autograd.grad(ADVERSARIAL[name].generator(fake, real), fake)
    assert torch.allclose(grad, GRADIENTS[name](fake.detach()) / len(fake))


def test_gradient_of_relativistic_pairs() -> None:
    real, fake = logits()
    fake.requires_grad_(True)
    (grad,) = torch.autograd.grad(ADVERSARIAL["relativistic"].generator(fake, real), fake)
    assert torch.allclose(grad, -(real - fake.detach()).sigmoid() / len(fake))


def test_the_fakes_mean_carries_gradient_in_relativistic_average() -> None:
    real, fake = logits()
    fake.requires_grad_(True)
    (grad,) = torch.autograd.grad(ADVERSARIAL["relativistic_average"].generator(fake, real), fake)
    f, count = fake.detach(), len(fake)
    own = -(real.mean() - f).sigmoid() / count / 2
    through_mean = -(real - f.mean()).sigmoid().mean() / count / 2
    assert torch.allclose(grad, own + through_mean)


def test_minimax_is_zero_sum_on_fakes() -> None:
    real, fake = logits()
    loss = ADVERSARIAL["minimax"]
    on_fakes = loss.critic(real, fake) - F.softplus(-real).mean()
    assert torch.allclose(loss.generator(fake, real), -on_fakes)


def test_relativistic_losses_differ_by_the_margin() -> None:
    real, fake = logits()
    loss = ADVERSARIAL["relativistic"]
    gap = (real - fake).mean()  # softplus(t) - softplus(-t) = t
    assert torch.allclose(loss.generator(fake, real) - loss.critic(real, fake), gap)


@pytest.mark.parametrize("kind", ["", "_hinge"])
def test_relativistic_average_of_one_sample_is_the_pair(kind: str) -> None:
    real, fake = logits(1)
    one, other = ADVERSARIAL[f"relativistic{kind}"], ADVERSARIAL[f"relativistic_average{kind}"]
    assert torch.allclose(one.critic(real, fake), other.critic(real, fake))
    assert torch.allclose(one.generator(fake, real), other.generator(fake, real))


@pytest.mark.parametrize("name", RELATIVISTIC)
def test_relativistic_losses_ignore_an_offset(name: str) -> None:
    real, fake = logits()
    loss = ADVERSARIAL[name]
    assert torch.allclose(loss.critic(real + 7, fake + 7), loss.critic(real, fake))
    assert torch.allclose(loss.generator(fake + 7, real + 7), loss.generator(fake, real))
    shifted = loss.accuracy(real[:, 0] + 7, fake[:, 0] + 7)
    assert shifted == loss.accuracy(real[:, 0], fake[:, 0])


def test_wasserstein_ignores_an_offset_and_turns_with_a_swap() -> None:
    real, fake = logits()
    loss = ADVERSARIAL["wasserstein"]
    assert torch.allclose(loss.critic(real + 7, fake + 7), loss.critic(real, fake))
    assert torch.allclose(loss.critic(fake, real), -loss.critic(real, fake))


def test_a_sure_hinge_critic_learns_nothing() -> None:
    real, fake = torch.full((4, 1), 1.5, requires_grad=True), torch.full((4, 1), -1.5, requires_grad=True)
    grads = torch.autograd.grad(ADVERSARIAL["hinge"].critic(real, fake), (real, fake))
    assert all(not grad.any() for grad in grads)


def test_least_squares_at_its_equilibrium() -> None:
    half, loss = torch.full((4, 1), 0.5), ADVERSARIAL["least_squares"]
    assert float(loss.critic(half, half)) == pytest.approx(0.25)
    assert float(loss.generator(half, half)) == pytest.approx(0.125)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("nonsaturating", 0.75),  # two of two reals above 0, one of two fakes not
        ("hinge", 0.75),
        ("minimax", 0.75),
        ("least_squares", 0.75),  # one of two reals above a half, both fakes not
        ("least_squares_centred", 0.75),
        ("random_hinge", 0.75),
        ("fgan_kl", 0.5),  # no real above 1, both fakes not
        ("fgan_kl_faithful", 0.5),
        ("fgan_pearson", 0.75),
        ("fgan_js_faithful", 0.75),
        ("relativistic_hinge", 1.0),
        ("relativistic_average_least_squares", 1.0),
        ("relativistic", 1.0),  # 0.4 > 0.2 and 0.9 > -0.5
        ("relativistic_average", 1.0),  # reals above -0.15, fakes below 0.65
        ("wasserstein", 1.0),  # the AUC: all four pairs in order
    ],
)
def test_accuracy_has_the_losses_own_threshold(name: str, right: float) -> None:
    real, fake = torch.tensor([0.4, 0.9]), torch.tensor([0.2, -0.5])
    assert float(ADVERSARIAL[name].accuracy(real, fake)) == right


@pytest.mark.parametrize("name", sorted(name for name, loss in ADVERSARIAL.items() if loss.threshold is not None))
def test_an_undecided_critic_is_right_half_of_the_time(name: str) -> None:
    undecided = torch.full((6,), ADVERSARIAL[name].threshold)
    assert float(ADVERSARIAL[name].accuracy(undecided, undecided)) == 0.5


def test_relativistic_accuracies_compare_what_their_losses_compare() -> None:
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([2.0, 0.0])
    assert float(ADVERSARIAL["relativistic"].accuracy(real, fake)) == 0.5  # 1 < 2, 3 > 0
    assert float(ADVERSARIAL["relativistic_average"].accuracy(real, fake)) == 0.5  # 1 = mean 1, 2 = mean 2


def test_ranking_counts_pairs_and_halves_ties() -> None:
    real, fake = torch.randint(5, (40,)).double(), torch.randint(5, (30,)).double()
    pairs = [1.0 if r > f else 0.5 if r == f else 0.0 for r in real for f in fake]
    assert float(ranking(real, fake)) == pytest.approx(sum(pairs) / len(pairs))


def test_a_score_is_the_mean_over_heads_of_means_over_positions() -> None:
    maps, single = torch.randn(3, 1, 4, 4), torch.randn(3)
    assert torch.allclose(Verdict((maps, single)).score, (maps.mean((1, 2, 3)) + single) / 2)
