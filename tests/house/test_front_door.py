"""The public names: all there, in reading order, documented, and cheap to import."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys

import pytest
from tests.house.source import SOURCE, modules

import sparring


def bound_names(body: list[ast.stmt]) -> list[str]:
    """Names that the module binds, in order; `if TYPE_CHECKING:` counts, as editors and type checkers read it."""
    names = []
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom) and getattr(node, "module", "") not in (
            "__future__",
            "typing",
        ):
            names += [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.If):
            names += bound_names(node.body)
    return names


def test_all_lists_the_public_names_in_order() -> None:
    tree = ast.parse((SOURCE / "__init__.py").read_text(encoding="utf-8"))
    standard = sys.stdlib_module_names
    public = [n for n in bound_names(tree.body) if n not in standard and (n == "__version__" or not n.startswith("_"))]
    assert len(sparring.__all__) == len(set(sparring.__all__))
    assert list(sparring.__all__) == public


def attribute_docstrings() -> dict[str, str]:
    """The string under an assignment, for names that are neither class nor function."""
    found = {}
    for module in modules():
        for node, after in zip(module.tree.body, module.tree.body[1:], strict=False):
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                for name in bound_names([node]):
                    found[name] = str(after.value.value)
    return found


@pytest.mark.parametrize("name", sparring.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    thing = getattr(sparring, name)
    if name == "__version__":
        return
    own = inspect.isclass(thing) or inspect.isroutine(thing) or inspect.ismodule(thing)
    words = thing.__doc__ if own else attribute_docstrings().get(name)
    assert words, f"sparring.{name} has no docstring"
    # What the dataclass decorator writes when nobody else did.
    assert not words.startswith(f"{name}("), f"sparring.{name} has no docstring of its own"


def test_importing_the_package_does_not_import_torch() -> None:
    program = "import sys, sparring; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
