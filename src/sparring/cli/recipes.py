"""`sparring recipes`: what there is to choose from."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..recipes import Preset


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
        things = {name: RECIPES[name] for name in RECIPES}
        voice.answer([described(name, preset) for name, preset in things.items()], table(things))
    return 0


def described(name: str, preset: Preset) -> dict[str, Any]:
    return {
        "name": name,
        "family": preset.family,
        "line": preset.line,
        "needs": preset.needs,
        "when": preset.when,
        "paper": preset.paper,
        "cite": preset.cite,
    }


def tree_of(preset: Preset) -> dict[str, Any]:
    from ..recipes import Facts
    from ..settings import to_json

    return to_json(preset.make(Facts()))


def table(things: dict[str, Preset]) -> str:
    wide = max(map(len, things))
    lines = [f"{name:<{wide}}  {preset.line}" for name, preset in things.items()]
    return "\n".join(
        [*lines, "", "More about one: sparring recipes NAME. Those called -toy need no data and a minute."]
    )


def page(name: str, preset: Preset) -> str:
    data = "" if name.endswith("-toy") else " --data FOLDER"
    facts = {"what": preset.line, "needs": preset.needs, "use it": preset.when, "paper": preset.paper}
    lines = [textwrap.fill(f"{title:<8}{text}", 100, subsequent_indent=" " * 8) for title, text in facts.items()]
    tree = textwrap.indent(json.dumps(tree_of(preset), indent=2), "  ")
    return "\n".join([name, *lines, f"start   sparring train {name}{data}", "settings, for images of 64 pixels:", tree])
