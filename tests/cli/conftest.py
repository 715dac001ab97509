"""The command line as a fixture."""

from __future__ import annotations

import pytest
from tests.cli.run_cli import Cli


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)
