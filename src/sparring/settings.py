"""Settings are frozen dataclasses: one schema for JSON, validation, `--set path=value` and forms.

A field's docstring is its help text. Unknown keys, wrong types and impossible values refuse in one
sentence, with the nearest known name where one is near.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, TypeAdapter, ValidationError

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def settings(cls: type[T]) -> type[T]:
    """Make a class a frozen settings dataclass that refuses unknown keys."""
    cls.__pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True)  # type: ignore[attr-defined]
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
        raise ValueError("; ".join(sentence(one) for one in error.errors())) from None


def schema(kind: type) -> dict[str, Any]:
    """The JSON schema of a settings class."""
    return adapter(kind).json_schema()


def sentence(error: Mapping[str, Any]) -> str:
    path = ".".join(str(part) for part in error["loc"]) or "the settings"
    if error["type"] == "unexpected_keyword_argument":
        return f"{path} is not a setting"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{path}: {message} (got {error['input']!r})"


def nearest(name: str, known: Iterable[str]) -> str:
    """` Did you mean ...?` or nothing, ready to be put behind a sentence."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def assign(thing: T, changes: Iterable[str]) -> T:
    """`thing` with each `path.to.field=value` applied; values are JSON where they can be, else text.

    ValueError names an unknown path and the nearest known one.
    """
    data = to_json(thing)
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals:
            raise ValueError(f"a setting is written path=value, not {change!r}")
        place(data, path.strip(), parse(text.strip()))
    return from_json(type(thing), data)


def parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {"True": True, "False": False, "None": None}.get(text, text)


def place(data: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    here: Any = data
    for depth, name in enumerate([*parents, last]):
        if not isinstance(here, dict) or name not in here:
            known = list(paths(data))
            raise ValueError(f"there is no setting {path!r}.{nearest(path, known)}")
        if depth < len(parents):
            here = here[name]
    here[last] = value


def paths(data: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    """Every path that `assign` takes, depth first."""
    for name, value in data.items():
        yield prefix + name
        if isinstance(value, dict):
            yield from paths(value, f"{prefix}{name}.")
