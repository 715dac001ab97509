from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics.diversity import alikeness, deviation, distances, diversity, pairs_of
from sparring.metrics.moments import moments_of
from sparring.metrics.perceptual import choose_distance
from sparring.metrics.sets import Seen, Sets

DICE = torch.Generator().manual_seed(0)
REAL = torch.randint(256, (60, 3, 16, 16), generator=DICE).to(torch.uint8)
DISTANCE = choose_distance("perceptual-pixels", device="cpu")


def seen(images: Tensor, labels: Tensor | None = None) -> Seen:
    return Seen(len(images), moments_of(torch.zeros(0, 1)), images=images, labels=labels)


def test_pairs_are_of_two_and_of_one_class() -> None:
    pairs = pairs_of(60, None, 200)
    assert pairs.shape == (200, 2)
    assert bool((pairs[:, 0] != pairs[:, 1]).all())
    assert len(pairs[:60, 0].unique()) == 60
    labels = torch.arange(60) % 7
    kept = pairs_of(60, labels, 100)
    assert torch.equal(labels[kept[:, 0]], labels[kept[:, 1]])
    assert torch.equal(kept, pairs_of(60, labels, 100))
    with pytest.raises(ValueError, match="no class has two samples"):
        pairs_of(3, torch.arange(3))


def test_equal_samples_have_no_diversity() -> None:
    same, pairs = REAL[:1].expand(10, -1, -1, -1), pairs_of(10, None, 20)
    assert float(distances(same, pairs, DISTANCE).abs().max()) == 0.0
    assert alikeness(same, pairs).tolist() == pytest.approx([1.0] * 20)
    assert deviation(same) == 0.0


def test_a_collapse_stands_out_against_real_pairs() -> None:
    collapsed = REAL[:1].expand(60, -1, -1, -1) // 2 + REAL // 2
    scores = {s.name: s for s in diversity(Sets(seen(collapsed), seen(REAL)), pairs=40, distance=DISTANCE)}
    for name in ("perceptual-pixels-diversity", "pixel-std"):
        assert scores[name].value < 0.8 * scores[f"{name}-real"].value
    alike = scores["ms-ssim-diversity"]
    assert alike.value > scores["ms-ssim-diversity-real"].value + 0.05
    assert "more alike than real images" in alike.warnings[0]
    again = {s.name: s for s in diversity(Sets(seen(REAL), seen(REAL)), pairs=40, distance=DISTANCE)}
    assert again["ms-ssim-diversity"].warnings == ()
    assert again["pixel-std"].value == again["pixel-std-real"].value
    alone = diversity(Sets(seen(REAL, torch.arange(60) % 2)), pairs=40, distance=DISTANCE)
    assert [s.name for s in alone] == ["perceptual-pixels-diversity", "ms-ssim-diversity", "pixel-std"]
    assert dict(alone[0].protocol.settings)["of one class"] == 1
