from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics import manifold as module
from sparring.metrics import neighbours
from sparring.metrics.manifold import expected_coverage, manifold

SCORES = ("precision", "recall", "density", "coverage")


def rows(n: int, dims: int = 3, *, seed: int = 0) -> Tensor:
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed))


def plain(real: Tensor, fake: Tensor, k: int) -> list[float]:
    between = (real[:, None].double() - fake[None].double()).square().sum(2)
    around, about = (
        (x[:, None].double() - x[None].double()).square().sum(2).sort(1).values[:, k] for x in (real, fake)
    )
    inside = between < around[:, None]
    precision, recall = inside.any(0), (between < about[None]).any(1)
    means = precision.double().mean(), recall.double().mean(), inside.double().sum(0).mean() / k
    return [*map(float, means), float(inside.any(1).double().mean())]


def found(real: Tensor, fake: Tensor, k: int = 5) -> list[float]:
    scores = manifold(real, fake, k)
    return [getattr(scores, name) for name in SCORES]


@pytest.mark.parametrize("block", [2048, 16])
@pytest.mark.parametrize("doubtful", [64, 0])
def test_they_are_what_their_definitions_say(block: int, doubtful: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", block)
    monkeypatch.setattr(module, "DOUBTFUL", doubtful)
    real, fake = rows(70), rows(55, seed=1) * 0.8 + 0.3
    assert found(real, fake, 4) == pytest.approx(plain(real, fake, 4), rel=1e-12)
    assert found(real + 3e3, fake + 3e3, 4) == pytest.approx(plain(real + 3e3, fake + 3e3, 4), rel=1e-12)


def test_a_set_and_itself() -> None:
    x = rows(200)
    scores = manifold(x, x)
    assert scores.precision == scores.recall == scores.coverage == 1
    assert scores.density == 1  # in each ball lie its centre and k - 1 others; the k-th is on the boundary


def test_sets_apart() -> None:
    assert found(rows(50), rows(60, seed=1) + 100) == [0, 0, 0, 0]


def test_swapping_the_sets_swaps_precision_and_recall() -> None:
    real, fake = rows(80), rows(60, seed=1) * 0.6
    assert found(real, fake)[:2] == found(fake, real)[1::-1]


def test_order_does_not_matter() -> None:
    real, fake = rows(80), rows(60, seed=1) * 0.6
    assert found(real, fake) == found(real.flip(0), fake[torch.randperm(60)])


def test_a_missing_half_costs_recall_and_coverage_alone() -> None:
    real, fake = rows(600, 2), rows(600, 2, seed=1)
    whole, half = manifold(real, fake), manifold(real, fake[fake[:, 0] > 0])
    assert half.precision > 0.9
    assert half.recall < whole.recall - 0.3
    assert half.coverage < whole.coverage - 0.3


def test_shrunk_samples_cost_recall_and_raise_density() -> None:
    real, fake = rows(300, 16), rows(300, 16, seed=1) * 0.5
    scores = manifold(real, fake)
    assert scores.precision == 1
    assert scores.recall < 0.1
    assert scores.density > 3


def test_copies_by_the_thousand_give_numbers() -> None:
    same = torch.ones(40, 3)
    assert found(same, same) == [0, 0, 0, 0]  # balls without a radius hold nothing


def test_expected_coverage_of_one_distribution() -> None:
    assert expected_coverage(100_000, 100_000, 5) == pytest.approx(1 - 2**-5, abs=1e-4)
    assert expected_coverage(100_000, 100_000, 3) == pytest.approx(1 - 2**-3, abs=1e-4)
    assert manifold(rows(1000, 2), rows(1000, 2, seed=1)).coverage == pytest.approx(
        expected_coverage(1000, 1000), abs=0.02
    )


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 5 fake samples"):
        manifold(rows(50), rows(5))
    with pytest.raises(ValueError, match="more than 3 real samples"):
        manifold(rows(3), rows(50), 3)
