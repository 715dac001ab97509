"""`sparring translate`: files and folders, names kept, and nothing skipped in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from tests.cli.run_cli import Cli
from tests.data.pictures import write_images
from tests.games.small import recipe_of

from sparring.cli.translate import kept
from sparring.data import film
from sparring.games.paired import PairedSettings
from sparring.run.bundle import Card, save_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    return saved(tmp_path / "gray.safetensors", 1)


def saved(path: Path, channels: int, case: str = "paired") -> str:
    torch.manual_seed(0)
    made = recipe_of(case, game=PairedSettings(channels)) if case == "paired" else recipe_of(case)
    classes = ("x", "y") if case == "domains" else ()
    network = made.networks["generator"].build(made.game.shape((3, 8, 8), len(classes)))
    weights = {f"generator.{name}": tensor for name, tensor in network.state_dict().items()}
    save_bundle(path, weights, Card(made, (3, 8, 8), kind="translator", classes=classes))
    return str(path)


def pixels_of(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.array(image)


def test_a_picture_keeps_its_size(bundle: str, tmp_path: Path, cli: Cli) -> None:
    Image.fromarray(np.arange(13 * 21, dtype=np.uint8).reshape(13, 21)).save(tmp_path / "one.bmp")
    told = cli("translate", bundle, str(tmp_path / "one.bmp"), str(tmp_path / "made.png"), "--json").json
    assert told == {"out": str(tmp_path / "made.png"), "translated": 1, "broken": {}, "no_images": 0}
    assert pixels_of(tmp_path / "made.png").shape == (13, 21, 3)
    cli("translate", bundle, str(tmp_path / "one.bmp"), f"{tmp_path}/into/")
    assert pixels_of(tmp_path / "into" / "one.png").shape == (13, 21, 3)


def test_a_folder_keeps_its_names_and_tells_what_was_left_out(bundle: str, tmp_path: Path, cli: Cli) -> None:
    folder = write_images(tmp_path / "in", ["a.png", "sub/b.png", "sub/c.png"])
    (folder / "bad.png").write_bytes(b"nothing")
    (folder / "notes.txt").write_text("x")
    said = cli("translate", bundle, str(folder), str(tmp_path / "out"))
    assert {file.relative_to(tmp_path / "out").as_posix() for file in (tmp_path / "out").rglob("*.png")} == {
        "a.png",
        "sub/b.png",
        "sub/c.png",
    }
    assert "3 translated" in said.out
    assert "left out: 1 broken; left out: 1 other files" in said.out
    assert "bad.png" in said.err


def test_domains_are_named(tmp_path: Path, cli: Cli) -> None:
    stars = saved(tmp_path / "stars.safetensors", 3, "domains")
    one = str(write_images(tmp_path / "in", ["a.png"]) / "a.png")
    cli("translate", stars, one, str(tmp_path / "x.png"), "--label", "x")
    cli("translate", stars, one, str(tmp_path / "y.png"), "--label", "y")
    x, y = (pixels_of(tmp_path / f"{name}.png") for name in "xy")
    assert not np.array_equal(x, y)
    assert "is one of: x, y" in cli.mistake("translate", stars, one, str(tmp_path / "z.png"))


def test_films_are_translated_frame_by_frame(
    bundle: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [np.full((6, 9, 3), 40 * number, np.uint8) for number in range(3)]
    written: dict[str, list[NDArray[np.uint8]]] = {}

    @contextmanager
    def writing(path: Path, source: film.Film, width: int, height: int) -> Iterator[Callable[[film.Frame], None]]:
        assert (width, height, source.rate) == (9, 6, Fraction(25))
        yield written.setdefault(path.relative_to(tmp_path).as_posix(), []).append

    folder = write_images(tmp_path / "in", ["a.png"])
    for name in ("b.mp4", "sub/c.avi", "notes.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")
    monkeypatch.setattr(film, "open_film", lambda path: film.Film(path, 9, 6, Fraction(25)))
    monkeypatch.setattr(film, "frames_of", lambda one: iter(frames))
    monkeypatch.setattr(film, "writing", writing)
    told = cli("translate", bundle, str(folder), str(tmp_path / "out"), "--json").json
    assert (told["translated"], told["no_images"]) == (3, 1)
    assert set(written) == {"out/b.mp4", "out/sub/c.mkv"}
    assert [one.shape for one in written["out/b.mp4"]] == [(6, 9, 3)] * 3
    assert "a.gif is no film that can be written; use .mp4" in cli.mistake(
        "translate", bundle, str(folder / "b.mp4"), str(tmp_path / "a.gif")
    )


def test_films_that_cannot_be_read_are_told(bundle: str, tmp_path: Path, cli: Cli) -> None:
    """For want of ffmpeg, or because of what is inside."""
    folder = write_images(tmp_path / "in", ["a.png"])
    (folder / "b.mp4").write_bytes(b"nothing")
    told = cli("translate", bundle, str(folder), str(tmp_path / "out"), "--json").json
    assert told["translated"] == 1
    assert "cannot be read: " in told["broken"][str(folder / "b.mp4")]
    said = cli("translate", bundle, str(folder / "b.mp4"), str(tmp_path / "b.mp4"))
    assert (said.status, "none of these could be read" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("BUNDLE",), "say by what, what and to where"),
        (("BUNDLE", "nowhere", "out"), "there is no image or folder nowhere"),
        (("BUNDLE", "in/a.png", "out.gif"), "out.gif is no picture that can be written"),
        (("BUNDLE", "in", "in"), "already exists and is not an empty folder"),
        (("BUNDLE", "empty", "out"), "there are no images in empty"),
        (("BUNDLE", "broken", "out"), "none of these could be read"),
        (("MASKED", "in", "out"), "starts from 4 channels, which no picture has"),
    ],
)
def test_what_cannot_be_translated_is_told(
    bundle: str, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_images(Path("in"), ["a.png"])
    Path("empty").mkdir()
    Path("broken").mkdir()
    Path("broken/a.png").write_bytes(b"nothing")
    places = {"BUNDLE": bundle, "MASKED": saved(tmp_path / "masked.safetensors", 4) if "MASKED" in arguments else ""}
    said = cli("translate", *(places.get(one, one) for one in arguments))
    assert said.status == 2
    assert sentence in said.err


def test_names_do_not_meet() -> None:
    taken: set[str] = set()
    assert [kept(name, taken) for name in ("a.png", "a.bmp", "b.JPG", "c.tiff", "d.MOV", "d.avi")] == [
        "a.png",
        "a.bmp.png",
        "b.JPG",
        "c.png",
        "d.MOV",
        "d.mkv",
    ]
