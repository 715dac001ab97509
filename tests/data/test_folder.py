"""Which files of a folder are images, what they are called, and what the folder says about them."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from tests.data.pictures import encoded, noise, write_images

from sparring.data.colour import BadImageError
from sparring.data.folder import FolderOrigin


def names(folder: Path) -> list[str]:
    return [entry.name for entry in FolderOrigin(folder).entries()]


def labels(folder: Path, wanted: str = "auto") -> dict[str, dict[str, str]]:
    return {entry.name: dict(entry.labels) for entry in FolderOrigin(folder, wanted).entries()}


def test_any_nesting_in_the_order_of_names(tmp_path: Path) -> None:
    expected = ["a.png", "b/c/d/e.PNG", "b/x.Png", "z/1.png", "z/10.png", "z/2.png"]
    write_images(tmp_path, ["z/2.png", "b/c/d/e.PNG", "a.png", "z/10.png", "b/x.Png", "z/1.png"])
    assert names(tmp_path) == expected
    origin = FolderOrigin(tmp_path)
    assert len(origin) == 6
    assert origin.name == f"{tmp_path.name}/"
    assert all(entry.load().size == (16, 16) for entry in origin.entries())


def test_hidden_files_and_other_files_are_skipped(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png", ".b.png", ".git/c.png", "d/.e/f.png"])
    (tmp_path / "notes.txt").write_text("no picture")
    assert names(tmp_path) == ["a.png"]


def test_files_without_an_ending_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(encoded(noise(200, 200), "JPEG"))
    (tmp_path / "README").write_text("no picture")
    assert names(tmp_path) == ["photo"]


def test_the_content_decides_about_the_format(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(noise(20, 20), "JPEG"))
    (tmp_path / "b.jpg").write_text("no picture")
    first, second = FolderOrigin(tmp_path).entries()
    assert first.load().format == "JPEG"
    with pytest.raises(BadImageError, match="not an image"):
        second.load()


def test_loops_of_links_end(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "data", ["a/1.png", "b/2.png"])
    outside = write_images(tmp_path / "outside", ["3.png"])
    os.symlink(folder, folder / "a" / "loop")
    os.symlink(folder / "b", folder / "a" / "other")
    os.symlink(outside, folder / "c")
    os.symlink(folder / "nowhere.png", folder / "gone.png")
    assert names(folder) == ["a/1.png", "b/2.png", "c/3.png", "gone.png"]
    *_, gone = FolderOrigin(folder).entries()
    with pytest.raises(BadImageError, match="cannot be opened"):
        gone.load()


def test_the_fingerprint_follows_the_files(tmp_path: Path) -> None:
    write_images(tmp_path / "one", ["a.png", "b.png"])
    first = FolderOrigin(tmp_path / "one").fingerprint()
    assert FolderOrigin(tmp_path / "one").fingerprint() == first
    os.rename(tmp_path / "one", tmp_path / "two")
    assert FolderOrigin(tmp_path / "two").fingerprint() == first
    os.utime(tmp_path / "two" / "a.png", ns=(1, 1))
    changed = FolderOrigin(tmp_path / "two").fingerprint()
    (tmp_path / "two" / "b.png").rename(tmp_path / "two" / "c.png")
    renamed = FolderOrigin(tmp_path / "two").fingerprint()
    assert len({first, changed, renamed}) == 3


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: folder.rmdir(), "There is no folder"),
        (lambda folder: None, "is empty"),
        (lambda folder: (folder / "a.txt").write_text(""), "only 1 .txt"),
        (lambda folder: (folder / "a.heic").write_bytes(b"x"), "pillow-heif"),
        (lambda folder: (folder / "a.tar").write_bytes(b"x"), r"\*\.tar"),
    ],
)
def test_folders_without_images(tmp_path: Path, make, sentence: str) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    make(folder)
    with pytest.raises(ValueError, match=sentence):
        FolderOrigin(folder)


def test_folders_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("sparring.data.listing.os.scandir", refuse)
    with pytest.raises(OSError, match=r"The folder .* cannot be read \(Permission denied\)"):
        FolderOrigin(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png"])
    with pytest.raises(ValueError, match="is not a folder"):
        FolderOrigin(tmp_path / "a.png")


def test_images_nobody_can_read_are_mentioned(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png"])
    (tmp_path / "b.HEIC").write_bytes(b"x")
    assert FolderOrigin(tmp_path).notes == ["Left out: .heic files (1); install pillow-heif to read them."]


def test_sub_folders_are_labels(tmp_path: Path) -> None:
    write_images(tmp_path, ["all/cats/1.png", "all/cats/more/2.png", "all/dogs/1.png"])
    expected = {"all/cats/1.png": "cats", "all/cats/more/2.png": "cats", "all/dogs/1.png": "dogs"}
    assert labels(tmp_path) == {name: {"folder": label} for name, label in expected.items()}
    assert labels(tmp_path / "all" / "dogs") == {"1.png": {}}


def test_all_must_lie_in_folders_where_folders_are_asked_for(tmp_path: Path) -> None:
    write_images(tmp_path, ["cats/1.png", "2.png", "3.png"])
    assert labels(tmp_path)["2.png"] == {}
    with pytest.raises(ValueError, match=r"In no sub-folder lie 2 images \(2.png, 3.png\)"):
        FolderOrigin(tmp_path, "folders")


def test_unknown_attributes(tmp_path: Path) -> None:
    write_images(tmp_path, ["1.png"])
    with pytest.raises(ValueError, match="no attribute 'hair'"):
        FolderOrigin(tmp_path, "hair")


def test_labels_from_a_file(tmp_path: Path) -> None:
    write_images(tmp_path, ["x/1.png", "2.png"])
    (tmp_path / "a.csv").write_text("file,colour\nx/1.png,red\n2.png,blue\n")
    assert labels(tmp_path, "a.csv") == {"2.png": {"colour": "blue"}, "x/1.png": {"folder": "x", "colour": "red"}}
    before = FolderOrigin(tmp_path, "a.csv").fingerprint()
    (tmp_path / "a.csv").write_text("file,colour\nx/1.png,red\n2.png,green\n")
    assert FolderOrigin(tmp_path, "a.csv").fingerprint() != before


def test_labels_that_do_not_fit(tmp_path: Path) -> None:
    write_images(tmp_path, ["1.png", "2.png"])
    (tmp_path / "more.csv").write_text("file,label\n1.png,a\n2.png,b\n3.png,c\n")
    assert FolderOrigin(tmp_path, "more.csv").notes == ["more.csv labels 1 image (3.png), not found in the folder."]
    (tmp_path / "fewer.csv").write_text("file,label\n1.png,a\n2.png,\n")
    with pytest.raises(ValueError, match=r"fewer.csv has no label for 1 image \(2.png\)"):
        FolderOrigin(tmp_path, "fewer.csv")
    (tmp_path / "other.csv").write_text("file,label\n7.png,a\n")
    with pytest.raises(ValueError, match=r"None of the paths in .*, such as 7\.png"):
        FolderOrigin(tmp_path, "other.csv")


def test_stylegan_labels_are_found(tmp_path: Path) -> None:
    write_images(tmp_path, ["00000/img0.png", "00000/img1.png"])
    file = tmp_path / "dataset.json"
    file.write_text(json.dumps({"labels": [["00000/img0.png", 6], ["00000/img1.png", 9]]}))
    assert [one["label"] for one in labels(tmp_path).values()] == ["6", "9"]
    file.write_text(json.dumps({"labels": None}))
    assert labels(tmp_path)["00000/img0.png"] == {}
