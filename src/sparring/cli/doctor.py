"""`sparring doctor`: what is wrong with a training, why it is thought so, and what to change."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from .applying import apply, with_number
from .flags import parse
from .linting import lint
from .voice import Voice

if TYPE_CHECKING:
    from ..doctor.case import Case, Setup
    from ..doctor.examining import Subject
    from ..doctor.findings import Finding

LOOK_SECONDS = 5.0
"""Between two looks at a run that goes on."""
MOST = 3
"""Remedies that are shown unless everything is asked for."""


@dataclass(frozen=True)
class Doctor:
    """Say what is wrong with a run, finished or not: the evidence, what would refute it, and what to change.

    Logs of other programs can be examined too, for what they hold; docs/doctor.md explains every finding. The exit
    status is 0 whatever is found, and 2 where nothing could be examined.
    """

    subject: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN|LOG", help_behavior_hint="")] = ""
    """A run, a folder written by sparring.Vitals, a CSV file, or a folder of TensorBoard event files."""
    all: bool = False
    """Show everything in full, also what was found earlier and no longer holds."""
    watch: bool = False
    """Go on looking while the run goes on, and tell what is new; Ctrl-C ends it."""
    columns: Annotated[str, tyro.conf.arg(metavar="critic_loss=lossD,...", help_behavior_hint="")] = ""
    """Of a LOG: which column is which signal, and which is the step; usual names are guessed."""
    loss: Annotated[str, tyro.conf.arg(metavar="NAME", help_behavior_hint="")] = ""
    """Of a LOG: the adversarial loss, e.g. nonsaturating; fewer rules can be asked without."""
    batch: Annotated[int, tyro.conf.arg(metavar="B", help_behavior_hint="")] = 0
    """Of a LOG: images per update."""
    apply: Annotated[str, tyro.conf.arg(metavar="[N]", help_behavior_hint="")] = ""
    """Train a copy of RUN, from before the trouble, with the first finding's N-th remedy; or RULE:N for another's."""
    images: Annotated[int | None, tyro.conf.arg(metavar="N", help_behavior_hint="")] = None
    """With --apply: real images of the new run; as many as the old one if left out."""
    lint: Annotated[str, tyro.conf.arg(metavar="RECIPE", help_behavior_hint="")] = ""
    """Instead: what is known to go wrong with a recipe, or with a run's, before anything is trained."""
    data: Annotated[str, tyro.conf.arg(metavar="SPEC", help_behavior_hint="")] = ""
    """With --lint: the data, as for `sparring train`."""
    set: Annotated[
        tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="PATH=VALUE", help_behavior_hint="")
    ] = ()
    """With --lint: change any setting of the recipe; several may follow."""
    json: bool = False
    """Print the findings, and what is known of the set-up, as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Examine, and tell; returns the exit status."""
    flags = parse(Doctor, with_number(arguments), "sparring doctor")
    voice = Voice(flags.json)
    check(flags)
    if flags.lint:
        return lint(flags.lint, flags.data, flags.set, flags.all, MOST, voice)
    from ..doctor.examining import examined, subject_at

    if flags.watch:
        return follow(flags, voice)
    subject = subject_at(Path(flags.subject), columns_of(flags.columns), setup_of(flags))
    if not subject.measured:
        raise ValueError(f"{subject.name} has measured nothing yet; examine it when some rounds have been trained")
    findings = examined(subject)
    if flags.apply:
        return apply(Path(flags.subject), findings, subject.case.now.images, flags.apply, flags.images, voice)
    voice.answer(data_of(subject, findings), told(subject, findings, flags.all))
    return 0


def check(flags: Doctor) -> None:
    """Refuse what cannot be asked for."""
    if not (flags.subject or flags.lint):
        raise ValueError("say what to examine: sparring doctor RUN")
    if flags.subject and flags.lint:
        raise ValueError("--lint RECIPE looks at what is not trained yet; leave out either it or the run")
    if (flags.data or flags.set) and not flags.lint:
        raise ValueError("--data and --set say what will be trained; they go with --lint RECIPE")
    if flags.images is not None and not flags.apply:
        raise ValueError("--images says how long the new run is; it goes with --apply")
    if flags.watch and flags.json:
        raise ValueError("--watch tells people what is new; for programs, ask again and again with --json alone")


def columns_of(text: str) -> dict[str, str]:
    """`critic_loss=lossD,generator_loss=lossG` as a mapping."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    wrong = [name for name, equals, column in pairs if not (equals and column.strip())]
    if wrong:
        raise ValueError(f"--columns takes SIGNAL=COLUMN,SIGNAL=COLUMN and so on, and {wrong[0]!r} has no column")
    return {name.strip(): column.strip() for name, _, column in pairs}


def setup_of(flags: Doctor) -> Setup:
    """What the flags say of a log."""
    from ..doctor.case import Setup
    from ..doctor.foreign import known

    if flags.batch < 0:
        raise ValueError(f"--batch must be at least 1, and is {flags.batch}")
    return Setup(adversarial=known(flags.loss), batch=flags.batch)


def data_of(subject: Subject, findings: Sequence[Finding]) -> dict[str, Any]:
    """For programs: `now` says whether a finding still holds."""
    from ..doctor.words import holds
    from ..settings import to_json

    now, setup = subject.case.now, to_json(subject.case.setup)
    recipe = subject.case.setup.recipe
    return {
        "subject": subject.name,
        "images": now.images,
        "rounds": now.rounds,
        "too_early": now.warm,
        "findings": [to_json(finding) | {"now": holds(finding, now.images)} for finding in findings],
        "setup": setup | {"recipe": recipe.name if recipe else None},
        "columns": dict(subject.columns),
    }


def told(subject: Subject, findings: Sequence[Finding], everything: bool) -> str:
    """For people: what holds, in full where it is more than worth knowing, and how much more there was."""
    from ..doctor.words import holds, in_short, terminal

    images = subject.case.now.images
    now = [finding for finding in findings if holds(finding, images)]
    ill = [finding for finding in now if finding.severity != "info"]
    known, past = [finding for finding in now if finding.severity == "info"], len(findings) - len(now)
    parts = [head(subject)]
    if everything:
        parts += [terminal(one, images, subject.unit) for one in findings]
    else:
        parts += [terminal(one, images, subject.unit, MOST) for one in ill]
    if not ill:
        parts.append(nothing(subject.case))
    if known and not everything:
        parts.append("\n".join(["Worth knowing (--all explains):", *map(in_short, known)]))
    if subject.case.setup.recipe and any(one.remedies and one.remedies[0].changes for one in ill[:1]):
        parts.append(
            f"To try the first remedy on a copy of the run: sparring doctor {shlex.quote(subject.name)} --apply"
        )
    if past and not everything:
        parts.append(f"{past} earlier {'finding no longer holds' if past == 1 else 'findings no longer hold'}: --all.")
    return "\n\n".join(parts)


def head(subject: Subject) -> str:
    """Who is examined, and how far it has come."""
    case, now = subject.case, subject.case.now
    what = case.setup.recipe.name if case.setup.recipe else case.setup.adversarial or "an unknown loss"
    planned = f" of {now.planned:,.0f}" if now.planned > now.rounds else ""
    lines = [f"{subject.name}: {what}, after {now.rounds:,.0f}{planned} rounds"]
    if case.setup.batch:
        lines[0] += f", {now.images:,.0f} images"
    if subject.columns:
        lines.append("read  " + ", ".join(f"{signal} from {column}" for signal, column in subject.columns.items()))
    return "\n".join(lines)


def nothing(case: Case) -> str:
    """There are no findings, and why."""
    from ..doctor.case import WARM_UP_ROUNDS
    from ..doctor.rules import RULES
    from ..doctor.words import healthy

    if case.now.warm:
        wait = min(WARM_UP_ROUNDS, 0.05 * case.now.planned)
        return f"It is too early to say more: verdicts wait for {wait:,.0f} rounds."
    asked = sum(rule.answerable(case) for rule in RULES)
    line = f"Nothing speaks of trouble: {asked} of {len(RULES)} rules could be asked."
    return "\n".join(part for part in (line, healthy(case)) if part)


def follow(flags: Doctor, voice: Voice) -> int:
    """Tell what is found as it is found, until the run ends or somebody presses Ctrl-C."""
    from ..doctor.examining import has_ended, subject_at
    from ..doctor.rule import examine
    from ..doctor.rules import RULES

    run = Path(flags.subject)
    worst: dict[str, Finding] = {}
    held: dict[str, Finding] = {}
    try:
        while True:
            ended = has_ended(run)
            subject = subject_at(run, columns_of(flags.columns), setup_of(flags))
            found = {finding.rule: finding for finding in examine(subject.case, RULES)}
            for sentence in news(found, held, worst, subject):
                voice.answer({}, sentence)
            held = found
            if ended:
                voice.talk(f"{run} has ended, after {subject.case.now.images:,.0f} {subject.unit}.")
                return 0
            time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        return 0


def news(
    found: Mapping[str, Finding], held: Mapping[str, Finding], worst: dict[str, Finding], subject: Subject
) -> Iterator[str]:
    """What is new, or worse than it ever was, in full; what comes back or goes, in a line. All by rule."""
    from ..doctor.words import ORDER, in_short, terminal

    when = f"After {subject.case.now.images:,.0f} {subject.unit}"
    for rule, finding in found.items():
        if rule not in worst or ORDER.index(finding.severity) < ORDER.index(worst[rule].severity):
            worst[rule] = finding
            full = finding.severity != "info"
            yield terminal(finding, 0.0, subject.unit, MOST) + "\n" if full else f"{when}:\n{in_short(finding)}\n"
        elif rule not in held and worst[rule].severity != "info":
            yield f"{when} again: {finding.title}.\n"
    for rule in held.keys() - found.keys():
        if worst[rule].severity != "info":
            yield f"{when} no longer: {held[rule].title}.\n"
