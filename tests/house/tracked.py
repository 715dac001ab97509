"""What the repository holds."""

from __future__ import annotations

import subprocess
from functools import cache

from tests.house.source import ROOT

UNTRACKED = {".git", ".venv", "__pycache__", "runs", "build", "dist", ".hypothesis", ".pytest_cache", ".ruff_cache"}


@cache
def tracked_files() -> tuple[str, ...]:
    """Paths below the repository: what git tracks, or every file of an unpacked source archive."""
    if (ROOT / ".git").exists():
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        paths = [path for path in listing.stdout.split("\0") if path and (ROOT / path).is_file()]
    else:
        files = (file for file in ROOT.rglob("*") if file.is_file())
        paths = [file.relative_to(ROOT).as_posix() for file in files if not UNTRACKED & set(file.parts)]
    assert "pyproject.toml" in paths
    return tuple(paths)
