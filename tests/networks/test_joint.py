"""Encoders and critics of pairs."""

from __future__ import annotations

import pytest
import torch
from tests.networks.check import labels

from sparring.layers.code import Code
from sparring.networks import Shape
from sparring.networks.joint import JointCritic, JointEncoder
from sparring.networks.vaegan import VaeganCritic, VaeganEncoder, VaeganGenerator
from sparring.play.penalties import slope
from sparring.play.scene import Verdict

IMAGES, POINTS = Shape((3, 32, 32), latent=8), Shape((2,), latent=8)


def sample(shape, n=4):
    return torch.randn(n, *shape.image)


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("image", [(2,), (1, 16, 16), (3, 64, 64)])
@pytest.mark.parametrize("settings", [JointEncoder(8), JointEncoder(8, stochastic=True), VaeganEncoder(4)])
def test_encoders_say_a_code(settings, image, classes):
    if settings.kind == "vaegan-encoder" and len(image) == 1:
        with pytest.raises(ValueError, match="vaegan-encoder works on square images"):
            settings.build(Shape(image, latent=8))
        return
    shape = Shape(image, latent=8, classes=classes)
    code = settings.build(shape)(sample(shape), labels(4, classes))
    assert isinstance(code, Code)
    assert code.mean.shape == (4, 8)
    assert code.sample().shape == (4, 8)
    assert (code.log_variance is None) == (settings == JointEncoder(8))


@pytest.mark.parametrize("shape", [IMAGES, POINTS], ids=["images", "points"])
def test_a_joint_critic_looks_at_both_parts(shape):
    critic = JointCritic(8).build(shape).eval()
    z, x = torch.randn(4, 8), sample(shape)
    verdict = critic((z, x))
    assert isinstance(verdict, Verdict)
    assert verdict.logits[0].shape == (4, 1)
    assert not torch.allclose(critic((z.flip(0), x)).score, verdict.score)
    assert not torch.allclose(critic((z, x.flip(0))).score, verdict.score)


def test_penalties_see_the_slope_in_both_parts():
    critic = JointCritic(8).build(POINTS)
    pair = (torch.randn(4, 8), sample(POINTS))
    both = slope(critic, pair)
    only_x = slope(lambda x: critic((pair[0], x)), pair[1])
    only_z = slope(lambda z: critic((z, pair[1])), pair[0])
    torch.testing.assert_close(both, only_x + only_z)


def test_labels_reach_the_joint_critic():
    critic = JointCritic(8).build(Shape((2,), latent=8, classes=3))
    pair, y = (torch.randn(6, 8), torch.randn(6, 2)), labels(6, 3)
    assert not torch.allclose(critic(pair, y).score, critic(pair, y.flip(0)).score)


def test_published_vaegan_at_64_pixels():
    shape = Shape((3, 64, 64), latent=128)
    encoder, generator, critic = (kind().build(shape) for kind in (VaeganEncoder, VaeganGenerator, VaeganCritic))
    assert [stage[0].out_channels for stage in encoder.stages if isinstance(stage, torch.nn.Sequential)] == [
        64,
        128,
        256,
    ]
    assert encoder.dense[0].out_features == 2048
    assert encoder.head.out_features == 256
    assert generator.dense[0].out_features == 256 * 8 * 8
    assert [stage[0].out_channels for stage in generator.stages] == [256, 128, 32]
    assert [stage[0].out_channels for stage in critic.stages] == [32, 128, 256, 256]
    assert critic.dense[0].out_features == 512
    assert critic.head.out_features == 1


def test_reconstructions_are_compared_in_the_third_feature():
    critic = VaeganCritic(4).build(Shape((3, 64, 64)))
    features = critic(torch.randn(2, 3, 64, 64)).features
    assert [tuple(feature.shape[1:]) for feature in features] == [
        (2, 64, 64),
        (8, 32, 32),
        (16, 16, 16),
        (16, 8, 8),
        (32,),
    ]
