"""Losses and penalties against numbers that the authors' formulas gave elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from sparring.play import chance
from sparring.play.adversarial import ADVERSARIAL
from sparring.play.penalties import PENALTIES, near, norm, slope
from sparring.play.referee import Referee, Rules
from sparring.play.scene import Sample, Verdict

VECTORS = Path(__file__).parent / "vectors"

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
}


def close(found: Tensor, wanted: Tensor, tolerance: float) -> bool:
    found = found.detach()
    return float((found - wanted).abs().max()) <= tolerance * float(wanted.abs().max())


@pytest.fixture(scope="module")
def case() -> dict[str, Tensor]:
    return load_file(VECTORS / "gan_losses.safetensors")


@pytest.mark.parametrize("name", LOSSES)
def test_adversarial_losses(name: str, case: dict[str, Tensor]) -> None:
    loss, side = LOSSES[name]
    real, fake = case["in/real"], case["in/fake"]
    found = ADVERSARIAL[loss].critic(real, fake) if side == "critic" else ADVERSARIAL[loss].generator(fake, real)
    assert close(found, case[f"out/{name}"], 1e-9)


def test_lecam(case: dict[str, Tensor]) -> None:
    referee = Referee(Rules(lecam=1.0, lecam_warmup=0))
    referee.anchors = torch.stack([case["in/ema_real"], case["in/ema_fake"]])
    assert close(referee.lecam(case["in/real"], case["in/fake"]), case["out/lecam_f2"], 1e-9)


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
        self.body.load_state_dict({k.removeprefix("w/"): v for k, v in weights.items() if k.startswith("w/")})

    def forward(self, x: Sample) -> Verdict:
        return Verdict((self.body(x),))

    def gradient(self, loss: Tensor) -> Tensor:
        self.zero_grad()
        loss.backward()
        grad = self.body[0].weight.grad
        assert grad is not None
        return grad


def test_zero_centred_penalties(golden: Path) -> None:
    case = load_file(golden / "r1_r2.safetensors")
    judge, real, fake = Judge(case), case["in/real"], case["in/fake"]
    assert close(slope(judge, real), case["out/r_real"], 1e-5)
    assert close(slope(judge, fake), case["out/r_fake"], 1e-5)
    for name, kind in (("r1", "real"), ("r2", "fake")):
        loss = 10 * PENALTIES[name](judge, real, fake)
        assert close(loss, case[f"out/loss_{name.upper()}_gamma10"], 1e-5)
        assert close(judge.gradient(loss), case[f"out/grad_{kind}_gamma10.0.weight"], 1e-5)


def test_gradient_penalty(golden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load_file(golden / "wgan_gp.safetensors")
    judge, real, fake = Judge(case), case["in/real"], case["in/fake"]
    monkeypatch.setattr(chance, "uniform", lambda shape, device=None: 1 - case["in/eps"].view(shape))
    loss = 10 * PENALTIES["gp"](judge, real, fake)
    assert close(loss, case["out/gp_two_sided_lambda10"], 2e-5)
    assert close(10 * PENALTIES["gp0"](judge, real, fake), case["out/gp_zero_centred_lambda10"], 2e-5)
    critic = ADVERSARIAL["wasserstein"].critic(judge(real).logits[0], judge(fake).logits[0])
    assert close(critic + loss, case["out/loss_d"], 2e-5)
    assert close(judge.gradient(loss), case["out/grad_of_gp.0.weight"], 2e-5)


def test_dragan(golden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = load_file(golden / "dragan.safetensors")
    judge, real = Judge(case), case["in/real"]
    draws = {tuple(real.shape): case["in/u"], (len(real),): case["in/alpha"].flatten()}
    monkeypatch.setattr(chance, "uniform", lambda shape, device=None: draws[shape])
    assert close(norm(judge, near(real)), case["out/grad_norm"], 1e-5)
    loss = 10 * PENALTIES["dragan"](judge, real, real)
    assert close(loss, case["out/dragan_lambda10"], 1e-5)
    assert close(judge.gradient(loss), case["out/grad.0.weight"], 1e-5)


def test_cross_entropy_in_the_vectors_is_torchs_own(case: dict[str, Tensor]) -> None:
    real, fake = case["in/real"], case["in/fake"]
    entropy = F.binary_cross_entropy_with_logits
    ours = entropy(real, torch.ones_like(real)) + entropy(fake, torch.zeros_like(fake))
    assert close(ours, case["out/nonsat_d"], 1e-9)
