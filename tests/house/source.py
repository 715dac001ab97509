"""The project's own source, read once, as the house tests look at it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "sparring"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Module:
    path: str  # below src/sparring
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Dotted, as it is imported."""
        parts = ["sparring", *self.path.removesuffix(".py").split("/")]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def definitions(self) -> Iterator[tuple[str, Definition]]:
        """Every class, function and method with its qualified name; what is defined inside functions is left out."""
        yield from _definitions(self.tree.body, "")


def _definitions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in body:
        if isinstance(node, Definition):
            yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _definitions(node.body, f"{prefix}{node.name}.")
        if isinstance(node, ast.If):
            yield from _definitions([*node.body, *node.orelse], prefix)


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for file in sorted(SOURCE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        found.append(Module(file.relative_to(SOURCE).as_posix(), text, ast.parse(text)))
    assert len(found) > 20
    return tuple(found)


def is_public(qualified_name: str) -> bool:
    """No part begins with an underscore; `__init__` and `__call__` are as public as their class."""
    return all(not part.startswith("_") or part in ("__init__", "__call__") for part in qualified_name.split("."))


def statements(node: Definition) -> list[ast.stmt]:
    """The body without its docstring."""
    return node.body[1:] if ast.get_docstring(node) is not None else node.body


def complaint(rule: str, offenders: list[str], excuse: str) -> str:
    """What a failing house test says: the rule, who breaks it, and the one place for an exception."""
    lines = "\n  ".join(offenders)
    return f"{rule}\n  {lines}\nMend it, or, with a good reason, list it in tests/house/exceptions.py: {excuse}."
