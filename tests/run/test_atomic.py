from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from sparring.run import atomic

TROUBLE = {
    errno.ENOSPC: "the disk is full",
    errno.EROFS: "read-only",
    errno.EACCES: "may not be written",
    errno.EDQUOT: "quota",
    errno.EIO: "input/output error",
}


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_and_old_files_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "Größe")
    assert path.read_text(encoding="utf-8") == "Größe"
    atomic.write_bytes(path, b"\0\1")
    assert path.read_bytes() == b"\0\1"
    assert left(tmp_path) == ["a.txt"]


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    atomic.write_text(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("number", TROUBLE)
def test_trouble_keeps_the_old_file_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "old")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match=TROUBLE[number]) as caught:
        atomic.write_text(path, "new")
    assert str(path) in str(caught.value)
    assert caught.value.errno == number
    assert path.read_text() == "old"
    assert left(tmp_path) == ["a.txt"]


def test_a_full_disk_is_seen_through_what_torch_makes_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"

    class Full:
        def __init__(self, file: object):
            self.room = 100_000

        def write(self, data: bytes) -> int:
            self.room -= len(data)
            if self.room < 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return len(data)

        def flush(self) -> None: ...

    with pytest.raises(OSError, match="the disk is full"):
        atomic.write(path, lambda file: torch.save({"a": torch.zeros(100_000)}, Full(file)))
    assert left(tmp_path) == []


def test_errors_of_others_pass_as_they_are(tmp_path: Path) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError, match="ours"):
        atomic.write(tmp_path / "a", fail)
    assert left(tmp_path) == []


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"could not write .*gone/a\.txt: the folder is gone"):
        atomic.write_text(tmp_path / "gone" / "a.txt", "x")


def test_a_kill_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    atomic.write_text(path, "old")
    program = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom sparring.run import atomic\n"
        "def fill(file):\n    file.write(b'new')\n    file.flush()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "atomic.write(Path(sys.argv[1]), fill)\n"
    )
    result = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert result.returncode == -9
    assert path.read_text() == "old"
    assert len(left(tmp_path)) == 2
    atomic.sweep(tmp_path)
    assert left(tmp_path) == ["a.txt"]
