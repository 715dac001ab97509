"""Films through ffmpeg: frames out of one and into another, with its sound and its exact rate. Nothing is unpacked."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import IO

import numpy as np
from numpy.typing import NDArray

ENDINGS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".wmv", ".3gp")
"""Of files that are films; what is inside decides."""
CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""What is written; every other film becomes .mkv, which takes any sound."""
LOCAL = ("-protocol_whitelist", "file,pipe")
"""A playlist that calls itself a film must not reach for the network."""
QUALITY = ("-c:v", "libx264", "-crf", "17", "-preset", "medium")
# The matrix of high definition, said in the file: without it players guess by the size, and colours shift.
COLOURS = ("-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709", "-color_primaries", "bt709")
COLOURS += ("-color_trc", "bt709", "-color_range", "tv")

Frame = NDArray[np.uint8]
"""(height, width, 3), RGB."""


@dataclass(frozen=True)
class Film:
    """What is known of a film before its first frame."""

    path: Path
    width: int  # as it is shown, upright
    height: int
    rate: Fraction
    """Frames a second, exactly: 30000/1001 is not 29.97. A film of varying rate is read at this one."""


def ffmpeg() -> str:
    """The program. ValueError with what to install where it is missing."""
    found = which("ffmpeg")
    if found is None and find_spec("imageio_ffmpeg"):
        found = import_module("imageio_ffmpeg").get_ffmpeg_exe()
    if found is None:
        raise ValueError("films need ffmpeg, which is not installed here: install it, or pip install imageio-ffmpeg")
    return found


def open_film(path: Path) -> Film:
    """Size and rate. ValueError with one sentence for what ffmpeg does not read as a film, and without ffmpeg."""
    command = [*reading(path), "-frames:v", "1", "-f", "yuv4mpegpipe", "-pix_fmt", "gray", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    head = done.stdout.split(b"\n", 1)[0].decode("ascii", "replace").split()
    fields = {word[:1]: word[1:] for word in head[1:]}
    if done.returncode or not {"W", "H", "F"} <= set(fields):
        raise ValueError(f"{path} is no film that ffmpeg can read: {last_words(done.stderr)}")
    over, under = fields["F"].split(":")
    return Film(path, int(fields["W"]), int(fields["H"]), Fraction(int(over), int(under)))


def reading(path: Path) -> list[str]:
    return [ffmpeg(), "-v", "error", "-nostdin", *LOCAL, "-i", f"file:{path}", "-map", "0:v:0"]


def frames_of(film: Film) -> Iterator[Frame]:
    """One frame after the other, at a constant rate. ValueError with one sentence where it is damaged at once."""
    size = film.width * film.height * 3
    with tempfile.TemporaryFile() as errors:
        command = [*reading(film.path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        count = 0
        try:
            while len(data := process.stdout.read(size)) == size:
                count += 1
                yield np.frombuffer(data, np.uint8).reshape(film.height, film.width, 3)
        finally:
            stop(process)
        if not count:
            raise ValueError(f"{film.path} holds no frame that can be read: {read_back(errors)}")


def film_name(name: str) -> str:
    """The name of a film that is made from this one."""
    path = Path(name)
    return name if path.suffix.lower() in CONTAINERS else str(path.with_suffix(".mkv"))


@contextlib.contextmanager
def writing(
    path: Path, source: Film, width: int, height: int, *, keep_metadata: bool = False, comment: str = ""
) -> Iterator[Callable[[Frame], None]]:
    """A function that takes the frames of a new film, with the sound of `source` and its rate.

    The file appears under its name when all is well, and not at all otherwise. ValueError with ffmpeg's own words
    where it does not write.
    """
    temporary = path.with_name(f".{secrets.token_hex(4)}.unfinished{path.suffix}")
    command = [ffmpeg(), "-v", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(source.rate), "-i", "pipe:0"]
    command += [*LOCAL, "-i", f"file:{source.path}", "-map", "0:v", "-map", "1:a?", "-c:a", "copy", *QUALITY, *COLOURS]
    # Half as many colours a side, which only even sides have, plays everywhere.
    command += ["-pix_fmt", "yuv420p" if width % 2 == height % 2 == 0 else "yuv444p"]
    command += ["-map_metadata", "1" if keep_metadata else "-1", "-metadata", f"comment={comment}"]
    command += ["-f", CONTAINERS.get(path.suffix.lower(), "matroska"), f"file:{temporary}"]
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors)
        assert process.stdin is not None
        pipe = process.stdin
        try:
            with contextlib.suppress(BrokenPipeError):  # its own words say more
                yield lambda frame: give(pipe, frame)
                pipe.close()
            if process.wait():
                raise ValueError(f"ffmpeg could not write {path.name}: {read_back(errors)}")
            os.replace(temporary, path)
        finally:
            stop(process)
            temporary.unlink(missing_ok=True)


def give(pipe: IO[bytes], frame: Frame) -> None:
    pipe.write(np.ascontiguousarray(frame).tobytes())


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program that is still running, and close what leads to it."""
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    process.wait()


def read_back(errors: IO[bytes]) -> str:
    errors.seek(0)
    return last_words(errors.read())


def last_words(words: bytes) -> str:
    lines = words.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it says nothing"
