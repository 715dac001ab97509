"""BigGAN's ways of telling its norms what to do."""

from __future__ import annotations

import pytest
import torch

from sparring.layers.attention import SelfAttention
from sparring.layers.conditional_norm import ConditionalBatchNorm2d, GuidedBatchNorm2d
from sparring.networks import Shape
from sparring.networks.biggan import BigganCritic, BigganGenerator, Guide
from sparring.networks.biggan_deep import BigganDeepCritic, BigganDeepGenerator
from sparring.techniques.spectral import spectral_norm_, spectral_norm_of


def norms(network, kind):
    return [part for part in network.modules() if isinstance(part, kind)]


def test_z_is_cut_into_one_part_for_the_start_and_one_for_each_block():
    assert Guide(Shape((3, 128, 128), latent=120, classes=10), 128, 6, "x").cuts == (20,) * 6
    assert Guide(Shape((3, 64, 64), latent=8), 0, 5, "x").cuts == (4, 1, 1, 1, 1)
    with pytest.raises(ValueError, match="biggan-generator cuts z into 4 parts here: make the latent at least 4"):
        BigganGenerator(4).build(Shape((3, 32, 32), latent=3))


def test_every_part_of_z_matters():
    generator = BigganGenerator(4).build(Shape((3, 32, 32), latent=8)).eval()
    z = torch.randn(1, 8)
    for place in range(8):
        other = z.clone()
        other[0, place] += 1
        assert not torch.allclose(generator(z), generator(other), atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "classes", "kind"),
    [
        (BigganGenerator(4), 3, GuidedBatchNorm2d),
        (BigganGenerator(4), 0, GuidedBatchNorm2d),
        (BigganGenerator(4, hierarchical=False), 3, GuidedBatchNorm2d),
        (BigganGenerator(4, embedding=0, hierarchical=False), 3, ConditionalBatchNorm2d),
    ],
)
def test_norms_are_told_labels_noise_or_both(settings, classes, kind):
    generator = settings.build(Shape((3, 32, 32), latent=8, classes=classes))
    assert len(norms(generator, kind)) == 6
    plain = BigganGenerator(4, hierarchical=False).build(Shape((3, 32, 32), latent=8))
    assert not norms(plain, (GuidedBatchNorm2d, ConditionalBatchNorm2d))


def test_hierarchical_noise_without_an_embedding_is_refused():
    with pytest.raises(ValueError, match="hierarchical noise needs a shared embedding"):
        BigganGenerator(embedding=0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (BigganGenerator(2, (32, 16)), [16, 32]),
        (BigganDeepGenerator(4, attention=(32,)), [32]),
        (BigganCritic(2, (32, 4)), [32, 4, 4]),
        (BigganDeepCritic(4, attention=(32,)), [32]),
    ],
)
def test_attention_stands_where_it_is_asked_for(settings, expected):
    network = settings.build(Shape((3, 64, 64), latent=8))
    sides = []
    for part in norms(network, SelfAttention):
        part.register_forward_hook(lambda module, inputs, output: sides.append(output.shape[-1]))
    x = torch.randn(2, 8) if "generator" in settings.kind else torch.randn(2, 3, 64, 64)
    network(x)
    assert sides == expected


@pytest.mark.parametrize("settings", [BigganGenerator(4), BigganDeepGenerator(4)])
def test_spectral_normalisation_reaches_all_but_the_shared_embedding(settings):
    generator = spectral_norm_(settings.build(Shape((3, 32, 32), latent=8, classes=3)))
    layers = [part for part in generator.modules() if isinstance(part, torch.nn.Linear | torch.nn.Conv2d)]
    assert all(spectral_norm_of(layer) is not None for layer in layers)
    assert [name for name, _ in generator.named_parameters() if name.endswith("shared.weight")]


def test_deep_shortcuts_carry_the_first_channels_unchanged():
    generator = BigganDeepGenerator(4).build(Shape((3, 64, 64), latent=8))
    block = generator.stages[1][1]  # from 64 to 32 channels
    torch.nn.init.zeros_(block.convs[3].weight)
    torch.nn.init.zeros_(block.convs[3].bias)
    x = torch.randn(2, 64, 8, 8)
    made = block(x, torch.randn(2, 8))
    assert torch.equal(made[:, :, ::2, 1::2], x[:, :32])
    critic = BigganDeepCritic(4).build(Shape((3, 64, 64)))
    down = critic.stages[0][0]  # from 4 to 8 channels
    torch.nn.init.zeros_(down.convs[3].weight)
    torch.nn.init.zeros_(down.convs[3].bias)
    x = torch.randn(2, 4, 8, 8)
    torch.testing.assert_close(down(x)[:, :4], torch.nn.functional.avg_pool2d(x, 2))
