"""Playing one run of a comparison, from its start or from where it stopped."""

from __future__ import annotations

from collections.abc import Iterable

import torch

from ..data.pack import Progress
from ..play.engine import Watcher
from ..play.guard import NonFiniteError
from .compare import Comparison, Row
from .folder import RunFolder
from .measuring import SAMPLES
from .pacing import Reason
from .report import write_report
from .session import Session


def play(
    comparison: Comparison, row: Row, seed: int, watchers: Iterable[Watcher], progress: Progress | None = None
) -> Reason | None:
    """Train, score the last weights, write the report. Returns why it ended; None if its numbers broke down.

    KeyboardInterrupt at a second Ctrl-C, as with any run.
    """
    torch.set_num_threads(row.threads)
    folder = RunFolder(comparison.folder(row, seed))
    clock = Stopwatch(comparison.plan.question.budget_seconds)
    if folder.is_run:
        session = Session.resume(folder.path, watchers=watchers, after_round=[clock], progress=progress)
    else:
        recipe = comparison.recipe(row, seed)
        session = Session.start(recipe, folder.path, watchers=watchers, after_round=[clock], progress=progress)
    with session:
        # Without flips an ablation must be held to the same real images as the whole recipe.
        measure_against(session, flip=comparison.plan.rows[0].recipe.data.flip)
        try:
            reason = session.play()
        except NonFiniteError as error:
            comparison.broke(row, seed, str(error))
            return None
        if reason.reason != "interrupted":
            score_last(session)
            write_report(folder.path)
    return reason.reason


class Stopwatch:
    """Ends a run after so many seconds of training alone; None = never."""

    def __init__(self, seconds: float | None):
        self.seconds = seconds

    def __call__(self, session: Session) -> None:
        if self.seconds is not None and session.trained >= self.seconds:
            session.pacing.deadline = 0.0


def measure_against(session: Session, *, flip: bool) -> None:
    """All rows see the same real images; a number of samples that only some could afford would be no comparison."""
    if session.watching:
        session.watching.scoring.flip = flip
        session.watching.measuring.samples = SAMPLES[-1]


def score_last(session: Session) -> None:
    """Training scores when there is time for it; here the end is always scored."""
    watching = session.watching
    if watching and watching.scoring.images_scored != watching.images:
        watching.score(session.handle(), session.seconds)
