"""Images that are the same, or nearly, are found; images that only share a sketch are not."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance
from tests.data.pictures import encoded, noise

from sparring.data.cache import Preparation
from sparring.data.duplicates import NEAR_BITS, candidates, exact_duplicates, near_duplicates
from sparring.data.folder import FolderOrigin
from sparring.data.pack import pack


def pairs_of(looks: np.ndarray) -> set[tuple[int, int]]:
    return {tuple(pair) for part in candidates(looks) for pair in part.tolist()}


def test_every_pair_within_the_distance_is_a_candidate() -> None:
    random = np.random.default_rng(0)
    looks = random.integers(0, 2**64, 300, dtype=np.uint64)
    for row in range(0, 300, 3):  # some with few bits changed
        bits = random.choice(64, random.integers(0, 6), replace=False)
        looks[row] = looks[row + 1] ^ np.uint64(sum(1 << int(bit) for bit in bits))
    differ = np.bitwise_count(looks[:, None] ^ looks[None, :])
    expected = {(int(a), int(b)) for a, b in zip(*np.nonzero(np.triu(differ <= NEAR_BITS, 1)), strict=True)}
    assert len(expected) > 30
    assert pairs_of(looks) == expected


def test_a_set_of_look_alikes_ends_in_time() -> None:
    start = time.perf_counter()
    count = sum(len(part) for part in candidates(np.zeros(50_000, np.uint64)))
    assert count > 1_000_000
    assert time.perf_counter() - start < 5


def test_copies_and_near_copies_are_found(tmp_path: Path) -> None:
    photo = noise(64, 64)
    versions = {
        "0 photo.png": encoded(photo, "PNG"),
        "1 same.bmp": encoded(photo, "BMP"),
        "2 jpeg.jpg": encoded(photo, "JPEG", quality=60),
        "3 brighter.png": encoded(ImageEnhance.Brightness(photo).enhance(1.03), "PNG"),
        "4 other.png": encoded(noise(64, 64, seed=1), "PNG"),
        "5 inverse.png": encoded(Image.fromarray(255 - np.asarray(photo)), "PNG"),
    }
    for name, data in versions.items():
        (tmp_path / name).write_bytes(data)
    packed = pack(FolderOrigin(tmp_path), Preparation(32, 3, "cover"))
    assert [group.tolist() for group in exact_duplicates(packed)] == [[0, 1]]
    assert near_duplicates(packed).tolist() == [[0, 2], [0, 3], [2, 3]]


def test_equal_sketches_are_no_copies(tmp_path: Path) -> None:
    for number, level in enumerate((40, 120, 250)):
        (tmp_path / f"{number}.png").write_bytes(encoded(Image.new("L", (32, 32), level), "PNG"))
    packed = pack(FolderOrigin(tmp_path), Preparation(32, 1, "cover"))
    assert len(set(packed.index["look"].tolist())) == 1
    assert near_duplicates(packed).shape == (0, 2)
