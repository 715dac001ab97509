"""`sparring avatar`: photos in, avatars out, one sentence or a status for everything else."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.avatar.portraits import SIDE, face_at, negative, stylist
from tests.cli.run_cli import Cli
from tests.cli.test_translate import saved
from tests.data.pictures import encoded, noise, png_header

from sparring.avatar.face import Face
from sparring.avatar.pipeline import Stylist
from sparring.avatar.settings import AvatarSettings

FACES = (face_at(100, 80, 50), face_at(220, 80, 40))


class Somebody:
    """Finds two faces in every photo that is wider than high."""

    def find(self, image: object) -> list[Face]:
        return list(FACES) if np.shape(image)[2] > np.shape(image)[1] else []


@pytest.fixture
def style(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(style: str, settings: AvatarSettings, device: str) -> Stylist:
        return stylist(Somebody(), negative, settings=settings)

    monkeypatch.setattr("sparring.avatar.pipeline.load_stylist", load)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "deeper").mkdir(parents=True)
    for number, name in enumerate(("a.png", "a.jpg", "b.webp", "deeper/c.png")):
        noise(300, 240, seed=number).save(folder / name)
    noise(200, 240).save(folder / "nobody.png")
    (folder / "broken.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("x")
    return folder


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


@pytest.mark.usefixtures("style")
def test_one_photo_becomes_one_avatar(photos: Path, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = cli("avatar", photos / "a.png")
    assert said.status == 0
    assert said.out == "avatars/a-known.png\n"
    assert "2 faces found; used the largest. Use --faces all for everyone." in said.err
    assert [line.split()[0] for line in said.err.splitlines()][:3] == ["load", "detect", "choose"]
    assert size_of(Path("avatars/a-known.png")) == (SIDE, SIDE)
    assert [file.name for file in Path("avatars").iterdir()] == ["a-known.png"]


@pytest.mark.usefixtures("style")
def test_everyone_enlarged_with_every_step(photos: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "out"
    told = cli("avatar", photos / "a.png", "--out", out, "--faces", "all", "--enlarge", "2", "--steps", "--json").json
    assert told["made"] == 2
    assert told["photos"][0]["files"] == ["a-known-1.png", "a-known-2.png"]
    assert size_of(out / "a-known-2.png") == (2 * SIDE, 2 * SIDE)
    names = sorted(file.name for file in (out / "a-known-steps").iterdir())
    assert names[0] == "01-load.png"
    assert {"07-crop-1.png", "07-crop-2.png", "sheet.png"} <= set(names)


@pytest.mark.usefixtures("style")
def test_in_place_keeps_size_and_format(photos: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "out"
    cli("avatar", photos / "a.jpg", photos / "b.webp", "--out", out, "--mode", "in-place")
    assert size_of(out / "a-known-in-place.jpg") == (300, 240)
    assert size_of(out / "b-known-in-place.webp") == (300, 240)


@pytest.mark.usefixtures("style")
def test_a_folder_with_everything_in_it(photos: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "out"
    said = cli("avatar", photos, "--out", out)
    assert said.status == 0
    assert said.out.strip() == f"3 avatars in {out}; 2 without a picture; 1 other files"
    assert "broken.png is not an image" in said.err
    assert "No face was found" in said.err
    assert {file.name for file in out.iterdir()} == {
        "a-known.png", "a-known-2.png", "b-known.png", "report.jsonl", "report.csv",
    }  # fmt: skip
    rows = {row["photo"]: row for row in map(json.loads, (out / "report.jsonl").read_text().splitlines())}
    assert {name: row["status"] for name, row in rows.items()} == {
        "a.png": "done", "a.jpg": "done", "b.webp": "done", "nobody.png": "no_face", "broken.png": "unreadable",
    }  # fmt: skip
    assert rows["a.jpg"]["files"] == ["a-known.png"]
    with (out / "report.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["photo"] for row in table] == ["a.jpg", "a.png", "b.webp", "broken.png", "nobody.png"]
    assert table[0]["faces"] == "2"


@pytest.mark.usefixtures("style")
def test_resume_does_what_is_new_and_what_has_changed(photos: Path, tmp_path: Path, cli: Cli) -> None:
    def made(*more: str) -> list[str]:
        told = cli("avatar", photos, "--out", tmp_path / "out", "--resume", "--json", *more).json
        return [row["photo"] for row in told["photos"]]

    assert len(made()) == 5
    assert made() == ["broken.png"], "what could not be read is tried again"
    noise(310, 240, seed=9).save(photos / "b.webp")
    (tmp_path / "out" / "a-known.png").unlink()
    assert made() == ["a.jpg", "b.webp", "broken.png"]
    assert len(made("--enlarge", "2")) == 5
    with (tmp_path / "out" / "report.jsonl").open("a") as file:
        file.write('{"photo": "cut o')
    assert made("--enlarge", "2") == ["broken.png"]


@pytest.mark.usefixtures("style")
def test_files_of_others_are_never_written_over(photos: Path, tmp_path: Path, cli: Cli) -> None:
    mine = photos / "a-known.png"
    noise(20, 20).save(mine)
    before = mine.read_bytes()
    told = cli("avatar", photos / "a.png", "--out", photos, "--json").json
    assert told["photos"][0]["files"] == ["a-known-2.png"]
    assert mine.read_bytes() == before
    again = cli("avatar", photos / "a.png", "--out", photos, "--json").json
    assert again["photos"][0]["files"] == ["a-known-2.png"], "its own it makes again"


@pytest.mark.usefixtures("style")
def test_no_face_is_a_status_with_advice(photos: Path, tmp_path: Path, cli: Cli) -> None:
    said = cli("avatar", photos / "nobody.png", "--out", tmp_path / "out")
    assert (said.status, said.out) == (3, "")
    assert "Tips: face the camera" in said.err
    assert not (tmp_path / "out").exists()
    said = cli("avatar", photos / "nobody.png", "--out", tmp_path / "out", "--box", "40,40,140,140", "--json")
    assert said.json["made"] == 1
    both = cli("avatar", photos / "nobody.png", photos / "broken.png", "--out", tmp_path / "both", "--json")
    assert (both.status, both.json["made"]) == (3, 0)


@pytest.mark.usefixtures("style")
def test_the_camera_is_not_told_of_unless_asked(photos: Path, tmp_path: Path, cli: Cli) -> None:
    exif = Image.Exif()
    exif[0x010F] = "maker"
    exif.get_ifd(0x8825)[1] = "N"
    (photos / "a.jpg").write_bytes(encoded(noise(300, 240), "JPEG", exif=exif.tobytes()))
    for flags, kept in (((), False), (("--keep-metadata",), True)):
        cli("avatar", photos / "a.jpg", "--out", tmp_path / "out", "--mode", "in-place", *flags)
        with Image.open(tmp_path / "out" / "a-known-in-place.jpg") as image:
            assert bool(image.getexif()) == kept
            assert bool(image.getexif().get_ifd(0x8825)) == kept


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"hello",
    "cut": lambda: encoded(noise(300, 240), "JPEG")[:900],
    "bomb": lambda: png_header(60_000, 60_000),
    "heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "dot": lambda: encoded(Image.new("RGB", (1, 1)), "PNG"),
    "line": lambda: encoded(Image.new("RGB", (5000, 1)), "PNG"),
    "gray16": lambda: encoded(Image.fromarray(np.asarray(noise(300, 240, 1)).astype(np.uint16) * 257), "PNG"),
    "cmyk": lambda: encoded(noise(300, 240).convert("CMYK"), "JPEG"),
    "palette": lambda: encoded(noise(300, 240).convert("P"), "PNG", transparency=3),
    "one-bit": lambda: encoded(noise(300, 240).convert("1"), "PNG"),
    "alpha": lambda: encoded(noise(300, 240, 4), "PNG"),
}


@pytest.mark.usefixtures("style")
@pytest.mark.parametrize("name", HOSTILE)
def test_any_file_ends_in_a_status_or_one_sentence(name: str, tmp_path: Path, cli: Cli) -> None:
    (tmp_path / name).write_bytes(HOSTILE[name]())
    for mode in ("avatar", "in-place"):
        said = cli("avatar", tmp_path / name, "--out", tmp_path / "out", "--mode", mode)
        wanted = {"empty": 2, "text": 2, "cut": 2, "bomb": 2, "heic": 2, "dot": 3, "line": 3}.get(name, 0)
        assert said.status == wanted, said
        assert "Traceback" not in said.err
        assert "should not" not in said.err


@pytest.mark.usefixtures("style")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "say of whom"),
        (("nowhere.png",), "there is no photo or folder nowhere.png"),
        (("empty",), "there are no photos in empty"),
        (("photos/a.png", "--mode", "place"), "mode"),
        (("photos/a.png", "--faces", "tallest"), "faces"),
        (("photos/a.png", "--enlarge", "3"), "finish.enlarge"),
        (("photos/a.png", "--set", "finish.color=1"), "Did you mean 'finish.colour'?"),
        (("photos/a.png", "--box", "1,2"), "--box is left,top,right,bottom"),
        (("photos/a.png", "--box", "9,9,1,1"), "left < right"),
        (("photos", "--box", "1,2,3,4"), "--box is of one photo"),
        (("photos/a.png", "--out", "photos/notes.txt"), "is a file; --out names a folder"),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    photos: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(photos.parent)
    (photos.parent / "empty").mkdir()
    assert sentence in cli.mistake("avatar", *arguments)


def test_a_bundle_is_a_style(photos: Path, tmp_path: Path, cli: Cli) -> None:
    bundle = saved(tmp_path / "look.safetensors", 3)
    told = cli(
        "avatar", photos / "a.png", "--style", bundle, "--set", "detector=whole", "--out", tmp_path / "o", "--json"
    )
    assert told.json["photos"][0]["status"] in ("done", "wrong_result")
    assert told.json["photos"][0]["found"] == 1
    gray = saved(tmp_path / "gray.safetensors", 1)
    assert "from colours in colours" in cli.mistake("avatar", photos / "a.png", "--style", gray)
    assert "there is no style 'nobodys'" in cli.mistake("avatar", photos / "a.png", "--style", "nobodys")


@pytest.mark.usefixtures("style")
def test_a_page_shows_every_step_the_worst_first(photos: Path, tmp_path: Path, cli: Cli) -> None:
    page = tmp_path / "page.html"
    cli("avatar", photos, "--out", tmp_path / "out", "--page", page)
    text = page.read_text()
    names = [part.split(" ", 1)[0] for part in text.split("<h3>")[1:]]
    assert set(names[:2]) == {"broken.png", "nobody.png"}
    assert set(names[2:]) == {"a.png", "a.jpg", "b.webp"}
    assert "3 of 5 photos drawn in the style known" in text
    for words in ("<figcaption>landmarks</figcaption>", "<figcaption>generate</figcaption>", "<span>identity</span>"):
        assert words in text
    assert "default-src 'none'" in text
    assert "such as page.html" in cli.mistake("avatar", photos, "--page", "page.png")
