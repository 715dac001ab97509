"""`sparring recipes`: what there is to choose from."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..recipes import Preset

WIDE = 118  # columns
NOTES = """
cost   seconds for a real image of 32 pixels on a CPU, dcgan's being 1; - is not measured
(GPU)  above 32 pixels
toys   each has a NAME-toy that brings its data and trains on a CPU in under a minute: sparring train dcgan-toy
More about one: sparring recipes NAME"""


@dataclass(frozen=True)
class Recipes:
    """List the recipes, or show one with all its settings.

    Every path in the shown settings can be changed: sparring train NAME --set path=value.
    """

    name: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="[NAME]", help_behavior_hint="")] = ""
    """A recipe."""
    json: bool = False
    """Print JSON."""


def run(arguments: Sequence[str]) -> int:
    """List the recipes, or show one; returns the exit status."""
    flags = parse(Recipes, arguments, "sparring recipes")
    from ..recipes import RECIPES

    voice = Voice(flags.json)
    if flags.name:
        preset = RECIPES[flags.name]
        voice.answer(described(flags.name, preset) | {"settings": tree_of(preset)}, page(flags.name, preset))
    else:
        things = RECIPES.loaded()
        voice.answer([described(name, preset) for name, preset in things.items()], table(things))
    return 0


def described(name: str, preset: Preset) -> dict[str, Any]:
    from ..recipes.measured import measurements
    from ..settings import to_json

    return {
        "name": name,
        "family": preset.family,
        "line": preset.line,
        "needs": preset.needs,
        "when": preset.when,
        "paper": preset.paper,
        "cite": preset.cite,
        "differs": preset.differs,
        "toy": f"{name}-toy" if preset.toy else None,
        "measured": to_json(measurements(name)),
    }


def tree_of(preset: Preset) -> dict[str, Any]:
    from ..recipes import Facts
    from ..settings import to_json

    return to_json(preset.make(Facts()))


def table(things: Mapping[str, Preset]) -> str:
    """The recipes by family, without their toys."""
    from ..recipes.measured import measurements

    listed = {name: preset for name, preset in things.items() if not name.endswith("-toy")}
    short = {name: in_short(preset.needs) for name, preset in listed.items()}
    names, needs = max(map(len, listed)), max(map(len, short.values()))
    lines = [f"  {'name':<{names}}  {'needs':<{needs}}  cost  when to use it"]
    for family in dict.fromkeys(preset.family for preset in listed.values()):
        lines += ["", family]
        for name, preset in listed.items():
            if preset.family == family:
                start = f"  {name:<{names}}  {short[name]:<{needs}}  {times(measurements(name).cost):>4}  "
                lines.append(textwrap.fill(start + preset.when, WIDE, subsequent_indent=" " * len(start)))
    return "\n".join([*lines, NOTES])


def in_short(needs: str) -> str:
    """What matters most of a recipe's needs."""
    labels, points = "labelled " if "with labels" in needs else "", " or points" if "points" in needs else ""
    card = " (GPU)" if "GPU above" in needs else ", GPU" if "GPU" in needs else ""
    what = next((name for name in ("pairs", "two collections") if f"{name} of images" in needs), "")
    return f"{what or f'{labels}images{points}'}{card}"


def times(cost: float | None) -> str:
    return "-" if cost is None else f"{cost:g}"


def page(name: str, preset: Preset) -> str:
    """One recipe for people, with the settings it has for images of 64 pixels."""
    lines = [textwrap.fill(f"{title:<10}{text}", 100, subsequent_indent=" " * 10) for title, text in told(name, preset)]
    tree = textwrap.indent(json.dumps(tree_of(preset), indent=2), "  ")
    return "\n".join([name, *lines, "settings, for images of 64 pixels:", tree])


def told(name: str, preset: Preset) -> list[tuple[str, str]]:
    """What people are told about a recipe, under these headings."""
    from ..recipes.measured import measurements

    numbers = measurements(name)
    facts = {
        "what": preset.line,
        "paper": f"{preset.paper} (BibTeX: sparring cite {name})",
        "differs": preset.differs or "in nothing known",
        "needs": preset.needs,
        "cost": numbers.price if preset.toy else "",
        "use it": preset.when,
        "measured": numbers.result,
        "start": start(name),
    }
    return [(title, text) for title, text in facts.items() if text]


def start(name: str) -> str:
    """The command that trains it."""
    from ..recipes import RECIPES, Facts

    if name.endswith("-toy"):
        return f"sparring train {name}"
    asks = RECIPES[name].start != "nothing" and not RECIPES[name].make(Facts()).data.source
    return f"sparring train {name} --data FOLDER" + " --source FOLDER" * asks
