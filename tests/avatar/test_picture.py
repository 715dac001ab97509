"""Any photo becomes upright sRGB bytes, with its transparency, and never whole in floats where it is huge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.data.pictures import P3, encoded, fixed, icc, noise, png_header, xyz
from tests.data.test_images import BACK

from sparring.avatar.picture import Picture, load_picture
from sparring.avatar.similarity import Similarity
from sparring.avatar.warp import crop
from sparring.data.images import ORIENTATION


def loaded(folder: Path, data: bytes, name: str = "photo.png") -> Picture:
    (folder / name).write_bytes(data)
    return load_picture(folder / name)


def test_every_orientation_of_one_photo_is_the_same_picture(tmp_path: Path) -> None:
    photo = noise(40, 24)
    expected = np.asarray(photo)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION], exif[0x010F] = orientation, "maker"
        stored = photo if orientation == 1 else photo.transpose(BACK[orientation])
        found = loaded(tmp_path, encoded(stored, "PNG", exif=exif))
        assert (found.original == expected).all(), orientation
        kept = Image.Exif()
        kept.load(found.exif)
        assert kept.get(0x010F) == "maker"
        assert ORIENTATION not in kept


def test_opacity_is_kept_and_seen_on_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    image.putpixel((1, 1), (0, 0, 255, 128))
    found = loaded(tmp_path, encoded(image, "PNG"))
    assert found.alpha is not None
    assert found.alpha[1, 1] == 128
    assert found.alpha[0, 0] == 0
    assert tuple(found.original[0, 0]) == (255, 0, 0)
    assert found.pixels[:, 0, 0].tolist() == [1, 1, 1]
    assert found.pixels[:, 1, 1].mul(255).tolist() == pytest.approx([127, 127, 255])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "I;16", "RGBA", "CMYK", "RGB", "YCbCr"])
def test_every_mode_is_three_colours(tmp_path: Path, mode: str) -> None:
    gray = Image.linear_gradient("L").resize((32, 32), Image.Resampling.BOX)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(gray).astype(np.uint16) * 257)
    else:
        image = (gray.convert("RGB") if mode in ("CMYK", "YCbCr") else gray).convert(mode)
    name = "photo.png" if mode not in ("CMYK", "YCbCr", "PA") else "photo.tif"
    form = "PNG" if name.endswith("png") else "TIFF"
    found = loaded(tmp_path, encoded(image, form), name)
    assert found.original.shape == (32, 32, 3)
    assert found.alpha is None
    expected = np.asarray(gray.convert("1").convert("RGB") if mode == "1" else gray.convert("RGB")).astype(int)
    assert np.abs(found.original - expected).max() <= 2


def test_wide_colours_become_srgb(tmp_path: Path) -> None:
    curve = b"curv\0\0\0\0" + b"\0\0\0\1" + (round(2.2 * 256)).to_bytes(2, "big")
    tags = {
        b"rXYZ": xyz(P3[0]),
        b"gXYZ": xyz(P3[1]),
        b"bXYZ": xyz(P3[2]),
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.9642, 1.0, 0.8249),
    }
    profile = icc(b"RGB ", {**tags, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)})
    for mode in ("RGB", "RGBA"):
        image = Image.new("RGB", (4, 4), (200, 100, 100)).convert(mode)
        image.putpixel((0, 0), (200, 100, 100, 9)[: len(mode)])
        found = loaded(tmp_path, encoded(image, "PNG", icc_profile=profile))
        red, green, _ = (int(value) for value in found.original[2, 2])
        assert red > 206, mode
        assert green < 98, mode


def test_what_is_no_picture_says_so_in_one_sentence(tmp_path: Path) -> None:
    whole = encoded(noise(64, 64), "JPEG")
    cases = {
        b"": "is empty (0 bytes)",
        b"no picture": "is not an image of a format that Pillow reads",
        whole[: len(whole) // 2]: "is damaged",
        png_header(20_000, 20_000): "more than 89 million",
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic": "install pillow-heif",
    }
    for data, words in cases.items():
        with pytest.raises(ValueError, match=r"photo\.png") as caught:
            loaded(tmp_path, data)
        assert words in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="cannot be opened"):
        load_picture(tmp_path / "nowhere.png")


def test_what_moves_and_what_is_printed_is_told(tmp_path: Path) -> None:
    frames = [noise(16, 16, seed=number) for number in range(3)]
    found = loaded(tmp_path, encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), "photo.gif")
    assert found.notes == ("It moves: only the first of 3 frames is used here.",)
    found = loaded(tmp_path, encoded(noise(16, 16).convert("CMYK"), "JPEG"), "photo.jpg")
    assert "without a profile" in found.notes[0]


def test_a_copy_tells_its_exact_scale() -> None:
    picture = Picture(np.asarray(noise(301, 203)))
    copy, scale = picture.copy(100)
    assert tuple(copy.shape) == (3, 67, 100)
    assert scale == (3.01, 203 / 67)
    whole, scale = picture.copy(500)
    assert (whole == picture.pixels).all()
    assert scale == (1, 1)


@pytest.mark.parametrize("scale", [0.04, 0.1, 0.3, 0.9, 2.0])
@pytest.mark.parametrize("middle", [(150, 100), (0, 0), (290, 190)])
def test_a_cut_makes_the_same_crop_as_the_whole_photo(scale: float, middle: tuple[int, int]) -> None:
    picture = Picture(np.asarray(noise(300, 200)))
    there = around(middle, scale)
    part, similarity = picture.cut(there, 32)
    made, valid = crop(part, similarity, 32)
    expected, expected_valid = crop(picture.pixels, there, 32)
    assert (made - expected).abs().max() < 1e-4
    assert (valid == expected_valid).all()


def test_of_a_huge_photo_squares_are_averaged_first(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Picture(np.asarray(noise(75, 50).resize((600, 400), Image.Resampling.BICUBIC)))
    there = around((300, 200), 0.1)
    expected, _ = crop(picture.pixels, there, 32)
    monkeypatch.setattr("sparring.avatar.picture.AT_ONCE", 12_000)
    part, similarity = picture.cut(there, 32)
    assert part.shape[1] * part.shape[2] <= 14_000
    made, _ = crop(part, similarity, 32)
    assert (made - expected).square().mean().sqrt() * 255 < 1


def around(middle: tuple[int, int], scale: float) -> Similarity:
    """A crop of 32 pixels with this place in its middle."""
    x, y = Similarity.of(scale, 0.4).apply(torch.tensor([middle]))[0].tolist()
    return Similarity.of(scale, 0.4, (15.5 - x, 15.5 - y))


def test_what_a_crop_needs_of_a_huge_photo_is_small() -> None:
    picture = Picture(np.zeros((4000, 5000, 3), np.uint8))
    for scale in (0.001, 0.01, 0.06, 0.2, 1.0):
        part, _ = picture.cut(Similarity.of(scale), 256)
        assert part.shape[1] * part.shape[2] <= 4.3e6
