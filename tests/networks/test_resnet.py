"""Residual networks: published sizes."""

from __future__ import annotations

import math

import pytest
import torch
from tests.networks.check import parameters

from sparring.networks import Shape
from sparring.networks.resnet import ResnetCritic, ResnetGenerator, critic_widths, generator_widths


@pytest.mark.parametrize(("classes", "generator", "critic"), [(0, 4_276_739, 1_053_824), (10, 4_304_387, 1_055_104)])
def test_published_counts_at_32_pixels(classes, generator, critic):
    shape = Shape((3, 32, 32), latent=128, classes=classes)
    assert parameters(ResnetGenerator(256).build(shape)) == generator
    assert parameters(ResnetCritic(128).build(shape)) == critic
    assert parameters(ResnetCritic(128, head_bias=True).build(shape)) == critic + 1


def test_published_plan_at_128_pixels():
    assert generator_widths(128, 64) == [1024, 1024, 512, 256, 128, 64]
    assert critic_widths(128, 64) == ([64, 128, 256, 512, 1024, 1024], 5)
    assert generator_widths(32, 256) == [256] * 4
    assert critic_widths(32, 128) == ([128] * 4, 2)


def test_other_plans():
    assert generator_widths(16, 8) == [8] * 3
    assert critic_widths(16, 8) == ([8] * 3, 1)
    assert generator_widths(64, 4) == [64, 32, 16, 8, 4]
    assert critic_widths(64, 4) == ([4, 8, 16, 32, 32], 4)
    assert generator_widths(256, 4) == [64, 64, 64, 32, 16, 8, 4]
    assert critic_widths(256, 4) == ([4, 8, 16, 32, 64, 64, 64], 6)


def test_xavier_gains():
    critic = ResnetCritic(32).build(Shape((3, 32, 32), classes=4))
    generator = ResnetGenerator(32).build(Shape((3, 32, 32), latent=64))
    gains = [(part.conv1, math.sqrt(2)) for part in [*critic.blocks, *generator.blocks]]
    gains += [(part.conv2, math.sqrt(2)) for part in [*critic.blocks, *generator.blocks]]
    gains += [(part.shortcut, 1) for part in [*critic.blocks[:2], *generator.blocks]]
    for layer, gain in [*gains, (generator.dense, 1), (generator.head, 1)]:
        receptive = layer.weight[0][0].numel()
        bound = gain * math.sqrt(6 / (receptive * (layer.weight.shape[0] + layer.weight.shape[1])))
        assert 0.9 * bound < layer.weight.abs().max().item() <= bound
        assert not layer.bias.any()


def test_conditional_norms_start_plain_under_every_initialisation():
    for weights in ("xavier", "orthogonal"):
        generator = ResnetGenerator(8, weights=weights).build(Shape((3, 16, 16), latent=8, classes=3))
        scale, shift = generator.blocks[0].norm1.embedding.weight.chunk(2, 1)
        assert (scale == 1).all()
        assert not shift.any()
    rows = generator.blocks[0].conv1.weight.flatten(1)
    torch.testing.assert_close(rows @ rows.mT, torch.eye(8), atol=1e-5, rtol=0)


def test_labels_join_by_an_embedding_before_the_fourth_block():
    critic = ResnetCritic(8, conditioning="concat").build(Shape((3, 64, 64), classes=3))
    assert [block.conv1.in_channels for block in critic.blocks] == [3, 8, 16, 32 + 128, 64]
    assert critic.embedding.weight.shape == (3, 128)
