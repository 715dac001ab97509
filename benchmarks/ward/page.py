"""The bars, the table and the confusion matrix of the ward."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from PIL import Image, ImageDraw

from sparring.doctor.rules import RULES

from .. import cells
from . import faults
from .patient import Half, Patient
from .plants import PLANTS
from .runner import LOOKS, MOMENTS, WITHIN, Verdict
from .table import PATIENTS

HALVES: tuple[Half, ...] = ("tuning", "reporting")
IDS = [rule.id for rule in RULES if rule.severity != "info"]
INTRODUCTION = """# The ward

Whether the doctor tells what is wrong: {ill} failures are planted in 2-D toys and in images, {healthy} healthy set-ups
only look odd, and each is trained with {seeds}. Thresholds of the rules were set on the tuning half alone; what
counts is the reporting half, where the same illnesses have other data, networks, sizes and losses.

    python -m benchmarks.ward                # {hours:.1f} hours on one core; stopped, it goes on
    python -m benchmarks.ward --judge        # ask the rules again about the runs that are there, in a minute
    python -m benchmarks.ward --publish

Runs are short: about 1,000 rounds on points and 400 on images of 16 pixels. The doctor looks {looks} times at each, and
the rules are asked at {moments} moments from what was known then, as they are while a run goes on. A failure is *found*
when a rule of its own gives a warning or an alarm within {within:.0%} of the run after its onset: when it was planted,
or, where that shows in samples only, when 40% of these short runs are over and samples show anything (50% for a
discriminator that learns its images by heart, which takes time). An *unrelated* alarm is one of a rule that names
neither the illness nor what follows from it. Bad samples follow from every failure: that they are far from the data,
stay so, or were better before is no unrelated alarm in a failed run, and is one in a healthy run.

The tuning half flatters: six of its plants (domination, vanishing gradients, the generator that is far too fast, the
checkerboard, learning by heart, the double sigmoid) did too little harm at first and were made stronger, or moved to
other data, until their runs failed, while thresholds were being set.
Much of it was the reporting half of an earlier round, until it had been seen: the present reporting half was defined
after that, its failures are looked at for the first time here, and no threshold was changed afterwards.
"""


def write(verdicts: Sequence[Verdict], options: argparse.Namespace) -> None:
    """Everything that is published, from the runs that are there."""
    there = cells.finished(options.out)
    seeds = len({one.seed for one in verdicts})
    ill = [one for one in PATIENTS.values() if one.own]
    text = INTRODUCTION.format(
        ill=len(ill), healthy=len(PATIENTS) - len(ill), seeds=f"{seeds} seeds" if seeds > 1 else "one seed",
        hours=sum(float(one["seconds"]) for one in there.values()) / 3600, looks=LOOKS, moments=MOMENTS, within=WITHIN,
    )  # fmt: skip
    if missing := [name for name in PATIENTS if name not in {one.patient.id for one in verdicts}]:
        text += f"\n**Not run yet:** {', '.join(missing)}.\n"
    linted = list(faults.rows())
    text += "\n## Bars\n\n" + bars(verdicts, linted)
    text += "\n\n## Planted failures\n\n" + failures(verdicts) + "\n\n## Healthy, if odd\n\n" + healthy(verdicts)
    text += "\n\n## Every failure and every rule\n\n" + MATRIX + matrix(verdicts)
    cells.PICTURES.mkdir(parents=True, exist_ok=True)
    picture(verdicts).save(cells.PICTURES / "ward.png", optimize=True)
    text += "\n\n![Every set-up and every rule](../pictures/ward.png)\n"
    text += "\n## Before the first round\n\n" + LINTS
    text += cells.table(["mistake", "set-up", "lint", "says", "other alarms"], linted)
    cells.publish("ward", {"runs": [facts(one) for one in verdicts], "lint": linted}, text)


def facts(verdict: Verdict) -> cells.Facts:
    held = [{"rule": one.rule, "severity": one.severity, "first": one.first, "last": one.last} for one in verdict.held]
    return {"patient": verdict.patient.id, "half": verdict.patient.half, "seed": verdict.seed, "held": held}


MATRIX = """Runs in which a rule gave a warning or an alarm; rules of its own are bold, `!` says that one was an alarm.
Rules that never fired in the ward are left out.

"""
LINTS = """The same mistakes as settings, data or networks that the lint sees before anything is trained. About the
healthy set-ups it raises no alarm.

"""


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "-"


def bars(verdicts: Sequence[Verdict], linted: Sequence[Sequence[str]]) -> str:
    lines = []
    for what, bar, value in (
        (f"failures whose own rule fires within {WITHIN:.0%} of the run", "90% or more", found_share),
        ("healthy runs with any alarm", "5% or less", alarmed_share),
        ("unrelated alarms per failed run", "1 or fewer", unrelated),
    ):
        lines.append([what, bar, *(value([one for one in verdicts if one.patient.half == half]) for half in HALVES)])
    named = sum("not found" not in row[3] for row in linted)
    lines.append(["mistakes that the lint names", "all", "-", share(named, len(linted))])
    return cells.table(["what", "bar", "tuning half#", "reporting half#"], lines)


def found_share(verdicts: Sequence[Verdict]) -> str:
    ill = [one for one in verdicts if one.patient.own]
    return share(sum(one.found for one in ill), len(ill))


def alarmed_share(verdicts: Sequence[Verdict]) -> str:
    well = [one for one in verdicts if not one.patient.own]
    return share(sum(bool(one.alarms) for one in well), len(well))


def unrelated(verdicts: Sequence[Verdict]) -> str:
    ill = [one for one in verdicts if one.patient.own]
    return f"{sum(len(one.alarms) for one in ill) / len(ill):.2f}" if ill else "-"


def by_patient(verdicts: Iterable[Verdict]) -> Mapping[Patient, list[Verdict]]:
    found = dict[Patient, list[Verdict]]()
    for one in verdicts:
        found.setdefault(one.patient, []).append(one)
    return {patient: found[patient] for patient in PATIENTS.values() if patient in found}


def failures(verdicts: Sequence[Verdict]) -> str:
    head = ["failure", "set-up", "half", "planted", "found#", "own rules that fired", "after#", "unrelated alarms"]
    lines = []
    for patient, runs in by_patient(verdicts).items():
        if not patient.own:
            continue
        own = [held for run in runs for held in run.held if held.counts and held.rule in patient.own]
        first = [min(h.first for h in run.held if h.rule in patient.own and h.counts) for run in runs if run.found]
        after = f"{median(first) - patient.onset:.0%}" if first else "-"
        lines.append([
            patient.illness, patient.begin, patient.half, planted(patient),
            f"{sum(run.found for run in runs)} of {len(runs)}",
            ", ".join(dict.fromkeys(held.rule for held in own)), after,
            ", ".join(dict.fromkeys(rule for run in runs for rule in run.alarms)),
        ])  # fmt: skip
    return cells.table(head, lines)


def planted(patient: Patient) -> str:
    """In words what was done, and when."""
    if not patient.plant:
        return "settings: " + changed(patient)
    words = (PLANTS[patient.plant].__doc__ or "").strip().split("\n")[0].rstrip(".")
    when = f", after {patient.onset:.0%}" if patient.onset else ""
    return f"{words} ({patient.amount:g}){when}" if patient.amount else f"{words}{when}"


def changed(patient: Patient) -> str:
    """Settings without the room that they are in."""
    pairs = (change.partition("=") for change in patient.changes)
    short = ((path.removeprefix("optims.").removeprefix("networks."), value) for path, _, value in pairs)
    return ", ".join(f"{path.removeprefix('rules.').removeprefix('game.')}={value}" for path, value in short)


def healthy(verdicts: Sequence[Verdict]) -> str:
    lines = []
    for patient, runs in by_patient(verdicts).items():
        if patient.own:
            continue
        said = {level: sorted({h.rule for run in runs for h in run.held if h.severity == level}) for level in LEVELS}
        distance = max(run.distance for run in runs)
        lines.append(
            [
                patient.id,
                patient.half,
                changed(patient) or "-",
                len(runs),
                f"{distance:.2f}",
                *map(", ".join, said.values()),
            ]
        )
    head = ["set-up", "half", "changed", "runs#", "largest distance at the end#", "alarms", "warnings"]
    return cells.table(head, lines)


LEVELS = ("alarm", "warning")


def fired(verdicts: Iterable[Verdict]) -> list[str]:
    """Rules that told somebody something, in their order."""
    seen = {held.rule for one in verdicts for held in one.held if held.counts}
    return [name for name in IDS if name in seen]


def counted(runs: Sequence[Verdict], rule: str) -> tuple[int, bool]:
    """Runs in which this rule told somebody something, and whether as an alarm."""
    held = [one for run in runs for one in run.held if one.rule == rule and one.counts]
    return len(held), any(one.severity == "alarm" for one in held)


def matrix(verdicts: Sequence[Verdict]) -> str:
    names, lines = fired(verdicts), []
    for patient, runs in by_patient(verdicts).items():
        row = [patient.id]
        for name in names:
            count, alarm = counted(runs, name)
            text = f"{count}{'!' if alarm else ''}" if count else ""
            row.append(f"**{text}**" if text and name in patient.own else text)
        lines.append(row)
    return cells.table(["set-up", *(f"{name}#" for name in names)], lines)


CELL, LEFT, TOP = 15, 170, 150


def picture(verdicts: Sequence[Verdict]) -> Image.Image:
    """The matrix at a glance: green where a rule names the illness, red where an unrelated alarm was raised."""
    names, patients = fired(verdicts), by_patient(verdicts)
    whole = Image.new("RGB", (LEFT + CELL * len(names) + 10, TOP + CELL * len(patients) + 10), "white")
    pen = ImageDraw.Draw(whole)
    for column, name in enumerate(names):
        label = Image.new("RGB", (TOP - 6, CELL), "white")
        ImageDraw.Draw(label).text((2, 1), name, fill="black")
        whole.paste(label.rotate(90, expand=True), (LEFT + CELL * column, 4))
    for line, (patient, runs) in enumerate(patients.items()):
        top = TOP + CELL * line
        pen.text((4, top + 1), patient.id, fill="black" if patient.own else (0, 90, 170))
        for column, name in enumerate(names):
            count, alarm = counted(runs, name)
            left, strength = LEFT + CELL * column, count / len(runs)
            pen.rectangle((left, top, left + CELL - 2, top + CELL - 2), fill=colour(patient, name, alarm, strength))
    return whole


def colour(patient: Patient, rule: str, alarm: bool, strength: float) -> tuple[int, int, int]:
    """Green: its own rule. Gray: what follows. Amber: a warning of another. Red: an unrelated alarm."""
    if rule in patient.own:
        full = (30, 140, 60)
    elif rule in patient.related:
        full = (140, 140, 150)
    else:
        full = (205, 45, 45) if alarm else (235, 175, 60)
    blank = (240, 240, 240)
    red, green, blue = (round(b + (f - b) * strength) for b, f in zip(blank, full, strict=True))
    return red, green, blue


def brief(verdicts: Sequence[Verdict]) -> str:
    """A line for each run, and the bars."""
    marks = {"alarm": "!", "warning": ""}
    lines = []
    for one in verdicts:
        state = "healthy" if not one.patient.own else "found" if one.found else "MISSED"
        told = [f"{marks[h.severity]}{h.rule} {h.first:.2f}-{h.last:.2f}" for h in one.held if h.counts]
        stray = f"; unrelated: {', '.join(one.alarms)}" if one.alarms else ""
        lines.append(f"{one.patient.half:9} {state:7} {one.patient.id}/{one.seed}: {', '.join(told) or '-'}{stray}")
    for half in HALVES:
        part = [one for one in verdicts if one.patient.half == half]
        lines.append(
            f"{half}: found {found_share(part)}, alarmed {alarmed_share(part)}, unrelated alarms {unrelated(part)}"
        )
    return "\n".join(lines)
