"""Metrics on given features: reference vectors, and the reference packages themselves."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from tests.parity.case import case
from torch import Tensor

from sparring.metrics.frechet import frechet, frechet_of
from sparring.metrics.inception_score import inception_score
from sparring.metrics.kernel import discrepancy, kid
from sparring.metrics.manifold import Manifold, manifold
from sparring.metrics.moments import moments_of

REAL, FAKE = case("fid").inputs["real"], case("fid").inputs["fake"]
SCORES = ("precision", "recall", "density", "coverage")


@pytest.fixture
def loud() -> Iterator[None]:
    """Packages of others may warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def features(n: int, dims: int, *, seed: int = 0, shift: float = 0.0, rank: int | None = None) -> Tensor:
    """Like those of a network: not negative, of different sizes, and correlated."""
    dice = torch.Generator().manual_seed(seed)
    mixing = torch.randn(rank or dims, dims, generator=torch.Generator().manual_seed(99), dtype=torch.float64)
    rows = torch.randn(n, rank or dims, generator=dice, dtype=torch.float64) @ mixing / dims**0.5 + shift
    return rows.relu() * torch.linspace(0.1, 2, dims, dtype=torch.float64)


def test_frechet_distance_of_the_vectors() -> None:
    wanted = case("fid").outputs
    for value in (frechet(moments_of(REAL), moments_of(FAKE)), frechet_of(REAL, FAKE)):
        assert value == pytest.approx(float(wanted["fid"]), rel=1e-9)
    moments = moments_of(REAL)
    assert torch.allclose(moments.mean, wanted["mu_real"], rtol=0, atol=1e-12)
    assert torch.allclose(moments.covariance, wanted["cov_real"], rtol=0, atol=1e-12)


def test_frechet_distance_of_the_rank_deficient_vectors() -> None:
    few = case("fid_rank_deficient")
    real, fake = few.inputs["real"], few.inputs["fake"]
    value = frechet(moments_of(real), moments_of(fake))
    assert value == pytest.approx(frechet_of(real, fake), rel=1e-10)
    assert value == pytest.approx(float(few.outputs["fid_torch_fidelity_eigvals"]), rel=1e-6)
    assert value == pytest.approx(float(few.outputs["fid"]), rel=2e-3)


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize(("n", "m", "dims"), [(300, 250, 48), (40, 70, 48), (20, 500, 48), (30, 30, 128), (2, 2, 8)])
def test_frechet_distance_equals_that_of_the_packages(n: int, m: int, dims: int) -> None:
    from pytorch_fid.fid_score import calculate_frechet_distance
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torchmetrics.image.fid import _compute_fid

    real, fake = features(n, dims), features(m, dims, seed=1, shift=0.3)
    ours = frechet(moments_of(real), moments_of(fake))
    assert ours == pytest.approx(frechet_of(real, fake), rel=1e-9)
    stats = [fid_features_to_statistics(x) for x in (real, fake)]
    theirs = fid_statistics_to_metric(*stats, verbose=False)["frechet_inception_distance"]
    assert ours == pytest.approx(float(theirs), rel=1e-6)
    a, b = moments_of(real), moments_of(fake)
    other = _compute_fid(a.mean, a.covariance, b.mean, b.covariance)
    assert ours == pytest.approx(float(other), rel=1e-6)
    if min(n, m) > dims:  # its square root is unstable for fewer
        pairs = [part.numpy() for moments in (a, b) for part in (moments.mean, moments.covariance)]
        assert ours == pytest.approx(float(calculate_frechet_distance(*pairs)), rel=1e-6)


@pytest.mark.usefixtures("loud")
def test_frechet_distance_equals_that_of_clean_fid() -> None:
    from cleanfid.fid import fid_from_feats

    real, fake = features(200, 32), features(150, 32, seed=1, shift=0.3)
    assert frechet_of(real, fake) == pytest.approx(float(fid_from_feats(real.numpy(), fake.numpy())), rel=1e-6)


def test_kernel_distance_of_the_vectors() -> None:
    vectors = case("kid")
    pairs = zip(vectors.inputs["idx_real"], vectors.inputs["idx_fake"], strict=True)
    ours = torch.stack([discrepancy(REAL[i.long()], FAKE[j.long()]) for i, j in pairs])
    assert torch.allclose(ours, vectors.outputs["mmd2_subsets"], rtol=1e-8, atol=0)
    assert float(ours.mean()) == pytest.approx(float(vectors.outputs["kid_mean"]), rel=1e-9)
    first = min(len(REAL), len(FAKE))
    whole = float(discrepancy(REAL[:first], FAKE[:first]))
    assert whole == pytest.approx(float(vectors.outputs["mmd2_unbiased_first_n"]), rel=1e-8)


@pytest.mark.usefixtures("loud")
def test_kernel_distance_equals_that_of_the_packages() -> None:
    from torch_fidelity.metric_kid import kid_features_to_metric
    from torchmetrics.image.kid import poly_mmd

    real, fake = features(150, 40), features(150, 40, seed=1, shift=0.2)
    # One subset with everything in it, so that nobody's dice matter.
    theirs = kid_features_to_metric(
        real, fake, kid_subsets=1, kid_subset_size=150, verbose=False, kid_kernel="poly", kid_kernel_poly_degree=3,
        kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1, rng_seed=2020,
    )  # fmt: skip
    ours = float(kid(real, fake, subsets=1, size=150)[0])
    assert ours == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-6)
    assert ours == pytest.approx(float(poly_mmd(real, fake)), rel=1e-6)


@pytest.mark.parametrize("splits", [1, 10])
def test_inception_score_of_the_vectors(splits: int) -> None:
    vectors = case("inception_score")
    logits = vectors.inputs["logits"]
    for name, rows in {"": logits, "_shuffled2020": logits[shuffled(len(logits))]}.items():
        if f"is_mean_splits{splits}{name}" in vectors.outputs:
            deviation, mean = torch.std_mean(inception_score(rows, splits=splits, seed=None), correction=0)
            assert float(mean) == pytest.approx(float(vectors.outputs[f"is_mean_splits{splits}{name}"]), rel=1e-9)
            wanted = float(vectors.outputs[f"is_std_splits{splits}{name}"])
            assert float(deviation) == pytest.approx(wanted, rel=1e-8, abs=1e-12)


def shuffled(n: int) -> Tensor:
    return torch.from_numpy(np.random.RandomState(2020).permutation(n))


@pytest.mark.usefixtures("loud")
def test_inception_score_equals_that_of_torch_fidelity() -> None:
    from torch_fidelity.metric_isc import isc_features_to_metric

    logits = 6 * torch.randn(123, 17, dtype=torch.float64)
    theirs = isc_features_to_metric(logits, splits=4, shuffle=True, rng_seed=2020)
    ours = inception_score(logits[shuffled(123)], splits=4, seed=None)
    assert float(ours.mean()) == pytest.approx(theirs["inception_score_mean"], rel=1e-9)
    assert float(ours.std(correction=0)) == pytest.approx(theirs["inception_score_std"], rel=1e-8)


@pytest.mark.parametrize("k", [3, 5])
def test_precision_recall_density_coverage_of_the_vectors(k: int) -> None:
    wanted = case("prdc").outputs
    found = manifold(REAL, FAKE, k)
    for name in SCORES:
        assert getattr(found, name) == pytest.approx(float(wanted[f"prdc_k{k}_{name}"]), rel=1e-9)
    for name in ("precision", "recall"):
        assert getattr(found, name) == pytest.approx(
            float(wanted[f"torchfidelity_prc_k{k}_{name}"]), rel=1e-6
        )  # float32


def package(real: Tensor, fake: Tensor, k: int) -> dict[str, float]:
    from prdc import compute_prdc

    return {name: float(value) for name, value in compute_prdc(real.numpy(), fake.numpy(), k).items()}


def agrees(found: Manifold, theirs: dict[str, float]) -> bool:
    return all(getattr(found, name) == pytest.approx(theirs[name], rel=1e-6) for name in SCORES)


@pytest.mark.usefixtures("loud")
@pytest.mark.parametrize(("shift", "dtype"), [(0.2, torch.float64), (0.05, torch.float32), (1e4, torch.float64)])
def test_precision_recall_density_coverage_equal_those_of_the_package(shift: float, dtype: torch.dtype) -> None:
    real, fake = features(300, 24).to(dtype), features(260, 24, seed=1, shift=0.2).to(dtype)
    if shift > 1:  # far from the origin, where a careless expansion of the square loses the distances
        assert agrees(manifold(real + shift, fake + shift, 4), package(real, fake, 4))
    assert agrees(manifold(real, fake, 4), package(real, fake, 4))
