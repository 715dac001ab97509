"""The autopilot: takes a failing run back to when it was healthy, and tries the doctor's remedies, one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from ..play.engine import Watcher
from ..play.guard import NonFiniteError
from ..recipes.recipe import Recipe
from ..run.folder import RunFolder
from ..run.journal import Lines, Record, read
from ..run.session import AfterRound, Outcome, Session
from ..settings import from_json, to_json
from .breakdown import broken_down
from .findings import Finding, Remedy
from .ranking import SYMPTOMS, ranked
from .treating import Treatment, begin_of_trouble, healthy, treat, window

MOST = 4
"""Remedies that one run is given."""
LATE, MOSTLY_OVER = 0.9, 2 / 3
"""Shares of a run after which nothing new is tried, and nothing is begun anew: too little is left to come as far."""
EARLY = 0.25
"""Share of a run up to which trouble means its start: little is lost, and nothing of what was learned badly stays."""
PATIENCE = 2
"""Windows after which a warning that names a cause counts as an alarm: it does not go away. Of one that is there from
the beginning a single window is enough, as little is lost by beginning again."""


class Attentive(Protocol):
    """Whoever is called after each round and knows what was found, as `live.Attending` does."""

    def __call__(self, session: Session, /) -> None: ...

    @property
    def findings(self) -> tuple[Finding, ...]: ...

    def finish(self) -> None: ...


class AlarmError(Exception):
    """Leaves a session that is failing; the findings are all that hold."""

    def __init__(self, findings: Iterable[Finding]):
        self.findings = tuple(findings)
        super().__init__(", ".join(finding.rule for finding in self.findings))


@dataclass(frozen=True)
class Flight:
    """What was done to a run so far."""

    tried: tuple[str, ...] = ()
    """Names of remedies."""
    alarms: tuple[str, ...] = ()
    """Rules that they were tried against."""
    cool: float = 0.0
    """Images until which no alarm counts: what it is about must have happened under the newest settings."""
    over: bool = False
    """Whether it has given up."""

    def after(self, record: Record) -> Flight:
        """With one more line of the story."""
        match record["kind"]:
            case "treat":
                tried, alarms = (*self.tried, record["remedy"]["name"]), (*self.alarms, *record["alarms"])
                return replace(self, tried=tried, alarms=alarms)
            case "treated":
                return replace(self, cool=record["cool"])
            case "gave up":
                return replace(self, over=True)
        return self


def flying(folder: RunFolder) -> bool:
    """Whether this run has an autopilot that has not given up."""
    return folder.autopilot.exists() and not any(record["kind"] == "gave up" for record in read(folder.autopilot))


class Autopilot:
    """Plays a run to its end, whatever it takes; autopilot.jsonl keeps the story, which survives all going back.

    `attend` makes somebody who finds things, for each session anew; `tell` is told in one sentence what is done.
    """

    def __init__(self, folder: RunFolder, attend: Callable[[], Attentive], tell: Callable[[str], object]):
        self.folder, self.attend, self.tell = folder, attend, tell
        self.attending: Attentive | None = None
        self.flight, self.said = Flight(), ""
        self.unfinished: Record = {}  # the line of a treatment that was begun
        for record in read(folder.autopilot):
            self.take_in(record)

    def take_in(self, record: Record) -> None:
        self.flight = self.flight.after(record)
        self.unfinished = record if record["kind"] == "treat" else {}

    def note(self, record: Record) -> None:
        """Add to the story; it is on the disk before anything else happens."""
        lines = Lines(self.folder.autopilot)
        lines.append(record)
        lines.sync()
        self.take_in(record)

    def begin(self) -> None:
        """Make a run one that is resumed with an autopilot, and finish what a killed process had begun."""
        if not self.folder.autopilot.exists():
            self.note({"kind": "on", "images": 0})
        if self.unfinished:
            self.carry_out(self.unfinished)

    def hooks(self) -> tuple[AfterRound, ...]:
        """For the session that is to be played next."""
        self.attending = self.attend()
        return (self.attending, self.look)

    def look(self, session: Session) -> None:
        """Leave the session if an alarm holds."""
        assert self.attending is not None
        clock = session.engine.clock
        if clock.images < self.flight.cool or clock.images > LATE * clock.total:
            return
        holding = [one for one in self.attending.findings if one.last_images >= clock.images]
        rounds = sum(stage.rounds for stage in session.engine.stages)
        once = window(clock.images, rounds, clock.total)
        early = EARLY * clock.total
        found = [self.worse(one, once if one.first_images < early else PATIENCE * once) for one in holding]
        ill = [one for one in found if one.severity == "alarm"]
        # Where nothing can be tried, a run is not given up for what may pass.
        if ill and (self.left(found) or any(self.lasted(one) >= once for one in ill)):
            raise AlarmError(found)

    def lasted(self, finding: Finding) -> float:
        """Images over which it has held under the newest settings."""
        return finding.last_images - max(finding.first_images, self.flight.cool)

    def worse(self, finding: Finding, patience: float) -> Finding:
        """A warning is an alarm once it has lasted so many images under the newest settings."""
        causal = finding.severity == "warning" and finding.rule not in SYMPTOMS
        stubborn = causal and self.lasted(finding) >= patience
        return replace(finding, severity="alarm") if stubborn else finding

    def play(self, session: Session, seconds: float | None, watchers: Iterable[Watcher] = ()) -> Outcome:
        """Play `session`, and in its place whatever comes after it, to the end or for so many seconds.

        Errors as in `Session.play`. The sessions are closed.
        """
        watchers, deadline = tuple(watchers), time.monotonic() + (seconds or 0.0)
        while True:
            with session:
                try:
                    return self.attended(session, None if seconds is None else max(0.0, deadline - time.monotonic()))
                except AlarmError as alarm:
                    found, broken = alarm.findings, None
                except NonFiniteError as error:
                    found, broken = (broken_down(session, error),), error
                if not self.treated(session, found):
                    sentence = self.give_up(session, found)
                    if broken:
                        raise NonFiniteError(f"{broken}. {sentence}")
                    session.save()
                    session.end("exhausted")
                    return Outcome("exhausted", session.engine.clock.images, session.seconds)
            session = Session.resume(self.folder.path, watchers=watchers, after_round=self.hooks())
            if session.watching and session.watching.board:
                session.watching.board.text("autopilot", self.said, session.engine.clock.images)

    def attended(self, session: Session, seconds: float | None) -> Outcome:
        """Play it, and let whoever attends to it finish, however it ends."""
        try:
            return session.play(seconds)
        finally:
            if self.attending:
                self.attending.finish()

    def treated(self, session: Session, found: tuple[Finding, ...]) -> bool:
        """Take the run back and change it, by the first remedy that works out; whether there was one."""
        alarms = [one.rule for one in found if one.severity == "alarm"]
        for finding, remedy in self.left(found):
            back = self.back(session, remedy, [one for one in found if one == finding or one.severity != "info"])
            if back is None:
                continue
            record: Record = {
                "kind": "treat",
                "images": session.engine.clock.images,
                "seconds": round(session.seconds, 3),
                "alarms": alarms,
                "finding": to_json(replace(finding, remedies=())),
                "remedy": to_json(remedy),
                "back": back,
                "recipe": to_json(session.recipe),
            }
            self.note(record)
            if self.carry_out(record):
                return True
        return False

    def back(self, session: Session, remedy: Remedy, found: list[Finding]) -> int | None:
        """Images to which the run is taken back to try this; None = it is too late for that."""
        clock, rounds = session.engine.clock, sum(stage.rounds for stage in session.engine.stages)
        past = (
            [one for one in self.attending.findings if one.first_images >= self.flight.cool] if self.attending else []
        )
        begun, states = begin_of_trouble(found, past, rounds, clock.total), list(self.folder.kept_states)
        again = any(one.rule in self.flight.alarms for one in found)  # the state it went on from was ill already
        if states and all(change.startswith("average.") for change in remedy.changes):
            return states[-1]  # the weights themselves are well
        if clock.images <= MOSTLY_OVER * clock.total:
            return 0 if again or begun < EARLY * clock.total else healthy(self.folder, remedy, begun)
        return None if remedy.from_start or not states else healthy(self.folder, remedy, begun) or states[0]

    def left(self, found: Iterable[Finding]) -> list[tuple[Finding, Remedy]]:
        """What can still be tried, in this order, each with the finding that it is against."""
        free = max(0, MOST - len(self.flight.tried))
        return [(finding, remedy) for finding, remedy in ranked(found) if remedy.name not in self.flight.tried][:free]

    def carry_out(self, record: Record) -> bool:
        """Do what the record says; once more, if it was done by half. False where it cannot be done."""
        old, finding = from_json(Recipe, record["recipe"]), from_json(Finding, record["finding"])
        remedy, spent = from_json(Remedy, record["remedy"]), record["images"]
        plan = Treatment(finding, remedy, record["back"], old.train.images, spent)
        try:
            done = treat(self.folder, plan, old, self.folder, record["seconds"])
        except ValueError as error:
            self.note({"kind": "refused", "images": spent, "sentence": f"{remedy.name} cannot be tried: {error}"})
            return False
        self.note({"kind": "treated", "images": done.images, "cool": done.cool, "sentence": done.sentence})
        self.say(f"After {spent:,} images: {finding.title[:1].lower()}{finding.title[1:]}. The run is {done.sentence}.")
        return True

    def say(self, sentence: str) -> None:
        """Tell people."""
        self.said = sentence
        self.tell(sentence)

    def give_up(self, session: Session, found: Iterable[Finding]) -> str:
        """Say so, and why."""
        titles = "; ".join(finding.title for finding in found if finding.severity == "alarm")
        tried = ", ".join(self.flight.tried) or "nothing: no setting would help"
        sentence = f"The autopilot gives up. What is wrong: {titles}. It has tried {tried}."
        self.note({"kind": "gave up", "images": session.engine.clock.images, "sentence": sentence})
        if session.watching:
            session.watching.event(sentence, session.seconds)
        self.say(sentence)
        return sentence
