"""A class is abstract or final: nobody inherits behaviour that somebody else may change."""

from __future__ import annotations

import abc
import importlib
import inspect

from tests.house.exceptions import SUBCLASSED
from tests.house.source import complaint, modules


def is_abstract(kind: type) -> bool:
    """Declared as a promise: abc.ABC or Protocol among its direct bases, or unfinished methods."""
    names = {base.__name__ for base in kind.__bases__}
    return abc.ABC in kind.__bases__ or "Protocol" in names or inspect.isabstract(kind)


def own_classes() -> dict[str, type]:
    """Every class of the package by dotted name. Importing all of it is a test by itself."""
    found = {}
    for module in modules():
        if module.path.endswith("__main__.py"):
            continue
        for kind in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(kind) and kind.__module__ == module.name:
                found[f"{kind.__module__}.{kind.__qualname__}"] = kind
    return found


def test_only_abstract_classes_are_subclassed() -> None:
    guilty = []
    classes = own_classes()
    assert "sparring.play.game.Game" in classes
    for name, kind in classes.items():
        for base in kind.__bases__:
            parent = f"{base.__module__}.{base.__qualname__}"
            if parent in classes and not is_abstract(base) and parent not in SUBCLASSED:
                guilty.append(f"{name} inherits from {parent}")
    assert not guilty, complaint("Abstract or final.", guilty, "SUBCLASSED")


def test_a_concrete_class_is_told_from_a_promise() -> None:
    class Promise(abc.ABC):
        @abc.abstractmethod
        def keep(self) -> None: ...

    class Kept(Promise):
        def keep(self) -> None:
            return None

    assert is_abstract(Promise)
    assert not is_abstract(Kept)
    assert is_abstract(own_classes()["sparring.networks.network.Network"])
