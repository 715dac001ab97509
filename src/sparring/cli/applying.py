"""`sparring doctor RUN --apply`: the run once more, from before the trouble, with a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .voice import Voice

if TYPE_CHECKING:
    from ..doctor.findings import Finding, Remedy


def with_number(arguments: Sequence[str]) -> list[str]:
    """`--apply` alone as `--apply 1`."""
    found = list[str]()
    for place, argument in enumerate(arguments):
        found.append(argument)
        follower = arguments[place + 1] if place + 1 < len(arguments) else "-"
        if argument == "--apply" and not (follower.isdecimal() or (place and not follower.startswith("-"))):
            found.append("1")
    return found


def apply(run: Path, findings: Sequence[Finding], images: float, which: str, total: int | None, voice: Voice) -> int:
    """Fork the run with that remedy, and train; the exit status.

    `findings` are those of the run after so many `images`; the new run has `total` images, or as many as the old one.
    """
    from ..doctor.treating import fork
    from ..doctor.words import changes
    from ..run.folder import RunFolder
    from .going import go_on

    if not RunFolder(run).is_run:
        raise ValueError(f"{run} is no run of sparring, so nothing can be changed there; --apply needs one")
    if total is not None and total < 1:
        raise ValueError(f"--images must be at least 1, and is {total}")
    finding, remedy = chosen(findings, images, which)
    new = fork(RunFolder(run), finding, remedy, total or 0)
    voice.talk(f"{finding.title}. To be tried: {remedy.name}, {changes(remedy)}")
    voice.talk(f"run         {new}  (Ctrl-C saves and stops; {run} stays as it is)")
    return go_on(new, voice)


def chosen(findings: Sequence[Finding], images: float, which: str) -> tuple[Finding, Remedy]:
    """The finding and its remedy that `N`, `RULE` or `RULE:N` names; a number alone is the first finding's.

    What still holds comes first. ValueError with one sentence where there is none such.
    """
    rule, _, text = ("", "", which) if which.isdecimal() else which.partition(":")
    if text and not text.isdecimal():
        raise ValueError(f"--apply takes N, RULE or RULE:N, not {which!r}")
    can = sorted((one for one in findings if one.remedies), key=lambda one: one.last_images < images)
    if not can:
        raise ValueError("nothing was found that has a remedy; there is nothing to apply")
    named = [one for one in can if rule in ("", one.rule)]
    if not named:
        raise ValueError(f"there is no finding {rule!r} with a remedy; there are {', '.join(one.rule for one in can)}")
    finding, number = named[0], int(text or 1)
    if not 1 <= number <= len(finding.remedies):
        raise ValueError(f"{finding.rule} has remedies 1 to {len(finding.remedies)}, and no number {number}")
    return finding, finding.remedies[number - 1]
