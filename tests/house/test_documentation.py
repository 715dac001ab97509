"""Every public name is documented: one sentence first, then shapes, ranges, units, errors and source."""

from __future__ import annotations

import ast
import re

from tests.house.exceptions import UNDOCUMENTED
from tests.house.source import Definition, Function, Module, complaint, is_public, modules, statements

SENTENCE = re.compile(r"^[^\sa-z].*[.:!?]\)?$", re.DOTALL)
"""Begins with a capital letter, a number or a `name`, and ends like a sentence."""


def promised_methods() -> set[str]:
    """Methods that an abstract class of ours, or torch, has already explained where they are promised."""
    found = {"forward", "extra_repr", "state_dict", "load_state_dict"}
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and {"ABC", "Protocol"} & {_last_name(base) for base in node.bases}:
                found |= {method.name for method in node.body if isinstance(method, Function)}
    return found


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def used_names(module: Module) -> set[str]:
    """What a module imports by name, and the functions and methods it calls on other things."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and _last_name(node.func.value) != "self"
        ):
            found.add(node.func.attr)
    return found


def needs_words(name: str, node: Definition, promised: set[str], used_elsewhere: set[str]) -> bool:
    """Classes, and what other files call. One statement says itself what it does; promises explain their keepers."""
    if not is_public(name) or node.name.startswith("__"):
        return False
    if isinstance(node, ast.ClassDef):
        return True
    kept_promise = "." in name and node.name in promised
    is_property = any(_last_name(decorator) == "property" for decorator in node.decorator_list)
    plain = kept_promise or is_property or len(statements(node)) == 1
    return node.name in used_elsewhere and not plain


def test_public_functions_and_classes_have_docstrings() -> None:
    promised = promised_methods()
    used = {module.path: used_names(module) for module in modules()}
    silent = []
    for module in modules():
        elsewhere = set().union(*(names for path, names in used.items() if path != module.path))
        for name, node in module.definitions():
            where = f"{module.path}::{name}"
            unexplained = ast.get_docstring(node) is None and where not in UNDOCUMENTED
            if unexplained and needs_words(name, node, promised, elsewhere):
                silent.append(where)
    assert not silent, complaint("Public, and without a docstring.", silent, "UNDOCUMENTED")


def test_docstrings_begin_with_a_sentence() -> None:
    odd = []
    for module in modules():
        for name, node in module.definitions():
            first = (ast.get_docstring(node) or "A.").split("\n\n")[0].strip()
            if not SENTENCE.match(first):
                odd.append(f"{module.path}::{name}: {first.splitlines()[0]}")
    assert not odd, "A docstring begins with a sentence:\n  " + "\n  ".join(odd)


def test_modules_say_what_they_are_for() -> None:
    silent = [m.path for m in modules() if m.tree.body and ast.get_docstring(m.tree) is None]
    assert not silent, f"Modules without a docstring: {silent}"


def test_a_sentence_is_recognised() -> None:
    assert SENTENCE.match("Draws a picture.")
    assert SENTENCE.match("`count` equal parts, in order; itself for 1.")
    assert not SENTENCE.match("draws a picture.")
    assert not SENTENCE.match("Draws a picture")
