"""A pack as a source of batches: values, order, parts, the split, and the memory it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.data.pictures import write_images

from sparring.data.cache import Preparation
from sparring.data.feed import Source
from sparring.data.folder import FolderOrigin
from sparring.data.pack import pack
from sparring.data.packed import PackSource, floats, split, to_float
from sparring.data.packfile import FORMAT, INDEX, Manifest, Pack
from sparring.data.writer import header
from sparring.settings import to_json

NAMES = [f"{'ab'[number % 2]}/{number:03d}.png" for number in range(30)]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = write_images(tmp_path_factory.mktemp("photos"), NAMES)
    return pack(FolderOrigin(folder), Preparation(16, 3, "cover"))


def test_it_keeps_the_promise_of_a_source(packed: Pack) -> None:
    source = PackSource(packed, attribute="folder")
    assert isinstance(source, Source)
    assert source.shape == (3, 16, 16)
    assert source.classes == ("a", "b")
    assert source.count == 30
    assert PackSource(packed).classes == ()
    assert PackSource(packed).feed(4, seed=0).roles == {"image"}


def test_values_layout_and_labels(packed: Pack) -> None:
    source = PackSource(packed, attribute="folder")
    feed = source.feed(8, seed=1)
    batch = feed.batch(0)
    rows = feed.sampler.rows(0, 0, 8)
    expected = source.images(rows).to(torch.float32) / 127.5 - 1
    assert batch.roles == feed.roles == {"image", "label"}
    assert batch.image.dtype == torch.float32
    assert torch.equal(batch.image, expected)
    assert batch.image.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(batch.label, source.labels(rows))
    assert batch.label.dtype == torch.int64
    assert [name[0] for name in source.names(rows)] == ["ab"[label] for label in batch.label]


def test_the_range_is_exact() -> None:
    levels = to_float(torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16), None)
    assert torch.equal(torch.from_numpy(floats(np.arange(256, dtype=np.uint8))), levels.flatten())
    assert levels.min() == -1.0
    assert levels.max() == 1.0
    assert torch.equal(((levels + 1) * 127.5).round().to(torch.uint8).flatten(), torch.arange(256, dtype=torch.uint8))


@pytest.mark.parametrize("channels", [1, 3])
def test_mirrored_images_are_mirrored(packed: Pack, channels: int, tmp_path: Path) -> None:
    if channels == 1:
        folder = write_images(tmp_path / "photos", NAMES)
        packed = pack(FolderOrigin(folder), Preparation(16, 1, "cover"))
    plain, flipping = (PackSource(packed, flip=flip).feed(16, seed=3) for flip in (False, True))
    flips = torch.from_numpy(flipping.sampler.flips(5, 0, 16))
    straight, mixed = plain.batch(5).image, flipping.batch(5).image
    assert 0 < flips.sum() < 16
    assert torch.equal(mixed, torch.where(flips[:, None, None, None], straight.flip(3), straight))


def test_other_devices_get_the_same_images(packed: Pack) -> None:
    """There is none here, so what is sent is finished on the CPU, by the operations a device would run."""
    source = PackSource(packed, attribute="folder", flip=True)
    here, there = (source.feed(16, seed=3) for _ in range(2))
    there.device = torch.device("mps")
    gathered = there._gather(2)
    assert gathered.image.dtype == torch.uint8
    image = to_float(gathered.image, gathered.flips)
    assert torch.equal(image, here.batch(2).image)
    assert image.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("prefetch", [False, True])
def test_a_batch_depends_on_its_number_alone(packed: Pack, prefetch: bool) -> None:
    source = PackSource(packed, flip=True)
    in_order = [source.feed(8, seed=7, prefetch=False).batch(index).image for index in range(12)]
    feed = source.feed(8, seed=7, prefetch=prefetch)
    for index in (0, 1, 2, 11, 3, 3, 4, 0):
        assert torch.equal(feed.batch(index).image, in_order[index])
    assert not torch.equal(source.feed(8, seed=8).batch(0).image, in_order[0])


def test_systems_without_positioned_reads(packed: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.array([5, 0, 29, 5])
    expected = packed.read(rows)
    monkeypatch.setattr("sparring.data.packfile.sys.platform", "win32")
    assert (packed.read(rows) == expected).all()


@pytest.mark.parametrize("world", [2, 4])
def test_the_parts_of_all_processes_make_up_the_batch(packed: Pack, world: int) -> None:
    source = PackSource(packed, attribute="folder", flip=True)
    whole = source.feed(8, seed=2)
    parts = [source.feed(8, seed=2, rank=rank, world=world) for rank in range(world)]
    assert all(part.size == 8 for part in parts)
    for index in range(5):
        batches = [part.batch(index) for part in parts]
        assert torch.equal(torch.cat([batch.image for batch in batches]), whole.batch(index).image)
        assert torch.equal(torch.cat([batch.label for batch in batches]), whole.batch(index).label)


def test_batches_that_do_not_divide(packed: Pack) -> None:
    with pytest.raises(ValueError, match="batch of 9 images cannot be split evenly over 2 processes"):
        PackSource(packed).feed(9, seed=0, world=2)
    with pytest.raises(ValueError, match="batch of 0"):
        PackSource(packed).feed(0, seed=0)


def test_batches_larger_than_the_set_are_fine_and_said(packed: Pack) -> None:
    source = PackSource(packed)
    feed = source.feed(64, seed=0)
    assert len(feed.batch(0)) == 64
    assert set(feed.sampler.rows(0, 0, 64)) == set(range(30))
    source.feed(64, seed=0)
    assert source.facts()["notes"] == ["A batch of 64 is larger than the 30 training images, so it shows some twice."]


def test_held_out_images_are_never_trained_on(packed: Pack) -> None:
    source = PackSource(packed, attribute="folder", validation=0.3)
    held = source.held_out()
    assert 2 <= len(held) <= 16
    assert source.count == 30 - len(held)
    assert held.dtype == torch.uint8
    assert held.shape[1:] == source.shape
    assert torch.equal(source.held_out(2), held[:2])
    assert len(source.held_out_labels()) == len(held)
    trained = source.images(range(source.count))
    assert not any(torch.equal(one, other) for one in held for other in trained)


def test_without_a_split_nothing_is_held_out(packed: Pack) -> None:
    assert PackSource(packed).held_out().shape == (0, 3, 16, 16)


def test_the_split_is_stable_when_images_are_added() -> None:
    hashes = np.random.default_rng(0).integers(0, 2**64, 2000, dtype=np.uint64)
    training, held = split(hashes[:1000], 0.1)
    more_training, more_held = split(hashes, 0.1)
    assert abs(len(more_held) / 2000 - 0.1) < 0.03
    assert set(training) == {row for row in more_training if row < 1000}
    assert set(held) <= set(more_held)
    assert sorted([*training, *held]) == list(range(1000))


def test_equal_images_are_on_one_side(packed: Pack) -> None:
    hashes = np.repeat(packed.index["hash"], 3)
    training, held = split(hashes, 0.3)
    assert not set(hashes[training]) & set(hashes[held])


def test_training_is_never_empty() -> None:
    training, held = split(np.zeros(5, np.uint64), 0.5)
    assert training.tolist() == [0, 1, 2, 3, 4]
    assert len(held) == 0


def test_labels_of_unlabelled_data(packed: Pack) -> None:
    with pytest.raises(ValueError, match="has no labels"):
        PackSource(packed).labels([0])


def test_fingerprints_follow_what_is_seen(packed: Pack) -> None:
    sources = [PackSource(packed), PackSource(packed, attribute="folder"), PackSource(packed, validation=0.3)]
    assert len({source.fingerprint for source in sources}) == 3
    assert PackSource(packed).fingerprint == sources[0].fingerprint


def test_facts_are_json(packed: Pack) -> None:
    facts = json.loads(json.dumps(PackSource(packed, attribute="folder", validation=0.3).facts()))
    assert facts["images"] == 30
    assert facts["training"] + facts["held_out"] == 30
    assert facts["classes"] == ["a", "b"]
    assert facts["attributes"] == {"folder": 2}
    assert facts["median_short_side"] == 16


TRAIN = """
import resource, sys
from pathlib import Path
import torch
from sparring.data.packed import PackSource
from sparring.data.packfile import Pack
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
source = PackSource(Pack(Path(sys.argv[1])), attribute="kind", validation=0.05, flip=True)
feed = source.feed(100, seed=0)
for index in range(source.count // 100 + 1):
    feed.batch(index)
print(source.count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no resource module")
def test_200_000_images_train_in_little_memory(tmp_path: Path) -> None:
    """Every image of 2.3 GiB is read once; the limit is 2 GiB for the whole process, and this part takes a tenth.

    The pixels are a hole in a file: all zero, and quickly made.
    """
    count = 200_000
    index = np.zeros(count, INDEX)
    index["hash"] = np.random.default_rng(0).integers(0, 2**64, count, dtype=np.uint64)
    index.tofile(tmp_path / "index.bin")
    np.save(tmp_path / "labels.npy", (np.arange(count) % 10).astype(np.int32)[:, None])
    (tmp_path / "names.jsonl").write_text("".join(f'"{number:06d}.png"\n' for number in range(count)))
    classes = {"kind": tuple("0123456789")}
    manifest = Manifest(FORMAT, "many/", "", "", "", count, 64, 3, "cover", classes, ("RGB",), ("PNG",), ())
    (tmp_path / "manifest.json").write_text(json.dumps(to_json(manifest)))
    (tmp_path / "images.npy").write_bytes(header(count, 64, 3))
    os.truncate(tmp_path / "images.npy", len(header(count, 64, 3)) + count * 64 * 64 * 3)
    run = subprocess.run([sys.executable, "-c", TRAIN, str(tmp_path)], capture_output=True, text=True, check=True)
    trained, grown_kib = map(int, run.stdout.split())
    assert 189_000 < trained < 191_000
    assert grown_kib < 200 * 1024
