"""What happens when foreign weights do not fit."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case

from sparring.networks import Shape
from sparring.networks.dcgan import DcganGenerator
from sparring.networks.mlp import MlpCritic
from sparring.networks.resnet import ResnetCritic
from sparring.run.foreign import load_foreign
from sparring.techniques.spectral import spectral_norm_

SHAPE = Shape((3, 32, 32), latent=16)


def critic(width=12):
    return ResnetCritic(width=width, head_bias=True).build(SHAPE)


def weights():
    return case("sngan32_d").weights


def test_an_architecture_without_a_translation():
    with pytest.raises(ValueError, match=r"no official key names are known for Critic; known: .*dcgan Generator"):
        load_foreign(MlpCritic().build(SHAPE), {})


def test_normalised_weights_need_a_normalised_network():
    with pytest.raises(ValueError, match=r"call spectral_norm_\(network\) before"):
        load_foreign(critic(), weights())


def test_a_normalised_network_needs_normalised_weights():
    plain = {key: tensor for key, tensor in weights().items() if "sn_" not in key}
    with pytest.raises(ValueError, match=r"these weights have no spectral norm at blocks\.0\.conv1"):
        load_foreign(spectral_norm_(critic()), plain)


def test_another_width():
    with pytest.raises(ValueError, match=r"blocks\.0\.conv1\.bias is \(12,\) in these weights and \(16,\)"):
        load_foreign(spectral_norm_(critic(width=16)), weights())


def test_too_few_and_too_many_keys():
    with pytest.raises(ValueError, match=r"these weights lack head\.weight, stages\.0\.0\.weight, .* and \d+ more"):
        load_foreign(DcganGenerator(4).build(SHAPE), {})
    state = weights() | {"block9.c1.bias": torch.zeros(3)}
    with pytest.raises(ValueError, match=r"these weights have nothing to do with blocks\.8\.conv1\.bias; is it"):
        load_foreign(spectral_norm_(critic()), state)
