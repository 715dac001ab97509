"""Class embeddings."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.layers.conditional_norm import GuidedBatchNorm2d, batch_norm, normalise
from sparring.layers.labels import ClassEmbedding
from sparring.techniques.spectral import spectral_norm_


def test_spectral_normalisation_leaves_class_embeddings_alone():
    network = nn.ModuleList([ClassEmbedding(5, 3), nn.Embedding(5, 3), nn.Linear(3, 3).requires_grad_(False)])
    spectral_norm_(network)
    assert list(network.state_dict()) == [
        "0.weight",
        *(f"1.parametrizations.weight.{name}" for name in ("original", "0.u", "0.v")),
        "2.weight",
        "2.bias",
    ]


def test_class_embeddings_look_up_and_need_labels():
    embedding = ClassEmbedding(5, 3)
    assert torch.equal(embedding(torch.tensor([4, 1])), embedding.weight[[4, 1]])
    with pytest.raises(ValueError, match="this network is conditional"):
        embedding(None)


def test_a_guided_norm_scales_by_one_plus_what_it_is_told():
    norm, x, y = GuidedBatchNorm2d(4, 3), torch.randn(6, 4, 5, 5), torch.randn(6, 3)
    plain = nn.BatchNorm2d(4)(x)
    torch.testing.assert_close(norm(x, torch.zeros(6, 3)), plain)
    scale, shift = 1 + y @ norm.scale.weight.mT, y @ norm.shift.weight.mT
    torch.testing.assert_close(norm(x, y), plain * scale[:, :, None, None] + shift[:, :, None, None])


def test_the_guide_goes_before_the_classes():
    x, y = torch.randn(4, 3, 2, 2), torch.randn(4, 5)
    assert normalise(batch_norm(3, classes=7, length=5), x, y).shape == x.shape
