"""Label files in every form people write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sparring.data.labels import is_label_file, match_images, read_labels

ROWS = [{"file_name": "a/1.png", "label": 3, "note": "x"}, {"file_name": "a/2.png", "label": 5, "note": "y"}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.csv", "path,label,note\na/1.png,3,x\na/2.png,5,y\n"),
        ("l.csv", "\ufeffpath;label;note\r\na/1.png;3;x\r\n\r\na/2.png;5;y\r\n"),
        ("l.tsv", "label\tpath\n3\ta/1.png\n5\ta/2.png\n"),
        ("l.CSV", '"a/1.png",3\n"a/2.png",5\n'),
        ("l.csv", "image,class\na\\1.png,3\na\\2.png,5\n"),
        ("l.json", json.dumps(ROWS)),
        ("l.json", json.dumps({"a/1.png": 3, "a/2.png": 5})),
        ("l.json", json.dumps({"labels": [["a/1.png", 3], ["a/2.png", 5]]})),
        ("l.json", json.dumps({"labels": {"a/1.png": 3, "a/2.png": 5}})),
        ("l.jsonl", "\n".join(json.dumps(row) for row in ROWS) + "\n"),
    ],
)
def test_forms(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    assert read_labels(name, tmp_path).values == {"a/1.png": "3", "a/2.png": "5"}


def test_columns_are_chosen_by_name(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("id,hair,eyes\n1,red,blue\n2,black,green\n")
    assert read_labels("l.csv:hair", tmp_path).values == {"1": "red", "2": "black"}
    assert read_labels(f"{tmp_path}/l.csv:eyes", Path("elsewhere")).column == "eyes"


@pytest.mark.parametrize(
    ("name", "text", "wanted", "sentence"),
    [
        ("l.csv", "path,hair,eyes\n1.png,a,b\n", "l.csv", "l.csv:COLUMN with one of hair, eyes"),
        ("l.csv", "path,hair,eyes\n1.png,a,b\n", "l.csv:nose", "no column 'nose'; it has hair, eyes"),
        ("l.csv", "path\n1.png\n", "l.csv", "no column beside 'path'"),
        ("l.csv", "x,y\n1,2\n", "l.csv", "no column of image paths, only x, y"),
        ("l.csv", "", "l.csv", "lists no images"),
        ("l.csv", "path,label\n1.png,a\n1.png,b\n", "l.csv", "names 1.png twice, as 'a' and as 'b'"),
        ("l.json", "{", "l.json", "not valid JSON"),
        ("l.json", "[1, 2]", "l.json", "must hold objects"),
        ("l.json", "3", "l.json", "must hold objects"),
        ("l.csv", "", "other.csv", "There is no label file other.csv"),
    ],
)
def test_files_that_do_not_say_it(tmp_path: Path, name: str, text: str, wanted: str, sentence: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=sentence):
        read_labels(wanted, tmp_path)


def test_other_encodings(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes("path,label\n1.png,Käse\n".encode("latin-1"))
    with pytest.raises(ValueError, match="save it as UTF-8"):
        read_labels("l.csv", tmp_path)


def test_what_is_a_file() -> None:
    assert is_label_file("x.csv")
    assert is_label_file("C:\\data\\x.JSON:colour")
    assert not is_label_file("folders")
    assert not is_label_file("csv")


def test_paths_are_found_in_several_ways(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    (folder / "a").mkdir(parents=True)
    known = ["a/1.png", "a/2.png", "b/2.png", "a/3.png", "a/4.png"]
    rows = ["./a/1.png,p", "images/a/2.png,q", "3.png,r", "4,s", "2,t", f"{folder.as_posix()}/b/2.png,u"]
    (tmp_path / "l.csv").write_text("path,label\n" + "\n".join(rows) + "\n")
    found, missing = match_images(read_labels(str(tmp_path / "l.csv"), folder), known, folder)
    assert found == {"a/1.png": "p", "a/2.png": "q", "a/3.png": "r", "a/4.png": "s", "b/2.png": "u"}
    assert missing == ["2"]  # two images end in 2.png
