"""Imports point down, and the heart of the house knows nothing of the rest."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

from tests.house.source import ROOT, modules


def imported(tree: ast.Module) -> list[tuple[int, str]]:
    """(level, name) of every import statement, wherever it stands; level counts the leading dots."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or ""))
    return found


def test_imports_point_down() -> None:
    """The contract itself, room by room, stands in pyproject.toml."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    command = [sys.executable, "-c", program, "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_play_imports_torch_and_nothing_else() -> None:
    allowed = sys.stdlib_module_names | {"torch"}
    heart = [module for module in modules() if module.path.startswith("play/")]
    assert len(heart) > 5
    strangers = []
    for module in heart:
        depth = module.path.count("/")
        for level, name in imported(module.tree):
            inside = 0 < level <= depth
            if not inside and (level or name.split(".")[0] not in allowed):
                strangers.append(f"{module.path} imports {'.' * level}{name}")
    assert not strangers, strangers


def test_nobody_imports_the_front_door() -> None:
    """`sparring/__init__.py` hands out names of every room, so importing it from a room would point up."""
    guilty = []
    for module in modules():
        depth = module.path.count("/") + 1
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom):
                at_the_door = (node.level == depth and not node.module) or node.module == "sparring"
                rooms = {alias.name for alias in node.names} - {"__version__"}
                if at_the_door and node.level and not _are_modules(rooms):
                    guilty.append(f"{module.path}:{node.lineno}")
    assert not guilty, f"Import from the room that makes it: {guilty}"


def _are_modules(names: set[str]) -> bool:
    top = {module.name.split(".")[1] for module in modules() if "." in module.name}
    return names <= top
