"""Conditional batch norm."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.layers.conditional_norm import ConditionalBatchNorm2d, batch_norm, normalise


def test_with_equal_classes_it_is_batch_norm():
    conditional, plain = ConditionalBatchNorm2d(6, classes=4), nn.BatchNorm2d(6)
    row = torch.randn(12)
    with torch.no_grad():
        conditional.embedding.weight.copy_(row.expand(4, -1))
        plain.weight.copy_(row[:6])
        plain.bias.copy_(row[6:])
    x, y = torch.randn(8, 6, 5, 5), torch.arange(8) % 4
    for training in (True, False):
        conditional.train(training), plain.train(training)
        torch.testing.assert_close(conditional(x, y), plain(x))
    torch.testing.assert_close(conditional.norm.running_mean, plain.running_mean)


def test_it_starts_as_batch_norm_and_then_depends_on_the_class():
    norm = ConditionalBatchNorm2d(6, classes=4)
    x = torch.randn(8, 6, 5, 5)
    first, second = torch.zeros(8, dtype=torch.int64), torch.ones(8, dtype=torch.int64)
    torch.testing.assert_close(norm(x, first), nn.BatchNorm2d(6)(x))
    with torch.no_grad():
        norm.embedding.weight[1] += 0.5
    assert not torch.allclose(norm(x, first), norm(x, second))


def test_only_the_classes_at_hand_get_a_gradient():
    norm = ConditionalBatchNorm2d(3, classes=5)
    norm(torch.randn(4, 3, 2, 2), torch.tensor([1, 1, 3, 3])).square().sum().backward()
    moved = norm.embedding.weight.grad.abs().sum(1) > 0
    assert moved.tolist() == [False, True, False, True, False]


def test_it_keeps_channels_last():
    x = torch.randn(4, 6, 5, 5).to(memory_format=torch.channels_last)
    out = ConditionalBatchNorm2d(6, classes=2)(x, torch.tensor([0, 1, 0, 1]))
    assert out.is_contiguous(memory_format=torch.channels_last)


def test_without_classes_labels_are_ignored():
    norm = batch_norm(3, classes=0)
    x = torch.randn(4, 3, 2, 2)
    assert torch.equal(normalise(norm, x, None), normalise(norm, x, torch.zeros(4, dtype=torch.int64)))


def test_missing_labels_are_refused():
    with pytest.raises(ValueError, match=r"this network is conditional: call it with labels y, int64 in \[0, 5\)"):
        ConditionalBatchNorm2d(3, classes=5)(torch.randn(4, 3, 2, 2), None)


def test_it_survives_conversion_to_synchronised_batch_norm():
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(ConditionalBatchNorm2d(3, classes=5))
    assert isinstance(converted, ConditionalBatchNorm2d)
    assert isinstance(converted.norm, nn.SyncBatchNorm)
