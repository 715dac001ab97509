from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.tars import entry, png, sample, tar, write_shards

from sparring.data.shards import tar as reading
from sparring.data.shards.places import File, Shard, find_shards
from sparring.data.shards.tar import NotTarError, Sample, Tar, samples


class Memory:
    """A stream over bytes."""

    def __init__(self, content: bytes) -> None:
        self.file = io.BytesIO(content)
        self.size = len(content)
        self.read = self.file.read

    def skip(self, count: int, /) -> int:
        return len(self.file.read(count))

    def close(self) -> None:
        self.file.close()


def read(content: bytes, wanted: bool = True) -> tuple[list[Sample], Counter[str]]:
    tally: Counter[str] = Counter()
    return list(samples(Tar(Memory(content), tally), lambda: wanted, lambda: True)), tally


def test_samples_are_what_shares_a_name() -> None:
    content = tar(
        [
            entry("a/1.cls", b"cat"),
            entry("a/1.jpg", b"one"),
            entry("a/1.json", b"{}"),
            entry("a/2.PNG", b"two"),
            entry("b/2.png", b"three"),
            entry("b/2.seg.png", b"mask"),
            entry("b/3.txt", b"no image"),
            entry("b/.hidden.png", b"no"),
            entry("b/noending", b"no"),
        ]
    )
    found, tally = read(content)
    assert [(s.key, s.ending, s.image, s.notes) for s in found] == [
        ("a/1", "jpg", b"one", {"cls": b"cat", "json": b"{}"}),
        ("a/2", "png", b"two", {}),
        ("b/2", "png", b"three", {}),
    ]
    assert not tally


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("length", [60, 99, 100, 101, 180, 250])
def test_long_names_of_every_kind_of_tar(form: int, length: int) -> None:
    name = "d/" * ((length - 10) // 20) + "n" * min(90, length - 10 - (length - 10) // 20 * 2)
    if length > 150 and form != tarfile.USTAR_FORMAT:
        name = "ü" + name + "x" * 80
    found, tally = read(tar([entry(f"{name}.png", b"one"), entry("short.png", b"two")], form))
    assert [(s.key, s.image) for s in found] == [(name, b"one"), ("short", b"two")]
    assert not tally


@pytest.mark.parametrize(
    "name",
    ["../up.png", "a/../../up.png", "/etc/up.png", "C:/up.png", "c:up.png", "..\\up.png", "a/..", "\\\\host\\up.png"],
)
def test_names_that_point_elsewhere_are_refused(name: str) -> None:
    found, tally = read(tar([entry("1.png", b"one"), entry(name, b"evil"), entry("2.png", b"two")]))
    assert [s.image for s in found] == [b"one", b"two"]
    assert tally == {"unsafe names": 1}


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"V"],
)
def test_links_and_devices_are_refused(kind: bytes) -> None:
    evil = entry("evil.png", type=kind, linkname="/etc/passwd", devmajor=1, devminor=3)
    found, tally = read(tar([entry("1.png", b"one"), evil, entry("2.png", b"two")]))
    if kind == tarfile.CONTTYPE:  # an ordinary file under an old name
        assert [s.image for s in found] == [b"one", b"", b"two"]
        return
    assert [s.image for s in found] == [b"one", b"two"]
    assert tally == {"links, devices and other special entries": 1}


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read(
        tar([entry("sub/1.png", b"one"), entry("../2.png", b"two"), entry("l.png", type=tarfile.SYMTYPE, linkname="x")])
    )
    assert not list(tmp_path.iterdir())
    assert not (tmp_path.parent / "2.png").exists()


def patched(content: bytes, place: int, text: bytes) -> bytes:
    """The same tar with some bytes of its first header changed and the checksum made right again."""
    header = bytearray(content[:512])
    header[place : place + len(text)] = text
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content[512:]


HUGE = b"\x80" + (1 << 49).to_bytes(11, "big")
ABSURD = b"\xff" + b"\xff" * 11


@pytest.mark.parametrize("size", [HUGE, ABSURD, b"77777777777\0", b"not octal!!\0"])
@pytest.mark.parametrize("kind", [b"0", b"L", b"x", b"g"])
def test_a_header_that_promises_petabytes_costs_nothing(size: bytes, kind: bytes) -> None:
    content = patched(patched(tar([entry("1.png", b"one"), entry("2.png", b"two")]), 124, size), 156, kind)
    tracemalloc.start()
    found, tally = read(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not [s for s in found if s.image]
    assert sum(tally.values()) >= 1
    assert peak < 1 << 20


def test_large_members_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_IMAGE_BYTES", 1000)
    monkeypatch.setattr(reading, "MAX_NOTE_BYTES", 10)
    entries = [entry("1.png", b"x" * 1001), entry("2.png", b"y" * 1000), entry("2.cls", b"z" * 11)]
    found, tally = read(tar(entries))
    assert [(s.key, len(s.image), s.notes) for s in found] == [("2", 1000, {})]
    assert tally == {"oversized images": 1, "oversized labels": 1}


def test_long_headers_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_HEADER_BYTES", 200)
    found, tally = read(tar([entry("n" * 500 + ".png", b"one"), entry("2.png", b"two")], tarfile.GNU_FORMAT))
    assert found[-1].key == "2"
    assert tally == {"oversized names": 1}


def test_extended_headers_may_set_the_size() -> None:
    """As tars do for files of more than 8 GiB: the size in the plain header is then meaningless."""
    info, content = entry("1.png", b"x" * 700)
    info.pax_headers = {"size": "700", "comment": "=a = b="}
    whole = bytearray(tar([(info, content), entry("2.png", b"two")], tarfile.PAX_FORMAT))
    place = 1024  # after the extended header and its content
    assert whole[place : place + 5] == b"1.png"
    lying = patched(bytes(whole[place:]), 124, b"00000000001\0")
    found, tally = read(bytes(whole[:place]) + lying)
    assert [(s.key, len(s.image)) for s in found] == [("1", 700), ("2", 3)]
    assert not tally


@pytest.mark.parametrize(
    "record", [b"12 size=x1\n", b"99 path=a\n", b"0 path=a\n", b"xx path=a\n", b"25 size=1234567890123456\n"]
)
def test_damaged_extended_headers_end_the_shard(record: bytes) -> None:
    found, tally = read(tar([entry("1.png", b"one"), entry("h", record, type=b"x"), entry("2.png", b"two")]))
    assert not found
    assert tally == {"shards cut off or damaged": 1}


def test_a_shard_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = tar([one for number in range(5) for one in sample(number, "a")])
    complete, _ = read(whole)
    for cut in range(512, len(whole), 173):
        found, tally = read(whole[:cut])
        assert [(s.key, s.image) for s in found] == [(s.key, s.image) for s in complete[: len(found)]]
        assert set(tally) <= {"shards cut off or damaged"}
    assert len(read(whole[:5000])[0]) == 2  # the third has four of its five blocks
    assert read(whole[:5120])[1] == read(whole[:5000])[1] == {"shards cut off or damaged": 1}


@pytest.mark.parametrize("content", [b"<!doctype html><p>404" * 50, b"x", png(1) * 20, b"\x01" * 2000])
def test_what_is_no_tar_is_refused(content: bytes) -> None:
    with pytest.raises(NotTarError):
        read(content)


def test_damage_in_the_middle_ends_the_shard() -> None:
    content = bytearray(tar([entry("1.png", b"one"), entry("2.png", b"two"), entry("3.png", b"three")]))
    content[2048:2100] = b"\xaa" * 52  # the third header; the second sample may have lost its label to it
    found, tally = read(bytes(content))
    assert [s.key for s in found] == ["1"]
    assert tally == {"shards cut off or damaged": 1}


@settings(max_examples=300)
@given(st.data())
def test_no_bytes_make_it_fall_over(data: st.DataObject) -> None:
    """Whatever is written over a tar: samples, a tally, or one refusal; never more bytes than there are."""
    base = tar([*sample(1, "a", {"label": 3}), entry("n" * 150 + ".png", b"long")], tarfile.PAX_FORMAT)
    content = bytearray(base)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    if data.draw(st.booleans()) and len(content) >= 512:
        header = bytearray(content[:512])
        header[148:156] = b" " * 8
        content[148:156] = b"%06o\0 " % sum(header)
    try:
        found, _ = read(bytes(content))
    except NotTarError:
        return
    assert sum(len(s.image) + sum(map(len, s.notes.values())) for s in found) <= len(content)
    for one in found:
        assert ".." not in one.key.split("/")
        assert not one.key.startswith("/")


def test_gzipped_shards_and_their_damage(tmp_path: Path) -> None:
    whole = gzip.compress(tar([one for number in range(40) for one in sample(number)]))
    for name, content, least in (
        ("a.tar.gz", whole, 40), ("b.tgz", whole, 40), ("c.tgz", whole[: len(whole) // 2], 5),
        ("d.tgz", whole[:300] + b"\0\0\0\0" + whole[304:], 0),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        tally: Counter[str] = Counter()
        stream = Shard(str(tmp_path / name)).open()
        found = list(samples(Tar(stream, tally), lambda: True, lambda: True))
        stream.close()
        assert least <= len(found) <= 40
        assert (len(found) == 40) == (not tally)


def test_a_bomb_costs_time_and_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_IMAGE_BYTES", 1 << 20)
    bomb = tar([entry("1.png", bytes(1 << 26)), entry("2.png", b"two")])
    (tmp_path / "bomb.tgz").write_bytes(gzip.compress(bomb, 1))
    del bomb
    stream = Shard(str(tmp_path / "bomb.tgz")).open()
    tracemalloc.start()
    found = list(samples(Tar(stream, Counter()), lambda: True, lambda: True))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    stream.close()
    assert [s.key for s in found] == ["2"]
    assert peak < 8 << 20


def test_skipping_reads_nothing(tmp_path: Path) -> None:
    write_shards(tmp_path, [20])
    file = File(str(tmp_path / "part-000.tar"))
    read_bytes = 0
    plain = file.read

    def counted(count: int, /) -> bytes:
        nonlocal read_bytes
        content = plain(count)
        read_bytes += len(content)
        return content

    file.read = counted  # type: ignore[method-assign]
    assert len(list(samples(Tar(file, Counter()), lambda: False, lambda: False))) == 20
    file.close()
    assert read_bytes <= 512 * (40 + 1)  # headers only


# Which shards a spec names


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        ("part-{000..002}.tar", ["part-000.tar", "part-001.tar", "part-002.tar"]),
        ("part-{002..000}.tar", ["part-002.tar", "part-001.tar", "part-000.tar"]),
        ("part-{000,002}.tar", ["part-000.tar", "part-002.tar"]),
        ("part-00[01].tar", ["part-000.tar", "part-001.tar"]),
        ("*.tar", ["part-000.tar", "part-001.tar", "part-002.tar", "x.tar"]),
        (".", ["part-000.tar", "part-001.tar", "part-002.tar", "x.tar", "y.tar.gz"]),
        ("{part-{000,001},x}.tar", None),
        ("x.tar part-001.tar", ["x.tar", "part-001.tar"]),
        ("y.tar.gz x.tar", ["y.tar.gz", "x.tar"]),
    ],
)
def test_shards_are_found(spec: str, names: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("part-000.tar", "part-001.tar", "part-002.tar", "x.tar", "y.tar.gz", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    if names is None:
        with pytest.raises(ValueError):
            find_shards(spec)
    else:
        assert [shard.name for shard in find_shards(spec)] == names


def test_urls_are_counted_out() -> None:
    found = find_shards("https://host/a-{08..11}.tar?key=1")
    assert [shard.address for shard in found] == [f"https://host/a-{n}.tar?key=1" for n in ("08", "09", "10", "11")]
    assert found[0].remote
    assert found[0].name == "a-08.tar"


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("pipe:cat x.tar", "not from pipe:"),
        ("file:///etc/x.tar", "not from file:"),
        ("s3://bucket/x.tar", "not from s3:"),
        ("nothing-here.tar", "no shard nothing-here.tar"),
        ("nothing-*.tar", "no tar shards at nothing"),
        ("a-{0..99999999}.tar", "more than 1000000 shards"),
    ],
)
def test_specs_that_cannot_be_used(spec: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        find_shards(spec)
