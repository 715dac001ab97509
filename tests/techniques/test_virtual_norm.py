"""Virtual batch norm."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.layers.virtual_norm import VirtualBatchNorm
from sparring.networks import NETWORKS, Shape
from sparring.networks.mlp import MlpGenerator
from sparring.techniques.virtual_norm import Referenced

SHAPE = Shape((3, 32, 32), latent=8, classes=3)
KINDS = ["dcgan-generator", "dcgan-dense-generator", "resnet-generator", "biggan-generator", "vaegan-generator"]


def wrapped(kind):
    network = NETWORKS[kind](width=4).build(SHAPE)
    return Referenced(network, torch.randn(6, 8), torch.arange(6) % 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [True, False])
def test_a_sample_does_not_depend_on_its_batch_mates(kind, training):
    network = wrapped(kind).train(training)
    z, y = torch.randn(5, 8), torch.tensor([0, 1, 2, 0, 1])
    together = network(z, y)
    assert together.shape == (5, 3, 32, 32)
    torch.testing.assert_close(network(z[2:3], y[2:3]), together[2:3], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(network(z.flip(0), y.flip(0)), together.flip(0), atol=1e-5, rtol=1e-4)


def test_the_reference_decides():
    one = wrapped("dcgan-generator")
    z, y = torch.randn(2, 8), torch.zeros(2, dtype=torch.int64)
    before = one(z, y)
    one.z.mul_(3)
    assert not torch.allclose(one(z, y), before, atol=1e-3)


def test_statistics_are_mixed_at_the_published_weights():
    norm = VirtualBatchNorm(2, references=3)
    x = torch.randn(5, 2, 4, 4, dtype=torch.float64)
    out = norm.double()(x)
    reference = x[:3].transpose(0, 1).flatten(1)
    own = x[4].flatten(1)
    mean = 0.75 * reference.mean(1) + 0.25 * own.mean(1)
    square = 0.75 * reference.square().mean(1) + 0.25 * own.square().mean(1)
    expected = (x[4] - mean[:, None, None]) * (square - mean.square() + 1e-5).rsqrt()[:, None, None]
    torch.testing.assert_close(out[4], expected)
    plain = nn.functional.batch_norm(x[:3], None, None, training=True)
    torch.testing.assert_close(out[:3], plain)


def test_gradients_flow_through_the_reference_batch_too():
    norm = VirtualBatchNorm(2, references=3)
    x = torch.randn(5, 2, requires_grad=True)
    norm(x)[4].square().sum().backward()
    assert x.grad[:3].any()
    assert not x.grad[3].any()


def test_the_reference_is_saved():
    one, other = wrapped("dcgan-generator"), wrapped("dcgan-generator")
    other.load_state_dict(one.state_dict())
    z, y = torch.randn(2, 8), torch.zeros(2, dtype=torch.int64)
    assert torch.equal(one(z, y), other(z, y))


def test_what_cannot_be_done_is_refused():
    plain = MlpGenerator(batch_norm=False).build(Shape((2,), latent=8))
    with pytest.raises(ValueError, match="Generator has no batch norm to replace"):
        Referenced(plain, torch.randn(4, 8))
    with pytest.raises(ValueError, match="at least 2, not 1"):
        Referenced(plain, torch.randn(1, 8))
