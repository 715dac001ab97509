"""PatchNCE: what it starts at, what lowers it and what raises it."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from sparring.networks import Shape
from sparring.networks.cyclegan import CycleganGenerator
from sparring.techniques.contrast import PatchContrast, PatchHeads, contrast, drawn_places, mirrored


def published(queries, keys, temperature=0.07):
    """The authors' formula: own key first, all keys of the image behind it, the own one masked by -10."""
    losses = []
    for query, key in zip(queries, keys, strict=True):
        own = (query * key).sum(2, keepdim=True)
        others = torch.bmm(query, key.mT)
        others.masked_fill_(torch.eye(query.shape[1], dtype=torch.bool)[None], -10.0)
        logits = (torch.cat([own, others], 2) / temperature).flatten(0, 1)
        losses.append(F.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.int64)))
    return sum(losses) / len(losses)


def vectors(*shape):
    return F.normalize(torch.randn(*shape), dim=-1)


def test_it_is_the_published_loss():
    queries, keys = (vectors(2, 16, 8), vectors(2, 9, 8)), (vectors(2, 16, 8), vectors(2, 9, 8))
    torch.testing.assert_close(contrast(queries, keys), published(queries, keys))


def test_where_all_places_are_alike_it_is_the_logarithm_of_their_number():
    alike = vectors(2, 1, 16).expand(2, 256, 16)
    assert contrast((alike,), (alike,)).item() == pytest.approx(math.log(256))


def test_an_image_left_alone_costs_less_than_another_one():
    torch.manual_seed(0)
    generator = CycleganGenerator(8, 2).build(Shape((3, 64, 64)))
    source, other = torch.rand(2, 3, 64, 64) * 2 - 1, torch.rand(2, 3, 64, 64) * 2 - 1
    loss = PatchContrast(generator.features(source[:1]), 256)
    away = loss(generator.features, other, source).item()
    assert away > math.log(256)
    assert loss(generator.features, source, source).item() < away / 1.5
    flipped = torch.tensor([True, False])
    back = loss(generator.features, mirrored(source, flipped), source, flipped).item()
    assert back < loss(generator.features, mirrored(source, flipped), source).item()


def test_it_rises_when_patches_change_places():
    torch.manual_seed(0)
    keys = (vectors(1, 64, 16),)
    assert contrast(keys, keys) < 0.1
    assert contrast((keys[0][:, torch.randperm(64)],), keys) > 5


def test_no_gradient_reaches_the_keys():
    query, key = (vectors(1, 8, 4).requires_grad_() for _ in range(2))
    contrast((query,), (key,)).backward()
    assert query.grad.any()
    assert key.grad is None


def test_a_dead_head_gives_finite_gradients():
    heads = PatchHeads((3,), 4)
    for part in heads.heads[0]:
        if isinstance(part, torch.nn.Linear):
            torch.nn.init.zeros_(part.weight)
    (found,) = heads((torch.randn(1, 3, 4, 4),), drawn_places((torch.zeros(1, 3, 4, 4),), 8))
    contrast((found,), (vectors(1, 8, 4),)).backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in heads.parameters())


def test_published_number_of_weights():
    heads = PatchHeads((3, 128, 256, 256, 256))
    assert sum(p.numel() for p in heads.parameters()) == 560_384


def test_places_are_different_ones_and_no_more_than_there_are():
    few, many = drawn_places((torch.zeros(2, 1, 3, 3), torch.zeros(2, 1, 16, 16)), 20)
    assert (few.shape, many.shape) == ((2, 9), (2, 20))
    assert all(len(row.unique()) == 20 for row in many)


def test_mirrored_features_are_mirrored_back():
    x = torch.randn(2, 3, 8, 8)
    flipped = torch.tensor([True, False])
    there = mirrored(x, flipped)
    assert torch.equal(there[0], x[0].flip(2))
    assert torch.equal(there[1], x[1])
    assert torch.equal(mirrored(there, flipped), x)
    assert mirrored(x, None) is x
