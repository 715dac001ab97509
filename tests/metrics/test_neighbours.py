from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics import neighbours
from sparring.metrics.neighbours import nearest, others, radii


def rows(n: int, dims: int = 7, *, seed: int = 0) -> Tensor:
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(params=[2048, 16, 5], autouse=True)
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """However many blocks there are, the answers are the same."""
    monkeypatch.setattr(neighbours, "BLOCK", request.param)
    return int(request.param)


def plain(x: Tensor, y: Tensor) -> Tensor:
    return (x[:, None].double() - y[None].double()).square().sum(2).sqrt()


@pytest.mark.parametrize("k", [1, 3, 33])
def test_they_are_the_nearest(k: int) -> None:
    x, y = rows(40), rows(33, seed=1)
    distances, indices = nearest(x, y, k)
    wanted = plain(x, y).sort(1)
    assert torch.allclose(distances, wanted.values[:, :k], rtol=1e-14)
    assert torch.equal(indices, wanted.indices[:, :k])


def test_no_row_is_its_own_neighbour_but_its_copy_is() -> None:
    x = rows(40)
    x[20] = x[4]
    distances, indices = others(x, 3)
    all_pairs = plain(x, x).fill_diagonal_(torch.inf)
    assert torch.allclose(distances, all_pairs.sort(1).values[:, :3], rtol=1e-14)
    assert indices[4, 0] == 20
    assert indices[20, 0] == 4
    assert distances[4, 0] == distances[20, 0] == 0
    assert torch.equal(radii(x, 3), distances[:, 2])


@pytest.mark.parametrize("far", [0.0, 1e5, -3e7])
def test_distances_are_exact_far_from_the_origin_and_beside_an_outlier(far: float) -> None:
    x = (rows(50) * 0.01).double()
    x[7] = 1e6
    moved = x + far
    distances, _ = others(moved, 4)
    wanted = plain(moved, moved).fill_diagonal_(torch.inf).sort(1).values[:, :4]
    assert torch.allclose(distances, wanted, rtol=1e-13)


def test_crowds_that_float32_cannot_tell_apart() -> None:
    crowd = 1 + 1e-3 * rows(30, seed=2).double()
    x = torch.cat([crowd, torch.full((1, 7), 100.0, dtype=torch.float64)])
    distances, indices = others(x, 2)
    wanted = plain(x, x).fill_diagonal_(torch.inf).sort(1)
    assert torch.allclose(distances, wanted.values[:, :2], rtol=1e-9)
    assert torch.equal(indices, wanted.indices[:, :2])


def test_of_equal_distances_the_lower_index_comes_first() -> None:
    y = torch.zeros(20, 3)
    distances, indices = nearest(torch.zeros(2, 3), y, 4)
    assert torch.equal(distances, torch.zeros(2, 4, dtype=torch.float64))
    assert indices.shape == (2, 4)
    corners = torch.tensor([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    assert nearest(torch.zeros(1, 2), corners, 4)[1].tolist() == [[0, 1, 2, 3]]


def test_coarser_products_of_others_change_nothing() -> None:
    x, before = rows(30), torch.get_float32_matmul_precision()
    wanted = others(x, 3)
    try:
        torch.set_float32_matmul_precision("medium")
        assert torch.equal(others(x, 3)[0], wanted[0])
    finally:
        torch.set_float32_matmul_precision(before)


def test_what_cannot_be_measured_is_refused() -> None:
    x = rows(5)
    with pytest.raises(ValueError, match="6 neighbours were asked for, and there are 5"):
        nearest(x, x, 6)
    with pytest.raises(ValueError, match="there are 4 to choose from"):
        others(x, 5)
    with pytest.raises(ValueError, match="shapes"):
        nearest(x, rows(5, 6), 1)
    with pytest.raises(ValueError, match="one is empty"):
        nearest(x[:0], x, 1)
    broken = x.clone()
    broken[0, 0] = torch.inf
    with pytest.raises(ValueError, match="not finite"):
        nearest(x, broken, 1)
