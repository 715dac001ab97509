"""Losses and penalties against numbers that the authors' formulas gave elsewhere."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from tests.parity.case import Case, case
from torch import Tensor, nn

from sparring.play import chance
from sparring.play.adversarial import ADVERSARIAL
from sparring.play.divergences import DIVERGENCES
from sparring.play.penalties import PENALTIES, near, norm, slope
from sparring.play.referee import Referee, Rules
from sparring.play.scene import Sample, Verdict

LOSSES = {
    "nonsat_d": ("nonsaturating", "critic"),
    "nonsat_g": ("nonsaturating", "generator"),
    "minimax_g": ("minimax", "generator"),
    "hinge_d": ("hinge", "critic"),
    "hinge_g": ("hinge", "generator"),
    "wgan_d": ("wasserstein", "critic"),
    "lsgan_d_half": ("least_squares", "critic"),
    "lsgan_g_half": ("least_squares", "generator"),
    "rp_d": ("relativistic", "critic"),
    "rp_g": ("relativistic", "generator"),
    "ragan_d": ("relativistic_average", "critic"),
    "ragan_g": ("relativistic_average", "generator"),
    "rahinge_d": ("relativistic_average_hinge", "critic"),
    "rahinge_g": ("relativistic_average_hinge", "generator"),
    "ralsgan_d": ("relativistic_average_least_squares", "critic"),
    "ralsgan_g": ("relativistic_average_least_squares", "generator"),
}


def close(found: Tensor, wanted: Tensor, tolerance: float) -> bool:
    found = found.detach()
    return float((found - wanted).abs().max()) <= tolerance * float(wanted.abs().max())


@pytest.fixture(scope="module")
def numbers() -> Case:
    return case("gan_losses")


@pytest.mark.parametrize("name", LOSSES)
def test_adversarial_losses(name: str, numbers: Case) -> None:
    loss, side = LOSSES[name]
    real, fake = numbers.inputs["real"], numbers.inputs["fake"]
    found = ADVERSARIAL[loss].critic(real, fake) if side == "critic" else ADVERSARIAL[loss].generator(fake, real)
    assert close(found, numbers.outputs[name], 1e-9)


@pytest.mark.parametrize("theirs", ["squared_hellinger", "jensen_shannon", "kl", "reverse_kl", "pearson", "gan"])
def test_f_divergences(theirs: str, numbers: Case) -> None:
    name = {"squared_hellinger": "hellinger", "jensen_shannon": "js"}.get(theirs, theirs)
    real, fake, divergence = numbers.inputs["real"], numbers.inputs["fake"], DIVERGENCES[name]
    assert close(divergence.g(real), numbers.outputs[f"fgan_{theirs}_T_real"], 1e-9)
    assert close(divergence.conjugate(fake), numbers.outputs[f"fgan_{theirs}_conj_fake"], 1e-9)
    assert close(ADVERSARIAL[f"fgan_{name}"].critic(real, fake), numbers.outputs[f"fgan_{theirs}_d"], 1e-9)
    faithful = ADVERSARIAL[f"fgan_{name}_faithful"].generator(fake, real)
    assert close(faithful, numbers.outputs[f"fgan_{theirs}_g_minimax"], 1e-9)


def test_lecam(numbers: Case) -> None:
    referee = Referee(Rules(lecam=1.0, lecam_warmup=0))
    referee.anchors = torch.stack([numbers.inputs["ema_real"], numbers.inputs["ema_fake"]])
    assert close(referee.lecam(numbers.inputs["real"], numbers.inputs["fake"]), numbers.outputs["lecam_f2"], 1e-9)


class Judge(nn.Module):
    """The smooth critic that the penalties' numbers were made with."""

    def __init__(self, weights: dict[str, Tensor]):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 6, 3, 2, 1),
            nn.Softplus(),
            nn.Conv2d(6, 8, 3, 2, 1),
            nn.Tanh(),
            nn.Flatten(),
            nn.Linear(128, 1),
        )
        self.body.load_state_dict(weights)

    def forward(self, x: Sample) -> Verdict:
        return Verdict((self.body(x),))

    def gradient(self, loss: Tensor) -> Tensor:
        self.zero_grad()
        loss.backward()
        grad = self.body[0].weight.grad
        assert grad is not None
        return grad


def test_zero_centred_penalties() -> None:
    numbers = case("r1_r2")
    judge, real, fake = Judge(numbers.weights), numbers.inputs["real"], numbers.inputs["fake"]
    assert close(slope(judge, real), numbers.outputs["r_real"], 1e-5)
    assert close(slope(judge, fake), numbers.outputs["r_fake"], 1e-5)
    for name, kind in (("r1", "real"), ("r2", "fake")):
        loss = 10 * PENALTIES[name](judge, real, fake)
        assert close(loss, numbers.outputs[f"loss_{name.upper()}_gamma10"], 1e-5)
        assert close(judge.gradient(loss), numbers.outputs[f"grad_{kind}_gamma10.0.weight"], 1e-5)


def test_gradient_penalty(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = case("wgan_gp")
    judge, real, fake = Judge(numbers.weights), numbers.inputs["real"], numbers.inputs["fake"]
    monkeypatch.setattr(chance, "uniform", lambda shape, device=None: 1 - numbers.inputs["eps"].view(shape))
    loss = 10 * PENALTIES["gp"](judge, real, fake)
    assert close(loss, numbers.outputs["gp_two_sided_lambda10"], 2e-5)
    assert close(10 * PENALTIES["gp0"](judge, real, fake), numbers.outputs["gp_zero_centred_lambda10"], 2e-5)
    critic = ADVERSARIAL["wasserstein"].critic(judge(real).logits[0], judge(fake).logits[0])
    assert close(critic + loss, numbers.outputs["loss_d"], 2e-5)
    assert close(judge.gradient(loss), numbers.outputs["grad_of_gp.0.weight"], 2e-5)


def test_dragan(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = case("dragan")
    judge, real = Judge(numbers.weights), numbers.inputs["real"]
    draws = {tuple(real.shape): numbers.inputs["u"], (len(real),): numbers.inputs["alpha"].flatten()}
    monkeypatch.setattr(chance, "uniform", lambda shape, device=None: draws[shape])
    assert close(norm(judge, near(real)), numbers.outputs["grad_norm"], 1e-5)
    loss = 10 * PENALTIES["dragan"](judge, real, real)
    assert close(loss, numbers.outputs["dragan_lambda10"], 1e-5)
    assert close(judge.gradient(loss), numbers.outputs["grad.0.weight"], 1e-5)


def test_cross_entropy_in_the_vectors_is_torchs_own(numbers: Case) -> None:
    real, fake = numbers.inputs["real"], numbers.inputs["fake"]
    entropy = F.binary_cross_entropy_with_logits
    ours = entropy(real, torch.ones_like(real)) + entropy(fake, torch.zeros_like(fake))
    assert close(ours, numbers.outputs["nonsat_d"], 1e-9)
