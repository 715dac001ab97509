"""DCGAN in both forms: published sizes and rules."""

from __future__ import annotations

import pytest
import torch
from tests.networks.check import parameters
from torch import nn

from sparring.networks import Shape
from sparring.networks.dcgan import DcganCritic, DcganGenerator, widths
from sparring.networks.dcgan_dense import DcganDenseCritic, DcganDenseGenerator


@pytest.mark.parametrize(("width", "generator", "critic"), [(64, 3_576_704, 2_765_568), (128, 12_658_432, 11_036_160)])
def test_published_counts_at_64_pixels(width, generator, critic):
    shape = Shape((3, 64, 64), latent=100)
    assert parameters(DcganGenerator(width).build(shape)) == generator
    assert parameters(DcganCritic(width).build(shape)) == critic


def test_stages_are_added_and_taken_away_at_the_deep_end():
    assert widths(16, 10) == [20, 10]
    assert widths(64, 10) == [80, 40, 20, 10]
    assert widths(256, 10) == [160, 160, 80, 40, 20, 10]


# The dense layer's batch norm adds 2 x 512 to what the same network would have without it.
@pytest.mark.parametrize(
    ("size", "channels", "generator", "critic"),
    [(28, 1, 5_157_633, 659_905), (32, 1, 5_933_313, 661_697), (64, 1, 15_862_017, 2_764_481)],
)
def test_dense_counts(size, channels, generator, critic):
    shape = Shape((channels, size, size), latent=100)
    assert parameters(DcganDenseGenerator().build(shape)) == generator + 1024
    assert parameters(DcganDenseCritic().build(shape)) == critic


@pytest.mark.parametrize(("size", "flat"), [(28, 256 * 9), (32, 256 * 16), (48, 256 * 36 // 4 * 2), (64, 512 * 16)])
def test_the_dense_critic_halves_down_to_four_pixels(size, flat):
    critic = DcganDenseCritic().build(Shape((1, size, size)))
    assert critic.head.in_features == flat


@pytest.mark.parametrize("settings", [DcganGenerator(), DcganCritic(), DcganDenseGenerator(32), DcganDenseCritic(32)])
def test_initial_weights(settings):
    network = settings.build(Shape((3, 64, 64), latent=100))
    for part in network.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d | nn.Linear) and part.weight.numel() > 2000:
            assert part.weight.std().item() == pytest.approx(0.02, rel=0.05)
        if isinstance(part, nn.BatchNorm2d):
            assert part.weight.mean().item() == pytest.approx(1, abs=0.01)
            assert part.weight.std().item() == pytest.approx(0.02, rel=0.4)
            assert not part.bias.any()


def test_the_rules_of_the_paper():
    generator = DcganGenerator(4).build(Shape((3, 32, 32), latent=8))
    critic = DcganCritic(4).build(Shape((3, 32, 32)))
    kinds = [[type(part).__name__ for part in stage] for stage in generator.stages]
    assert kinds == [["ConvTranspose2d", "BatchNorm2d", "ReLU"]] * 3
    kinds = [[type(part).__name__ for part in stage] for stage in critic.stages]
    assert kinds == [["Conv2d", "LeakyReLU"], *[["Conv2d", "BatchNorm2d", "LeakyReLU"]] * 2]
    assert {part.negative_slope for part in critic.modules() if isinstance(part, nn.LeakyReLU)} == {0.2}
    assert not any(isinstance(part, nn.Linear | nn.MaxPool2d | nn.AvgPool2d) for part in critic.modules())
    assert not any(
        part.bias is not None
        for part in [*generator.modules(), *critic.modules()]
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d)
    )


def test_the_logit_of_64_pixels_is_one_by_one():
    (logit,) = DcganCritic(4).build(Shape((3, 64, 64)))(torch.randn(2, 3, 64, 64)).logits
    assert logit.shape == (2, 1, 1, 1)
