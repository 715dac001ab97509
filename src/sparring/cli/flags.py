"""From arguments to a verb's flags, with one sentence for each mistake."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Sequence
from typing import TypeVar

import tyro

T = TypeVar("T")


def parse(kind: type[T], arguments: Sequence[str], program: str) -> T:
    """An instance of the frozen dataclass `kind`. SystemExit(0) after --help, ValueError with one sentence."""
    box = io.StringIO()
    try:
        with contextlib.redirect_stderr(box):
            return tyro.cli(
                kind, prog=program, args=apart(arguments), config=(tyro.conf.FlagCreatePairsOff,), add_help=True
            )
    except SystemExit as stop:
        if not stop.code:
            raise
        raise ValueError(sentence(box.getvalue(), program)) from None


def apart(arguments: Sequence[str]) -> list[str]:
    """`--set a=1 b=2` as `--set a=1 --set b=2`."""
    found: list[str] = []
    several = False
    for argument in arguments:
        if several and "=" in argument and not argument.startswith("-") and found[-1] != "--set":
            found.append("--set")
        several = argument == "--set" or (several and not argument.startswith("-"))
        found.append(argument)
    return found


def sentence(box: str, program: str) -> str:
    """What a framed message of several lines says, as one sentence."""
    parts: list[list[str]] = [[]]
    for line in re.sub(r"\x1b\[[0-9;]*m", "", box).splitlines()[1:]:
        inside = re.sub(r"^[│|]|[│|]$", "", line.strip()).strip()
        if re.search(r"\w", inside):
            parts[-1].append(inside)
        elif len(inside) > 2:
            parts.append([])
    parts = [part for part in parts if part]  # without colours and frames the title is underlined
    message, others = " ".join(parts[0]), " ".join(word for part in parts[1:] for word in part)
    hint = re.search(r"Perhaps you meant:?\s*(--[\w-]+)", others)
    return f"{plain(message)}.{f' Did you mean {hint[1]}?' if hint else ''} See {program} --help."


def plain(message: str) -> str:
    """The parser's own words for the commonest mistakes, in ours."""
    if found := re.match(r"Unrecognized options: (.+)$", message):
        return f"there is no option {found[1].split(',')[0]}"
    if found := re.match(r"Error parsing (\S+?):.*from \['(.*?)'\]", message):
        return f"{found[1]} takes a whole number, not {found[2]!r}"
    if found := re.match(r"Missing value for argument '(\S+)'", message):
        return f"{found[1]} needs a value behind it"
    return message.rstrip(".")
