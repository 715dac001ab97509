"""Where shards lie: files and URLs, named one by one, by braces, by wildcards, or by their folder."""

from __future__ import annotations

import glob
import gzip
import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .tar import Stream

ENDINGS = (".tar", ".tar.gz", ".tgz")
BRACES = re.compile(r"\{([^{}]*)\}")
MAX_SHARDS = 1_000_000
TIMEOUT_SECONDS = 30.0
RETRY_SECONDS = (0.5, 2.0, 8.0)
PIECE_BYTES = 1 << 20
AGENT = {"User-Agent": "sparring", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Shard:
    """One tar file: a path, or an http or https URL."""

    address: str

    @property
    def remote(self) -> bool:
        return "://" in self.address

    @property
    def name(self) -> str:
        """The last part of the address, for messages and keys."""
        return self.address.partition("?")[0].replace("\\", "/").rpartition("/")[2]

    def identity(self) -> str:
        """Changes whenever a file does; of a URL nothing is known but its address. OSError if the file is gone."""
        if self.remote:
            return self.address
        facts = os.stat(self.address)
        return f"{self.name} {facts.st_size} {facts.st_mtime_ns}"

    def open(self) -> Stream:
        """OSError with one sentence if it cannot be opened or reached."""
        raw: Stream = Remote(self.address) if self.remote else File(self.address)
        return Unpacked(raw) if self.name.endswith((".gz", ".tgz")) else raw


class File:
    """A local file."""

    def __init__(self, address: str):
        try:
            self.file = Path(address).open("rb")  # noqa: SIM115 - closed with the stream
        except OSError as error:
            raise OSError(f"The shard {address} cannot be opened ({error.strerror or error}).") from None
        self.size = os.fstat(self.file.fileno()).st_size
        self.read, self.close = self.file.read, self.file.close

    def skip(self, count: int, /) -> int:
        place = self.file.tell()
        return self.file.seek(min(place + count, self.size)) - place


class Unpacked:
    """A gzipped stream. It is unpacked as it is read, so a bomb costs time and no memory."""

    def __init__(self, packed: Stream):
        self.packed = packed
        self.file = gzip.GzipFile(fileobj=packed, mode="rb")  # type: ignore[arg-type]
        self.read = self.file.read

    def skip(self, count: int, /) -> int:
        return passed_over(self, count)

    def close(self) -> None:
        self.file.close()
        self.packed.close()


class Remote:
    """A URL, read from its start to its end; a lost connection is taken up again where it broke."""

    def __init__(self, address: str):
        self.address = address
        self.place = 0  # bytes read so far
        self.total: int | None = None  # bytes in all, where the server says so
        self.response: http.client.HTTPResponse | None = None
        self.reconnect()

    def read(self, count: int, /) -> bytes:
        pieces: list[bytes] = []
        missing, failures = count, 0
        while missing:
            try:
                piece = self._piece(min(missing, PIECE_BYTES))
            except (OSError, http.client.HTTPException) as error:
                if failures == len(RETRY_SECONDS):
                    raise OSError(
                        f"The shard {self.address} broke off at byte {self.place} and cannot be read on ({error}); "
                        "check the connection and resume."
                    ) from None
                time.sleep(RETRY_SECONDS[failures])
                failures += 1
                self.close()
                continue
            if not piece:
                break
            failures = 0
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def _piece(self, count: int) -> bytes:
        if self.response is None:
            self.reconnect()
        assert self.response is not None
        piece = self.response.read(count)
        self.place += len(piece)
        if not piece and self.total is not None and self.place < self.total:
            raise ConnectionError(f"only {self.place} of {self.total} bytes came")
        return piece

    def reconnect(self) -> None:
        """Ask for what is missing; a server that cannot start in the middle is read up to there."""
        headers = AGENT | ({"Range": f"bytes={self.place}-"} if self.place else {})
        try:
            response = urllib.request.urlopen(
                urllib.request.Request(self.address, headers=headers), timeout=TIMEOUT_SECONDS
            )
        except urllib.error.HTTPError as error:
            error.close()
            raise OSError(f"The shard {self.address} cannot be had: {error.code} {error.reason}.") from None
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError) as error:
            reason = getattr(error, "reason", error)
            raise OSError(f"The shard {self.address} cannot be reached ({reason}).") from None
        self.response = response
        start = self.place if response.status == 206 else 0
        length = response.headers.get("Content-Length")
        total = start + int(length) if length else None
        if self.place and total != self.total:
            raise ValueError(f"The shard {self.address} was changed while it was read; start again.")
        self.total = total
        while start < self.place:
            passed = len(response.read(min(self.place - start, PIECE_BYTES)))
            if not passed:
                raise ConnectionError("the connection broke off")
            start += passed

    def skip(self, count: int, /) -> int:
        return passed_over(self, count)

    def close(self) -> None:
        if self.response is not None:
            self.response.close()
            self.response = None


def passed_over(stream: Stream, count: int) -> int:
    done = 0
    while done < count:
        piece = len(stream.read(min(count - done, PIECE_BYTES)))
        if not piece:
            break
        done += piece
    return done


def find_shards(spec: str) -> list[Shard]:
    """The shards that a spec names, in order: `data/{000..012}.tar`, `data/*.tar`, `https://...`, a folder.

    Several specs are separated by a space after `.tar`. ValueError if there are none.
    """
    if spec.startswith(("pipe:", "file:", "ftp:", "s3:", "gs:")) or ("://" in spec and not is_web(spec)):
        raise ValueError(f"Shards are read from files and http or https URLs, not from {spec}.")
    found: list[Shard] = []
    for part in re.split(r"(?<=\.tar|\.tgz) +|(?<=\.tar\.gz) +", spec) if " " in spec else [spec]:
        for address in braced(part):
            found += [Shard(one) for one in ([address] if is_web(address) else local(address))]
            if len(found) > MAX_SHARDS:
                raise ValueError(f"{spec} names more than {MAX_SHARDS} shards.")
    if not found:
        raise ValueError(f"There are no tar shards at {spec}.")
    return found


def holds_shards(folder: Path) -> bool:
    """Whether a folder is made of tar files, with nothing beside them but lists and notes."""
    found = False
    with os.scandir(folder) as entries:
        for entry in entries:
            found = found or entry.name.endswith(ENDINGS)
            if not entry.name.endswith((*ENDINGS, ".txt", ".json", ".md")) and not entry.name.startswith("."):
                return False
    return found


def is_web(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def local(address: str) -> list[str]:
    path = Path(address).expanduser()
    if path.is_dir():
        return sorted(str(file) for file in path.iterdir() if file.name.endswith(ENDINGS) and file.is_file())
    if path.is_file():
        return [str(path)]
    matches = sorted(glob.glob(str(path)))
    if not matches and not glob.has_magic(address):
        raise ValueError(f"There is no shard {address}.")
    return matches


def braced(text: str) -> Iterator[str]:
    """`{000..012}` counts, with the zeros it is written with; `{a,b}` lists. Leftmost first, like a shell."""
    match = BRACES.search(text)
    if match is None:
        yield text
        return
    before, after = text[: match.start()], text[match.end() :]
    for choice in choices(match[1]):
        for rest in braced(after):
            yield before + choice + rest


def choices(inside: str) -> list[str]:
    first, dots, last = inside.partition("..")
    if dots and first.isdecimal() and last.isdecimal():
        if abs(int(last) - int(first)) >= MAX_SHARDS:
            raise ValueError(f"{{{inside}}} names more than {MAX_SHARDS} shards.")
        step = 1 if int(last) >= int(first) else -1
        width = len(first) if first.startswith("0") or last.startswith("0") else 0
        return [str(n).zfill(width) for n in range(int(first), int(last) + step, step)]
    return inside.split(",")
