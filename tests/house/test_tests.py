"""Tests disturb nobody: neither each other nor the person who runs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch


def test_packed_data_goes_to_a_temporary_folder(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert os.environ["SPARRING_CACHE"] == str(cache)
    workers = tmp_path_factory.getbasetemp()
    assert cache.parent == (workers.parent if "PYTEST_XDIST_WORKER" in os.environ else workers)
    assert cache.is_dir()


@pytest.mark.parametrize("time", [1, 2])
def test_every_test_draws_the_same_numbers(time: int) -> None:
    assert torch.initial_seed() == 0
    assert torch.rand(()).item() == torch.rand((), generator=torch.Generator().manual_seed(0)).item()


def test_workers_keep_to_one_thread() -> None:
    assert torch.get_num_threads() == 1
