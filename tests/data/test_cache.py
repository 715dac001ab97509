"""Where packs are kept: found again, listed, cleared, and a sentence where the disk says no."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from tests.data.pictures import write_images

from sparring.data.cache import (
    Preparation,
    cache_folder,
    cached_packs,
    check_space,
    clear_cache,
    gib,
    lock,
    packs_folder,
)
from sparring.data.folder import FolderOrigin
from sparring.data.pack import pack

SMALL = Preparation(16, 3, "cover")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", "/a/b")
    assert cache_folder() == Path("/a/b")
    monkeypatch.delenv("SPARRING_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    assert cache_folder() == Path("/x/sparring")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "sparring"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder() == Path.home() / "Library" / "Caches" / "sparring"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert cache_folder() == Path("/local/sparring/Cache")


def test_list_and_clear(tmp_path: Path) -> None:
    assert cached_packs() == []
    assert clear_cache() == 0
    first = pack(FolderOrigin(write_images(tmp_path / "one", ["1.png", "2.png"])), SMALL)
    second = pack(FolderOrigin(write_images(tmp_path / "two", ["1.png"])), Preparation(0, 0, "stretch"))
    os.utime(first.folder / "manifest.json", (1e9, 1e9))
    newer, older = cached_packs()
    assert (newer.name, newer.count, newer.key) == ("two/", 1, second.folder.name)
    assert (older.name, older.count, older.size, older.channels, older.last_used) == ("one/", 2, 16, 3, 1e9)
    assert older.bytes > 2 * 16 * 16 * 3
    pack(FolderOrigin(tmp_path / "one"), SMALL)
    assert cached_packs()[0].name == "one/"
    assert clear_cache() >= older.bytes + newer.bytes
    assert cached_packs() == []
    assert [path.name for path in packs_folder().iterdir()] == [".locks"]


def test_a_pack_in_the_making_is_not_cleared(tmp_path: Path) -> None:
    packed = pack(FolderOrigin(write_images(tmp_path / "one", ["1.png"])), SMALL)
    with lock(packed.folder.name):
        assert clear_cache() == 0
    assert clear_cache() > 0


def test_foreign_things_in_the_cache_do_no_harm() -> None:
    (packs_folder() / "odd").mkdir(parents=True)
    (packs_folder() / "odd" / "manifest.json").write_text("{}")
    assert cached_packs() == []


def test_clearing_does_not_disturb_who_reads(tmp_path: Path) -> None:
    import numpy as np

    packed = pack(FolderOrigin(write_images(tmp_path / "one", ["1.png"])), SMALL)
    before = packed.read(np.array([0]))
    clear_cache()
    assert (packed.read(np.array([0])) == before).all()


def test_too_little_room_is_said_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage(2**30, 2**30, 2000))
    packs_folder().mkdir(parents=True)
    check_space(2000)
    with pytest.raises(OSError, match=r"need 2.2 KiB in .*, where 2.0 KiB are free"):
        pack(FolderOrigin(write_images(tmp_path / "one", ["1.png", "2.png", "3.png"])), SMALL)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "cannot be written")],
)
def test_a_disk_that_fills_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, sentence: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    folder = write_images(tmp_path / "one", ["1.png"])
    with monkeypatch.context() as patch:
        patch.setattr("sparring.data.writer.os.fsync", fail)
        with pytest.raises(OSError, match=sentence):
            pack(FolderOrigin(folder), SMALL)
    assert [path.name for path in packs_folder().iterdir()] == [".locks"]
    assert len(pack(FolderOrigin(folder), SMALL)) == 1


LIMITED = """
import resource, sys
from sparring.data.cache import Preparation
from sparring.data.folder import FolderOrigin
from sparring.data.pack import pack
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    pack(FolderOrigin(sys.argv[1]), Preparation(64, 3, "cover"))
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits on files to test it with")
def test_a_disk_that_takes_no_more_for_real(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "one", [f"{number}.png" for number in range(20)])
    run = subprocess.run([sys.executable, "-c", LIMITED, str(folder)], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("The disk is full while packing images into")
    assert [path.name for path in packs_folder().iterdir()] == [".locks"]


def test_a_file_in_the_place_of_the_cache(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(OSError, match="cache folder cannot be written"):
        pack(FolderOrigin(write_images(tmp_path / "one", ["1.png"])), SMALL)


def test_sizes_for_people() -> None:
    assert [gib(n) for n in (5, 2048, 3 * 2**20, 5 * 2**29, 2**42)] == [
        "5.0 bytes",
        "2.0 KiB",
        "3.0 MiB",
        "2.5 GiB",
        "4096.0 GiB",
    ]
