"""What a drawn avatar looks like: its parts and colours, chosen before anything is drawn.

Choosing first and drawing after makes the labels free (no drawing needed), keeps them exact, and lets a
later reader draw the same head with one trait changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from ...settings import nearest
from .words import CHANCES, LEFT_OUT

STYLES = (
    "adventurer",
    "avataaars",
    "big-ears",
    "big-smile",
    "croodles",
    "dylan",
    "lorelei",
    "micah",
    "miniavs",
    "notionists",
    "open-peeps",
    "personas",
    "pixel-art",
    "toon-head",
)
"""The styles that draw people."""


@dataclass(frozen=True)
class Traits:
    """One head: part -> variant and palette -> #rrggbb, of everything that can be seen."""

    parts: Mapping[str, str]  # parts that are not drawn are absent
    colours: Mapping[str, str]  # colours that no drawn part uses are absent


@dataclass(frozen=True)
class Content:
    """What a list of drawing elements refers to."""

    parts: tuple[str, ...]
    colours: tuple[str, ...]


def content(elements: object) -> Content:
    """The parts and palettes that elements of a style definition name, at any depth."""
    parts: dict[str, None] = {}
    colours: dict[str, None] = {}

    def walk(node: object) -> None:
        if isinstance(node, Mapping):
            if node.get("type") == "component":
                parts[node["name"]] = None
            if node.get("type") == "color":
                colours[node["name"]] = None
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(elements)
    return Content(tuple(parts), tuple(colours))


def fraction(*names: object) -> float:
    """A number in [0, 1) that depends on the names alone, equal on every machine and in every version."""
    digest = hashlib.blake2b("/".join(str(name) for name in names).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)


def weighted(weights: Mapping[str, float], at: float) -> str:
    """The entry that covers the share `at` (0..1) of all weights."""
    left = at * sum(weights.values())
    for name, weight in weights.items():
        left -= weight
        if left < 0:
            return name
    return list(weights)[-1]


class Style:
    """A drawing style of dicebear-styles: which parts and palettes it has, and a choice for each number."""

    def __init__(self, name: str):
        if name not in STYLES:
            hint = nearest(name, STYLES) or f" Known: {', '.join(STYLES)}."
            raise ValueError(f"There is no avatar style {name!r}.{hint}")
        self.name = name
        try:
            text = files("dicebear_styles").joinpath(f"{name}.json").read_text("utf-8")
        except (ModuleNotFoundError, FileNotFoundError):
            raise ValueError(
                f"The avatars are drawn with dicebear-styles, which is missing or lacks {name!r}; "
                "install it with: pip install --upgrade dicebear-core dicebear-styles resvg-py."
            ) from None
        self.definition: dict[str, Any] = json.loads(text)
        self.components: dict[str, Any] = self.definition["components"]
        self.palettes: dict[str, list[str]] = {n: c["values"] for n, c in self.definition["colors"].items()}
        self.left_out = LEFT_OUT.get(name, {})
        self.chances = CHANCES.get(name, {})

    @cached_property
    def canvas(self) -> Content:
        return content(self.definition["canvas"]["elements"])

    @cached_property
    def variants(self) -> dict[str, dict[str, Content]]:
        """What each variant of each part draws. An alias has the variants of the part it repeats."""
        return {
            part: {v: content(x["elements"]) for v, x in self.source(part)["variants"].items()}
            for part in self.components
        }

    def source(self, part: str) -> dict[str, Any]:
        component: dict[str, Any] = self.components[part]
        return self.components[component["extends"]] if "extends" in component else component

    def allowed(self, part: str) -> dict[str, float]:
        """The weights of the variants that may be drawn."""
        refused = self.left_out.get(part, ())
        return {v: x.get("weight", 1) for v, x in self.source(part)["variants"].items() if v not in refused}

    def chance(self, part: str) -> float:
        """How often a part is there at all, 0..1."""
        return float(self.chances.get(part, self.source(part).get("probability", 100))) / 100

    def traits(self, number: int) -> Traits:
        """The head with this number; always the same one."""
        parts: dict[str, str] = {}
        # A style that has a palette for its background paints it whether or not an element asks for it.
        inked: dict[str, None] = dict.fromkeys((*self.canvas.colours, "background"))
        queue = list(self.canvas.parts)
        while queue:
            part = queue.pop(0)
            key = self.components[part].get("extends", part)
            if part in parts or fraction(self.name, number, key, "there") >= self.chance(part):
                continue
            parts[part] = weighted(self.allowed(part), fraction(self.name, number, key, "variant"))
            drawn = self.variants[part][parts[part]]
            queue += drawn.parts
            inked |= dict.fromkeys(drawn.colours)
        chosen = dict(self.choose_colours(number))
        return Traits(parts, {name: chosen[name] for name in inked if name in chosen})

    def choose_colours(self, number: int) -> Iterator[tuple[str, str]]:
        """A colour of each palette; palettes that must differ from another one do."""
        taken: dict[str, str] = {}
        for name in self.in_order():
            others = self.definition["colors"][name].get("notEqualTo", ())
            refused = {taken[other].lower() for other in others if other in taken}
            values = [v for v in self.palettes[name] if v.lower() not in refused] or self.palettes[name]
            taken[name] = values[int(fraction(self.name, number, name, "colour") * len(values))]
            yield name, taken[name]

    def in_order(self) -> list[str]:
        """Palettes, each after the ones it has to differ from."""
        order: dict[str, None] = {}

        def visit(name: str, above: tuple[str, ...]) -> None:
            for other in self.definition["colors"][name].get("notEqualTo", ()):
                if other in self.palettes and other not in above:
                    visit(other, (*above, name))
            order[name] = None

        for name in self.palettes:
            visit(name, (name,))
        return list(order)


@lru_cache(maxsize=8)
def style(name: str) -> Style:
    """The style of this name. ValueError with the nearest known one."""
    return Style(name)
