"""Things live in rooms with names, and say plainly what they take."""

from __future__ import annotations

import ast

from tests.house.exceptions import OPEN_SIGNATURES
from tests.house.source import Function, complaint, is_public, modules

NO_ROOMS = {"utils", "util", "misc", "helpers", "helper", "common", "base", "core", "tools", "shared", "stuff"}


def test_no_module_is_named_after_nothing() -> None:
    nameless = [m.path for m in modules() if NO_ROOMS & set(m.path.removesuffix(".py").strip("_").split("/"))]
    assert not nameless, f"A thing has a room or is not needed: {nameless}"


def test_nobody_asks_hasattr() -> None:
    asking = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hasattr"
    ]
    assert not asking, f"Say what a thing is by its type, not by hasattr: {asking}"


def test_public_signatures_name_their_arguments() -> None:
    open_ended = []
    for module in modules():
        for name, node in module.definitions():
            where = f"{module.path}::{name}"
            if isinstance(node, Function) and node.args.kwarg and is_public(name) and where not in OPEN_SIGNATURES:
                open_ended.append(f"{where} takes **{node.args.kwarg.arg}")
    assert not open_ended, complaint("No **keywords in public signatures.", open_ended, "OPEN_SIGNATURES")


def test_every_exception_is_still_needed() -> None:
    defined = {f"{m.path}::{name}" for m in modules() for name, node in m.definitions() if isinstance(node, Function)}
    assert set(OPEN_SIGNATURES) <= defined
