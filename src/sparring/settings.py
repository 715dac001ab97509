"""Settings are frozen dataclasses: one schema for JSON, validation, `--set path=value` and forms.

A field's docstring is its help text. Unknown keys, wrong types and impossible values refuse in one
sentence, with the nearest known name where one is near.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def settings(cls: type[T]) -> type[T]:
    """Make a class a frozen settings dataclass that refuses unknown keys.

    A `kind`, which tells the members of a union apart, is taken by keyword only: `Critic(64)` must not set it.
    """
    if "kind" in cls.__dict__:
        cls.kind = dataclasses.field(default=cls.__dict__["kind"], kw_only=True)  # type: ignore[attr-defined]
    cls.__pydantic_config__ = ConfigDict(  # plain frozen dataclasses inside obey it too
        extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False
    )  # type: ignore[attr-defined]
    return dataclasses.dataclass(frozen=True)(cls)


@cache
def adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def to_json(thing: object) -> dict[str, Any]:
    """Plain JSON data of a settings object."""
    return adapter(type(thing)).dump_python(thing, mode="json")


def from_json(kind: type[T], data: Mapping[str, Any]) -> T:
    """A validated settings object. ValueError with one sentence per mistake."""
    try:
        return adapter(kind).validate_python(json.loads(json.dumps(data)))
    except ValidationError as error:
        raise ValueError("; ".join(sentence(kind, one) for one in error.errors())) from None


def schema(kind: type) -> dict[str, Any]:
    """The JSON schema of a settings class."""
    return adapter(kind).json_schema()


def sentence(kind: type, error: Mapping[str, Any]) -> str:
    """One of pydantic's errors, for people."""
    parts, known = follow(kind, error["loc"])
    path = ".".join(parts) or "the settings"
    context = error.get("ctx", {})
    match error["type"]:
        case "unexpected_keyword_argument":
            return f"{path} is not a setting.{nearest(parts[-1], known)}".removesuffix(".")
        case "missing":
            return f"{path} is missing"
        case "union_tag_invalid":
            tags = [tag.strip(" '") for tag in context["expected_tags"].split(",")]
            hint = nearest(context["tag"], tags) or f" Known: {', '.join(tags)}."
            return f"{path}.{context['discriminator'].strip(chr(39))}: there is no {context['tag']!r}.{hint}"
        case "union_tag_not_found":
            return f"{path} needs {context['discriminator']}, which says what it is"
    message = str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "should be")
    given = error["input"]
    return f"{path}: {message}" + ("" if isinstance(given, (dict, list)) else f" (got {given!r})")


def follow(kind: type, location: Iterable[int | str]) -> tuple[list[str], list[str]]:
    """An error's location without the tags of unions, and the names its last part could have had."""
    whole = schema(kind)
    node, parts, known = whole, list[str](), list[str]()
    for part in location:
        node = whole["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        variants = node.get("discriminator", {}).get("mapping", {})
        if part in variants:
            node = {"$ref": variants[part]}
            continue
        parts.append(str(part))
        known = list(node.get("properties", {}))
        inside = node.get("properties", {}).get(part) or node.get("additionalProperties") or node.get("items")
        node = inside if isinstance(inside, dict) else {}
    return parts, known


def nearest(name: str, known: Iterable[str]) -> str:
    """` Did you mean ...?` or nothing, ready to be put behind a sentence."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def assign(thing: T, changes: Iterable[str]) -> T:
    """`thing` with each `path.to.field=value` applied; values are JSON where they can be, else text.

    A new `kind` starts from the defaults of that kind, so say the kind first and then what else differs.
    ValueError names an unknown path and the nearest known one.
    """
    data = to_json(thing)
    for change in changes:
        path, equals, text = change.partition("=")
        path = path.strip()
        if not equals:
            raise ValueError(f"a setting is written path=value, not {change!r}")
        place(data, path, parse(text.strip()))
        if path.rpartition(".")[2] == "kind":
            data = to_json(from_json(type(thing), data))
    return from_json(type(thing), data)


def telling(thing: object, changes: Iterable[str]) -> tuple[str, ...]:
    """Those of these changes, written as for `assign`, that change something; whatever follows a new kind is kept."""
    data, renewed, kept = to_json(thing), set[str](), list[str]()
    for change in changes:
        path, _, text = change.partition("=")
        parent = path.rpartition(".")[0]
        before = deepcopy(data)
        if parent not in renewed:
            place(data, path, parse(text))
        if parent in renewed or data != before:
            kept.append(change)
        if path.endswith(".kind") and data != before:
            renewed.add(parent)
    return tuple(kept)


def parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {"True": True, "False": False, "None": None}.get(text, text)


def place(data: dict[str, Any], path: str, value: Any) -> None:
    """Set what the dotted `path` names in nested JSON. ValueError with the nearest path if there is none."""
    *parents, last = path.split(".")
    here: Any = data
    for depth, name in enumerate([*parents, last]):
        if not isinstance(here, dict) or name not in here:
            known = list(paths(data))
            raise ValueError(f"there is no setting {path!r}.{nearest(path, known)}")
        if depth < len(parents):
            here = here[name]
    if last == "kind" and here[last] != value:
        here.clear()
    here[last] = value


def paths(data: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    """Every path that `assign` takes, depth first."""
    for name, value in data.items():
        yield prefix + name
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{name}.")
