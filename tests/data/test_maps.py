"""Label maps: read as they are stored, resized without inventing labels, and turned into zeros and ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from sparring.data.colour import BadImageError
from sparring.data.maps import coded, edges_of, one_hot, painted, values_of
from sparring.data.open import open_source
from sparring.data.pairs import PairSource
from sparring.data.settings import DataSettings


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def test_values_are_those_of_the_file() -> None:
    values = np.array([[0, 1, 2], [3, 4, 255]], np.uint8)
    palette = Image.fromarray(values).convert("L").quantize(8)
    palette.putdata(values.ravel().tolist())
    for picture in (Image.fromarray(values), palette, Image.fromarray(values.astype(np.uint16))):
        assert values_of(picture).tolist() == values.tolist()
    with pytest.raises(BadImageError, match=r"is in colours \(RGB\)"):
        values_of(Image.new("RGB", (2, 2)))


def test_things_that_touch_have_an_edge_on_both_sides() -> None:
    things = np.array([[1, 1, 1000, 1000]] * 3)
    assert edges_of(things).tolist() == [[0, 255, 255, 0]] * 3
    assert edges_of(things.T).tolist() == np.array([[0, 255, 255, 0]] * 3).T.tolist()
    assert not edges_of(np.full((3, 3), 7)).any()


@pytest.mark.parametrize("resize", ["cover", "stretch", "contain"])
def test_no_label_is_invented(resize) -> None:
    values = np.zeros((6, 12), np.uint8)
    values[:, 6:] = 200
    made = np.asarray(coded(Image.fromarray(values), Image.fromarray(values), 4, resize))
    assert made.shape == (4, 4, 3)
    bars = [[255] * 4] * (resize == "contain")
    assert made[..., 0].tolist() == bars + [[0, 0, 200, 200]] * (2 if bars else 4) + bars
    assert made[2, :, 1].tolist() == [0, 255, 255, 0] if not bars else made[..., 1].any()


def test_maps_that_do_not_fit_are_broken() -> None:
    small, large = Image.new("L", (2, 2)), Image.new("L", (3, 2))
    with pytest.raises(BadImageError, match="is 3 x 2 pixels, and its map of things is not"):
        coded(large, small)
    with pytest.raises(BadImageError, match="has labels from 0 to 300; they can be 0 to 255"):
        coded(Image.fromarray(np.array([[0, 300]], np.uint16)), None)


def test_one_map_for_every_label_and_the_last_for_all_beyond() -> None:
    codes = torch.tensor([[[[0, 1], [2, 255]], [[0, 255], [255, 0]], [[0, 0], [0, 0]]]], dtype=torch.uint8)
    maps = one_hot(codes, 3, edges=True)
    assert (maps[:, :3].sum(1) == 1).all()
    assert maps[0, :3].argmax(0).tolist() == [[0, 1], [2, 2]]
    assert maps[0, 3].tolist() == [[0, 1], [1, 0]]
    assert one_hot(codes, 3, edges=False).shape == (1, 3, 2, 2)
    shown = painted(maps, 3)
    assert shown.shape == (1, 3, 2, 2)
    assert torch.equal(shown[..., 1, 0], shown[..., 1, 1])
    assert not torch.equal(shown[..., 0, 0], shown[..., 0, 1])


def written(tmp_path: Path) -> DataSettings:
    """Photos whose brightness is that of their label, so that pairs can be told."""
    for folder in ("photos", "maps", "things"):
        (tmp_path / folder).mkdir()
    for number in range(12):
        values = np.full((8, 8), number % 3, np.uint8)
        values[:, 4:] = (number + 1) % 3
        Image.fromarray(values).save(tmp_path / "maps" / f"{number:02}.png")
        Image.fromarray(values * 100).convert("RGB").save(tmp_path / "photos" / f"{number:02}.png")
        Image.fromarray(values.astype(np.uint16) * 1000).save(tmp_path / "things" / f"{number:02}.png")
    folders = (str(tmp_path / folder) for folder in ("photos", "maps"))
    return DataSettings(*folders, source_labels=4, source_things=str(tmp_path / "things"), size=8, validation=0.2)


def test_batches_hold_each_photo_with_its_map(tmp_path: Path) -> None:
    data = open_source(written(tmp_path))
    assert isinstance(data, PairSource)
    assert data.sources.shape == (5, 8, 8)
    stream = data.feed(4, seed=0)
    for number in range(3):  # mirrored together, or not at all
        batch = stream.batch(number)
        assert torch.equal(batch.source[:, :4].argmax(1) * 100, batch.image[:, 0].add(1).mul(127.5).round().long())
        assert (batch.source[:, 4, :, 3:5] == 1).all()
    held = data.held_out_sources(2)
    assert torch.equal(held[:, :4].argmax(1) * 100, data.held_out(2)[:, 0].long())


def test_maps_that_cannot_be_paired_are_refused(tmp_path: Path) -> None:
    settings = written(tmp_path)
    assert open_source(replace(settings, source_things="")).sources.shape == (4, 8, 8)
    with pytest.raises(ValueError, match=r"2 to 256 labels .* set data\.source_labels, which is 0"):
        open_source(replace(settings, source_labels=0))
    with pytest.raises(ValueError, match=r"and data\.paired=true"):
        open_source(replace(settings, paired=False))
    (tmp_path / "things" / "03.png").unlink()
    with pytest.raises(ValueError, match=r"things/ has no map of things for 03\.png"):
        open_source(settings)
    with pytest.raises(ValueError, match=r"lie in a folder of their own: name it in data\.source"):
        open_source(replace(settings, source=""))
    with pytest.raises(ValueError, match="There is no folder"):
        open_source(replace(settings, source="nowhere", source_things=""))
