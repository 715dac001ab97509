"""Images with sources: what belongs together stays together, and what does not is told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from tests.data.pictures import write_images

from sparring.data.halves import half_of
from sparring.data.images import BadImageError
from sparring.data.making import draws_of, edges, gray, holed, low, maker_of
from sparring.data.open import open_source
from sparring.data.pairs import PairSource
from sparring.data.settings import DataSettings

NAMES = [f"{number:02}" for number in range(24)]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def opened(**settings) -> PairSource:
    source = open_source(DataSettings(**({"size": 16, "labels": "none"} | settings)))
    assert isinstance(source, PairSource)
    return source


def write_twins(folder):
    """Images, and as their sources the same ones darker, in another format."""
    write_images(folder / "b", [f"{name}.png" for name in NAMES])
    (folder / "a").mkdir()
    for name in NAMES:
        pixels = np.asarray(Image.open(folder / "b" / f"{name}.png"))
        Image.fromarray(pixels // 2).save(folder / "a" / f"{name}.bmp")
    return str(folder / "b"), str(folder / "a")


def halved(image):
    return ((image + 1) * 127.5).round().div(2).floor() / 127.5 - 1


def test_pairs_by_name_share_rows_flips_and_the_split(tmp_path):
    images, sources = write_twins(tmp_path)
    data = opened(spec=images, source=sources, validation=0.3)
    feed = data.feed(8, seed=3)
    assert feed.roles == {"image", "source"}
    for index in (0, 1, 5):
        batch = feed.batch(index)
        torch.testing.assert_close(batch.source, halved(batch.image), atol=1e-4, rtol=0)
    held = data.held_out()
    assert len(held) + data.count == len(NAMES)
    assert len(held) > 0
    torch.testing.assert_close(data.held_out_sources(), halved(held.float() / 127.5 - 1), atol=1e-4, rtol=0)


def test_processes_share_the_batch(tmp_path):
    images, sources = write_twins(tmp_path)
    for source in (sources, "mask"):
        data = opened(spec=images, source=source)
        whole = data.feed(8, seed=1).batch(2)
        parts = [data.feed(8, seed=1, rank=rank, world=2).batch(2) for rank in range(2)]
        for role in ("image", "source"):
            assert torch.equal(torch.cat([part.tensors[role] for part in parts]), whole.tensors[role])


def test_collections_without_pairs_are_shuffled_on_their_own(tmp_path):
    images, sources = write_twins(tmp_path)
    (tmp_path / "a" / "05.bmp").unlink()
    data = opened(spec=images, source=sources, paired=False, validation=0.0, flip=False)
    batch = data.feed(8, seed=0).batch(0)
    assert not torch.allclose(batch.source, halved(batch.image), atol=0.1)
    again = data.feed(8, seed=0).batch(0)
    assert torch.equal(again.source, batch.source)
    assert data.count == len(NAMES)


def test_pictures_side_by_side_are_taken_apart(tmp_path):
    folder = tmp_path / "ab"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name in NAMES:
        left = random.integers(0, 256, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(np.concatenate([left, 255 - left], 1)).save(folder / f"{name}.png")
    for source in ("left", "right"):
        data = opened(spec=str(folder), source=source)
        batch = data.feed(8, seed=2).batch(1)
        torch.testing.assert_close(batch.source, -batch.image, atol=1e-4, rtol=0)
    left = opened(spec=str(folder), source="left", flip=False, validation=0.0)
    first = np.asarray(Image.open(folder / "00.png"))[:, 16:]
    assert any(np.array_equal(first, one.permute(1, 2, 0).numpy()) for one in left.images(range(24)))


@pytest.mark.parametrize(("name", "channels"), [("gray", 1), ("edges", 1), ("mask", 4), ("low:4", 3)])
def test_sources_made_of_images(tmp_path, name, channels):
    images = str(write_images(tmp_path / "b", [f"{one}.png" for one in NAMES]))
    data = opened(spec=images, source=name)
    batch = data.feed(8, seed=0).batch(0)
    assert batch.source.shape == (8, channels, 16, 16)
    assert batch.source.abs().max() <= 1 + 1e-5
    assert torch.equal(batch.source, data.feed(8, seed=0).batch(0).source)
    assert data.facts()["source_channels"] == channels
    assert data.held_out_sources(3).shape[1:] == batch.source.shape[1:]
    assert data.fingerprint != opened(spec=images, source="gray" if name != "gray" else "edges").fingerprint


def test_labels_come_along(tmp_path):
    images = str(write_images(tmp_path / "b", [f"{'xy'[number % 2]}/{name}.png" for number, name in enumerate(NAMES)]))
    data = opened(spec=images, source="gray", labels="folders")
    batch = data.feed(8, seed=0).batch(0)
    assert batch.roles == {"image", "source", "label"}
    assert data.classes == ("x", "y")


def test_gray_is_the_luma_and_edges_are_black_on_white():
    white = torch.ones(1, 3, 8, 8)
    assert gray(white).flatten().tolist() == pytest.approx([1.0] * 64)
    green = torch.tensor([-1.0, 1.0, -1.0]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    assert gray(green)[0, 0, 0, 0].item() == pytest.approx(2 * 0.587 - 1)
    assert torch.allclose(edges(white), torch.ones(1, 1, 8, 8))
    step = torch.cat([white[..., :4], -white[..., 4:]], 3)
    drawn = edges(step)
    assert drawn[0, 0, 4, 3:5].tolist() == pytest.approx([-1.0, -1.0])
    assert drawn[0, 0, 4, 0].item() == pytest.approx(1.0)
    torch.testing.assert_close(edges(step.transpose(2, 3)), drawn.transpose(2, 3))


def test_low_resolution_keeps_the_mean_and_loses_detail():
    image = torch.rand(2, 3, 16, 16)
    small = low(image, 4)
    assert small.shape == image.shape
    assert small.var() < image.var() / 2
    torch.testing.assert_close(low(torch.full((1, 1, 8, 8), 0.3), 2), torch.full((1, 1, 8, 8), 0.3))


def test_holes_are_gray_and_marked_and_the_rest_is_untouched():
    image = torch.rand(64, 3, 32, 32) + 0.1
    source = holed(image, draws_of(0, 0, 64))
    hole = source[:, 3:] == 1
    assert set(source[:, 3].unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(source[:, :3].masked_select(~hole), image.masked_select(~hole))
    assert (source[:, :3].masked_select(hole) == 0).all()
    share = hole.float().mean((1, 2, 3))
    assert share.min() >= 0.2**2
    assert share.max() <= 0.55**2
    assert len(share.unique()) > 20


def test_draws_belong_to_seed_and_number():
    assert torch.equal(draws_of(1, 2, 4), draws_of(1, 2, 4))
    assert torch.equal(draws_of(1, 2, 8)[:4], draws_of(1, 2, 4))
    assert not torch.equal(draws_of(1, 2, 4), draws_of(1, 3, 4))
    many = draws_of(0, 0, 5000)
    assert 0 <= many.min() < 0.01
    assert 0.99 < many.max() < 1


def test_a_picture_that_does_not_halve_is_broken():
    with pytest.raises(BadImageError, match="is 5 x 4 pixels, which does not make two halves"):
        half_of(lambda: Image.new("RGB", (5, 4)), "left")
    assert half_of(lambda: Image.new("RGB", (6, 4)), "right").size == (3, 4)


@pytest.mark.parametrize(
    ("change", "settings", "said"),
    [
        (lambda a: (a / "05.bmp").unlink(), {}, r"no source for 1 image \(05\); pairs have the same name"),
        (lambda a: Image.new("RGB", (4, 4)).save(a / "05.png"), {}, "two sources called 05"),
        (lambda a: None, {"source": "grey"}, "no source is made that way; there are gray, .* Did you mean 'gray'"),
        (lambda a: None, {"source": "low:5"}, "a divisor of their 16 pixels, not 5"),
        (lambda a: None, {"source": "low:x"}, "not x"),
        (lambda a: None, {"source": "builtin:ring"}, "and builtin:ring is neither"),
        (lambda a: None, {"spec": "builtin:ring", "source": "gray"}, "and builtin:ring is neither"),
        (lambda a: None, {"source": "SELF"}, "are the same data"),
    ],
)
def test_what_cannot_be_paired_is_refused(tmp_path, change, settings, said):
    images, sources = write_twins(tmp_path)
    change(tmp_path / "a")
    wanted = {"spec": images, "source": sources} | settings
    wanted["source"] = images if wanted["source"] == "SELF" else wanted["source"]
    with pytest.raises(ValueError, match=said):
        opened(**wanted)


def test_an_image_whose_source_is_broken_is_left_out_and_named(tmp_path):
    write_images(tmp_path / "b", [f"{number:03}.png" for number in range(120)], size=4)
    write_images(tmp_path / "a", [f"{number:03}.png" for number in range(120)], size=4, seed=1)
    (tmp_path / "a" / "007.png").write_bytes(b"nothing")
    data = opened(spec=str(tmp_path / "b"), source=str(tmp_path / "a"), size=4, validation=0.0)
    assert data.count == 119
    assert any("sources are broken: 1 image (007)" in str(note) for note in data.facts()["notes"])


def test_makers_are_known_by_name():
    assert maker_of("nothing", 16) is None
    assert maker_of("low:2", 16).channels(3) == 3
