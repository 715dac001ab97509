"""Packing: once, completely or not at all, and never with too many broken images."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.data.pictures import encoded, noise, write_images

from sparring.data import pack as packing
from sparring.data.cache import Preparation, packs_folder
from sparring.data.folder import FolderOrigin
from sparring.data.images import open_image, prepare
from sparring.data.origin import Entry
from sparring.data.pack import choose_size, pack
from sparring.data.packfile import Pack

SMALL = Preparation(16, 3, "cover")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))


def left_in_cache() -> list[str]:
    return sorted(p.name for p in packs_folder().iterdir() if p.name != ".locks")


def numbered(count: int) -> list[str]:
    return [f"{number:03d}.png" for number in range(count)]


def test_a_pack_holds_what_the_files_hold(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", ["a/1.png", "a/2.png", "b/3.png"], size=24)
    seen = []
    packed = pack(FolderOrigin(folder), SMALL, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(3, 3)]
    assert packed.names == ["a/1.png", "a/2.png", "b/3.png"]
    for row, name in enumerate(packed.names):
        expected = prepare(open_image((folder / name).read_bytes()), 16, 3).pixels
        assert (packed.read(np.array([row]))[0] == expected).all()
    assert packed.manifest.classes == {"folder": ("a", "b")}
    assert packed.labels.tolist() == [[0], [0], [1]]
    assert packed.index["width"].tolist() == [24, 24, 24]
    assert (np.load(packed.folder / "images.npy", mmap_mode="r") == packed.read(np.arange(3))).all()


def test_order_survives_threads_that_finish_out_of_order(tmp_path: Path) -> None:
    names = numbered(100)
    folder = write_images(tmp_path / "photos", names)
    for name in names[::7]:
        (folder / name).write_bytes(encoded(noise(400, 400), "PNG"))
    assert pack(FolderOrigin(folder), SMALL).names == names


def test_the_second_call_decodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_images(tmp_path / "photos", numbered(3))
    first = pack(FolderOrigin(folder), SMALL)
    monkeypatch.setattr(packing, "prepare", None)
    assert pack(FolderOrigin(folder), SMALL).folder == first.folder


def test_a_changed_file_makes_a_new_pack(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", numbered(3))
    first = pack(FolderOrigin(folder), SMALL)
    (folder / "001.png").write_bytes(encoded(Image.new("RGB", (16, 16), "red"), "PNG"))
    second = pack(FolderOrigin(folder), SMALL)
    assert second.folder != first.folder
    assert (second.read(np.array([1])) == (255, 0, 0)).all()


def test_settings_chosen_and_settings_given_share_a_pack(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", numbered(3), size=40)
    chosen = pack(FolderOrigin(folder), Preparation(0, 0, "cover"))
    assert chosen.shape == (32, 32, 3)
    assert pack(FolderOrigin(folder), Preparation(32, 3, "cover")).folder == chosen.folder
    assert pack(FolderOrigin(folder), Preparation(32, 0, "cover")).folder == chosen.folder
    assert pack(FolderOrigin(folder), Preparation(0, 0, "cover")).folder == chosen.folder
    assert pack(FolderOrigin(folder), Preparation(32, 3, "stretch")).folder != chosen.folder


def test_one_channel_only_where_every_image_is_gray(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, mode in enumerate(("L", "RGB", "I;16", "1", "LA")):
        gray = noise(16, 16, 1, seed=number)
        image = Image.fromarray(np.asarray(gray, np.uint16) * 257) if mode == "I;16" else gray.convert(mode)
        (folder / f"{number}.png").write_bytes(encoded(image, "PNG"))
    packed = pack(FolderOrigin(folder), Preparation(16, 0, "cover"))
    assert packed.shape == (16, 16, 1)
    assert (packed.read(np.array([1]))[0, ..., 0] == np.asarray(noise(16, 16, 1, seed=1))).all()
    assert (packed.read(np.array([2]))[0, ..., 0] == np.asarray(noise(16, 16, 1, seed=2))).all()
    assert pack(FolderOrigin(folder), Preparation(16, 1, "cover")).folder == packed.folder
    (folder / "5.png").write_bytes(encoded(noise(16, 16), "PNG"))
    assert pack(FolderOrigin(folder), Preparation(16, 0, "cover")).shape == (16, 16, 3)


def test_one_in_a_hundred_may_be_broken(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", numbered(100))
    (folder / "040.png").write_bytes(b"")
    packed = pack(FolderOrigin(folder), SMALL)
    assert len(packed) == 99
    assert packed.manifest.broken == (("040.png", "is empty (0 bytes)"),)
    assert "040.png" not in packed.names
    for _ in range(2):  # in the cache or not
        with pytest.raises(ValueError, match=r"1 of 100 images is broken, and strict .*040.png is empty"):
            pack(FolderOrigin(folder), SMALL, strict=True)


def test_more_are_too_many(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", numbered(100))
    (folder / "010.png").write_text("no picture")
    (folder / "040.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"2 of 100 images are broken, more than one in a hundred: 010.png is not"):
        pack(FolderOrigin(folder), SMALL)
    assert left_in_cache() == []


class Stumbling:
    """A folder whose 60th image raises something else than a promise allows."""

    name, licence, credit = "stumbling", "", ""

    def __init__(self, error: type[BaseException]):
        self.error = error

    def fingerprint(self) -> str:
        return "stumbling"

    def __len__(self) -> int:
        return 100

    def entries(self) -> Iterator[Entry]:
        for number in range(100):
            if number == 60 and self.error:
                raise self.error
            yield Entry(f"{number}", lambda n=number: noise(16, 16, seed=n))


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_interrupting_leaves_nothing_and_the_next_call_works(error: type[BaseException]) -> None:
    origin = Stumbling(error)
    with pytest.raises(error):
        pack(origin, SMALL)
    assert left_in_cache() == []
    origin.error = None
    assert len(pack(origin, SMALL)) == 100


SLOW = """
import sys, time
from sparring.data.cache import Preparation
from sparring.data.folder import FolderOrigin
from sparring.data.pack import pack
pause = float(sys.argv[2])
def progress(done, total):
    print(done, flush=True)
    time.sleep(pause)
print(pack(FolderOrigin(sys.argv[1]), Preparation(16, 3, "cover"), progress=progress).folder.name)
"""


def packing_process(folder: Path, pause_seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SLOW, str(folder), str(pause_seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_process_leaves_a_cache_that_works(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", numbered(100))
    process = packing_process(folder, 30)
    assert process.stdout
    assert process.stdout.readline() == "16\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert any(name.endswith(".partial") for name in left_in_cache())
    packed = pack(FolderOrigin(folder), SMALL)
    assert len(packed) == 100
    assert left_in_cache() == [packed.folder.name]


def test_two_processes_pack_once(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", numbered(100))
    processes = [packing_process(folder, 0.05) for _ in range(2)]
    outputs = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert outputs[0][-1] == outputs[1][-1]
    assert sorted(len(lines) > 1 for lines in outputs) == [False, True]
    assert left_in_cache() == [outputs[0][-1]]


def test_a_damaged_pack_is_made_again(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "photos", numbered(3))
    first = pack(FolderOrigin(folder), SMALL)
    os.truncate(first.folder / "images.npy", 100)
    with pytest.raises(OSError, match="end too early"):
        first.read(np.array([2]))
    again = pack(FolderOrigin(folder), SMALL)
    assert (again.read(np.array([2])) >= 0).all()


def test_other_formats_are_refused(tmp_path: Path) -> None:
    packed = pack(FolderOrigin(write_images(tmp_path / "photos", numbered(3))), SMALL)
    manifest = packed.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1,', '"format": 99,', 1))
    with pytest.raises(ValueError, match="format 99, this version reads format 1"):
        Pack(packed.folder)


@pytest.mark.parametrize(
    ("sides", "size"),
    [([8] * 3, 16), ([63] * 3, 32), ([64] * 3, 64), ([10, 70, 900], 64), ([3000] * 3, 256)],
)
def test_the_size_is_chosen_from_the_median(tmp_path: Path, sides: list[int], size: int) -> None:
    for number, side in enumerate(sides):
        (tmp_path / f"{number}.png").write_bytes(encoded(Image.new("L", (side, side + 50)), "PNG"))
    (tmp_path / "broken.png").write_bytes(b"")
    assert choose_size(FolderOrigin(tmp_path)) == size


def test_time_to_open_a_warm_cache(tmp_path: Path) -> None:
    """Ten thousand files must not be felt; a tenth of them here."""
    folder = write_images(tmp_path / "photos", numbered(1000))
    pack(FolderOrigin(folder), SMALL)
    start = time.perf_counter()
    pack(FolderOrigin(folder), SMALL)
    assert time.perf_counter() - start < 0.5


def test_forked_processes_read_the_same_pack(tmp_path: Path) -> None:
    packed = pack(FolderOrigin(write_images(tmp_path / "photos", numbered(3))), SMALL)
    expected = packed.read(np.arange(3))
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        assert (pool.apply(read_all, (str(packed.folder),)) == expected).all()


def read_all(folder: str) -> np.ndarray:
    return Pack(Path(folder)).read(np.arange(3))
