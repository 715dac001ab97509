"""Who looks after a run while it goes on."""

from __future__ import annotations

import os
import shlex

from ..data.feed import Source
from ..doctor.autopilot import Autopilot
from ..doctor.findings import Finding
from ..doctor.lint import lint
from ..doctor.lint.data import DATA
from ..doctor.live import Attending
from ..doctor.words import line
from ..recipes.assemble import assemble
from ..recipes.recipe import Recipe
from ..run.folder import RunFolder
from ..run.progress import Progress
from ..run.session import AfterRound, Outcome, Session


def refuse_faults(recipe: Recipe, source: Source) -> None:
    """ValueError with one sentence if the data is faulty, which no setting mends."""
    known = {check.id for check in DATA}
    for finding in lint(recipe, source, assemble(recipe, source.shape, len(source.classes))):
        if finding.severity == "alarm" and finding.rule in known:
            raise ValueError(f"the autopilot cannot mend data: {finding.sentence}")


class Crew:
    """Who looks after a run: the doctor, if the recipe wants one, and the autopilot, if it was asked for.

    ValueError with one sentence where there can be no autopilot.
    """

    def __init__(self, folder: RunFolder, recipe: Recipe, progress: Progress, autopilot: bool):
        self.folder, self.recipe, self.progress = folder, recipe, progress
        self.doctor = self.attending() if recipe.watch.doctor and not autopilot else None
        self.pilot = Autopilot(folder, self.attending, progress.note) if autopilot else None
        if autopilot and not recipe.watch.doctor:
            raise ValueError("the autopilot does what the doctor says, and there is none: set watch.doctor=true")
        if autopilot and os.environ.get("WORLD_SIZE", "1") != "1":
            raise ValueError("the autopilot takes runs of one process; leave out --autopilot, or torchrun")
        if self.pilot and self.pilot.unfinished:
            self.pilot.begin()

    def attending(self) -> Attending:
        """The doctor; new findings go to the progress display."""
        return Attending([self.hear], share=self.recipe.watch.doctor_share)

    def hear(self, finding: Finding) -> None:
        """Pass on what is more than worth knowing."""
        if finding.severity != "info":
            self.progress.note(f"doctor      {line(finding)} (sparring doctor {shlex.quote(str(self.folder.path))})")

    @property
    def hooks(self) -> tuple[AfterRound, ...]:
        """For the first session."""
        return self.pilot.hooks() if self.pilot else (self.doctor,) if self.doctor else ()

    def play(self, session: Session, seconds: float | None) -> Outcome:
        """Errors as in `Session.play`."""
        if self.pilot:
            self.pilot.begin()
            return self.pilot.play(session, seconds, [self.progress])
        try:
            return session.play(seconds)
        finally:
            if self.doctor:
                self.doctor.finish()
