"""`sparring avatar`: from portraits to avatars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..avatar.batch import Batch, Job
    from ..avatar.face import Face
    from ..avatar.page import Page
    from ..avatar.report import Report, Row
    from ..avatar.result import Step
    from ..avatar.settings import AvatarSettings

NOTHING = 3
"""Exit status where everything could be read and nothing could be made, as of photos without a face."""


@dataclass(frozen=True)
class Avatar:
    """Draw the people in photos: PHOTO, FOLDER or FILM, several of them. Nothing leaves this machine.

    Take photos of people who agreed to it. Without a face there is advice and exit status 3.
    """

    photos: Annotated[tuple[str, ...], tyro.conf.Positional, tyro.conf.arg(metavar="PHOTO", help_behavior_hint="")] = ()
    """Pictures, folders of them, films, animated pictures."""
    out: Annotated[str, tyro.conf.arg(metavar="DIR")] = "avatars"
    """Folder for what is made."""
    style: Annotated[str, tyro.conf.arg(metavar="NAME|BUNDLE")] = "cel"
    """A style's name, a translator's bundle, or a run."""
    mode: Annotated[str, tyro.conf.arg(metavar="avatar|in-place")] = "avatar"
    """A square picture of each head, or the photo with its faces drawn."""
    faces: Annotated[str, tyro.conf.arg(metavar="largest|center|all|K", help_behavior_hint="")] = "auto"
    """Whom to draw; K counts from 0, the largest face first. For avatars the largest, in place all."""
    box: Annotated[str, tyro.conf.arg(metavar="L,T,R,B", help_behavior_hint="")] = ""
    """Where the face is, in pixels, where it is not found."""
    enlarge: Annotated[int, tyro.conf.arg(metavar="1|2|4")] = 1
    """Times that the drawing is enlarged."""
    set: Annotated[tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="PATH=VALUE")] = ()
    """Any other choice, such as finish.colour=0.5 or detector=whole."""
    device: Annotated[str, tyro.conf.arg(metavar="auto|cpu|cuda|mps")] = "auto"
    """Where to compute."""
    steps: bool = False
    """Write the picture of every step too, and a sheet of all."""
    page: Annotated[str, tyro.conf.arg(metavar="FILE.html", help_behavior_hint="")] = ""
    """Also write a page of every photo with all its steps, the worst first."""
    resume: bool = False
    """Leave out what is done already and has not changed."""
    keep_metadata: bool = False
    """Keep what the camera wrote, the place included; else nothing of it is written."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Draw the people in photos; returns the exit status."""
    flags = parse(Avatar, arguments, "sparring avatar")
    if not flags.photos:
        raise ValueError("say of whom: sparring avatar photo.jpg")
    if flags.page and not flags.page.endswith(".html"):
        raise ValueError(f"--page is an HTML file, such as page.html, and not {flags.page}")
    settings = settings_of(flags)
    from ..avatar.batch import Batch, planned, reported
    from ..avatar.page import Page
    from ..avatar.pipeline import load_stylist

    out, voice = Path(flags.out).expanduser(), Voice(flags.json)
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; --out names a folder")
    jobs, others = planned([Path(photo).expanduser() for photo in flags.photos])
    faces = pointed_at(flags.box, len(jobs))
    stylist, page = load_stylist(flags.style, settings, device=flags.device), Page() if flags.page else None

    def tell(step: Step) -> None:
        if len(jobs) == 1:
            voice.talk(f"{step.name:<11} {step.line}")
        if page:
            page.watch(step)

    batch = Batch(stylist, out, flags.keep_metadata, flags.steps, tell)
    report = reported(out, jobs)
    rows, skipped = worked(batch, jobs, faces, report, flags.resume, voice, page)
    if page:
        page.write(Path(flags.page), stylist.style.name)
    return answer(rows, skipped, others, flags, voice)


def settings_of(flags: Avatar) -> AvatarSettings:
    """Every choice of the call. ValueError with one sentence for what cannot be chosen."""
    from ..avatar.settings import AvatarSettings
    from ..settings import assign

    given = {"mode": flags.mode, "faces": flags.faces, "finish.enlarge": flags.enlarge}
    return assign(AvatarSettings(), [*(f"{name}={value}" for name, value in given.items()), *flags.set])


def pointed_at(box: str, photos: int) -> list[Face]:
    """The face in a box that a person drew. ValueError where it is none, or there are several photos."""
    if not box:
        return []
    from ..avatar.detectors.whole import face_in

    try:
        left, top, right, bottom = (float(number) for number in box.split(","))
    except ValueError:
        raise ValueError(f"--box is left,top,right,bottom in pixels, such as 100,80,300,320, not {box!r}") from None
    if photos > 1:
        raise ValueError(f"--box is of one photo, and {photos} are given")
    return [face_in((left, top, right, bottom))]


def worked(
    batch: Batch,
    jobs: Sequence[Job],
    faces: Sequence[Face],
    report: Report | None,
    resume: bool,
    voice: Voice,
    page: Page | None,
) -> tuple[list[Row], int]:
    """A row for each file that was not done already, and how many were."""
    rows: list[Row] = []
    skipped = 0
    for number, job in enumerate(jobs, start=1):
        if resume and report and report.kept(job.name, batch.key(job)):
            batch.taken.update(report.rows[job.name].files)
            skipped += 1
            continue
        row = batch.run(job, faces)
        rows.append(row)
        if page:
            page.add(row)
        place = f"{number} of {len(jobs)}  {job.name}  " if len(jobs) > 1 else ""
        words = [row.message] if row.message else [f"{len(row.files)} made"] if len(jobs) > 1 else []
        for word in [*words, *row.warnings]:
            voice.talk(f"{place}{word}")
        if report:
            report.add(row)
    if report:
        report.close()
    return rows, skipped


def answer(rows: Sequence[Row], skipped: int, others: int, flags: Avatar, voice: Voice) -> int:
    """Say what was made; the exit status. ValueError where nothing could even be read."""
    from ..settings import to_json

    if rows and not skipped and all(row.status == "unreadable" for row in rows):
        raise ValueError(rows[0].message if len(rows) == 1 else f"none of {len(rows)} could be read: {rows[0].message}")
    made = [str(Path(flags.out) / name) for row in rows for name in row.files]
    data = {"out": flags.out, "made": len(made), "skipped": skipped, "other_files": others}
    counts = {"done already": skipped, "without a picture": sum(not row.done for row in rows), "other files": others}
    left = "".join(f"; {count} {what}" for what, count in counts.items() if count)
    where = made[0] if len(made) == 1 else f"{len(made)} avatars in {flags.out}"
    text = f"{where}{left if len(rows) + skipped > 1 else ''}" if made or skipped else ""
    voice.answer({**data, "photos": [to_json(row) for row in rows]}, text)
    return 0 if made or skipped else NOTHING
