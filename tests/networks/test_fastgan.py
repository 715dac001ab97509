"""FastGAN: its critic judges twice and rebuilds what it sees."""

from __future__ import annotations

import pytest
import torch
from tests.networks.check import labels

from sparring.networks import Shape
from sparring.networks.fastgan import FastganCritic, FastganGenerator
from sparring.techniques.spectral import spectral_norm_


@pytest.mark.parametrize("size", [32, 64, 128, 256, 512, 1024])
@torch.no_grad()
def test_the_critic_judges_the_image_and_a_small_copy(size):
    critic = FastganCritic(4).build(Shape((3, size, size))).eval()
    verdict = critic(torch.randn(1, 3, size, size))
    assert [tuple(logit.shape) for logit in verdict.logits] == [(1, 1, 5, 5), (1, 1, 5, 5)]
    assert [tuple(feature.shape[2:]) for feature in verdict.features[-3:]] == [(16, 16), (8, 8), (8, 8)]


def test_published_stages_at_256_pixels():
    """64 channels at 64 pixels of 256: 16, 32, 64, 128, 256, 512 from the entry to the last maps."""
    critic = FastganCritic().build(Shape((3, 256, 256)))
    assert [stage.main[0].in_channels for stage in critic.stages] == [16, 32, 64, 128, 256]
    assert critic.stages[-1].main[0].out_channels == 512
    assert {
        name: (gate.squeeze.in_channels, gate.squeeze.out_channels) for name, gate in critic.excitations.items()
    } == {
        "32": (16, 128),
        "16": (32, 256),
        "8": (64, 512),
    }
    assert critic.small == 128
    assert [critic.small_entry[0].out_channels, *(stage[0].out_channels for stage in critic.small_stages)] == [
        32,
        64,
        128,
        256,
    ]
    assert critic.head[0].out_channels == 256
    assert [
        decoder(torch.randn(1, inputs, 8, 8)).shape[-1]
        for decoder, inputs in zip(critic.decoders, (512, 256, 256), strict=True)
    ] == [128] * 3


@pytest.mark.parametrize("classes", [0, 3])
def test_gradients_reach_everything_but_the_decoders_only_through_the_reconstruction(classes):
    shape = Shape((3, 64, 64), latent=8, classes=classes)
    generator = spectral_norm_(FastganGenerator(4).build(shape))
    critic = spectral_norm_(FastganCritic(4).build(shape))
    y = labels(4, classes)
    verdict = critic(generator(torch.randn(4, 8), y), y)
    verdict.score.sum().backward()
    judging = {name for name, p in critic.named_parameters() if p.grad is not None}
    assert {name for name, _ in critic.named_parameters()} - judging == {
        name for name, _ in critic.named_parameters() if name.startswith("decoders.")
    }
    assert all(p.grad is not None for p in generator.parameters())
    image = torch.rand(4, 3, 64, 64) * 2 - 1
    critic(image, y).rebuild().backward()
    assert all(p.grad is not None and p.grad.any() for n, p in critic.named_parameters() if n.startswith("decoders."))


def test_nothing_is_rebuilt_unless_somebody_asks():
    critic = FastganCritic(4).build(Shape((3, 32, 32)))
    calls = []
    for decoder in critic.decoders:
        decoder.register_forward_hook(lambda *_: calls.append(1))
    verdict = critic(torch.randn(2, 3, 32, 32))
    assert not calls
    assert verdict.rebuild().shape == ()
    assert len(calls) == 3


def test_reconstruction_can_be_learned():
    critic = FastganCritic(8).build(Shape((3, 32, 32)))
    image = torch.rand(4, 3, 1, 1).expand(-1, -1, 32, 32) * 2 - 1
    optimizer = torch.optim.Adam(critic.parameters(), lr=5e-3)
    losses = []
    for _ in range(8):
        optimizer.zero_grad()
        loss = critic(image).rebuild()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_a_conditional_critic_reads_the_labels():
    critic = FastganCritic(4).build(Shape((3, 32, 32), classes=3)).eval()
    x, y = torch.randn(6, 3, 32, 32), labels(6, 3)
    assert not torch.allclose(critic(x, y).score, critic(x, y.flip(0)).score)
    auxiliary = FastganCritic(4, conditioning="auxiliary").build(Shape((3, 32, 32), classes=3)).eval()
    assert auxiliary(x).classes.shape == (6, 3)


def test_without_tanh_the_image_is_not_bounded():
    z = torch.randn(4, 8)
    generator = FastganGenerator(4, tanh=False).build(Shape((3, 32, 32), latent=8)).eval()
    torch.nn.init.constant_(generator.head.bias, 3.0)
    assert generator(z).max() > 1


def test_the_full_generator_is_noisy_where_it_learned_to_be():
    generator = FastganGenerator(4).build(Shape((3, 32, 32), latent=8)).eval()
    z = torch.randn(2, 8)
    assert torch.equal(generator(z), generator(z))
    torch.nn.init.ones_(generator.stages[0].noises[0].weight)
    assert not torch.equal(generator(z), generator(z))
