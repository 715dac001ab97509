"""Where packs are kept, under which key, and how one is put there in one piece."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from ..settings import from_json
from .images import Resize
from .packfile import FORMAT, Manifest, Pack

PARTIAL = ".partial"
BESIDE = ("seen", "classifiers")
"""Folders beside the packs: what feature networks saw of real images, and such networks that were trained here."""


@dataclass(frozen=True)
class Preparation:
    """How images are prepared: what, beside the origin's fingerprint, decides what a pack holds."""

    size: int  # pixels, 0 = chosen from the data
    channels: int  # 0 = gray only where every image is gray
    resize: Resize

    def key(self, fingerprint: str) -> str:
        """The name in the cache of this origin prepared like this."""
        text = json.dumps([FORMAT, fingerprint, self.size, self.channels, self.resize])
        return blake2b(text.encode(), digest_size=10).hexdigest()


@dataclass(frozen=True)
class CachedPack:
    """One line of `sparring data list`."""

    key: str
    name: str
    count: int
    size: int  # pixels
    channels: int
    bytes: int  # on disk
    last_used: float  # seconds since 1970


def cache_folder() -> Path:
    """$SPARRING_CACHE, or `sparring` in the platform's cache folder."""
    if os.environ.get("SPARRING_CACHE"):
        return Path(os.environ["SPARRING_CACHE"]).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "sparring" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "sparring"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sparring"


def packs_folder() -> Path:
    return cache_folder() / "packs"


def lookup(key: str) -> Pack | None:
    """The pack under this key or alias, marked as used now; None if there is none that can be read."""
    folder = packs_folder() / key
    alias = folder.with_suffix(".alias")
    if alias.is_file():
        folder = packs_folder() / alias.read_text().strip()
    try:
        pack = Pack(folder)
    except (OSError, ValueError):
        return None
    with suppress(OSError):  # a cache that others own and we may only read is as good
        os.utime(folder / "manifest.json")
    return pack


def lock(key: str, timeout_seconds: float = -1) -> FileLock:
    """Held by the one process that makes or removes this pack; a killed process lets go of it.

    The empty file stays: removing it would let two processes hold "the same" lock.
    """
    locks = packs_folder() / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    return FileLock(locks / key, timeout=timeout_seconds)


@contextmanager
def held(key: str) -> Iterator[Path]:
    """While one process, and no other, may make this pack: a temporary folder for it, gone afterwards.

    What killed processes left behind under the same key is removed first.
    """
    with cache_trouble(), lock(key):
        for left in packs_folder().glob(f"{key}.*{PARTIAL}"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(PARTIAL, f"{key}.", packs_folder()))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, key: str, aliases: set[str]) -> Pack:
    """Rename a complete pack into its place and let `aliases` lead to it; whoever was first with the same stays."""
    place = packs_folder() / key
    if lookup(key) is None:
        shutil.rmtree(place, ignore_errors=True)
        try:
            os.replace(folder, place)
        except OSError:
            if lookup(key) is None:
                raise
    for alias in aliases - {key}:
        fresh = folder.with_name(f"{folder.name}.alias")
        fresh.write_text(key)
        os.replace(fresh, place.with_name(f"{alias}.alias"))
    return Pack(place)


def check_space(needed_bytes: int) -> None:
    """OSError where the pack could not fit, before any work is done."""
    free_bytes = shutil.disk_usage(packs_folder()).free
    if needed_bytes > free_bytes:
        raise OSError(
            f"The packed images need {gib(needed_bytes)} in {cache_folder()}, where {gib(free_bytes)} are free; "
            "make room, choose a smaller size, or set SPARRING_CACHE to a folder on another disk."
        )


@contextmanager
def cache_trouble() -> Iterator[None]:
    """Full disks and folders that may not be written say so in one sentence."""
    try:
        yield
    except OSError as error:
        place = f"{cache_folder()}; set SPARRING_CACHE to a folder on another disk, or free some room"
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OSError(f"The disk is full while packing images into {place} (`sparring data clear`).") from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise OSError(f"The cache folder cannot be written ({error.strerror}): {place}.") from None
        raise


def cached_packs() -> list[CachedPack]:
    """Every pack in the cache, the one used last first."""
    found = []
    for file in packs_folder().glob("*/manifest.json"):
        try:
            m = from_json(Manifest, json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
        if not file.parent.name.endswith(PARTIAL):
            used, size = file.stat().st_mtime, disk_bytes(file.parent)
            found.append(CachedPack(file.parent.name, m.name, m.count, m.size, m.channels, size, used))
    return sorted(found, key=lambda pack: -pack.last_used)


def clear_cache() -> int:
    """Remove every pack that nobody is making, what was learned from them, and what killed processes left.

    Returns the bytes freed. Runs that train on a pack keep it open and are not disturbed (on Windows such a pack
    stays).
    """
    freed_bytes = 0
    for path in sorted(packs_folder().glob("[!.]*")):
        with cache_trouble():
            try:
                with lock(path.name.split(".")[0], timeout_seconds=0):
                    size = disk_bytes(path)
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            except Timeout:
                continue
            freed_bytes += size
    for folder in (cache_folder() / name for name in BESIDE):
        freed_bytes += disk_bytes(folder) if folder.is_dir() else 0
        shutil.rmtree(folder, ignore_errors=True)
    return freed_bytes


def disk_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in (path.iterdir() if path.is_dir() else [path]))


def gib(size_bytes: float) -> str:
    """`3.1 GiB`, `20.0 MiB`."""
    for unit in ("bytes", "KiB", "MiB"):
        if size_bytes < 1024:
            return f"{size_bytes:.1f} {unit}"
        size_bytes /= 1024
    return f"{size_bytes:.1f} GiB"
