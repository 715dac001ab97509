"""What every test may lean on: one thread, fixed seeds, a cache of its own, and the golden vectors."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parent.parent

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("house")
torch.set_num_threads(1)


def pytest_configure() -> None:
    """Programs that tests start see this checkout too, whether or not it is installed."""
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of packed data: new for every run of the tests, one for all workers, never the user's own."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    folder = folder / "sparring-cache"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARRING_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def seeds() -> None:
    """Every test starts from the same random state, so that order and workers change nothing."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - for libraries that still draw from the global state
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of reference vectors made with the official implementations, beside the repository."""
    folder = ROOT.parent / "shared" / "golden"
    if not folder.is_dir():
        pytest.skip("the golden vectors are not beside this repository")
    return folder


@pytest.fixture
def double() -> Iterator[None]:
    """New tensors are float64 until the test ends, where exactness is the point."""
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)
