"""R3GAN: how it starts, and its plan."""

from __future__ import annotations

import math

import pytest
import torch

from sparring.networks import Shape
from sparring.networks.r3gan import GAIN, Block, R3ganCritic, R3ganGenerator, groups_for, stages


def test_published_plans():
    assert stages(R3ganGenerator(), 32)[:2] == ((768,) * 4, (96,) * 4)
    assert stages(R3ganGenerator(), 64)[:2] == ((768, 768, 768, 768, 384), (96, 96, 96, 96, 48))
    assert stages(R3ganCritic(), 256)[0] == (768, 768, 768, 768, 384, 192, 96)
    assert stages(R3ganCritic(), 256)[1] == (96, 96, 96, 96, 48, 24, 12)


@pytest.mark.parametrize("width", [1, 2, 3, 12, 20, 44, 100])
def test_groups_always_divide(width):
    assert 2 * width % groups_for(2 * width) == 0


def test_blocks_start_as_the_identity():
    x = torch.randn(2, 16, 8, 8)
    assert torch.equal(Block(16, 2, depth=8)(x), x)


def test_weights_start_with_the_published_scale():
    critic = R3ganCritic(256).build(Shape((3, 32, 32)))
    block = critic.stages[1][0]
    gain = GAIN * 8**-0.25
    assert math.sqrt(2 / 1.04) == GAIN
    assert block.widen.weight.std().item() == pytest.approx(gain / math.sqrt(256), rel=0.02)
    assert block.mix.weight.std().item() == pytest.approx(gain / math.sqrt(16 * 9), rel=0.02)
    assert not block.narrow.weight.any()
    assert critic.end.weight.std().item() == pytest.approx(1 / 4, rel=0.05)


def test_signals_keep_their_size_at_the_start():
    critic = R3ganCritic(64).build(Shape((3, 32, 32)))
    flat = torch.randn(16, 3, 1, 1).expand(-1, -1, 32, 32)  # noise would be smoothed away on the way down
    deviations = [feature.std().item() for feature in critic(flat).features]
    assert min(deviations) > 0.3
    assert max(deviations) < 3


def test_nothing_is_normalised():
    for settings in (R3ganGenerator(8), R3ganCritic(8)):
        network = settings.build(Shape((3, 16, 16), latent=8, classes=2))
        assert not [part for part in network.modules() if "Norm" in type(part).__name__]


def test_a_sample_does_not_depend_on_its_batch_mates():
    generator = R3ganGenerator(8).build(Shape((3, 16, 16), latent=8))
    z = torch.randn(4, 8)
    torch.testing.assert_close(generator(z)[1:2], generator(z[1:2]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (R3ganGenerator(widths=(8, 8)), "widths needs one number for each of the 3 stages from 4 to 16 pixels"),
        (R3ganCritic(8, blocks=(1,)), "blocks needs one number for each of the 3 stages"),
        (R3ganCritic(8, groups=(3, 3, 3)), "groups must divide the 16 channels of a stage, and 3 does not"),
    ],
)
def test_plans_that_do_not_fit_are_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        settings.build(Shape((3, 16, 16), latent=8))
