"""Losses against numbers that the tests of other libraries contain."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.targets import Targets, softened

TFGAN = torch.tensor([-5.0, 1.4, 12.5, 2.7]), torch.tensor([10.0, 4.4, -5.5, 3.6])
AVERAGE = torch.tensor([-2.0, 0.4, 12.5, 2.7]), TFGAN[1]
TORCHGAN = torch.tensor([1.3, 2.9, 8.4, 6.3]), torch.tensor([4.8, 1.2, -3.5, 5.9])
MIMICRY = torch.ones(4), torch.ones(4)

# Both libraries' saturating generator also counts a real logit of 1, whose term is constant.
CONSTANT = 0.3132617


def test_smoothed_labels() -> None:
    """TF-GAN's label smoothing of 0.25 draws labels towards a half: 1 - 0.25 / 2."""
    smoothed = softened("nonsaturating", Targets(real=(0.875, 0.875)))
    assert float(smoothed(*TFGAN)) == pytest.approx(6.19637, abs=1e-5)
    assert float(ADVERSARIAL["nonsaturating"].generator(TFGAN[1], TFGAN[0])) == pytest.approx(1.38582, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "logits", "critic", "generator"),
    [
        ("least_squares", TFGAN, 41.73375, 17.69625),
        ("wasserstein", TFGAN, 0.225, -3.125),
        ("hinge", TFGAN, 6.75, -3.125),
        ("relativistic_average", AVERAGE, 4.390114 / 2, 4.9401135 / 2),  # theirs is not halved
        ("least_squares", TORCHGAN, 19.76125, 7.3425007),
        ("nonsaturating", TORCHGAN, 3.1251488, 0.9509911),
        ("minimax", TORCHGAN, 3.1251488, -3.3642528 + CONSTANT),
        ("wasserstein", TORCHGAN, -2.625, -2.1),
        ("nonsaturating", MIMICRY, 1.6265, 0.3133),
        ("hinge", MIMICRY, 2.0, -1.0),
    ],
)
def test_losses(name: str, logits: tuple[Tensor, Tensor], critic: float, generator: float) -> None:
    real, fake = logits
    digits = 1e-4 if logits is MIMICRY else 1e-5
    assert float(ADVERSARIAL[name].critic(real, fake)) == pytest.approx(critic, abs=digits, rel=1e-6)
    assert float(ADVERSARIAL[name].generator(fake, real)) == pytest.approx(generator, abs=digits, rel=1e-6)
