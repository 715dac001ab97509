from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from sparring.run import grid


def test_bytes_are_rounded_and_clamped() -> None:
    images = torch.tensor([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0]).view(1, 1, 1, 6)
    assert grid.to_bytes(images).flatten().tolist() == [0, 0, 128, 191, 255, 255]
    every = torch.arange(256)
    assert grid.to_bytes((every / 127.5 - 1).view(1, 1, 1, 256)).flatten().tolist() == every.tolist()


@pytest.mark.parametrize("channels", [1, 3])
def test_images_lie_in_rows(channels: int) -> None:
    images = torch.arange(6, dtype=torch.uint8).view(6, 1, 1, 1).expand(6, 128, 128, channels)
    picture = grid.grid(images, columns=3)
    assert picture.mode == ("L" if channels == 1 else "RGB")
    assert picture.size == (3 * 130 - 2, 2 * 130 - 2)
    pixels = np.asarray(picture).reshape(258, 388, -1)[..., 0]
    assert [int(pixels[y, x]) for y in (64, 194) for x in (64, 194, 324)] == [0, 1, 2, 3, 4, 5]
    assert int(pixels[128, 0]) == 255


def test_an_unfilled_row_and_small_images() -> None:
    picture = grid.grid(torch.zeros(5, 8, 8, 3, dtype=torch.uint8))
    assert picture.width >= 200
    assert picture.getpixel((picture.width - 1, picture.height - 1)) == (255, 255, 255)


def test_a_scatter_shows_both_kinds() -> None:
    """Blue where only real points are, orange over it where fakes are; what is not finite or far away is left out."""
    real = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]).repeat(10, 1)
    fake = torch.tensor([[0.0, 1.0], [1.0, 0.0], [float("nan"), 0.0], [100.0, 0.0]]).repeat(10, 1)
    count, colour = zip(*grid.scatter(fake, real).getcolors(1 << 18), strict=True)
    assert dict(zip(colour, count, strict=True)) == {
        (255, 255, 255): grid.CANVAS**2 - 20,
        tuple(round(0.9 * part + 25.5) for part in grid.BLUE): 10,
        tuple(round(0.9 * part + 25.5) for part in grid.ORANGE): 5,
        tuple(
            round(0.9 * front + 0.1 * (0.9 * back + 25.5)) for front, back in zip(grid.ORANGE, grid.BLUE, strict=True)
        ): 5,
    }
    assert grid.scatter(torch.zeros(3, 2)).size == (512, 512)
    assert grid.scatter(torch.full((3, 2), torch.nan)).size == (512, 512)


def test_pictures_are_saved_by_their_ending(tmp_path: Path) -> None:
    picture = Image.new("RGB", (4, 4))
    for name, form in (("a.png", "PNG"), ("new/b.jpg", "JPEG"), ("c", "PNG")):
        grid.save(picture, tmp_path / name)
        with Image.open(tmp_path / name) as found:
            assert found.format == form
    with pytest.raises(ValueError, match="does not end like a picture"):
        grid.save(picture, tmp_path / "a.txt")
