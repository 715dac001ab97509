"""Two networks of any origin, tried out: mistakes are found by what they do; healthy ones are left in peace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from sparring.doctor.case import Setup
from sparring.doctor.findings import Finding
from sparring.doctor.lint import lint_modules
from sparring.doctor.lint.pair import FITTING, PAIR, SOUND
from sparring.doctor.remedies import REMEDIES

LATENT, CLASSES = 5, 3


def real(count: int = 32) -> Tensor:
    """Pictures in [-1, 1] without any colour of their own."""
    return torch.rand(count, 3, 8, 8) * 2 - 1


def generator(*ends: nn.Module) -> nn.Module:
    """A little DCGAN."""
    return nn.Sequential(
        nn.Unflatten(1, (LATENT, 1, 1)),
        nn.ConvTranspose2d(LATENT, 8, 4, 1, 0),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.ConvTranspose2d(8, 3, 4, 2, 1),
        *(ends or (nn.Tanh(),)),
    )


def critic(*ends: nn.Module, norm: bool = False) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, 1),
        *([nn.BatchNorm2d(8)] if norm else []),
        nn.LeakyReLU(0.2),
        nn.Conv2d(8, 1, 4),
        nn.Flatten(0),
        *ends,
    )


def findings(g: nn.Module, d: nn.Module, x: Tensor | None = None, **more: object) -> list[Finding]:
    return lint_modules(g, d, real() if x is None else x, latent=LATENT, **more)  # type: ignore[arg-type]


def told(g: nn.Module, d: nn.Module, x: Tensor | None = None, **more: object) -> dict[str, str]:
    """Severities by lint."""
    return {one.rule: one.severity for one in findings(g, d, x, **more)}


def points(ends: tuple[nn.Module, ...] = ()) -> tuple[nn.Module, nn.Module]:
    g = nn.Sequential(nn.Linear(LATENT, 16), nn.LeakyReLU(0.2), nn.Linear(16, 2))
    return g, nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1), *ends)


class Told(nn.Module):
    """Networks that take a label, and listen to it or not."""

    def __init__(self, inner: nn.Module, size: tuple[int, ...], listens: bool = True, start: float = 1.0):
        super().__init__()
        self.inner, self.embedding, self.listens = inner, nn.Embedding(CLASSES, int(torch.Size(size).numel())), listens
        self.size = size
        nn.init.constant_(self.embedding.weight, 0) if not start else None

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.inner(x + self.embedding(y).view(-1, *self.size) if self.listens else x)


class Layer(nn.Module):
    def __init__(self, work: Callable[[Tensor], Tensor]):
        super().__init__()
        self.work = work

    def forward(self, x: Tensor) -> Tensor:
        return self.work(x)


def test_a_healthy_pair_is_fine() -> None:
    assert told(generator(), critic()) == {}
    assert told(generator(), critic(norm=True)) == {}
    assert told(*points(), torch.randn(32, 2) * 3) == {}
    assert told(generator(nn.Tanh()), critic(nn.Sigmoid()), probabilities=True) == {}


def test_nothing_is_left_behind() -> None:
    g, d = generator(), critic(norm=True)
    d.eval()
    both = nn.ModuleList([g, d])
    before = {name: value.clone() for name, value in both.state_dict().items()}
    x, stream = real(), torch.get_rng_state()
    findings(g, d, x)
    assert torch.equal(torch.get_rng_state(), stream)
    assert all(torch.equal(value, before[name]) for name, value in both.state_dict().items())
    assert all(p.grad is None for p in both.parameters())
    assert g.training
    assert not d.training


@pytest.mark.parametrize("gain", [0.01, 20.0])
@pytest.mark.parametrize("loss", ["nonsaturating", "least_squares", "hinge"])
def test_a_double_sigmoid(loss: str, gain: float) -> None:
    d = critic(nn.Sigmoid())
    with torch.no_grad():
        d[2].weight *= gain
    assert told(generator(), d, loss=loss)["double-sigmoid"] == "alarm"
    d[4] = nn.Identity()
    assert "double-sigmoid" not in told(generator(), d, loss=loss)


def test_a_double_sigmoid_on_points_and_by_another_name() -> None:
    g, d = points((nn.Sigmoid(),))
    assert "double-sigmoid" in told(g, d, torch.randn(32, 2))
    assert "double-sigmoid" in told(generator(), critic(Layer(lambda x: 1 / (1 + (-x).exp()))))


def test_a_critic_that_starts_at_nothing_is_fine() -> None:
    d = critic()
    nn.init.zeros_(d[2].weight)
    nn.init.zeros_(d[2].bias)
    assert told(generator(), d) == {}


def test_other_ends() -> None:
    assert told(generator(), critic(nn.Tanh()))["confined-logits"] == "warning"
    assert told(generator(), critic(nn.ReLU()))["confined-logits"] == "warning"
    assert told(generator(), critic(), probabilities=True)["double-sigmoid"] == "alarm"


@pytest.mark.parametrize("seed", range(3))
def test_answers_of_one_sign_at_the_start_prove_nothing(seed: int) -> None:
    torch.manual_seed(seed)
    summed = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AvgPool2d(6), nn.Flatten(), nn.Linear(8, 1, bias=False), nn.Flatten(0)
    )
    with torch.no_grad():
        summed[4].weight.abs_()
    assert "confined-logits" not in told(generator(), summed)


def test_ranges_that_do_not_meet() -> None:
    assert told(generator(), critic(), (real() + 1) / 2)["wrong-range"] == "alarm"
    assert told(generator(), critic(), (real() + 1) * 127.5)["wrong-range"] == "alarm"
    assert told(generator(nn.Sigmoid()), critic())["wrong-range"] == "alarm"
    assert "wrong-range" not in told(generator(nn.Sigmoid()), critic(), (real() + 1) / 2)
    assert "wrong-range" not in told(generator(nn.Identity()), critic(), real() * 3)


def test_a_detached_generator() -> None:
    assert told(generator(nn.Tanh(), Layer(Tensor.detach)), critic())["detached-generator"] == "alarm"
    torn = nn.Sequential(Layer(Tensor.detach), critic())
    assert told(generator(), torn)["detached-generator"] == "alarm"


def test_a_fake_that_is_detached_in_the_loop() -> None:
    g, d = generator(), critic()
    z = torch.randn(8, LATENT)
    sick = told(g, d, generator_loss=lambda: nn.functional.softplus(-d(g(z).detach())).mean())
    assert sick["detached-generator"] == "alarm"
    assert told(g, d, generator_loss=lambda: nn.functional.softplus(-d(g(z))).mean()) == {}
    assert "detached-generator" in told(g, d, generator_loss=lambda: torch.tensor(d(g(z)).mean().item()))


def test_parameters_that_nothing_reaches() -> None:
    g = generator()
    g.register_parameter("spare", nn.Parameter(torch.zeros(3)))
    (one,) = findings(g, critic())
    assert (one.rule, one.severity) == ("dead-parameters", "warning")
    assert "generator.spare" in one.sentence


def test_a_frozen_player() -> None:
    d = critic().requires_grad_(False)
    assert told(generator(), d)["frozen-player"] == "alarm"


def test_a_flat_critic() -> None:
    layers = [part for _ in range(5) for part in (nn.Linear(16, 16), nn.LeakyReLU(0.2))]
    d = nn.Sequential(nn.Linear(2, 16), *layers, nn.Linear(16, 1))
    g, _ = points()
    x = torch.randn(32, 2)
    assert "flat-critic" not in told(g, d, x)
    for parameter in d.parameters():
        parameter.data.clamp_(-0.01, 0.01)
    assert "flat-critic" in told(g, d, x)


def test_networks_that_do_not_listen() -> None:
    same = generator(nn.Tanh(), Layer(lambda x: x.mean(0, keepdim=True).expand_as(x)))
    assert told(same, critic())["ignores-noise"] == "alarm"
    blind = critic(Layer(lambda x: x * 0 + 1))
    assert told(generator(), blind)["blind-critic"] == "alarm"


@pytest.mark.parametrize("start", [0.0, 1.0])
def test_labels_that_nobody_hears(start: float) -> None:
    labels = torch.arange(32) % CLASSES

    def pair(g: bool, d: bool) -> tuple[nn.Module, nn.Module]:
        return Told(generator(), (LATENT,), g, start), Told(critic(), (3, 8, 8), d, start)

    def heard(g: bool, d: bool) -> set[str]:
        found = told(*pair(g, d), labels=labels, classes=CLASSES)
        return {name for name in found if "label" in name}

    assert heard(True, True) == set()
    assert heard(False, True) == {"ignores-labels"}
    assert heard(True, False) == {"critic-ignores-labels"}
    plain = told(generator(), critic(), labels=labels, classes=CLASSES)
    assert plain == {"ignores-labels": "info", "critic-ignores-labels": "info"}


def test_labels_out_of_range_do_not_stop_the_lint() -> None:
    labels = torch.arange(32) % CLASSES + 1
    g, d = Told(generator(), (LATENT,)), Told(critic(), (3, 8, 8))
    assert told(g, d, labels=labels, classes=CLASSES) == {"wrong-labels": "alarm"}


def test_sorted_labels() -> None:
    labels = torch.arange(64) // 16
    g, d = generator(), critic()
    assert told(g, d, real(64), labels=labels, classes=4)["sorted-data"] == "alarm"
    assert "sorted-data" not in told(g, d, real(64), labels=labels[torch.randperm(64)], classes=4)


def test_shapes_that_do_not_fit() -> None:
    assert told(generator(), critic(), torch.rand(16, 3, 16, 16) * 2 - 1) == {"wrong-shape": "alarm"}
    assert told(generator(), critic(), torch.rand(16, 1, 8, 8) * 2 - 1) == {"wrong-shape": "alarm"}
    mean = critic(Layer(lambda x: x.mean()[None]))
    (one,) = findings(generator(), mean)
    assert "gives 1 answers to 8 samples" in one.sentence
    (one,) = lint_modules(generator(), critic(), real(), latent=LATENT + 1)
    assert "noise of shape (8, 6)" in one.sentence


def test_undefined_numbers_are_traced() -> None:
    (one,) = findings(generator(nn.Tanh(), Layer(lambda x: (x - 2).log())), critic())
    assert one.rule == "undefined-at-start"
    assert "the generator's 6 (Layer)" in one.sentence
    x = real()
    x[0, 0, 0, 0] = float("nan")
    assert told(generator(), critic(), x)["undefined-at-start"] == "alarm"


def test_kernels_that_overlap_unevenly() -> None:
    g = generator()
    g[4] = nn.ConvTranspose2d(8, 3, 3, 2, 1, 1)
    assert told(g, critic()) == {"checkerboard-kernels": "warning"}
    g[4] = nn.ConvTranspose2d(8, 3, 5, 2, 2, 1)
    assert told(g, critic()) == {"checkerboard-kernels": "info"}


def test_sparse_gradients_are_only_worth_knowing() -> None:
    d = critic()
    d[1] = nn.ReLU()
    assert told(generator(), d) == {"sparse-gradients": "info"}


def test_batch_norm_in_the_critic() -> None:
    g, d = generator(), critic(norm=True)
    assert told(g, d, mixed=True) == {"batch-norm-leak": "alarm"}
    assert told(g, critic(), mixed=True) == {}
    setup = Setup(penalties={"gp": 10.0})
    assert told(g, d, loss="wasserstein", setup=setup) == {"batch-norm-with-penalty": "warning"}
    assert told(g, critic(), loss="wasserstein", setup=setup) == {}
    assert told(g, critic(), loss="wasserstein", setup=Setup(penalties={"of my own": 1e6})) == {}


def test_a_wasserstein_critic_needs_a_bound() -> None:
    assert told(generator(), critic(), loss="wasserstein") == {"unbounded-critic": "alarm"}
    d = critic()
    for place in (0, 2):
        nn.utils.parametrizations.spectral_norm(d[place])
    assert told(generator(), d, loss="wasserstein") == {}
    old = critic()
    nn.utils.spectral_norm(old[0])
    assert "unbounded-critic" not in told(generator(), old, loss="wasserstein")


def test_mistakes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no loss 'hing'.*hinge"):
        findings(generator(), critic(), loss="hing")
    with pytest.raises(ValueError, match="at least two real samples"):
        findings(generator(), critic(), real(1))


def test_lints_have_names_of_their_own_and_known_remedies() -> None:
    lints = [*FITTING, *SOUND, *PAIR]
    assert len({lint.id for lint in lints}) == len(lints)
    assert {name for lint in lints for name in lint.remedies} <= set(REMEDIES)
