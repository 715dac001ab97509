"""Spectral normalisation."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from sparring.networks import Shape
from sparring.networks.r3gan import R3ganCritic
from sparring.networks.resnet import ResnetCritic
from sparring.techniques.spectral import spectral_norm_, spectral_norm_of

LAYERS = {
    "linear": lambda: nn.Linear(12, 7),
    "conv": lambda: nn.Conv2d(5, 9, 3),
    "transposed": lambda: nn.ConvTranspose2d(5, 9, 4),
    "embedding": lambda: nn.Embedding(6, 8),
}


def matrix(layer):
    weight = layer.weight.detach()
    return (weight.transpose(0, 1) if isinstance(layer, nn.ConvTranspose2d) else weight).flatten(1)


def use(layer, times):
    for _ in range(times):
        layer.weight  # noqa: B018 - reading it is a forward of the parametrisation


@pytest.mark.parametrize("kind", LAYERS)
def test_the_largest_singular_value_becomes_one(kind):
    layer = spectral_norm_(LAYERS[kind]())
    use(layer, 300)
    assert torch.linalg.matrix_norm(matrix(layer), 2).item() == pytest.approx(1, abs=1e-3)


def test_every_layer_of_a_critic_after_a_hundred_forwards():
    critic = spectral_norm_(ResnetCritic(width=8).build(Shape((3, 32, 32), classes=4)))
    x, y = torch.randn(2, 3, 32, 32), torch.tensor([0, 3])
    with torch.no_grad():
        for _ in range(200):
            critic(x, y)
    layers = [part for part in critic.modules() if spectral_norm_of(part)]
    assert len(layers) == 12  # 4 x 2 convolutions, 2 shortcuts where a block halves, head, embedding
    for layer in layers:
        assert torch.linalg.matrix_norm(matrix(layer.eval()), 2).item() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("kind", LAYERS)
def test_the_scale_of_the_weight_does_not_matter(kind):
    layer = spectral_norm_(LAYERS[kind]()).eval()
    before = layer.weight.detach().clone()
    with torch.no_grad():
        layer.parametrizations.weight.original.mul_(10)
    torch.testing.assert_close(layer.weight, before)
    torch.testing.assert_close(layer.train().weight, spectral_norm_copy(layer).weight)


def spectral_norm_copy(layer):
    """The same layer with a tenth of the weight and the same vectors."""
    other = copy.deepcopy(layer)
    with torch.no_grad():
        other.parametrizations.weight.original.div_(10)
        # Reading `layer.weight` in training mode moved its u already; start both from the same place.
        for name in ("u", "v"):
            getattr(spectral_norm_of(other), name).copy_(getattr(spectral_norm_of(layer), name))
    return other.eval()


@pytest.mark.parametrize("kind", ["linear", "conv", "transposed"])
def test_it_equals_torch_from_the_same_u(kind):
    """torch's first implementation makes the half-steps in the paper's order, so every step is equal."""
    ours, theirs = LAYERS[kind](), LAYERS[kind]()
    theirs.load_state_dict(ours.state_dict())
    spectral_norm_(ours)
    nn.utils.spectral_norm(theirs)
    norm = spectral_norm_of(ours)
    norm.u.copy_(theirs.weight_u)
    x = torch.randn(3, *({"linear": (12,)}.get(kind, (5, 6, 6))))
    for _ in range(5):
        torch.testing.assert_close(ours(x), theirs(x), atol=1e-6, rtol=1e-5)
        torch.testing.assert_close(norm.u, theirs.weight_u, atol=1e-6, rtol=1e-5)
        torch.testing.assert_close(norm.v, theirs.weight_v, atol=1e-6, rtol=1e-5)
    ours(x).square().sum().backward()
    theirs(x).square().sum().backward()
    torch.testing.assert_close(
        ours.parametrizations.weight.original.grad, theirs.weight_orig.grad, atol=1e-5, rtol=1e-4
    )


def test_it_ends_at_the_sigma_of_torchs_parametrisation():
    ours, theirs = nn.Conv2d(5, 9, 3), nn.Conv2d(5, 9, 3)
    theirs.load_state_dict(ours.state_dict())
    spectral_norm_(ours), parametrizations.spectral_norm(theirs)
    use(ours, 300), use(theirs, 300)
    torch.testing.assert_close(ours.weight, theirs.weight)


def test_training_iterates_and_evaluation_rests():
    layer = spectral_norm_(nn.Linear(12, 7))
    norm = spectral_norm_of(layer)
    with torch.no_grad():
        layer.parametrizations.weight.original.copy_(torch.randn(7, 12))
    before = norm.u.clone()
    layer.eval().weight  # noqa: B018
    assert torch.equal(norm.u, before)
    layer.train().weight  # noqa: B018
    assert not torch.equal(norm.u, before)


def test_two_forwards_before_one_backward():
    """D(real) - D(fake): the second forward must not change what the first one's graph holds."""
    layer = spectral_norm_(nn.Linear(4, 4))
    a, b = torch.randn(2, 4), torch.randn(2, 4)
    (layer(a).sum() - layer(b).sum()).backward()
    assert layer.parametrizations.weight.original.grad.abs().sum() > 0


def test_it_is_done_once_and_touches_weights_only():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2))
    assert spectral_norm_(network) is network
    keys = list(network.state_dict())
    spectral_norm_(network)
    assert list(network.state_dict()) == keys
    assert not parametrize.is_parametrized(network[1])
    assert not any("bias" in key and "parametrizations" in key for key in keys)


def test_it_comes_on_top_of_another_parametrisation():
    layer = parametrizations.weight_norm(nn.Linear(4, 3))
    assert spectral_norm_of(layer) is None
    assert spectral_norm_of(spectral_norm_(layer)) is not None


def test_state_goes_through_a_state_dict():
    one, other = spectral_norm_(nn.Conv2d(3, 4, 3)), spectral_norm_(nn.Conv2d(3, 4, 3))
    use(one, 3)
    other.load_state_dict(one.state_dict())
    x = torch.randn(1, 3, 5, 5)
    assert torch.equal(one(x), other(x))


def test_weights_that_start_at_nothing_are_refused():
    with pytest.raises(ValueError, match="a layer starts at 0 here"):
        spectral_norm_(R3ganCritic(8).build(Shape((3, 16, 16))))


def test_frozen_weights_are_left_alone():
    frozen = nn.Sequential(nn.Conv2d(3, 4, 3).requires_grad_(False), nn.Conv2d(4, 4, 3))
    spectral_norm_(frozen)
    assert spectral_norm_of(frozen[0]) is None
    assert spectral_norm_of(frozen[1]) is not None
