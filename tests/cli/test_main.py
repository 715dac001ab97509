"""The front of the command line: verbs, help, statuses, errors."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.cli.run_cli import Cli

from sparring import __version__
from sparring.cli import main as module
from sparring.cli.flags import apart, sentence
from sparring.cli.main import VERBS, main


def test_without_arguments_it_helps(cli: Cli) -> None:
    said = cli()
    assert said.status == 0
    assert all(verb in said.out for verb in VERBS)


def test_version(cli: Cli) -> None:
    assert cli("--version").out == f"sparring {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(cli: Cli, verb: str) -> None:
    said = cli(verb, "--help")
    assert said.status == 0
    assert f"sparring {verb}" in said.out


def test_help_and_version_do_not_import_torch() -> None:
    code = (
        "import sys; from sparring.cli.main import main; main(['--help']); main(['--version'])\n"
        "assert not {'torch', 'numpy', 'tyro'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_module_is_the_program() -> None:
    done = subprocess.run([sys.executable, "-m", "sparring", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"sparring {__version__}\n"


def test_fault_of_ours_is_told_without_traceback(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(arguments: object) -> int:
        raise KeyError("gone")

    monkeypatch.setattr(module, "dispatch", broken)
    said = cli("train", "--json")
    assert said.status == 1
    assert "KeyError" in said.err
    assert "SPARRING_TRACEBACK=1" in said.err
    assert "Traceback" not in said.err
    assert "KeyError" in said.json["error"]
    monkeypatch.setenv("SPARRING_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in cli("train").err


@pytest.mark.parametrize(
    "error", [ValueError("a b"), OSError("a b"), ModuleNotFoundError("a b"), FileNotFoundError("a b")]
)
def test_mistakes_are_told_in_their_own_words(cli: Cli, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def refuse(arguments: object) -> int:
        raise error

    monkeypatch.setattr(module, "dispatch", refuse)
    assert cli.mistake("train") == "a b"


def test_breakdown_of_the_numbers_is_no_fault_of_ours(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from sparring.play.guard import NonFiniteError

    def broken(arguments: object) -> int:
        raise NonFiniteError("the loss of the critic is not finite")

    monkeypatch.setattr(module, "dispatch", broken)
    assert cli.mistake("train") == "the loss of the critic is not finite"


def test_ctrl_c_before_anything_began(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "dispatch", stopped)
    said = cli("train")
    assert (said.status, said.out, said.err) == (130, "", "sparring: stopped\n")


def test_only_the_first_process_speaks(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    said = cli("recipes", "--json")
    assert (said.status, said.out, said.err) == (0, "", "")
    said = cli("recipes", "nothing")
    assert (said.status, said.out, said.err) == (2, "", "")


def test_mistakes_are_json_too(cli: Cli) -> None:
    said = cli("recipes", "dcgam", "--json")
    assert said.status == 2
    assert "Did you mean 'dcgan'" in said.json["error"]


def test_settings_may_follow_one_flag() -> None:
    assert apart(["dcgan", "--set", "a=1", "b=2", "--json", "c=3"]) == [
        "dcgan", "--set", "a=1", "--set", "b=2", "--json", "c=3",
    ]  # fmt: skip
    assert apart(["--set", "a=1", "--set", "b=2"]) == ["--set", "a=1", "--set", "b=2"]
    assert apart(["--set", "a=1", "dcgan"]) == ["--set", "a=1", "dcgan"]


def test_box_becomes_a_sentence() -> None:
    box = "╭─ Odd ────╮\n│ Something  │\n│ is odd.    │\n│ ────────── │\n│ For help   │\n╰────────────╯\n"
    plain = "+- Odd -----+\n| Something |\n| is odd.   |\n| --------- |\n| For help  |\n+-----------+\n"
    for text in (box, plain):
        assert sentence(text, "sparring train") == "Something is odd. See sparring train --help."


def test_recipes_are_listed_and_shown(cli: Cli) -> None:
    listed = cli("recipes", "--json").json
    assert {"dcgan", "resnet-hinge", "gan-toy"} <= {one["name"] for one in listed}
    shown = cli("recipes", "dcgan", "--json").json
    assert shown["settings"]["game"]["latent"] == 100
    text = cli("recipes", "dcgan").out
    assert "Radford" in text
    assert '"latent": 100' in text
    assert json.loads(text[text.index("{") :])["name"] == "dcgan"


def test_status_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["sparring", "--version"])
    assert main() == 0
