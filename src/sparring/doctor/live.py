"""The doctor at a session's side: looks, asks the rules, and keeps findings.json up to date."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from ..play.engine import Engine
from ..recipes.preset import Facts
from ..run.folder import RunFolder
from ..run.journal import Lines, Record
from ..run.session import Session
from ..run.tally import six_digits
from .case import Case, Now
from .findings import Finding
from .meter import moment
from .patient import patient_of
from .reading import noted, records
from .reals import reals_of
from .record import keep, read_findings, write_findings
from .rule import Rule, examine
from .rules import RULES
from .setups import setup_of
from .vitals import SHARE, Vitals
from .words import line, markdown

WRITTEN_SECONDS = 30.0
"""Between two times that findings.json is written, where nothing is new."""

Hear = Callable[[Finding], object]


class Attending:
    """What a session calls after each round, on its first process. `hear` is told of each finding when it is new.

    `share` and `every` are those of `Vitals`. Whoever calls it last says `finish`.
    """

    def __init__(
        self, hear: Iterable[Hear] = (), *, rules: Iterable[Rule] = RULES, share: float = SHARE, every: int = 0
    ):
        self.hear, self.rules, self.share, self.every = tuple(hear), tuple(rules), share, every
        self.visit: Visit | None = None
        self.gone = False

    def __call__(self, session: Session) -> None:
        assert session.watching is not None, "only the first process of a run is looked at"
        if self.gone or (self.visit and self.visit.waits()):
            return
        start, found = time.perf_counter(), list[Finding]()
        with self.forgiven(session):
            self.visit = self.visit or Visit(session, self.share, self.every)
            found = self.visit.round_over(self.rules)
        for finding in found:
            for hear in self.hear:
                hear(finding)
        session.watching.lay_aside(start)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings so far."""
        return tuple(self.visit.findings.values()) if self.visit else ()

    def finish(self) -> None:
        """Examine the end of the run, and write down what is still in the air."""
        if self.visit and not self.gone:
            with self.forgiven(self.visit.session):
                self.visit.waits()
                self.visit.listen()
                self.visit.examine(self.rules)
                self.visit.write()

    @contextmanager
    def forgiven(self, session: Session) -> Iterator[None]:
        """No mistake of the doctor is worth a training: it leaves, and says so."""
        try:
            yield
        except OSError:
            raise  # nor could the run itself write
        except Exception as error:  # noqa: BLE001 - whatever it is
            self.gone = True
            if session.watching:
                session.watching.event(f"the doctor had to leave: {type(error).__name__} {error}", session.seconds)


class Visit:
    """One session, from its first round on."""

    def __init__(self, session: Session, share: float, every: int):
        self.session, self.engine = session, session.engine
        source, recipe, folder = session.source, session.recipe, session.folder
        images, rounds = self.engine.clock.images, sum(stage.rounds for stage in self.engine.stages)
        self.lines = Lines(folder.vitals)
        self.lines.truncate(images - 1)  # a resumed run has yet to reach what was written later
        self.pace = self.engine.clock.total / rounds
        self.notes, self.scored = noted(folder, self.pace), len(list(records(folder.scores)))
        self.journal: Record = session.watching.latest if session.watching else {}
        self.heard: list[tuple[Record, int]] = []  # lines of the journal, and updates skipped until then
        facts = Facts(tuple(source.shape), len(source.classes), source.count)
        self.setup = setup_of(recipe, facts, self.engine.game)
        self.vitals = Vitals(
            lambda count, held: reals_of(source, count, held, flip=recipe.data.flip),
            rounds,
            round(self.pace),
            points=facts.points,
            share=share,
            every=every,
        )
        self.findings = known(folder, images)
        self.holding = frozenset[str]()
        """Rules that held at the last examination."""
        self.trained, self.skipped = session.trained, self.engine.guard.skipped
        self.due, self.written = 0.0, -math.inf  # round of the next examination; seconds on the clock
        self.wake = 0.0  # round before which there is nothing to do
        self.asking = 0.0  # seconds that the newest examination took

    def round_over(self, rules: Iterable[Rule]) -> list[Finding]:
        """Look and examine, where either is due; what is new."""
        rounds, trained, new = rounds_of(self.engine), self.session.trained - self.trained, list[Finding]()
        found = self.vitals.round_over(
            rounds, trained, lambda: patient_of(self.engine, self.session.recipe, len(self.session.source.classes))
        )
        start = moment()
        if found:
            self.note(rounds, found)
        examined = bool(found) or (rounds >= self.due and self.vitals.affords(self.asking, rounds, trained))
        if examined:
            self.listen()
            new = self.examine(rules)
        if examined or rounds >= self.due:
            self.due = rounds + Now(rounds, self.images, self.vitals.total).window
        self.wake = min(self.vitals.next, self.due)
        spent = self.vitals.meter.pay(start)
        self.asking = spent if examined else self.asking
        return new

    def waits(self) -> bool:
        """Whether there is nothing to do after this round but to lay by the newest line of the journal."""
        watching = self.session.watching
        if watching and watching.latest is not self.journal:
            self.journal = watching.latest
            self.heard.append((self.journal, self.engine.guard.skipped))
        return rounds_of(self.engine) < self.wake

    def listen(self) -> None:
        """Take in what was laid by."""
        for record, skipped in self.heard:
            self.notes.skipped, self.skipped = skipped - self.skipped, skipped
            self.notes.journal(record)
        self.heard = []

    @property
    def case(self) -> Case:
        return self.notes.case(self.setup)

    @property
    def images(self) -> int:
        return self.engine.clock.images

    def note(self, rounds: float, found: Mapping[str, float]) -> None:
        """Write a line of vitals.jsonl."""
        values = {name: six_digits(value) for name, value in found.items()}
        seconds = round(self.session.seconds, 3)
        record = {"images": self.images, "rounds": rounds, "seconds": seconds, "values": values}
        self.lines.append(record)
        self.notes.vitals(record)

    def examine(self, rules: Iterable[Rule]) -> list[Finding]:
        """Ask the rules; what holds for the first time."""
        scores = list(records(self.session.folder.scores))
        for record in scores[self.scored :]:
            self.notes.score(record)
        self.scored = len(scores)
        held = examine(self.case, rules)
        new = keep(self.findings, [finding.lasting(finding.first_images, float(self.images)) for finding in held])
        now = frozenset(finding.rule for finding in held)
        stale = self.findings and time.monotonic() - self.written > WRITTEN_SECONDS
        if new or now != self.holding or stale:
            self.write()
        self.holding = now
        for finding in new:
            if watching := self.session.watching:
                watching.event(f"doctor: {line(finding)}", self.session.seconds)
                if watching.board:
                    watching.board.text("doctor", markdown(finding), self.images)
        return new

    def write(self) -> None:
        """Put findings.json up to date."""
        self.written = time.monotonic()
        write_findings(self.session.folder.findings, float(self.images), self.findings.values())


def known(folder: RunFolder, images: float) -> dict[str, Finding]:
    """Findings of earlier sessions by rule, as they were after so many images."""
    with suppress(ValueError):
        earlier = read_findings(folder.findings).findings
        return {
            one.rule: one.lasting(one.first_images, min(one.last_images, images))
            for one in earlier
            if one.first_images < images
        }
    return {}


def rounds_of(engine: Engine) -> float:
    """Rounds that are over."""
    return float(sum(stage.rounds for stage in engine.stages[: engine.clock.stage]) + engine.clock.round)
