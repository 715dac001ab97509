"""Many photos one after the other: where what is made goes, what is done already, and one row for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..data.film import ENDINGS
from ..data.listing import list_images
from .face import Face
from .films import make_film, moves
from .picture import Picture, Pixels, load_picture
from .pipeline import Stylist
from .report import LINES, Report, Row, key_of, row_of
from .result import ADVICE, Result, Step
from .saving import Provenance, made_here, save_picture
from .sheet import write_steps

KEEPING = (".jpg", ".jpeg", ".webp")
"""Endings that a photo with drawn faces keeps; every other becomes .png, as avatars do."""


@dataclass(frozen=True)
class Job:
    """One file, and the name by which it is told of."""

    path: Path
    name: str


def planned(given: Sequence[Path]) -> tuple[list[Job], int]:
    """The files that are meant, folders opened, and how many files in these are neither pictures nor films.

    Folders below a folder are left out, as they were not named. ValueError where there is nothing.
    """
    jobs, others = list[Job](), 0
    for path in given:
        if path.is_file():
            jobs.append(Job(path, path.name))
        elif path.is_dir():
            files = [file.name for file in list_images(path).files if "/" not in file.name]
            films = [file.name for file in path.iterdir() if file.suffix.lower() in ENDINGS and file.is_file()]
            here = [file for file in path.iterdir() if file.is_file() and not file.name.startswith(".")]
            others += len(here) - len(files) - len(films)
            jobs += [Job(path / name, name) for name in sorted(files + films)]
        else:
            raise ValueError(f"there is no photo or folder {path}")
    if not jobs:
        raise ValueError(f"there are no photos in {', '.join(map(str, given))}")
    return jobs, others


@dataclass
class Batch:
    """Makes avatars of files into one folder.

    `keep_metadata` writes the camera's words along; `keep_steps` writes the pictures of every step; `watch` hears of
    each step.
    """

    stylist: Stylist
    out: Path
    keep_metadata: bool = False
    keep_steps: bool = False
    watch: Callable[[Step], None] = field(default=lambda step: None)
    taken: set[str] = field(default_factory=set)

    def key(self, job: Job) -> str:
        """Of the file and all choices: see `key_of`."""
        style = self.stylist.style
        return key_of(job.path, f"{style.name} {style.bundle}", self.stylist.settings, self.keep_metadata)

    def run(self, job: Job, faces: Sequence[Face] = ()) -> Row:
        """Make and write what one file asks for. OSError where it cannot be written; else the row says what was wrong.

        `faces`: those that a person pointed at; then nobody looks for others.
        """
        began, key = time.monotonic(), self.key(job)
        try:
            if ending := moves(job.path):
                return self.film(job, key, ending, began)
            picture = load_picture(job.path)
            result, steps = self.walk(picture, faces)
        except ValueError as error:
            return Row(job.name, key, "unreadable", str(error))
        except MemoryError:
            return Row(
                job.name, key, "unreadable", f"{job.name} needs more memory than there is; make it smaller first"
            )
        files = self.save(job, picture, result, steps)
        return row_of(job.name, key, result, files, time.monotonic() - began)

    def film(self, job: Job, key: str, ending: str, began: float) -> Row:
        """The same for what moves."""
        name = self.free(self.stem(job), ending)

        def told(line: str) -> None:
            self.watch(Step("film", line, {}))

        shot = make_film(job.path, self.out / name, self.stylist, self.provenance, self.keep_metadata, told)
        if not shot.drawn:
            return Row(job.name, key, "no_face", ADVICE["no_face"], seconds=round(time.monotonic() - began, 2))
        without = shot.frames - shot.drawn
        warnings = (f"{without:,} of {shot.frames:,} frames are without a face.",) if without else ()
        return Row(job.name, key, "done", "", (name,), 1, round(time.monotonic() - began, 2), warnings)

    @property
    def provenance(self) -> Provenance:
        """What is written into every file."""
        style = self.stylist.style
        return Provenance(style.name, self.stylist.settings.mode == "avatar", style.licence)

    def walk(self, picture: Picture, faces: Sequence[Face]) -> tuple[Result, list[Step]]:
        """The result, and the steps where they are kept."""
        kept = list[Step]()
        steps = self.stylist.steps(picture, faces)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                return end.value, kept
            self.watch(step)
            if self.keep_steps:
                kept.append(step)

    def save(self, job: Job, picture: Picture, result: Result, steps: Sequence[Step]) -> tuple[str, ...]:
        """Write what was made; the names of the files below the folder."""
        exif = picture.exif if self.keep_metadata else b""
        files = list[str]()
        for name, pixels in self.outputs(job, result):
            save_picture(pixels, self.out / name, self.provenance, exif)
            files.append(name)
        if steps:
            folder = f"{self.stem(job)}-steps"
            write_steps(self.out / folder, steps)
        return tuple(files)

    def outputs(self, job: Job, result: Result) -> list[tuple[str, Pixels]]:
        """The pictures of a result, each with its name."""
        if result.image is None:
            return []
        if self.stylist.settings.mode == "in-place":
            ending = job.path.suffix.lower()
            return [(self.free(self.stem(job), ending if ending in KEEPING else ".png"), result.image)]
        images = [face.image for face in result.faces if face.image is not None]
        numbers = [""] if len(images) == 1 else [f"-{number}" for number in range(1, len(images) + 1)]
        stem = self.stem(job)
        return [(self.free(stem + number, ".png"), image) for number, image in zip(numbers, images, strict=True)]

    def stem(self, job: Job) -> str:
        placed = "-in-place" if self.stylist.settings.mode == "in-place" else ""
        return f"{Path(job.name).stem}-{self.stylist.style.name}{placed}"

    def free(self, stem: str, ending: str) -> str:
        """A name that this call has not given away yet, and whose file, if there is one, was made by this program."""
        number, name = 1, stem + ending
        while name in self.taken or ((self.out / name).exists() and not made_here(self.out / name)):
            number += 1
            name = f"{stem}-{number}{ending}"
        self.taken.add(name)
        return name


def reported(out: Path, jobs: Sequence[Job]) -> Report | None:
    """The report of a folder, where several files are meant or one was written before."""
    return Report(out) if len(jobs) > 1 or (out / LINES).exists() else None
