"""The command line is small on purpose: every verb and every flag stands here, so that none slips in."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys

import pytest
from tests.house.source import SOURCE

pytestmark = pytest.mark.skipif(not (SOURCE / "cli" / "main.py").exists(), reason="there is no command line yet")

FLAGS: dict[str, set[str]] = {
    "": {"--version"},
    "train": {
        "--data", "--source", "--out", "--images", "--budget", "--batch", "--size", "--seed", "--device", "--precision",
        "--set", "--autopilot", "--json",
    },
    "resume": {"--json"},
    "report": {"--json"},
    "doctor": {
        "--all", "--watch", "--columns", "--loss", "--batch", "--apply", "--images", "--lint", "--data", "--set",
        "--json",
    },
    "evaluate": {
        "--against", "--source", "--metrics", "--features", "--weights", "--samples", "--seed", "--truncation",
        "--size", "--channels", "--compare-with", "--strips", "--page", "--human", "--json",
    },
    "compare": {
        "--data", "--seeds", "--budget", "--images", "--ablate", "--batch", "--size", "--device", "--precision",
        "--set", "--out", "--json",
    },
    "recipes": {"--json"},
    "sample": {"-n", "--n", "--out", "--seed", "--label", "--truncation", "--json"},
    "translate": {"--label", "--part", "--set", "--things", "--tile", "--json"},
    "avatar": {
        "--out", "--style", "--mode", "--faces", "--box", "--enlarge", "--set", "--device", "--steps", "--page",
        "--resume", "--keep-metadata", "--json",
    },
    "cite": {"--json"},
    "data": set(),
    "data list": {"--json"},
    "data inspect": {"--json"},
    "data pack": {"--json"},
    "data clear": {"--json"},
}  # fmt: skip
"""Verb (`""` is the program itself, `data list` a verb below a verb) -> its flags without --help."""

SILENT_VERBS: frozenset[str] = frozenset({"data"})
"""Verbs that only lead to other verbs and print nothing themselves, so they need no --json."""


def help_of(verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What `sparring VERB --help` prints, without colours and wide enough that no line is broken."""
    main = importlib.import_module("sparring.cli.main").main
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "argv", ["sparring", *verb.split(), "--help"])
    with pytest.raises(SystemExit) as stopped:
        sys.exit(main())
    assert not stopped.value.code
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


def flags_in(text: str) -> set[str]:
    """Flags at the beginning of a line of the option table; those named in a sentence do not count."""
    found: set[str] = set()
    for line in text.splitlines():
        table = re.match(r"[\s│|]*(-{1,2}[a-zA-Z].*)", line)
        if table:
            names = re.split(r"\s{2,}", table[1])[0]
            found |= set(re.findall(r"(?<![\w-])-{1,2}[a-zA-Z][\w-]*", names))
    return found - {"--help", "-h"}


def verbs_in(text: str) -> set[str]:
    """Subcommands, from the usage line: `usage: sparring [-h] {train,resume}`."""
    usage = re.search(r"^usage:.*?(?=\n\s*\n|\Z)", text, re.DOTALL | re.MULTILINE)
    choices = re.findall(r"\{([a-z0-9,\s-]+)\}", re.sub(r"\[[^]]*\]", "", usage[0] if usage else ""))
    return {verb.strip() for group in choices[-1:] for verb in group.split(",")}


def test_every_verb_is_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    found = {""}
    for parent in [verb for verb in FLAGS if verb == "" or verb in SILENT_VERBS]:
        found |= {f"{parent} {verb}".strip() for verb in verbs_in(help_of(parent, monkeypatch, capsys))}
    assert found == set(FLAGS)


@pytest.mark.parametrize("verb", FLAGS)
def test_every_flag_is_listed(verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert flags_in(help_of(verb, monkeypatch, capsys)) == FLAGS[verb]


def test_every_verb_speaks_json() -> None:
    mute = [verb for verb, flags in FLAGS.items() if verb and verb not in SILENT_VERBS and "--json" not in flags]
    assert not mute, f"stdout is JSON when asked for; these verbs have no --json: {mute}"


@pytest.mark.parametrize("verb", FLAGS)
def test_help_comes_without_torch(verb: str) -> None:
    """Half a second is all that help may take; torch alone takes longer to import."""
    program = (
        "import sys\n"
        f"sys.argv = ['sparring', *{verb.split()!r}, '--help']\n"
        "from sparring.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'torchvision', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {sorted(heavy)}' if heavy else 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_help_texts_are_read_as_people_read_them() -> None:
    text = (
        "usage: sparring [-h] {train,data}\n\nTrain. Use --images.\n\n"
        "│ -n INT, --count INT    (default: 64) or --fewer │\n│ --json, --no-json  as JSON │\n│ -h, --help  show │\n"
    )
    assert flags_in(text) == {"-n", "--count", "--json", "--no-json"}
    assert verbs_in(text) == {"train", "data"}
    assert verbs_in("usage: sparring train [-h] [--device {auto,cpu}] [--json]\n\n") == set()
