"""Tables of a report: the configuration with its help texts, facts, events."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

from ..recipes.recipe import Recipe
from ..settings import schema


def configuration(recipe: Recipe) -> str:
    """Every setting of a recipe by its path, with its value and what it means, section by section."""
    sections: dict[str, list[tuple[str, Any, str, bool]]] = {}
    for path, value, text, changed in rows(recipe):
        sections.setdefault(path.split(".", 1)[0], []).append((path, value, text, changed))
    parts = []
    for section, found in sections.items():
        body = "".join(
            f'<tr><th>{escape(path)}</th><td class="{"changed" if changed else ""}">{escape(json.dumps(value))}</td>'
            f'<td class="help">{escape(text)}</td></tr>'
            for path, value, text, changed in found
        )
        parts.append(f'<h3>{escape(section)}</h3><div class="wide"><table>{body}</table></div>')
    return (
        "<details><summary>All settings <small>(bold: other than the default)</small></summary>"
        f"{''.join(parts)}</details>"
    )


def rows(thing: object, prefix: str = "") -> Iterator[tuple[str, Any, str, bool]]:
    """(path, JSON value, help text, whether it differs from the class's default), depth first."""
    assert dataclasses.is_dataclass(thing)
    assert not isinstance(thing, type)
    texts = help_texts(type(thing))
    for field in dataclasses.fields(thing):
        value, path = getattr(thing, field.name), prefix + field.name
        if dataclasses.is_dataclass(value):
            yield from rows(value, f"{path}.")
        elif isinstance(value, Mapping):
            for name, one in value.items():
                yield from rows(one, f"{path}.{name}.")
        else:
            plain = list(value) if isinstance(value, tuple) else value
            default = None if field.default is dataclasses.MISSING else field.default
            yield path, plain, texts.get(field.name, ""), field.name != "kind" and value != default


@cache
def help_texts(kind: type) -> dict[str, str]:
    """What each field of a settings class means, as the schema of the whole recipe says."""
    whole = schema(Recipe)
    properties = (whole if kind is Recipe else whole["$defs"][kind.__name__])["properties"]
    return {name: " ".join(entry.get("description", "").split()) for name, entry in properties.items()}


def facts(pairs: Mapping[str, object]) -> str:
    """A table of names and values; what is empty is left out."""
    body = "".join(
        f"<tr><th>{escape(name.replace('_', ' '))}</th><td>{escape(shown(value))}</td></tr>"
        for name, value in pairs.items()
        if value not in (None, "", [], {}, ())
    )
    return f'<div class="wide"><table>{body}</table></div>' if body else ""


def shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {shown(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        more = f", ... ({len(value)} in all)" if len(value) > 20 else ""
        return ", ".join(shown(one) for one in value[:20]) + more
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def events(records: Iterable[Mapping[str, Any]]) -> str:
    """What had to be done on the way, as a list; empty text if nothing."""
    items = [
        f"<li>after {int(record.get('images', 0)):,} images: {escape(str(record.get('sentence', '')))}</li>"
        for record in records
    ]
    return f'<ul class="events">{"".join(items)}</ul>' if items else ""
