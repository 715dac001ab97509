"""What is said about a data set, and how its contact sheet looks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.data.pictures import encoded, noise

from sparring.data.inspect import inspect_source
from sparring.data.open import open_source
from sparring.data.packed import PackSource
from sparring.data.settings import DataSettings
from sparring.data.sheet import contact_sheet, save_png


@pytest.fixture
def source(tmp_path: Path) -> PackSource:
    """60 images of two uneven classes, with copies, kinds and shapes mixed."""
    for number in range(60):
        kind, mode = ("many" if number < 55 else "few"), ("L" if number % 10 == 0 else "RGB")
        image = noise(40 + 4 * number, 60, seed=number).convert(mode)
        file = tmp_path / kind / f"{number:02d}.{'jpg' if number % 2 else 'png'}"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(encoded(image, "JPEG" if number % 2 else "PNG"))
    (tmp_path / "many" / "90.png").write_bytes((tmp_path / "many" / "02.png").read_bytes())
    copy = Image.open(tmp_path / "many" / "04.png")
    (tmp_path / "many" / "91.jpg").write_bytes(encoded(copy, "JPEG", quality=70))
    opened = open_source(DataSettings(spec=str(tmp_path), size=64))
    assert isinstance(opened, PackSource)
    return opened


def test_facts(source: PackSource) -> None:
    facts = inspect_source(source)
    assert json.loads(json.dumps(facts)) == facts
    assert facts["images"] == 62
    assert facts["width"] == {"min": 40, "median": 154, "max": 276}
    assert facts["height"] == {"min": 60, "median": 60, "max": 60}
    assert facts["modes"] == {"RGB": 56, "L": 6}
    assert facts["formats"] == {"PNG": 31, "JPEG": 31}
    assert facts["gray"] == 6
    assert facts["duplicates"] == 1
    assert facts["duplicates_named"] == [["many/02.png", "many/90.png"]]
    assert facts["near_duplicates"] == 1
    assert facts["near_duplicates_named"] == [["many/04.png", "many/91.jpg"]]
    assert facts["balance"] == {"few": 5, "many": 57}


def test_warnings(source: PackSource) -> None:
    assert inspect_source(source)["warnings"] == [
        "There are only 62 images; with fewer than 500 a GAN soon repeats them.",
        "Exact copies of other images: 1.",
        "Nearly equal to other images: 1; copies are learned by heart.",
        "The aspect ratios differ, mostly from 0.80 to 4.40; resize = cover crops a lot from some.",
        "Smaller than 64 pixels, so scaled up and blurred: 62 of the 62 images.",
        "Gray among coloured images: 6 of the 62 images.",
        "The classes are uneven: 57 images of 'many', but 5 of 'few'.",
    ]


def test_nothing_to_warn_of(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for number in range(500):
        pixels = random.integers(0, 256, (16, 16), dtype=np.uint8)
        (tmp_path / f"{number}.bmp").write_bytes(encoded(Image.fromarray(pixels), "BMP"))
    facts = inspect_source(open_source(DataSettings(spec=str(tmp_path))))
    assert facts["warnings"] == []
    assert facts["balance"] == {}


def test_contact_sheet_with_labels(source: PackSource, tmp_path: Path) -> None:
    sheet = contact_sheet(source)
    assert sheet.size == (10 * 66 + 2, 2 * (66 + 16) + 2)
    save_png(sheet, tmp_path / "sheet.png")
    pixels = np.asarray(Image.open(tmp_path / "sheet.png"))
    first = source.pack.read(np.flatnonzero(source.column == 0)[:1])[0]
    assert (pixels[18 : 18 + 64, 2:66] == first).all()
    assert [path.name for path in tmp_path.glob("*.tmp")] == []


def test_contact_sheet_without_labels(source: PackSource) -> None:
    assert contact_sheet(PackSource(source.pack), rows=3).size == (662, 3 * 66 + 2)


def test_small_images_are_enlarged_by_whole_factors(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(encoded(noise(16, 16, 1), "PNG"))
    sheet = np.asarray(contact_sheet(open_source(DataSettings(spec=str(tmp_path)))))
    assert (sheet[2:66:4, 2:66:4, 0] == sheet[5:66:4, 5:66:4, 0]).all()


def test_a_picture_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no room")

    (tmp_path / "old.png").write_bytes(b"old")
    monkeypatch.setattr("sparring.data.sheet.os.fsync", fail)
    with pytest.raises(OSError, match="no room"):
        save_png(Image.new("L", (4, 4)), tmp_path / "old.png")
    assert [path.name for path in tmp_path.iterdir()] == ["old.png"]
    assert (tmp_path / "old.png").read_bytes() == b"old"
