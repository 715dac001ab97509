"""Real images spoiled more and more: each metric moves as the literature says (the large picture is in the docs)."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.data.open import open_source
from sparring.data.packed import PackSource
from sparring.data.settings import DataSettings
from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen, Sets
from sparring.metrics.suite import metrics_named

REAL, FAKE = 800, 400


@pytest.fixture(scope="module")
def digits() -> tuple[Tensor, Tensor]:
    """Pixels (n, 64) of handwritten digits in random order, and what they are."""
    source = open_source(DataSettings("builtin:digits", size=8, validation=0.0))
    assert isinstance(source, PackSource)
    order = torch.randperm(source.count, generator=torch.Generator().manual_seed(0)).tolist()
    return source.images(order).float().flatten(1) / 255, source.labels(order)


def scores(digits: tuple[Tensor, Tensor], fake: Tensor) -> dict[str, float]:
    """Of samples against the first 800 digits, with the last 400 as images that were never trained on."""
    real, fake, held = (Seen(len(x), moments_of(x), x) for x in (digits[0][:REAL], fake, digits[0][-FAKE:]))
    sets = Sets(fake, real, held)
    found = [
        score for metric in metrics_named(["fid", "kid", "prdc", "memorisation"]) for score in metric.measure(sets)
    ]
    return {score.name.removesuffix("-unknown"): score.value for score in found}


def spoiled(digits: tuple[Tensor, Tensor], how: str, strength: int) -> Tensor:
    """400 fresh digits; strengths are 0 (not at all) to 3."""
    pixels, labels = digits[0][REAL : -FAKE or None], digits[1][REAL:-FAKE]
    dice = torch.Generator().manual_seed(strength)
    if how == "noise":
        fresh = pixels[:FAKE]
        return (fresh + 0.15 * strength * torch.randn(fresh.shape, generator=dice)).clamp(0, 1)
    if how == "missing classes":
        kept = pixels[labels >= 3 * strength]
        return kept[torch.arange(FAKE) % len(kept)] if strength == 3 else kept[:FAKE]
    if how == "repeated images":
        return pixels[torch.arange(FAKE) % (400, 100, 20, 4)[strength]]
    copies = (0, 100, 250, 400)[strength]
    return torch.cat([digits[0][:copies], pixels[: FAKE - copies]])


@pytest.mark.parametrize(
    ("how", "rise", "fall", "stay"),
    [
        ("noise", "fd kd", "precision density coverage", ""),
        ("missing classes", "fd kd", "recall coverage", "precision"),
        ("repeated images", "fd kd", "recall coverage", "precision"),
        ("copied images", "copies", "fd authpct c_t", "recall"),
    ],
)
def test_every_metric_moves_as_it_should(
    digits: tuple[Tensor, Tensor], how: str, rise: str, fall: str, stay: str
) -> None:
    curves = [scores(digits, spoiled(digits, how, strength)) for strength in range(4)]
    for name in rise.split():
        assert curves[0][name] < curves[2][name] < curves[3][name], name
    for name in fall.split():
        assert curves[0][name] > curves[2][name] >= curves[3][name], name
    for name in stay.split():
        assert abs(curves[3][name] - curves[0][name]) < 0.1, name
