"""Projected GAN's critic: what is frozen, and what learns."""

from __future__ import annotations

import importlib.util

import pytest
import torch
from tests.networks.check import labels

from sparring.layers.efficientnet import PACKAGE
from sparring.networks import Shape
from sparring.networks.projected import Mixer, ProjectedCritic
from sparring.play.engine import Engine
from sparring.play.game import Batch, Game, Player, Stage, Turn
from sparring.play.optim import Optim
from sparring.techniques.spectral import spectral_norm_, spectral_norm_of

installed = pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is None, reason="the weights are not installed")
SETTINGS = ProjectedCritic(side=64, width=4)


@installed
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(28, 28), (64, 64), (100, 72)])
def test_images_of_any_size_are_judged_at_four_scales(channels, size):
    critic = SETTINGS.build(Shape((channels, *size), classes=3))
    verdict = critic(torch.randn(4, channels, *size), labels(4, 3))
    assert len(verdict.logits) == 4
    assert all(logit.shape[:2] == (4, 1) for logit in verdict.logits)
    assert verdict.score.shape == (4,)
    assert len(verdict.features) == 4


@installed
def test_published_sizes():
    critic = ProjectedCritic().build(Shape((3, 256, 256)))
    assert critic.mixer.channels == (64, 64, 128, 256)
    assert sum(p.numel() for p in critic.parameters() if p.requires_grad) == 10_331_328
    assert [len(scale.stages) for scale in critic.heads.scales] == [4, 3, 2, 1]


class Judge(Game):
    """The critic alone, pulling its verdicts on images to 1."""

    needs = frozenset({"image"})

    def __init__(self, critic):
        super().__init__()
        self.critic = critic

    def players(self):
        return {"critic": Player((self.critic,), Optim(lr=0.01))}

    def stages(self):
        return (Stage("only", (Turn(("critic",), self.loss),), 3),)

    def loss(self, batch, clock):
        return {"one": (self.critic(batch.image).score - 1).square().mean()}


class Images:
    roles = frozenset({"image"})
    size = 2

    def batch(self, index):
        return Batch(image=torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(index)))


@installed
def test_training_moves_the_discriminators_and_nothing_else():
    critic = SETTINGS.build(Shape((3, 32, 32)))
    frozen = {name for name, p in critic.named_parameters() if not p.requires_grad}
    before = {name: p.detach().clone() for name, p in critic.named_parameters()}
    engine = Engine(Judge(critic), Images())
    engine.run()
    moved = {name for name, p in critic.named_parameters() if not torch.equal(p, before[name])}
    assert moved == before.keys() - frozen
    assert {name.split(".")[0] for name in frozen} == {"backbone", "mixer"}
    assert {name.split(".")[0] for name in moved} == {"heads"}


@installed
def test_gradients_reach_the_image_in_both_modes():
    critic = SETTINGS.build(Shape((3, 32, 32)))
    for training in (True, False):
        x = torch.randn(2, 3, 32, 32, requires_grad=True)
        critic.train(training)(x).score.sum().backward()
        assert x.grad.any()


@installed
def test_the_discriminators_come_spectrally_normalised_and_the_rest_stays_as_it_is():
    critic = spectral_norm_(SETTINGS.build(Shape((3, 32, 32))))
    normalised = {name for name, part in critic.named_modules() if spectral_norm_of(part) is not None}
    assert len(normalised) == len([m for m in critic.heads.modules() if isinstance(m, torch.nn.Conv2d)])
    assert all(name.startswith("heads.") for name in normalised)


@installed
def test_labels_change_the_verdict():
    critic = SETTINGS.build(Shape((3, 32, 32), classes=3)).eval()
    x, y = torch.randn(6, 3, 32, 32), labels(6, 3)
    assert not torch.allclose(critic(x, y).score, critic(x, y.flip(0)).score)
    with pytest.raises(ValueError, match="this network is conditional"):
        critic(x)


def test_mixing_goes_from_coarse_to_fine():
    mixer = Mixer((2, 3, 4, 5), width=4)
    maps = tuple(torch.randn(1, c, s, s) for c, s in zip((2, 3, 4, 5), (16, 8, 4, 2), strict=True))
    found = mixer(maps)
    assert [tuple(one.shape[1:]) for one in found] == [(4, 32, 32), (4, 16, 16), (8, 8, 8), (16, 4, 4)]
    coarse = (*maps[:3], maps[3] + 1)
    fine = (maps[0] + 1, *maps[1:])
    assert all(not torch.equal(a, b) for a, b in zip(mixer(coarse), found, strict=True))
    assert [torch.equal(a, b) for a, b in zip(mixer(fine), found, strict=True)] == [False, True, True, True]
    assert not any(parameter.requires_grad for parameter in mixer.parameters())


@pytest.mark.parametrize(("side", "shape"), [(50, (3, 64, 64)), (224, (4, 64, 64)), (224, (2,))])
def test_what_cannot_be_judged_is_refused(side, shape):
    with pytest.raises(ValueError, match=r"multiple of 32|works on images of 1 or 3 channels"):
        ProjectedCritic(side=side).build(Shape(shape))
