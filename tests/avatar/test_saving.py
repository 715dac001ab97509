"""What is saved says how it was made, and nothing about where the photo was taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.data.pictures import encoded, noise

from sparring.avatar.picture import load_picture
from sparring.avatar.saving import Provenance, made_here, save_picture

GPS, MAKER, DESCRIPTION = 0x8825, 0x010F, 0x010E
CEL = Provenance("cel", licence="MIT")


def taken() -> bytes:
    """A telephone's EXIF, with the place and a thumbnail of the old picture."""
    exif = Image.Exif()
    exif[MAKER], exif[0x0112] = "maker", 1
    exif.get_ifd(GPS)[1] = "N"
    exif[0x0201], exif[0x0202] = 8, 4
    return exif.tobytes()


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp"])
def test_the_file_says_what_it_is_and_nothing_of_the_camera(tmp_path: Path, ending: str) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(noise(32, 32), "JPEG", exif=taken()))
    picture = load_picture(photo)
    place = tmp_path / "made" / f"a{ending}"
    save_picture(picture.original, place, CEL)
    with Image.open(place) as image:
        assert not dict(image.getexif())
        assert "exif" not in image.info
        words = image.info["xmp"].decode()
    assert "trainedAlgorithmicMedia" in words
    assert "style cel" in words
    assert "MIT" in words
    assert made_here(place)
    assert not made_here(photo)
    assert [file.name for file in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp"])
def test_the_cameras_words_stay_when_asked_for(tmp_path: Path, ending: str) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(noise(32, 32), "JPEG", exif=taken()))
    picture, place = load_picture(photo), tmp_path / f"a{ending}"
    save_picture(picture.original, place, CEL, picture.exif)
    with Image.open(place) as image:
        exif = image.getexif()
        assert exif[MAKER] == "maker"
        assert exif.get_ifd(GPS) == {1: "N"}
        assert not {0x0112, 0x0201, 0x0202} & set(exif)
    assert made_here(place)


def test_opacity_stays_where_the_format_has_it(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[4:, :, 3] = 255
    for ending, mode in ((".png", "RGBA"), (".webp", "RGBA"), (".jpg", "RGB")):
        save_picture(pixels, tmp_path / f"a{ending}", CEL)
        with Image.open(tmp_path / f"a{ending}") as image:
            assert image.mode == mode
            assert np.asarray(image.convert("RGBA"))[0, 0, 3] == (0 if mode == "RGBA" else 255)
            if mode == "RGB":
                assert np.asarray(image)[0, 0].min() > 250


def test_a_part_of_a_photo_is_told_from_a_whole_picture() -> None:
    assert b"/compositeWithTrainedAlgorithmicMedia<" in Provenance("cel", whole=False).packet
    assert b"/trainedAlgorithmicMedia<" in CEL.packet
    assert b"&lt;mine&gt;" in Provenance("<mine>").packet


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(ValueError, match="does not end like a picture"):
        save_picture(pixels, tmp_path / "a.mp7", CEL)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="could not write"):
        save_picture(pixels, tmp_path / "file" / "a.png", CEL)
    assert not made_here(tmp_path / "file")
