"""From what people write to an opened data set, or a sentence that says what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.pictures import encoded, noise, write_images

from sparring.data.open import open_source
from sparring.data.settings import DataSettings


def test_a_folder(tmp_path: Path) -> None:
    folder = write_images(tmp_path, [f"{'ab'[number % 2]}/{number:03d}.png" for number in range(40)], size=40)
    source = open_source(DataSettings(spec=str(folder)))
    assert source.shape == (3, 32, 32)
    assert source.classes == ("a", "b")
    assert source.name == f"{tmp_path.name}/"
    assert source.facts()["flip"] is True
    facts = open_source(DataSettings(spec=str(folder), size=16, labels="none", validation=0.0, flip=False)).facts()
    assert (facts["size"], facts["classes"], facts["held_out"], facts["flip"]) == (16, [], 0, False)


@pytest.mark.parametrize(
    ("names", "labels", "classes"),
    [
        (["a/1.png", "b/2.png", "a/3.png", "b/4.png"], "auto", ("a", "b")),
        (["10/1.png", "9/2.png", "10/3.png", "9/4.png"], "auto", ("9", "10")),
        (["a/1.png", "b/2.png", "3.png"], "auto", ()),
        (["a/1.png", "b/2.png", "c/3.png"], "auto", ()),
        (["a/1.png", "b/2.png", "c/3.png"], "folders", ("a", "b", "c")),
        (["a/1.png", "a/2.png"], "auto", ()),
        (["a/1.png", "b/2.png", "a/3.png", "b/4.png"], "none", ()),
    ],
)
def test_labels(tmp_path: Path, names: list[str], labels: str, classes: tuple[str, ...]) -> None:
    folder = write_images(tmp_path, names)
    assert open_source(DataSettings(spec=str(folder), labels=labels)).classes == classes


def test_label_files(tmp_path: Path) -> None:
    folder = write_images(tmp_path, ["1.png", "2.png", "3.png"])
    (folder / "l.csv").write_text("file,hair,eyes\n1.png,red,x\n2.png,black,y\n3.png,red,z\n")
    assert open_source(DataSettings(spec=str(folder), labels="l.csv:hair")).classes == ("black", "red")
    assert open_source(DataSettings(spec=str(folder), labels="l.csv:eyes")).classes == ("x", "y", "z")


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    folder = write_images(tmp_path, [f"{number:03d}.png" for number in range(100)])
    (folder / "007.png").write_bytes(b"")
    frames = [noise(16, 16, seed=seed) for seed in range(2)]
    (folder / "008.png").write_bytes(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    (folder / "x.heic").write_bytes(b"x")
    facts = open_source(DataSettings(spec=str(folder))).facts()
    assert facts["broken_named"] == ["007.png is empty (0 bytes)"]
    assert facts["notes"] == [
        "1 .heic files are left out; install pillow-heif to read them.",
        "Of 1 animated images only the first frame is used.",
        "Broken and left out: 1 image (007.png).",
    ]
    with pytest.raises(ValueError, match="strict"):
        open_source(DataSettings(spec=str(folder), strict=True))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"spec": ""}, "No data is named; data is a folder of images, builtin:NAME"),
        ({"spec": "nowhere"}, "There is no folder nowhere; data is a folder"),
        ({"spec": "digits"}, "Did you mean 'builtin:digits'"),
        ({"spec": "FILE"}, "is a file; data is a folder"),
        ({"spec": "PHOTO"}, "Did you mean 'photos'"),
        ({"size": -1}, "1 to 4096 pixels wide"),
        ({"size": 5000}, "1 to 4096 pixels wide"),
        ({"channels": 2}, "1 channel"),
        ({"validation": 1.0}, "held-out share"),
        ({"labels": "hair"}, "no attribute 'hair'"),
    ],
)
def test_refusals(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    folder = write_images(tmp_path / "photos", ["1.png"])
    spec = {"FILE": str(folder / "1.png"), "PHOTO": str(tmp_path / "photo")}.get(str(change.get("spec")))
    settings = {"spec": str(folder), **change, **({"spec": spec} if spec else {})}
    with pytest.raises(ValueError, match=sentence):
        open_source(DataSettings(**settings))
