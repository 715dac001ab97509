from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics import frechet as module
from sparring.metrics.frechet import between, frechet, frechet_of, gaussian_of, gaussian_of_rows, influences
from sparring.metrics.moments import Moments, moments_of


def gaussian(mean: Tensor, covariance: Tensor, count: int = 10_000) -> Moments:
    return Moments(count, mean.double(), covariance.double() * (count - 1))


def rows(n: int, dims: int, *, seed: int = 0, scale: float = 1.0, shift: float = 0.0) -> Tensor:
    dice = torch.Generator().manual_seed(seed)
    return torch.randn(n, dims, generator=dice, dtype=torch.float64) * scale + shift


def test_gaussians_of_known_distance() -> None:
    dims = 12
    zero, eye = torch.zeros(dims), torch.eye(dims)
    moved = torch.linspace(-1, 2, dims)
    assert frechet(gaussian(zero, eye), gaussian(moved, eye)) == pytest.approx(float(moved.double().square().sum()))
    assert frechet(gaussian(zero, eye), gaussian(zero, 9 * eye)) == pytest.approx(dims * (1 - 3) ** 2)
    a, b = torch.linspace(0.1, 4, dims).double(), torch.linspace(3, 0, dims).double()  # commute; one is singular
    wanted = float((a.sqrt() - b.sqrt()).square().sum())
    assert frechet(gaussian(zero, a.diag()), gaussian(zero, b.diag())) == pytest.approx(wanted, rel=1e-9)


def test_general_covariances_by_their_square_root() -> None:
    x, y = rows(50, 6) @ rows(6, 6, seed=1), rows(40, 6, seed=2) @ rows(6, 6, seed=3)
    a, b = moments_of(x), moments_of(y)
    values, vectors = torch.linalg.eigh(a.covariance)
    root = (vectors * values.sqrt()) @ vectors.T
    crossed = torch.linalg.eigvalsh(root @ b.covariance @ root).sqrt().sum()
    wanted = (a.mean - b.mean).square().sum() + a.covariance.trace() + b.covariance.trace() - 2 * crossed
    assert frechet(a, b) == pytest.approx(float(wanted), rel=1e-10)


@pytest.mark.parametrize(("n", "m", "dims"), [(90, 80, 10), (9, 80, 10), (90, 6, 10), (6, 9, 10), (10, 11, 10)])
def test_every_form_gives_one_value(n: int, m: int, dims: int) -> None:
    x, y = rows(n, dims), rows(m, dims, seed=1, shift=0.5)
    wanted = frechet(moments_of(x), moments_of(y))
    assert frechet_of(x, y) == pytest.approx(wanted, rel=1e-10)
    assert frechet_of(y, x) == pytest.approx(wanted, rel=1e-10)
    assert between(gaussian_of_rows(x), gaussian_of(moments_of(y))).value == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("panel", [1, 4, 9, 256])
def test_triangles_are_multiplied_without_their_zeros(panel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PANEL", panel)
    lower, spread = rows(11, 11).tril(), moments_of(rows(30, 11, seed=1)).covariance
    assert torch.allclose(module.squeezed(lower, spread).tril(), (lower.T @ spread @ lower).tril(), rtol=1e-12)


def test_invariance_to_order_batches_and_rotation() -> None:
    x, y = rows(60, 8), rows(70, 8, seed=1, scale=2)
    wanted = frechet_of(x, y)
    assert frechet_of(x[torch.randperm(60)], y.flip(0)) == pytest.approx(wanted, rel=1e-12)
    parts = moments_of(x[:7]) + moments_of(x[7:8]) + moments_of(x[8:])
    assert frechet(parts, moments_of(y)) == pytest.approx(wanted, rel=1e-12)
    turn = torch.linalg.qr(rows(8, 8, seed=2)).Q
    assert frechet_of(x @ turn, y @ turn) == pytest.approx(wanted, rel=1e-10)
    assert frechet_of(1e6 * x, 1e6 * y) == pytest.approx(1e12 * wanted, rel=1e-10)


@pytest.mark.parametrize(("n", "dims"), [(200, 16), (10, 16), (16, 16), (17, 16), (2, 5), (3, 1)])
def test_a_set_is_at_no_distance_from_itself(n: int, dims: int) -> None:
    x = rows(n, dims, shift=3)
    assert frechet_of(x, x) == pytest.approx(0, abs=1e-6)
    assert frechet(moments_of(x), moments_of(x)) == pytest.approx(0, abs=1e-6)


def test_singular_sets_give_numbers() -> None:
    same = torch.ones(30, 8)
    assert frechet_of(same, same) == 0
    assert frechet_of(same, same + 2) == pytest.approx(8 * 4)
    twice = rows(40, 4).repeat(1, 2)  # Cholesky has no factor of this
    wanted = frechet_of(twice[:, :4] * 2**0.5, twice[:, :4] * 2**0.5 * 3)
    assert frechet_of(twice, twice * 3) == pytest.approx(wanted, rel=1e-6)
    dead = torch.cat([rows(40, 4), torch.zeros(40, 4)], 1)
    assert frechet_of(dead, dead * 3) == pytest.approx(frechet_of(dead[:, :4], dead[:, :4] * 3), rel=1e-6)


@pytest.mark.parametrize("n", [100, 12])
def test_rounding_stays_within_its_bound(n: int) -> None:
    scales = torch.logspace(-4, 2, 24, dtype=torch.float64)
    found = between(gaussian_of_rows(rows(n, 24) * scales), gaussian_of_rows(rows(n, 24, seed=1) * scales))
    x, y = (part - part.mean(0) for part in (rows(n, 24) * scales, rows(n, 24, seed=1) * scales))
    # Singular values need no root, so they lose nothing.
    crossed = float(torch.linalg.svdvals(x @ y.T / (n - 1))[: n - 1].sum())
    traces = float(x.square().sum() + y.square().sum()) / (n - 1)
    apart = float(((rows(n, 24) - rows(n, 24, seed=1)).mean(0) * scales).square().sum())
    assert abs(found.value - (apart + traces - 2 * crossed)) <= found.error <= 1e-4 * found.value


def test_what_cannot_be_measured_is_refused() -> None:
    x = rows(20, 4)
    with pytest.raises(ValueError, match=r"(4 and of 5|5 and of 4) dimensions"):
        frechet_of(x, rows(20, 5))
    with pytest.raises(ValueError, match="at least two samples"):
        frechet_of(x, x[:1])
    for n in (3, 20):
        broken = x[:n].clone()
        broken[1, 2] = torch.nan
        with pytest.raises(ValueError, match="not finite"):
            frechet_of(x, broken)
    with pytest.raises(ValueError, match="not finite"):
        frechet(moments_of(x), Moments(20, torch.zeros(4), torch.full((4, 4), torch.inf)))


@pytest.mark.parametrize("n", [60, 9])
def test_influences_are_the_derivative_by_a_sample(n: int) -> None:
    real, fake = gaussian_of_rows(rows(80, 12)), rows(n, 12, seed=1, scale=1.5, shift=0.2)
    pulls = influences(fake, gaussian_of_rows(fake), real)
    assert float(pulls.mean()) == pytest.approx(0, abs=1e-9)

    def weighted(step: float) -> float:
        weights = torch.full((n,), 1 / n, dtype=torch.float64) * (1 - step)
        weights[3] += step
        mean = weights @ fake
        scatter = (fake - mean).T @ ((fake - mean) * weights[:, None])
        return frechet(Moments(n, mean, scatter * n), Moments(80, real.mean, real.spread * 79))

    slope = (weighted(1e-4) - weighted(-1e-4)) / 2e-4
    assert float(pulls[3]) == pytest.approx(slope, rel=0.15)  # n - 1 in the one, n in the other
