"""From a name to a thing, with did-you-mean, open to plugins through entry points."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import reduce
from importlib.metadata import entry_points
from operator import or_
from typing import Annotated, Any, TypeVar

from pydantic import Field

from .settings import nearest

T = TypeVar("T")

MANY = 40
"""Names that are told to whoever misses one."""


class Registry(Mapping[str, T]):
    """Our own entries, plus whatever installed packages offer under the entry-point group."""

    def __init__(self, noun: str, group: str, entries: Mapping[str, T]):
        self.noun, self.group = noun, group
        self.entries: dict[str, T] = dict(entries)
        self.plugins = {e.name: e for e in entry_points(group=group) if e.name not in self.entries}

    def __getitem__(self, name: str) -> T:
        if name not in self.entries and name in self.plugins:
            self.entries[name] = self.plugins[name].load()
        try:
            return self.entries[name]
        except KeyError:
            known = sorted(self)
            rest = f" and {len(known) - MANY} more" if len(known) > MANY else ""
            hint = nearest(name, self) or f" Known: {', '.join(known[:MANY])}{rest}."
            raise ValueError(f"there is no {self.noun} {name!r}.{hint}") from None

    def __contains__(self, name: object) -> bool:
        return name in self.entries or name in self.plugins

    def __iter__(self) -> Iterator[str]:
        return iter({**self.entries, **self.plugins})

    def __len__(self) -> int:
        return len({**self.entries, **self.plugins})

    def loaded(self) -> dict[str, T]:
        """Every entry, in order, plugins imported. One that cannot be imported is left out with a warning."""
        things = {}
        for name in self:
            try:
                things[name] = self[name]
            except Exception as error:  # noqa: BLE001 - a plugin fails in its own way, and alone
                warnings.warn(f"the {self.noun} {name!r} of an installed plugin is left out: {error}", stacklevel=2)
        return things


def choice(registry: Registry[type]) -> Any:
    """A settings field's type: any of the registered settings classes, told apart by their `kind`."""
    kinds = tuple(registry.loaded().values())
    if len(kinds) == 1:  # a union of one has nothing to tell apart
        return kinds[0]
    union: Any = reduce(or_, kinds)
    return Annotated[union, Field(discriminator="kind")]
