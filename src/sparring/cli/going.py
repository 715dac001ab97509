"""A run while it goes on: the plan, the progress, and how it ended. Shared by `train` and `resume`."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from rich.console import Console

from ..data.open import open_source
from ..doctor.autopilot import flying
from ..doctor.findings import Finding
from ..doctor.lint import lint
from ..doctor.record import read_findings
from ..doctor.words import ORDER, line
from ..play.guard import NonFiniteError
from ..run import grid
from ..run.briefing import brief, duration
from ..run.budget import usable
from ..run.folder import RunFolder
from ..run.journal import read
from ..run.pacing import Reason
from ..run.prepare import Prepared
from ..run.progress import Progress
from ..run.report import write_report
from ..run.report_pictures import picture_of
from ..run.sentences import brief as short
from ..run.session import Outcome, Session
from ..run.translating import next_line
from .crew import Crew, refuse_faults
from .main import INTERRUPTED, MISTAKE
from .packing import packing
from .voice import Voice

STATUS: Mapping[Reason, int] = {"finished": 0, "deadline": 0, "interrupted": INTERRUPTED, "exhausted": MISTAKE}
"""Of the program, by how the run has ended."""


def play(prepared: Prepared, out: Path, voice: Voice, left: Callable[[], float] | None, autopilot: bool = False) -> int:
    """Start a new run, say what it is about to do, and play it; `left` says how many seconds may still pass."""
    for why in prepared.why:
        voice.talk(why)
    recipe = prepared.recipe
    progress = Progress(recipe.rules.adversarial, Console(stderr=True, quiet=voice.silent))
    crew = Crew(RunFolder(out), recipe, progress, autopilot)
    with packing(voice) as packed:
        if autopilot:
            refuse_faults(recipe, prepared.source or open_source(recipe.data, packed))
        session = Session.start(
            recipe, out, watchers=[progress], after_round=crew.hooks, progress=packed, source=prepared.source
        )
    with session:
        engine = session.engine
        seconds = usable(left()) if left else None
        warnings = warned(session, prepared.rate, seconds)
        told = brief(recipe, session.source, engine.game, engine.machine, prepared.rate, seconds, warnings)
        voice.talk(told.text())
        voice.talk(f"run         {out}  (Ctrl-C saves and stops)")
        picture = picture_of(session.source) if not voice.silent else None
        if picture is not None:
            grid.save(picture, session.folder.path / "data.png")
        progress.deadline_seconds = usable(left()) if left else None
        with progress:
            outcome = played(session, crew, progress.deadline_seconds)
        return tell(session.folder, outcome, voice)


def warned(session: Session, rate: float | None, deadline_seconds: float | None) -> list[str]:
    """What is known to go wrong with this run, in sentences. Networks that cannot be tried out may well train."""
    recipe, game, world = session.recipe, session.engine.game, session.machine.world
    seconds = recipe.train.images / rate if rate and deadline_seconds is None else None
    try:
        findings = lint(recipe, session.source, game, world=world, seconds=seconds)
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        return [f"The networks could not be tried out before training ({short(error)})."]
    return [finding.sentence for finding in findings if finding.severity != "info"]


def go_on(run: Path, voice: Voice) -> int:
    """Resume a run and play it to its end."""
    with packing(voice) as packed:
        folder = RunFolder.open(run)
        progress = Progress(folder.recipe.rules.adversarial, Console(stderr=True, quiet=voice.silent))
        use_threads_of(folder)
        crew = Crew(folder, folder.recipe, progress, flying(folder))
        session = Session.resume(run, watchers=[progress], after_round=crew.hooks, progress=packed)
    with session:
        clock = session.engine.clock
        voice.talk(f"{run} goes on after {clock.images:,} of {clock.total:,} images.")
        with progress:
            outcome = played(session, crew, None)
        return tell(session.folder, outcome, voice)


def use_threads_of(folder: RunFolder) -> None:
    """Another number of threads adds numbers up in another order, and the run would not go on bit for bit."""
    plans = (record.get("plan", {}) for record in read(folder.journal) if record.get("kind") == "plan")
    threads = next(plans, {}).get("machine", {}).get("threads")
    if isinstance(threads, int) and 0 < threads <= torch.get_num_threads():
        torch.set_num_threads(threads)


def played(session: Session, crew: Crew, seconds: float | None) -> Outcome | None:
    """Play to the end, or for so many seconds; None where a second Ctrl-C ended it at once.

    NonFiniteError with a remedy if the numbers break down; the report then shows how they did.
    """
    try:
        return crew.play(session, seconds)
    except KeyboardInterrupt:
        return None
    except NonFiniteError as error:
        if session.machine.rank == 0:
            write_report(session.folder.path)
        raise NonFiniteError(
            f"{error}; what was saved last is as it was, and {session.folder.report} shows the way there. Lower the "
            "learning rates, or --set train.on_nonfinite=skip"
        ) from None


def tell(folder: RunFolder, outcome: Outcome | None, voice: Voice) -> int:
    """Write the report and say how it ended. Returns the exit status."""
    run = shlex.quote(str(folder.path))
    if outcome is None:
        voice.talk(f"Stopped at once. Go on from what was saved last: sparring resume {run}")
        return INTERRUPTED
    if voice.silent:
        return STATUS[outcome.reason]
    report = write_report(folder.path)
    weights = next((file for file in (folder.best, folder.last) if file.exists()), None)
    data = {
        "run": str(folder.path),
        "reason": outcome.reason,
        "images": outcome.images,
        "seconds": round(outcome.seconds, 3),
        "report": str(report),
        "weights": str(weights) if weights else None,
        "findings": [finding.rule for finding in ill(folder)],
    }
    ended = {
        "finished": "Done",
        "deadline": "The budget is used up",
        "interrupted": "Stopped and saved",
        "exhausted": "The autopilot has no remedy left",
    }[outcome.reason]
    lines = [f"{ended}: {outcome.images:,} images in {duration(outcome.seconds)}.", f"Report:   {report}"]
    if weights:
        lines.append(f"Weights:  {weights}")
    if found := ill(folder):
        lines.append(f"Doctor:   {'; '.join(map(line, found))}: sparring doctor {run}")
    if outcome.reason != "finished":
        lines.append(f"Go on:    sparring resume {run}")
    lines.append(f"Samples:  {next_line(run, folder.recipe)}")
    voice.answer(data, "\n".join(lines))
    return STATUS[outcome.reason]


def ill(folder: RunFolder) -> list[Finding]:
    """What is wrong at the end of a run, the worst first."""
    with contextlib.suppress(ValueError):
        record = read_findings(folder.findings)
        now = [one for one in record.findings if one.severity != "info" and one.last_images >= record.images]
        return sorted(now, key=lambda one: ORDER.index(one.severity))
    return []
