"""Files that are whole or absent: a crash, a full disk or a kill at any moment leaves the old one intact."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".unfinished"
"""How the names of temporary files end; only a killed process leaves one behind."""

REMEDIES = {
    errno.ENOSPC: "the disk is full; make room",
    errno.EDQUOT: "your disk quota is used up; make room",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: "the folder may not be written; change its permissions or choose another",
    errno.EPERM: "the folder may not be written; change its permissions or choose another",
    errno.ENOENT: "the folder is gone",
}


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one piece. OSError with one sentence if it cannot be done; then nothing changed."""
    write(path, lambda file: file.write(data))


def write_text(path: Path, text: str) -> None:
    """The same for text, as UTF-8."""
    write_bytes(path, text.encode())


def write(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """Put at `path`, in one piece, whatever `fill` writes into the file it is given.

    The bytes are on the disk before the name appears, and the name is before this returns. OSError with one
    sentence if it cannot be done; the old file is then as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        with explained(path):
            with open(temporary, "xb") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Trouble with the disk while writing `path` becomes an OSError with one sentence."""
    try:
        yield
    except Exception as error:
        trouble = disk_trouble(error)
        if trouble is None:
            raise
        reason = REMEDIES.get(trouble.errno or 0, (trouble.strerror or str(trouble)).lower())
        raise type(trouble)(trouble.errno, f"could not write {path}: {reason}") from error


def disk_trouble(error: BaseException) -> OSError | None:
    """The OSError behind this error; writers in C++ raise their own in its place."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, OSError):
        seen = seen.__cause__ or seen.__context__
    return seen


def sync_folder(folder: Path) -> None:
    """Make renames in this folder outlast a power cut, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what killed writers left in this folder."""
    for left in folder.glob(f".*{UNFINISHED}"):
        with contextlib.suppress(OSError):
            left.unlink()
