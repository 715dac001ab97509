"""Folders and data sets as they are scored: in their own size and colours, or refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.data.pictures import write_images

from sparring.data.settings import DataSettings
from sparring.metrics.folders import FolderImages, PackImages, check_alike, open_images

NAMES = [f"{kind}/{number}.png" for kind in ("cats", "dogs") for number in range(6)]


def test_pixels_are_those_of_the_files(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 10, 14, 3), dtype=np.uint8)
    for number, one in enumerate(pixels):
        Image.fromarray(one).save(tmp_path / f"{number}.png")
    shelf = FolderImages(tmp_path)
    images, labels = shelf.read(1, 3)
    assert shelf.shape == (3, 10, 14)
    assert shelf.count == 3
    assert labels is None
    assert torch.equal(images, torch.from_numpy(pixels[1:]).permute(0, 3, 1, 2))
    assert shelf.names == ("0.png", "1.png", "2.png")


def test_photos_stand_upright_and_clear_pixels_are_white(tmp_path: Path) -> None:
    lying = Image.new("RGB", (20, 10), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    lying.save(tmp_path / "a.png", exif=exif)
    Image.new("RGBA", (10, 20), (0, 0, 0, 0)).save(tmp_path / "b.png")
    shelf = FolderImages(tmp_path)
    images, _ = shelf.read(0, 2)
    assert shelf.shape == (3, 20, 10)
    assert images[1].min() == 255


def test_a_choice_is_spread_and_always_the_same(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    some, again, other = (FolderImages(tmp_path, limit=6, seed=seed) for seed in (0, 0, 1))
    assert some.names == again.names != other.names
    assert some.fingerprint == again.fingerprint != other.fingerprint
    whole = FolderImages(tmp_path)
    assert some.fingerprint != whole.fingerprint
    assert whole.classes == ("cats", "dogs")
    assert whole.labels is not None
    assert whole.labels.tolist() == [0] * 6 + [1] * 6
    assert some.labels is not None
    assert [some.classes[label] for label in some.labels.tolist()] == [name.split("/")[0] for name in some.names]
    with pytest.raises(ValueError, match="at least two images, not of 1"):
        FolderImages(tmp_path, limit=1)


def test_folders_that_cannot_be_scored(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is empty"):
        FolderImages(tmp_path)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"There is a single image in .*; a score compares sets of at least two"):
        FolderImages(tmp_path)
    Image.new("RGB", (9, 8)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"2 different sizes, such as 8 x 8 \(a\.png\) and 9 x 8 \(b\.png\); bring"):
        FolderImages(tmp_path)
    Image.new("L", (8, 8)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"1 image \(b\.png\) are gray and the others RGB; set channels to 3"):
        FolderImages(tmp_path)
    assert FolderImages(tmp_path, channels=3).shape == (3, 8, 8)
    assert FolderImages(tmp_path, channels=1).read(0, 2)[0].shape == (2, 1, 8, 8)
    Image.effect_noise((8, 8), 99).convert("RGB").save(tmp_path / "b.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "b.png").read_bytes()[:100])
    with pytest.raises(ValueError, match=r"b\.png is damaged"):
        FolderImages(tmp_path).read(0, 2)
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"b\.png is not an image of a format"):
        FolderImages(tmp_path)


def test_packed_images_by_part(tmp_path: Path) -> None:
    write_images(tmp_path, NAMES)
    data = DataSettings(str(tmp_path), size=16, validation=0.4)
    whole, training, held = (open_images(data, part=part) for part in ("all", "training", "held_out"))
    assert isinstance(whole, PackImages)
    assert whole.names == tuple(NAMES)
    assert set(training.names) | set(held.names) == set(NAMES)
    assert training.count + held.count == 12
    assert held.count > 1
    assert len({whole.fingerprint, training.fingerprint, held.fingerprint}) == 3
    images, labels = whole.read(3, 9)
    folder = open_images(DataSettings(str(tmp_path)))
    assert isinstance(folder, FolderImages)
    assert torch.equal(images, folder.read(3, 9)[0])
    assert labels is not None
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_points_have_no_features() -> None:
    with pytest.raises(ValueError, match="cannot be scored by features: they are no images"):
        open_images(DataSettings("builtin:ring"))


def test_sets_that_differ_before_any_network_sees_them(tmp_path: Path) -> None:
    shapes = {"large": ("RGB", 16), "small": ("RGB", 8), "gray": ("L", 8)}
    for name, (mode, side) in shapes.items():
        (tmp_path / name).mkdir()
        for number in range(2):
            Image.new(mode, (side, side)).save(tmp_path / name / f"{number}.png")
    large, small, gray = (FolderImages(tmp_path / name) for name in shapes)
    check_alike(small, FolderImages(tmp_path / "small"))
    with pytest.raises(ValueError, match=r"large/ holds images of 16 x 16 pixels and small/ of 8 x 8: a score would"):
        check_alike(large, small)
    with pytest.raises(ValueError, match=r"small/ holds RGB images and gray/ gray ones; set channels for both"):
        check_alike(small, gray)
