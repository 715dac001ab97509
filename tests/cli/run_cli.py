"""Running the command line inside the test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from sparring.cli.main import main

TINY = ("--set", "networks.generator.width=8", "networks.critic.width=8", "watch.grids=3", "watch.grid=16")


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said where."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """All of stdout, which must be one JSON document."""
        return json.loads(self.out)


class Cli:
    """Calls `sparring` with arguments."""

    def __init__(self, capsys: pytest.CaptureFixture[str]):
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Said:
        self.capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = self.capsys.readouterr()
        return Said(status, out, err)

    def mistake(self, *arguments: object) -> str:
        """The one sentence that refuses these arguments."""
        said = self(*arguments)
        assert said.status == 2, said
        assert said.out == "" or "--json" in arguments
        assert "Traceback" not in said.err
        # A slow machine also says how far it has packed the data.
        lines = [line for line in said.err.splitlines() if not line.startswith("Packed ")]
        assert len(lines) == 1, said.err
        assert lines[0].startswith("sparring: ")
        return lines[0].removeprefix("sparring: ").strip()
