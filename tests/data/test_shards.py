from __future__ import annotations

import gc
import http.server
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from tests.data.tars import entry, number_of, png, sample, tar, write_shards

from sparring.data.feed import Source
from sparring.data.settings import DataSettings
from sparring.data.shards import feed as feeding
from sparring.data.shards import open_shards
from sparring.data.shards.places import Remote, Shard
from sparring.data.shards.stream import consumed


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small blocks, so that a few samples make several."""
    monkeypatch.setattr(feeding, "BLOCK_SAMPLES", (16, 16))


def spec_of(folder: Path, **changes: object) -> DataSettings:
    plain = DataSettings(spec=str(folder / "*.tar"), size=16, validation=0.0, flip=False)
    return replace(plain, **changes)  # type: ignore[arg-type]


def numbers(feed: feeding.ShardFeed, batches: range) -> list[int]:
    return [number_of(image.numpy()) for index in batches for image in feed.batch(index).image]


# Order


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("sizes", [[10, 30, 1, 7, 22, 13, 5], [9], [3, 3, 3, 3], [0, 12, 0, 1]])
def test_every_epoch_shows_every_sample_once(sizes: list[int], tmp_path: Path) -> None:
    count = write_shards(tmp_path, sizes)
    source = open_shards(spec_of(tmp_path))
    assert isinstance(source, Source)
    assert source.count == count
    # Blocks of 16 are shuffled after the epochs are laid one behind the other.
    shown = numbers(source.feed(16, seed=3), range(3 * count))
    assert Counter(shown[: 48 * count // 16 * 16]) == dict.fromkeys(range(count), 48)
    assert shown[:count] != sorted(shown[:count]) or count == 1


@pytest.mark.usefixtures("blocks")
def test_another_seed_is_another_order(tmp_path: Path) -> None:
    write_shards(tmp_path, [20, 20, 20])
    source = open_shards(spec_of(tmp_path))
    first = numbers(source.feed(8, seed=1), range(12))
    assert first == numbers(source.feed(8, seed=1), range(12))
    assert first != numbers(source.feed(8, seed=2), range(12))
    assert first == numbers(open_shards(spec_of(tmp_path)).feed(8, seed=1), range(12))


@pytest.mark.usefixtures("blocks")
def test_shards_of_one_class_each_are_mixed(tmp_path: Path) -> None:
    write_shards(tmp_path, [40] * 4)
    shown = numbers(open_shards(spec_of(tmp_path)).feed(16, seed=0), range(5))
    for start in range(0, 80, 16):
        assert len({number // 40 for number in shown[start : start + 16]}) == 4


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("batch", [5, 16, 24])
@pytest.mark.parametrize("validation", [0.0, 0.3])
def test_any_batch_can_be_the_first_one(batch: int, validation: float, tmp_path: Path) -> None:
    """What a resumed run sees is what the run that went on saw, wherever it was cut."""
    write_shards(tmp_path, [10, 30, 1, 7, 22, 13, 5])
    source = open_shards(spec_of(tmp_path, validation=validation, flip=True))
    feed = source.feed(batch, seed=7)
    straight = [feed.batch(index) for index in range(40)]
    for index in (0, 1, 6, 13, 39, 22, 5):
        resumed = open_shards(spec_of(tmp_path, validation=validation, flip=True)).feed(batch, seed=7)
        for step in (index, index + 1):
            if step < 40:
                assert torch.equal(resumed.batch(step).image, straight[step].image), step
                assert torch.equal(resumed.batch(step).label, straight[step].label), step


def test_the_part_of_each_shard_that_was_read() -> None:
    for sizes in ([3, 1, 0, 5], [4], [2, 2, 2], [0, 0, 1]):
        taken = [0] * len(sizes)
        lap = position = 0
        while position < sum(sizes):
            for place, size in enumerate(sizes):
                if size > lap:
                    assert consumed(sizes, position) == taken
                    taken[place] += 1
                    position += 1
            lap += 1


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("world", [2, 3])
def test_processes_share_one_batch(world: int, tmp_path: Path) -> None:
    write_shards(tmp_path, [10, 30, 1, 7, 22])
    source = open_shards(spec_of(tmp_path, flip=True))
    whole = source.feed(12, seed=1)
    parts = [source.feed(12, seed=1, rank=rank, world=world) for rank in range(world)]
    for index in (0, 1, 2, 9, 4):
        expected, found = whole.batch(index), [part.batch(index) for part in parts]
        assert torch.equal(torch.cat([part.image for part in found]), expected.image)
        assert torch.equal(torch.cat([part.label for part in found]), expected.label)
    with pytest.raises(ValueError, match="cannot be split evenly"):
        source.feed(13, seed=1, world=world)


def test_the_mirror_shows_about_half(tmp_path: Path) -> None:
    picture = png(1)
    from PIL import Image

    two = Image.new("RGB", (16, 16), "black")
    two.paste((255, 255, 255), (0, 0, 8, 16))
    two.save(tmp_path / "two.png")
    picture = (tmp_path / "two.png").read_bytes()
    (tmp_path / "a.tar").write_bytes(tar([entry(f"{n}.png", picture) for n in range(8)]))
    image = open_shards(spec_of(tmp_path, flip=True)).feed(256, seed=0).batch(0).image
    assert image.shape == (256, 1, 16, 16)  # gray, as every image is
    left = image[:, 0, 0, 0] > 0
    assert 90 < left.sum() < 166
    assert torch.equal(image[left], image[left][:1].expand(int(left.sum()), -1, -1, -1))


# Content


def test_images_and_labels_belong_together(tmp_path: Path) -> None:
    write_shards(tmp_path, [30, 20])
    source = open_shards(spec_of(tmp_path))
    assert source.classes == ("0", "1", "2")
    assert source.shape == (3, 16, 16)
    batch = source.feed(25, seed=0).batch(0)
    assert batch.image.dtype == torch.float32
    assert batch.label.dtype == torch.int64
    assert [number_of(image.numpy()) % 3 for image in batch.image] == batch.label.tolist()
    assert float(batch.image[0, 2, 0, 0]) == pytest.approx(77 / 127.5 - 1)


@pytest.mark.parametrize(
    ("labels", "facts", "cls", "classes"),
    [
        ("auto", None, None, ()),
        ("none", None, "cat", ()),
        ("auto", {"label": 10, "width": 3}, None, ("2", "10")),
        ("auto", {"label": 10.0, "caption": [1]}, None, ("2", "10")),
        ("colour", {"label": 1, "colour": "x"}, "cat", ("x", "y")),
        ("cls", {"label": 1}, "cat", ("cat", "dog")),
        ("smiling", {"smiling": True}, None, ("no", "yes")),
    ],
)
def test_labels_from_files_beside_the_image(
    labels: str, facts: dict[str, object] | None, cls: str | None, classes: tuple[str, ...], tmp_path: Path
) -> None:
    other = {"label": 2, "colour": "y", "smiling": False}
    entries = []
    for number in range(8):
        now = facts if number % 2 else {key: other.get(key) for key in facts or {}}
        entries += sample(number, (cls if number % 2 else "dog") if cls else None, now if facts else None)
    (tmp_path / "a.tar").write_bytes(tar(entries))
    source = open_shards(spec_of(tmp_path, labels=labels))
    assert source.classes == classes
    batch = source.feed(8, seed=0).batch(0)
    assert batch.roles == ({"image", "label"} if classes else {"image"})
    for image, label in zip(batch.image, batch.label if classes else [], strict=bool(classes)):
        odd = number_of(image.numpy()) % 2
        value = ({**(facts or {}), "cls": cls} if odd else {**other, "cls": "dog"})[
            "cls" if labels == "cls" else labels if labels != "auto" else "label"
        ]
        word = ("yes" if value else "no") if isinstance(value, bool) else str(value).removesuffix(".0")
        assert source.classes[int(label)] == word


@pytest.mark.parametrize("facts", [b"{", b"[1]", b"3", b"\xff", b"[" * 100_000])
def test_damaged_notes_are_no_labels(facts: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar([entry("1.png", png(1)), entry("1.json", facts)]))
    assert open_shards(spec_of(tmp_path)).classes == ()


def test_class_names_beside_the_shards(tmp_path: Path) -> None:
    write_shards(tmp_path, [30])
    (tmp_path / "classes.txt").write_text("cat\ndog\nbird\nfish\n")
    source = open_shards(spec_of(tmp_path))
    assert source.classes == ("cat", "dog", "bird", "fish")
    batch = source.feed(30, seed=0).batch(0)
    assert [number_of(image.numpy()) % 3 for image in batch.image] == batch.label.tolist()


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ("captoin", "'captoin' is missing from the samples; they have cls, txt, caption. Did you mean 'caption'"),
        ("caption", "'caption' has only 1 values"),
        ("rare", "'rare' is missing from 9 of 10 samples"),
    ],
)
def test_labels_that_are_not_there(labels: str, sentence: str, tmp_path: Path) -> None:
    entries = []
    for number in range(10):
        entries += sample(number, str(number % 2), {"caption": "x"} | ({"rare": 1} if number == 5 else {}))
        entries.append(entry(f"{number:05d}.txt", b"words"))
    (tmp_path / "a.tar").write_bytes(tar(entries))
    with pytest.raises(ValueError, match=sentence):
        open_shards(spec_of(tmp_path, labels=labels))


def test_size_and_channels_are_chosen_from_the_images(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(tar([entry(f"{n}.png", png(n, 40)) for n in range(4)]))
    assert open_shards(spec_of(tmp_path, size=0)).shape == (3, 32, 32)
    assert open_shards(spec_of(tmp_path, channels=1)).shape == (1, 16, 16)


def test_images_are_prepared_as_packed_ones_are(tmp_path: Path) -> None:
    from PIL import Image

    from sparring.data.images import prepare

    picture = Image.effect_noise((50, 30), 80).convert("RGB")
    picture.save(tmp_path / "x.png")
    (tmp_path / "a.tar").write_bytes(tar([entry("x.png", (tmp_path / "x.png").read_bytes())]))
    for resize in ("cover", "contain", "stretch"):
        image = open_shards(spec_of(tmp_path, resize=resize, channels=3)).feed(1, seed=0).batch(0).image[0]
        expected = prepare(picture, 16, 3, resize).pixels.astype(np.float32) / 127.5 - 1
        np.testing.assert_allclose(image.permute(1, 2, 0).numpy(), expected, atol=1e-6)


def test_held_out_samples_are_never_shown(tmp_path: Path) -> None:
    write_shards(tmp_path, [100, 100])
    source = open_shards(spec_of(tmp_path, validation=0.2))
    assert source.count is not None
    facts = source.facts()
    assert facts["images"] == 200
    assert 20 < facts["held_out"] == 200 - source.count < 65  # type: ignore[operator]
    shown = set(numbers(source.feed(50, seed=0), range(30)))
    assert len(shown) == source.count
    assert shown == set(numbers(source.feed(50, seed=9), range(30)))
    fewer = open_shards(spec_of(tmp_path, validation=0.1))
    assert shown < set(numbers(fewer.feed(50, seed=0), range(30)))


def test_a_folder_of_shards_is_told_from_a_folder_of_images(tmp_path: Path) -> None:
    from sparring.data.open import open_source

    folder = tmp_path / "shards"
    folder.mkdir()
    count = write_shards(folder, [10, 20])
    (folder / "classes.txt").write_text("cat\ndog\nbird\n")
    source = open_source(spec_of(tmp_path, spec=str(folder)))
    assert (source.count, source.classes) == (count, ("cat", "dog", "bird"))
    (folder / "picture.png").write_bytes(png(1))
    assert open_source(spec_of(tmp_path, spec=str(folder))).count == 1
    (folder / "picture.png").rename(folder / "picture.xyz")
    with pytest.raises(ValueError, match="There are no images in"):
        open_source(spec_of(tmp_path, spec=str(folder)))


# Trouble


def broken_shards(folder: Path, every: int, count: int = 300) -> set[int]:
    """Every `every`-th image is damaged; returns which."""
    entries = []
    for number in range(count):
        content = png(number)
        entries.append(entry(f"{number:05d}.png", content[:20] + b"damaged" if number % every == 0 else content))
    (folder / "a.tar").write_bytes(tar(entries[: count // 2]))
    (folder / "b.tar").write_bytes(tar(entries[count // 2 :]))
    return set(range(0, count, every))


@pytest.mark.usefixtures("blocks")
def test_broken_images_are_replaced_counted_and_named(tmp_path: Path) -> None:
    broken = broken_shards(tmp_path, every=149)
    source = open_shards(spec_of(tmp_path))
    feed = source.feed(16, seed=1)
    straight = [feed.batch(index).image for index in range(38)]
    shown = Counter(number_of(image.numpy()) for batch in straight for image in batch)
    assert not broken & set(shown)
    assert sum(shown.values()) == 38 * 16
    facts = source.facts()
    assert facts["broken"] == len(broken)
    assert "00149.png is" in " ".join(facts["broken_named"])  # type: ignore[arg-type]
    for world in (1, 2, 4):
        for index in (30, 3, 17):
            parts = [open_shards(spec_of(tmp_path)).feed(16, seed=1, rank=r, world=world) for r in range(world)]
            found = torch.cat([part.batch(index).image for part in parts])
            assert torch.equal(found, straight[index]), (world, index)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("world", [1, 2, 4])
def test_the_last_image_of_a_block_is_replaced_by_the_first_of_the_next(world: int, tmp_path: Path) -> None:
    """Which image stands in for a broken one depends neither on where a run began nor on who shows it."""
    entries = [entry(f"{n:05d}.png", b"broken" if n in (15, 31, 32) else png(n)) for n in range(64)]
    (tmp_path / "a.tar").write_bytes(tar(entries))
    source = open_shards(spec_of(tmp_path))
    for index in (0, 1, 2, 3, 1, 2):
        feeds = [source.feed(16, seed=0, rank=rank, world=world) for rank in range(world)]
        shown = Counter(number for feed in feeds for number in numbers(feed, range(index, index + 1)))
        expected = Counter(range(16 * index, 16 * index + 16))
        for broken, instead in ((15, 16), (31, 33), (32, 33)):
            if expected.pop(broken, 0):
                expected[instead] += 1
        assert shown == expected
    assert source.facts()["broken"] == 3


def test_a_long_row_of_broken_images_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "BROKEN_SHARE", 1.0)
    monkeypatch.setattr(feeding, "BROKEN_IN_A_ROW", 20)
    entries = [entry(f"{n:05d}.png", png(n) if n < 4 else b"broken") for n in range(64)]
    (tmp_path / "a.tar").write_bytes(tar(entries))
    monkeypatch.setattr(feeding, "BLOCK_SAMPLES", (8, 8))
    with pytest.raises(ValueError, match="More than 20 images in a row are broken, such as 0"):
        open_shards(spec_of(tmp_path)).feed(8, seed=0).batch(0)


@pytest.mark.usefixtures("blocks")
def test_too_many_broken_images_are_too_many(tmp_path: Path) -> None:
    broken_shards(tmp_path, every=20)
    feed = open_shards(spec_of(tmp_path)).feed(16, seed=1)
    with pytest.raises(ValueError, match=r"images are broken, more than one in a hundred: .*\.png .*; .*; .*Mend"):
        numbers(feed, range(60))


def test_strict_allows_no_broken_image(tmp_path: Path) -> None:
    broken_shards(tmp_path, every=149)
    feed = open_shards(spec_of(tmp_path, strict=True)).feed(16, seed=1)
    with pytest.raises(ValueError, match=r"1 of .* images are broken, and strict = true allows none"):
        numbers(feed, range(40))


def test_strict_allows_no_damaged_shard(tmp_path: Path) -> None:
    write_shards(tmp_path, [20, 20])
    whole = (tmp_path / "part-001.tar").read_bytes()
    (tmp_path / "part-001.tar").write_bytes(whole[: len(whole) // 2])
    loose = open_shards(spec_of(tmp_path))
    assert 20 < (loose.count or 0) < 35
    assert loose.facts()["passed_over"] == {"shards cut off or damaged": 1}
    assert len(set(numbers(loose.feed(16, seed=0), range(9)))) == loose.count
    with pytest.raises(ValueError, match="1 shards cut off or damaged, and strict"):
        open_shards(spec_of(tmp_path, strict=True))


def test_hostile_shards_show_what_is_honest_in_them(tmp_path: Path) -> None:
    import tarfile

    entries = [
        entry("../../evil.png", png(1)),
        entry("/etc/evil.png", png(2)),
        entry("link.png", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        *sample(3),
        *sample(4),
    ]
    (tmp_path / "a.tar").write_bytes(tar(entries))
    source = open_shards(spec_of(tmp_path))
    assert set(numbers(source.feed(8, seed=0), range(2))) == {3, 4}
    assert source.facts()["passed_over"] == {"unsafe names": 2, "links, devices and other special entries": 1}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html>", "is not a tar file"),
        (b"", "is not a tar file"),
        (tar([]), "no images to train on"),
        (tar([entry("a.txt", b"words")]), "no images to train on"),
        (tar([entry("a.png", b"words")]), r"None of the first 64 images .* can be read; a\.png is not an image"),
    ],
)
def test_shards_without_images_are_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(content)
    with pytest.raises(ValueError, match=sentence):
        open_shards(spec_of(tmp_path))


def test_a_shard_that_changed_since_it_was_counted_is_noticed(tmp_path: Path) -> None:
    write_shards(tmp_path, [10, 10])
    source = open_shards(spec_of(tmp_path))
    feed = source.feed(20, seed=0)
    (tmp_path / "part-001.tar").write_bytes(tar([one for number in range(7) for one in sample(number, "1")]))
    with pytest.raises(ValueError, match="held 10 training images when it was counted and 7 now"):
        numbers(feed, range(10))


def test_a_vanished_shard_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path, [10, 10])
    source = open_shards(spec_of(tmp_path))
    (tmp_path / "part-001.tar").unlink()
    with pytest.raises(OSError, match=r"part-001\.tar cannot be opened \(No such file"):
        numbers(source.feed(20, seed=0), range(10))


def test_memory_does_not_grow_with_the_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "BLOCK_SAMPLES", (64, 64))

    def peak(sizes: list[int], folder: Path) -> int:
        folder.mkdir()
        write_shards(folder, sizes)
        feed = open_shards(spec_of(folder)).feed(32, seed=0)
        feed.batch(0)
        tracemalloc.start()
        for index in range(40):
            feed.batch(index)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak([300] * 4, tmp_path / "large") < 1.3 * peak([30] * 4, tmp_path / "small") + 100_000


# Counts


def test_counts_are_kept_and_forgotten_when_a_shard_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shards(tmp_path, [70, 20, 30])
    assert open_shards(spec_of(tmp_path)).count == 120
    opened: list[str] = []
    plain = Shard.open
    monkeypatch.setattr(Shard, "open", lambda shard: opened.append(shard.name) or plain(shard))
    again = open_shards(spec_of(tmp_path))
    assert again.count == 120
    assert opened == ["classes.txt", "part-000.tar"]  # to look at the first images
    (tmp_path / "part-001.tar").write_bytes(tar([one for number in range(5) for one in sample(number, "1")]))
    assert open_shards(spec_of(tmp_path)).count == 105
    assert again.fingerprint != open_shards(spec_of(tmp_path)).fingerprint
    assert open_shards(spec_of(tmp_path, size=32)).fingerprint != open_shards(spec_of(tmp_path)).fingerprint


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"x": 3}'])
def test_a_damaged_count_file_is_only_slower(damage: bytes, tmp_path: Path) -> None:
    write_shards(tmp_path, [10, 20])
    open_shards(spec_of(tmp_path))
    (file,) = (tmp_path / "cache" / "shards").glob("*.json")
    file.write_bytes(damage)
    assert open_shards(spec_of(tmp_path)).count == 30


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shards(tmp_path, [10])
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "file"))
    assert open_shards(spec_of(tmp_path)).count == 10


# Servers


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves a folder; may know ranges, and may break off a number of times."""

    folder: ClassVar[Path]
    ranges: ClassVar[bool] = True
    breaks: ClassVar[int] = 0
    sent_before_a_break: ClassVar[float] = 0.5
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        file = self.folder / self.path.lstrip("/").partition("?")[0]
        start = self.headers.get("Range", "")
        self.asked.append((file.name, start))
        if not file.is_file():
            self.send_error(404)
            return
        content = file.read_bytes()
        skip = int(start.removeprefix("bytes=").rstrip("-")) if start and self.ranges else 0
        self.send_response(206 if skip else 200)
        self.send_header("Content-Length", str(len(content) - skip))
        self.end_headers()
        content = content[skip:]
        if type(self).breaks and file.suffix == ".tar":
            type(self).breaks -= 1
            content = content[: int(len(content) * self.sent_before_a_break)]
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr("sparring.data.shards.places.RETRY_SECONDS", (0.01, 0.02))
    monkeypatch.setenv("no_proxy", "*")
    for name, value in (
        ("folder", tmp_path),
        ("ranges", True),
        ("breaks", 0),
        ("asked", []),
        ("sent_before_a_break", 0.5),
    ):
        monkeypatch.setattr(Handler, name, value, raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.mark.usefixtures("blocks")
def test_urls_show_what_files_show(server: str, tmp_path: Path) -> None:
    write_shards(tmp_path, [10, 30, 1, 7, 22])
    files = open_shards(spec_of(tmp_path, validation=0.1)).feed(8, seed=4)
    source = open_shards(spec_of(tmp_path, spec=server + "/part-{000..004}.tar", validation=0.1))
    assert source.count is None
    assert source.classes == ("0", "1", "2")
    feed = source.feed(8, seed=4)
    expected = [files.batch(index) for index in range(20)]
    for index in range(20):
        found = feed.batch(index)
        assert torch.equal(found.image, expected[index].image)
        assert torch.equal(found.label, expected[index].label)
    assert source.count == open_shards(spec_of(tmp_path, validation=0.1)).count  # learned on the way
    resumed = open_shards(spec_of(tmp_path, spec=server + "/part-{000..004}.tar", validation=0.1)).feed(8, seed=4)
    assert torch.equal(resumed.batch(17).image, expected[17].image)


@pytest.mark.usefixtures("blocks")
def test_resuming_from_urls_reads_only_what_it_has_to(server: str, tmp_path: Path) -> None:
    """With counts known, the epochs and shards before the position are not asked for again."""
    write_shards(tmp_path, [20] * 12)
    spec = spec_of(tmp_path, spec=server + "/part-{000..011}.tar")
    source = open_shards(spec)
    feed = source.feed(16, seed=4)
    expected = [feed.batch(index).image for index in range(28)]
    source.shards.counts.save()
    resumed = open_shards(spec).feed(16, seed=4)
    Handler.asked.clear()
    assert torch.equal(resumed.batch(27).image, expected[27])
    limit = time.monotonic() + 20
    while not all(block.done() for block in resumed.held.values()) and time.monotonic() < limit:
        time.sleep(0.01)
    assert len({name for name, _ in Handler.asked}) <= 8


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("ranges", [True, False])
def test_a_lost_connection_is_taken_up_again(ranges: bool, server: str, tmp_path: Path) -> None:
    write_shards(tmp_path, [60, 60])
    spec = spec_of(tmp_path, spec=server + "/part-{000..001}.tar")
    expected = numbers(open_shards(spec_of(tmp_path)).feed(16, seed=4), range(20))
    source = open_shards(spec)
    Handler.ranges, Handler.breaks = ranges, 2
    Handler.asked.clear()
    assert numbers(source.feed(16, seed=4), range(20)) == expected
    assert any(start for _, start in Handler.asked)


def test_a_server_that_keeps_breaking_off_is_named(server: str, tmp_path: Path) -> None:
    write_shards(tmp_path, [60])
    source = open_shards(spec_of(tmp_path, spec=server + "/part-000.tar"))
    Handler.breaks, Handler.sent_before_a_break = 1000, 0.0
    with pytest.raises(OSError, match=r"part-000\.tar broke off at byte \d+ and cannot be read on"):
        numbers(source.feed(16, seed=4), range(20))


def test_a_file_that_changes_between_two_connections_is_noticed(server: str, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(bytes(10_000))
    stream = Remote(server + "/a.tar")
    stream.read(100)
    stream.close()
    (tmp_path / "a.tar").write_bytes(bytes(9_000))
    with pytest.raises(ValueError, match="was changed while it was read"):
        stream.read(100)
    stream.close()


def test_urls_that_cannot_be_had(server: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"nothing\.tar cannot be had: 404 Not Found"):
        open_shards(spec_of(tmp_path, spec=server + "/nothing.tar"))
    with pytest.raises(OSError, match="cannot be reached"):
        open_shards(spec_of(tmp_path, spec="http://127.0.0.1:1/a.tar"))


def test_an_unknown_class_on_a_server_says_what_to_do(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sparring.data.shards.GUESSED_FROM", 6)
    entries = [one for number in range(20) for one in sample(number, "late" if number > 15 else f"c{number % 2}")]
    (tmp_path / "a.tar").write_bytes(tar(entries))
    spec = spec_of(tmp_path, spec=server + "/a.tar")
    source = open_shards(spec)
    assert source.classes == ("c0", "c1")
    with pytest.raises(ValueError, match=r"has the label 'late', which is none of the 2 known; put a classes\.txt"):
        numbers(source.feed(16, seed=4), range(3))
    (tmp_path / "classes.txt").write_text("c0\nc1\nlate\n")
    assert len(set(numbers(open_shards(spec).feed(16, seed=4), range(40)))) == 20


def test_the_next_block_is_read_while_this_one_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "BLOCK_SAMPLES", (32, 32))
    write_shards(tmp_path, [100])
    feed = open_shards(spec_of(tmp_path)).feed(32, seed=0)
    feed.batch(0)
    limit = time.monotonic() + 20
    while not feed.held[1].done() and time.monotonic() < limit:
        time.sleep(0.01)
    assert feed.held[1].done()
    assert set(feed.held) == {0, 1}
    feed.batch(5)
    assert set(feed.held) == {5, 6}


def test_the_thread_ends_with_its_feed(tmp_path: Path) -> None:
    write_shards(tmp_path, [100])
    others = set(threading.enumerate())
    feed = open_shards(spec_of(tmp_path)).feed(32, seed=0)
    feed.batch(0)
    (thread,) = [one for one in threading.enumerate() if one.name == "sparring-shards" and one not in others]
    assert thread.daemon  # no program waits for it
    del feed
    gc.collect()
    thread.join(20)
    assert not thread.is_alive()
