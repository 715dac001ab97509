"""Samples of a tar shard, in order, straight from the stream: nothing is ever written to a disk.

Shards follow the WebDataset convention: files that share a path up to the first dot of the file name are one
sample, such as `0001.jpg` and `0001.cls`. What is in a shard is a stranger's word. Names that point elsewhere,
links, devices and oversized entries are passed over and counted; a shard that is damaged or cut off is read
as far as it can be.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import Protocol

from ..images import extensions

BLOCK = 512  # bytes; everything in a tar is padded to it
MAX_HEADER_BYTES = 1 << 16  # of a long name or an extended header
MAX_IMAGE_BYTES = 1 << 26
MAX_NOTE_BYTES = 1 << 20

REGULAR, LONG_NAME, EXTENDED = b"0\x007", b"L", b"x"
SILENT = b"5gK"  # folders, defaults for all entries, long link targets
NO_CONTENT = b"123456"
NOTES = frozenset({"cls", "txt", "json"})
UNSAFE = re.compile(r"^[/\\]|^[A-Za-z]:|\x00|(^|[/\\])\.\.([/\\]|$)")


class Stream(Protocol):
    """What a shard is read from."""

    def read(self, count: int, /) -> bytes:
        """The next `count` bytes; fewer only where the stream ends."""
        ...

    def skip(self, count: int, /) -> int:
        """Pass over `count` bytes; returns how many there were."""
        ...

    def close(self) -> None: ...


class CutOffError(Exception):
    """The stream ends or is damaged inside an entry."""


class NotTarError(Exception):
    """Not even the beginning is a tar."""


DAMAGE = (CutOffError, EOFError, zlib.error, gzip.BadGzipFile)
CUT_OFF = "shards cut off or damaged"


@dataclass
class Member:
    """One file of a tar; its content can be read until the next one is asked for."""

    name: str
    size: int  # bytes


@dataclass
class Sample:
    """One image and what lies beside it."""

    key: str  # the path without its ending, unique within a shard
    ending: str = ""  # of the image
    image: bytes = b""  # empty where it was not asked for
    notes: dict[str, bytes] = field(default_factory=dict)  # cls, txt, json
    held_out: bool = False  # from training


class Tar:
    """Members one after the other. `tally` counts what was passed over, by reason."""

    def __init__(self, stream: Stream, tally: Counter[str]):
        self.stream, self.tally = stream, tally
        self.left = 0  # bytes of the current member that were not read yet, padding included
        self.first = True

    def members(self) -> Iterator[Member]:
        """Regular files with safe names. NotTarError, or one of DAMAGE where it breaks."""
        name, size = "", -1
        while header := self._header():
            kind = header[156:157]
            length = 0 if kind in NO_CONTENT else number(header[124:136])
            if kind in REGULAR and size >= 0:
                length = size
            self.left = padded(length)
            if kind in (LONG_NAME, EXTENDED):
                if length > MAX_HEADER_BYTES:
                    self.tally["oversized names"] += 1
                    continue
                text = self.take(length)
                name, size = (long_name(text), size) if kind == LONG_NAME else extended(text, name, size)
                continue
            if kind in SILENT:
                if kind == b"5":
                    name, size = "", -1
                continue
            full, name, size = name or plain_name(header), "", -1
            if kind not in REGULAR:
                self.tally["links, devices and other special entries"] += 1
            elif UNSAFE.search(full):
                self.tally["unsafe names"] += 1
            elif not full.endswith("/"):
                yield Member(full, length)

    def _header(self) -> bytes:
        """The next header; empty at the end."""
        self.skip()
        header = self.stream.read(BLOCK)
        if len(header) == BLOCK == header.count(0):  # a block of zeros marks the end
            return b""
        if len(header) < BLOCK or not checksum_fits(header):
            if self.first:
                raise NotTarError
            raise CutOffError
        self.first = False
        return header

    def take(self, size: int) -> bytes:
        """The first `size` bytes of the current member."""
        content = self.stream.read(size)
        self.left -= len(content)
        if len(content) < size:
            raise CutOffError
        return content

    def skip(self) -> None:
        if self.left and self.stream.skip(self.left) < self.left:
            raise CutOffError
        self.left = 0


def padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def number(text: bytes) -> int:
    """A tar's way to write a number: octal digits, or binary where the first bit is set."""
    if text[0] & 0x80:
        value = int.from_bytes(bytes([text[0] & 0x7F]) + text[1:], "big")
    else:
        try:
            value = int(text.strip(b" \0") or b"0", 8)
        except ValueError:
            raise CutOffError from None
    if value >= 1 << 50:
        raise CutOffError
    return value


def checksum_fits(header: bytes) -> bool:
    """The sum of all bytes, its own eight counted as spaces."""
    try:
        expected = int(header[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return sum(header) - sum(header[148:156]) + 8 * 32 == expected


def text_of(content: bytes) -> str:
    return content.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def long_name(content: bytes) -> str:
    return text_of(content)


def plain_name(header: bytes) -> str:
    name, prefix = text_of(header[:100]), text_of(header[345:500])
    return f"{prefix}/{name}" if prefix and header[257:262] == b"ustar" and header[263:265] == b"00" else name


def extended(content: bytes, name: str, size: int) -> tuple[str, int]:
    """The path and size of a pax header, whose records are `LENGTH KEY=VALUE` lines."""
    while content:
        digits, _, _ = content.partition(b" ")
        length = int(digits) if digits.isdigit() and len(digits) < 7 else 0
        if not len(digits) + 1 < length <= len(content):
            raise CutOffError
        key, _, value = content[len(digits) + 1 : length].rstrip(b"\n").partition(b"=")
        content = content[length:]
        if key == b"path":
            name = value.decode("utf-8", "surrogateescape")
        elif key == b"size":
            if not value.isdigit() or len(value) > 15:
                raise CutOffError
            size = int(value)
    return name, size


@cache
def image_endings() -> frozenset[str]:
    return frozenset(ending.lstrip(".") for ending in extensions())


def samples(tar: Tar, wanted: Callable[[], bool], notes: Callable[[], bool]) -> Iterator[Sample]:
    """The samples of a shard, as far as it is whole; NotTarError if not even its beginning is.

    Image bytes and notes are read only where `wanted` and `notes` say so at the time they are passed.
    """
    try:
        yield from whole_samples(tar, wanted, notes)
    except DAMAGE:
        tar.tally[CUT_OFF] += 1


def whole_samples(tar: Tar, wanted: Callable[[], bool], notes: Callable[[], bool]) -> Iterator[Sample]:
    current: Sample | None = None
    for member in tar.members():
        path = PurePosixPath(member.name)
        stem, _, ending = path.name.partition(".")
        if not stem or not ending:  # hidden files and folders' leftovers
            continue
        key = str(path.with_name(stem))
        if current is None or current.key != key:
            if current is not None and current.ending:
                yield current
            current = Sample(key)
        add(current, tar, member, ending.lower(), wanted, notes)
    if current is not None and current.ending:
        yield current


def add(
    sample: Sample, tar: Tar, member: Member, ending: str, wanted: Callable[[], bool], notes: Callable[[], bool]
) -> None:
    if ending in image_endings() and not sample.ending:
        if member.size > MAX_IMAGE_BYTES:
            tar.tally["oversized images"] += 1
            return
        sample.ending = ending
        if wanted():
            sample.image = tar.take(member.size)
    elif ending in NOTES and notes():
        if member.size > MAX_NOTE_BYTES:
            tar.tally["oversized labels"] += 1
        else:
            sample.notes[ending] = tar.take(member.size)
