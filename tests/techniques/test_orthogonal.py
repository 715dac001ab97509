"""Orthogonal regularisation."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.layers.initialise import orthogonal_
from sparring.layers.labels import ClassEmbedding
from sparring.techniques.orthogonal import orthogonality
from sparring.techniques.spectral import spectral_norm_, spectral_norm_of


def network():
    return nn.Sequential(nn.Conv2d(8, 4, 3), nn.BatchNorm2d(4), nn.ConvTranspose2d(4, 6, 4), nn.Linear(6, 5))


def test_it_is_zero_for_orthogonal_rows_of_any_length():
    module = orthogonal_(network())
    with torch.no_grad():
        module[0].weight.mul_(torch.tensor([1.0, 7.0, 0.1, 3.0])[:, None, None, None])
    # 6 rows of 64 entries in the transposed convolution: its outputs are dimension 1.
    nn.init.orthogonal_(rows := torch.empty(6, 64))
    module[2].weight.data.copy_(rows.view(6, 4, 4, 4).movedim(0, 1))
    assert orthogonality(module) < 1e-8


def test_value_and_gradient_are_those_of_the_formula():
    layer = nn.Linear(3, 2, dtype=torch.float64)
    rows = layer.weight
    inner = rows[0] @ rows[1]
    value = orthogonality(layer)
    torch.testing.assert_close(value, 2 * inner.square())
    value.backward()
    off = rows @ rows.mT * (1 - torch.eye(2, dtype=torch.float64))
    torch.testing.assert_close(rows.grad, 4 * off @ rows)


def test_descent_makes_rows_orthogonal():
    layer = nn.Linear(12, 6)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    first = orthogonality(layer).item()
    for _ in range(200):
        optimizer.zero_grad()
        orthogonality(layer).backward()
        optimizer.step()
    assert orthogonality(layer).item() < 1e-3 * first


def test_class_embeddings_and_frozen_layers_are_left_out():
    layer, frozen = nn.Linear(3, 2), nn.Linear(3, 2).requires_grad_(False)
    module = nn.ModuleList([layer, frozen, ClassEmbedding(5, 4)])
    torch.testing.assert_close(orthogonality(module), orthogonality(layer))
    with pytest.raises(ValueError, match="none of these weights can be made orthogonal"):
        orthogonality(module[2])


def test_spectrally_normalised_layers_count_as_stored_and_are_not_disturbed():
    plain, normalised = nn.Linear(3, 2), nn.Linear(3, 2)
    normalised.load_state_dict(plain.state_dict())
    norm = spectral_norm_of(spectral_norm_(normalised))
    before = norm.u.clone()
    torch.testing.assert_close(orthogonality(normalised), orthogonality(plain))
    assert torch.equal(norm.u, before)
