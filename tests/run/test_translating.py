"""Translators from the run to the file and back: watched, saved, loaded, and used on images of any size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.data.pictures import write_images
from tests.games.small import recipe_of

import sparring
from sparring.data.settings import DataSettings
from sparring.games.paired import PairedSettings
from sparring.play.rules import Rules
from sparring.recipes.recipe import Recipe, TrainSettings, WatchSettings
from sparring.run.bundle import Card, portable, read_card
from sparring.run.journal import read
from sparring.run.session import Session
from sparring.run.translating import Translator, load_translator, load_watched, next_line

NAMES = [f"{'xy'[number % 2]}/{number:02}.png" for number in range(24)]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def recipe(tmp_path: Path, case: str, source: str = "", rounds: int = 6, labels: str = "none") -> Recipe:
    folder = write_images(tmp_path / "photos", NAMES)
    other = str(write_images(tmp_path / "drawings", NAMES, seed=1)) if source == "folder" else source
    data = DataSettings(
        str(folder), other, paired=False, size=32 if case == "many styles" else 16, labels=labels, validation=0.0
    )
    game = {"game": PairedSettings(source_channels=1)} if case == "paired" else {}
    made = recipe_of(case, "", Rules("least_squares"), **game)
    images = 4 * rounds * made.game.batches
    watch = WatchSettings(grids=2, grid=8, tensorboard=False)
    train = TrainSettings(images=images, batch=4, device="cpu", precision="fp32")
    return replace(made, data=data, train=train, watch=watch)


@pytest.mark.parametrize(
    ("case", "source", "labels"),
    [
        ("paired", "gray", "none"),
        ("cycle", "folder", "none"),
        ("onesided", "folder", "none"),
        ("domains", "", "folders"),
        ("many styles", "", "folders"),
    ],
)
def test_a_run_ends_with_a_translator(tmp_path: Path, case: str, source: str, labels: str) -> None:
    with Session.start(recipe(tmp_path, case, source, labels=labels), tmp_path / "run") as session:
        assert session.play().reason == "finished"
    card = read_card(tmp_path / "run" / "last.safetensors")
    assert card.kind == "translator"
    assert len(list((tmp_path / "run" / "samples").iterdir())) == 2
    handle = sparring.load_translator(tmp_path / "run", device="cpu")
    images = torch.randint(256, (3, 13, 22, handle.source[0]), dtype=torch.uint8)
    label = "y" if labels == "folders" else None
    made = handle.translate(images, label=label)
    assert (made.shape, made.dtype) == ((3, 13, 22, 3), torch.uint8)
    assert made.float().std() > 0
    one = handle.translate(images[:1], label=label, batch=1)
    if case != "paired":  # whose dropout is shared out over the batch
        assert (one.int() - made[:1].int()).abs().max() <= 1
    assert repr(handle).startswith(f"Translator({card.recipe.name}, ")
    with pytest.raises(ValueError, match=r"sparring\.load_translator opens it"):
        sparring.load(tmp_path / "run")
    watched = load_watched(tmp_path / "run", device="cpu")
    assert watched.decode(watched.noise(2), watched.labels(2)).shape == (2, *card.shape)
    assert next_line("run", card.recipe) == "sparring translate run photos/ translated/"
    assert next_line("run", recipe_of("dcgan")) == "sparring sample run -n 64 --out grid.png"


def test_a_picture_shows_every_source_beside_its_translation(tmp_path: Path) -> None:
    with Session.start(recipe(tmp_path, "paired", "gray", rounds=1), tmp_path / "run") as session:
        assert session.watching is not None
        handle = session.handle()
        assert isinstance(handle, Translator)
        picture = session.watching.timeline.draw(handle, 0)
        sources = handle.sources(handle.noise(4, seed=1234))
    assert sources.shape == (4, 1, 16, 16)
    factor = picture.width // (4 * 18 - 2)
    first = picture.crop((0, 0, 16 * factor, 16 * factor)).resize((16, 16), Image.Resampling.NEAREST)
    expected = sources[0, 0].add(1).mul(127.5).round()
    shown = torch.from_numpy(np.array(first.convert("L"))).float()
    assert (shown - expected).abs().max() <= 1


def test_translations_are_scored_against_images_of_the_wanted_kind(tmp_path: Path) -> None:
    with Session.start(recipe(tmp_path, "paired", "gray", rounds=4), tmp_path / "run") as session:
        session.play()
        assert session.watching is not None
        score, _ = session.watching.scoring.measure(session.handle(), 16, 1.0)
    assert score > 0
    assert any("swd" in line or "levels" in line for line in read(tmp_path / "run" / "scores.jsonl"))


def test_stopping_and_going_on_is_exact(tmp_path: Path) -> None:
    made = recipe(tmp_path, "cycle", "folder")
    with Session.start(made, tmp_path / "whole") as session:
        session.play()
    with Session.start(made, tmp_path / "halves") as session:
        session.engine.run(3)
        session.save()
    with Session.resume(tmp_path / "halves") as session:
        session.play()
    whole, halves = (load_translator(tmp_path / one, device="cpu").network.state_dict() for one in ("whole", "halves"))
    assert all(torch.equal(whole[key], halves[key]) for key in whole)


def test_a_translator_says_what_it_takes(tmp_path: Path) -> None:
    made = recipe_of("paired")
    network = made.networks["generator"].build(made.game.shape((3, 16, 16), 0))
    handle = Translator(network, Card(made, (3, 16, 16), kind="translator"))
    assert (handle.source, handle.multiple) == ((2, 16, 16), 8)
    with pytest.raises(ValueError, match=r"takes images \(n, height, width, 2\) of bytes, not 1 x 8 x 8 x 3"):
        handle.translate(torch.zeros(1, 8, 8, 3, dtype=torch.uint8))
    with pytest.raises(ValueError, match="one of: none; and 'x' was given"):
        handle.translate(torch.zeros(1, 8, 8, 2, dtype=torch.uint8), label="x")
    with pytest.raises(ValueError, match="give it images, through"):
        handle.decode(handle.noise(2))
    with pytest.raises(ValueError, match="truncation is of noise"):
        handle.noise(2, truncation=0.5)
    assert handle.translate(torch.zeros(0, 8, 8, 2, dtype=torch.uint8)).shape == (0, 8, 8, 3)
    assert handle.translate(torch.zeros(1, 3, 2, 2, dtype=torch.uint8)).shape == (1, 3, 2, 3)
    noise = recipe_of("dcgan")
    with pytest.raises(ValueError, match="makes samples from noise and translates nothing"):
        Translator(network, Card(noise, (3, 16, 16)))


def test_no_card_says_where_the_sources_lie(tmp_path: Path) -> None:
    made = recipe(tmp_path, "cycle", "folder")
    told = portable(made).data
    assert (told.spec, told.source) == ("photos", "drawings")
    assert portable(recipe_of("dcgan")) == recipe_of("dcgan")


def test_only_translators_are_loaded_as_such(tmp_path: Path) -> None:
    from sparring.run.bundle import save_bundle

    save_bundle(tmp_path / "x.safetensors", {"generator.w": torch.zeros(1)}, Card(recipe_of("dcgan"), (3, 16, 16)))
    with pytest.raises(ValueError, match="holds a 'synthesizer' and no translator"):
        load_translator(tmp_path / "x.safetensors")
    wrong = Card(recipe_of("paired"), (3, 16, 16), kind="translator")
    save_bundle(tmp_path / "y.safetensors", {"generator.w": torch.zeros(1)}, wrong)
    with pytest.raises(ValueError, match="do not fit the network it describes"):
        load_translator(tmp_path / "y.safetensors")
