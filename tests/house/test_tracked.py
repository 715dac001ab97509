"""The project speaks of itself alone: no paths of one machine, no words of the place where it was written."""

from __future__ import annotations

import re

import pytest
from tests.house.source import ROOT
from tests.house.tracked import tracked_files

# Written in pieces, so that this page does not find itself.
FORBIDDEN = {
    "a path of one machine": [
        "/wo" + "rk/",
        "/ro" + "ot/",
        r"/ho" + r"me/\w+/",
        r"/Us" + r"ers/\w+/",
        r"C:\\Us" + "ers",
    ],
    "the host of a registry": [
        r"pypi\." + "org",
        r"pythonhosted\." + "org",
        r"download\.pytorch\." + "org",
        r"registry\.npmjs\." + "org",
        r"conda\.ana" + r"conda\.org",
    ],
    "a page that is not in the repository": [
        r"\bDES" + r"IGN\.md",
        r"\beco" + r"system\.md",
        r"\busers_" + r"want\.md",
        r"\bspec/[a-z_]+" + r"\.md",
        r"sha" + r"red/(?!golden|\w+/)[a-z_]+\b\.md",
    ],
    "a word of the place of writing": [
        r"\.lib" + "rary",
        r"\bsub-?ag" + r"ents?\b",
        r"\b(?:AI|coding|LLM) ag" + r"ents?\b",
        r"\bthis ses" + r"sion\b",
        r"\bclosing " + r"note\b",
        r"\bissue #?" + r"\d",
        r"\bseed " + r"note",
        r"\bhelper ses" + "sion",
    ],
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_says(what: str) -> None:
    pattern = re.compile("|".join(FORBIDDEN[what]))
    found = []
    for path in tracked_files():
        data = (ROOT / path).read_bytes()
        if b"\0" in data:
            continue
        for number, line in enumerate(data.decode("utf-8").splitlines(), start=1):
            if match := pattern.search(line):
                found.append(f"{path}:{number}: {match[0]!r}")
    assert not found, f"{what} stands in\n  " + "\n  ".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "see /wo" + "rk/venv/bin/python"),
        ("the host of a registry", "https://py" + "pi.org/simple"),
        ("a page that is not in the repository", "as DES" + "IGN.md says"),
        ("a word of the place of writing", "section 6 of issue" + " 2"),
    ],
)
def test_the_patterns_bite(what: str, line: str) -> None:
    assert re.search("|".join(FORBIDDEN[what]), line)


def test_nothing_pickled_is_tracked() -> None:
    """Weights and vectors travel as safetensors: loading a pickle runs whatever its author wrote."""
    pickled = [
        path for path in tracked_files() if path.endswith((".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib"))
    ]
    assert not pickled
