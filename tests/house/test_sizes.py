"""Files, functions and tracked data stay small enough to be read in one sitting."""

from __future__ import annotations

import ast

from tests.house.exceptions import LARGE_FILES, LONG_FILES, LONG_FUNCTIONS
from tests.house.source import ROOT, Function, complaint, modules
from tests.house.tracked import tracked_files

LINES_PER_FILE = 250
LINES_PER_GAME = 120
LINES_PER_FUNCTION = 40
LARGEST_FILE_KIB = 2048


def test_files_are_short() -> None:
    long = []
    for module in modules():
        limit = LINES_PER_GAME if module.path.startswith("games/") else LINES_PER_FILE
        lines = module.text.count("\n")
        if lines > limit and module.path not in LONG_FILES:
            long.append(f"{module.path}: {lines} lines, {limit} allowed")
    assert not long, complaint("Long files. What room wants to be born?", long, "LONG_FILES")


def lines_of(node: Function) -> int:
    """From `def` to the last line, without the docstring: explaining costs nothing."""
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    told = 0 if docstring is None else (docstring.end_lineno or 0) - docstring.lineno + 1
    return (node.end_lineno or 0) - node.lineno + 1 - told


def test_functions_are_short() -> None:
    long = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, Function) and lines_of(node) > LINES_PER_FUNCTION:
                where = f"{module.path}::{node.name}"
                if where not in LONG_FUNCTIONS:
                    long.append(f"{where}: {lines_of(node)} lines, {LINES_PER_FUNCTION} allowed")
    assert not long, complaint("Long functions.", long, "LONG_FUNCTIONS")


def test_lines_of_a_function_leave_the_docstring_out() -> None:
    def parse(text: str) -> Function:
        node = ast.parse(text).body[0]
        assert isinstance(node, Function)
        return node

    assert lines_of(parse("def f(\n    a,\n):\n    return a\n")) == 4
    assert lines_of(parse('def f(a):\n    """One.\n\n    Two.\n    """\n    return a\n')) == 2


def test_the_repository_carries_no_large_files() -> None:
    large = []
    for path in tracked_files():
        size = (ROOT / path).stat().st_size // 1024
        if size > LARGEST_FILE_KIB and path not in LARGE_FILES:
            large.append(f"{path}: {size} KiB, {LARGEST_FILE_KIB} allowed")
    assert not large, complaint("Large files.", large, "LARGE_FILES")
