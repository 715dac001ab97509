from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics import kernel
from sparring.metrics.kernel import at_once, discrepancy, draws, kid, subset_size


def rows(n: int, dims: int = 8, *, seed: int = 0) -> Tensor:
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_two_samples_by_hand() -> None:
    x, y = torch.tensor([[1.0, 0], [0, 1]]), torch.tensor([[1.0, 1], [1, -1]])
    # Kernel of pairs: within x 1, within y 1; between (1/2 + 1)³ three times and (1 - 1/2)³ once.
    assert float(discrepancy(x, y)) == pytest.approx(2 - 2 * (3 * 1.5**3 + 0.5**3) / 4)


def test_it_is_unbiased_and_may_be_negative() -> None:
    values = kid(rows(400), rows(400, seed=1), subsets=60, size=50)
    assert float(values.min()) < 0 < float(values.max())
    assert abs(float(values.mean())) < 0.02


def test_known_values_of_64_dimensions() -> None:
    x, y = rows(1000, 64), rows(1000, 64, seed=1)
    assert abs(float(discrepancy(x, y))) < 3e-3
    assert float(discrepancy(x, y + 0.5)) == pytest.approx(0.955, abs=0.05)


def test_the_size_of_subsets_does_not_move_the_mean() -> None:
    x, y = rows(600), rows(600, seed=1) + 0.3
    small, large = (float(kid(x, y, subsets=100, size=size).mean()) for size in (40, 300))
    assert small == pytest.approx(large, rel=0.1)


def test_one_pass_over_all_pairs_gives_what_each_subset_does(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = rows(90), rows(70, seed=1) + 0.3
    first, second = draws(90, 30, 5, seed=0), draws(70, 30, 5, seed=1)
    wanted = torch.stack([discrepancy(x[i], y[j]) for i, j in zip(first, second, strict=True)])
    assert torch.allclose(at_once(x, y, first, second), wanted, rtol=1e-10)
    assert torch.equal(kid(x, y, subsets=5, size=30), torch.stack([*wanted]))  # 5 small subsets: one by one
    monkeypatch.setattr(kernel, "BLOCK", 16)
    assert torch.allclose(at_once(x, y, first, second), wanted, rtol=1e-10)
    assert torch.allclose(kid(x, y, subsets=500, size=30)[:5], wanted, rtol=1e-10)


def test_the_seed_says_all() -> None:
    x, y = rows(90), rows(80, seed=1)
    before = torch.get_rng_state()
    assert torch.equal(kid(x, y, subsets=3), kid(x, y, subsets=3))
    assert not torch.equal(kid(x, y, subsets=3), kid(x, y, subsets=3, seed=1))
    assert torch.equal(torch.get_rng_state(), before)
    drawn = draws(10, 10, 4, seed=3)
    assert all(sorted(row) == list(range(10)) for row in drawn.tolist())


def test_sizes_of_subsets() -> None:
    assert [subset_size(n) for n in (50_000, 2_000, 1_000, 5, 2)] == [1000, 1000, 500, 2, 2]


def test_what_cannot_be_measured_is_refused() -> None:
    x = rows(20)
    with pytest.raises(ValueError, match="subset of 30 cannot be drawn from 20"):
        kid(x, rows(50), size=30)
    with pytest.raises(ValueError, match="cannot be drawn from 1 "):
        kid(x, x[:1])
    with pytest.raises(ValueError, match="shapes"):
        kid(x, rows(20, 9))
    with pytest.raises(ValueError, match="not finite"):
        kid(x, x.clone().fill_(torch.nan))
