"""From what people write to an opened data set, or a sentence that says what to write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.data.pictures import encoded, noise, write_images

from sparring.data.cache import Preparation
from sparring.data.open import choose_attribute, natural_size, open_source
from sparring.data.origin import Entry
from sparring.data.pack import pack
from sparring.data.packfile import Pack
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
        "Left out: .heic files (1); install pillow-heif to read them.",
        "Only the first frame is used of each animated image (1).",
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


class Heads:
    """Four drawn images with attributes, one of which not every image has."""

    name, licence, credit = "heads", "CC0", "nobody"

    def __init__(self, *attributes: str):
        self.attributes = attributes

    def fingerprint(self) -> str:
        return f"heads {self.attributes}"

    def __len__(self) -> int:
        return 4

    def entries(self) -> Iterator[Entry]:
        for number in range(4):
            values = {"hair": "ab"[number % 2], "label": "xy"[number // 2], "unique": str(number), "hat": "h"}
            known = {name: values[name] for name in self.attributes if name != "hat" or number}
            yield Entry(str(number), lambda n=number: noise(16, 16, seed=n), known)


def heads(*attributes: str) -> Pack:
    return pack(Heads(*attributes), Preparation(16, 3, "cover"))


@pytest.mark.parametrize(
    ("attributes", "wanted", "chosen"),
    [
        (("hair",), "auto", "hair"),
        (("hair", "hat"), "auto", None),
        (("hair", "label", "unique"), "auto", "label"),
        (("unique",), "auto", None),
        (("hat",), "auto", None),
        ((), "auto", None),
        (("hair", "label"), "hair", "hair"),
        (("unique",), "unique", "unique"),
        (("hair", "label"), "none", None),
    ],
)
def test_attributes(attributes: tuple[str, ...], wanted: str, chosen: str | None) -> None:
    assert choose_attribute(heads(*attributes), wanted) == chosen


@pytest.mark.parametrize(
    ("attributes", "wanted", "sentence"),
    [
        (("hair", "label"), "hairs", r"no labels called 'hairs'; it has hair, label. Did you mean 'hair'\?"),
        ((), "hair", "it has none"),
        (("hair",), "folders", "no labels called 'folder'; it has hair"),
        (("hat",), "hat", "1 of the 4 images in heads have no 'hat' label"),
    ],
)
def test_attributes_that_are_not_there(attributes: tuple[str, ...], wanted: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        choose_attribute(heads(*attributes), wanted)


@pytest.mark.parametrize(
    ("spec", "size"), [("builtin:digits", 16), ("builtin:avatars-small", 128), ("builtin:ring", 0)]
)
def test_natural_size_of_built_in_sets_is_looked_up(spec: str, size: int) -> None:
    assert natural_size(DataSettings(spec=spec)) == size


def test_natural_size_of_a_folder_is_what_it_is_packed_at(tmp_path: Path) -> None:
    settings = DataSettings(spec=str(write_images(tmp_path, ["a.png", "b.png"], size=90)))
    assert natural_size(settings) == 64
    assert open_source(settings).shape == (3, 64, 64)


def test_natural_size_of_shards_is_not_known(tmp_path: Path) -> None:
    assert natural_size(DataSettings(spec=f"{tmp_path}/part-000.tar")) == 0


def test_points_tell_their_mode_only_when_asked() -> None:
    assert open_source(DataSettings(spec="builtin:ring")).classes == ()
    assert open_source(DataSettings(spec="builtin:ring", labels="none")).facts()["classes"] == []
    assert len(open_source(DataSettings(spec="builtin:ring", labels="mode")).classes) == 8
    with pytest.raises(ValueError, match="labels can be auto, none or mode"):
        open_source(DataSettings(spec="builtin:ring", labels="colour"))
    with pytest.raises(ValueError, match="labels can be auto or none"):
        open_source(DataSettings(spec="builtin:swiss-roll", labels="mode"))
