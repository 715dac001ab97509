"""The command line: `sparring VERB ...`. Each verb's file is imported only when it is asked for."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from .voice import Voice

VERBS = {
    "train": "train on a folder of images and write a report",
    "resume": "go on with a run that was stopped",
    "report": "write the report of a run, also while it goes on",
    "doctor": "say why a training fails, and what to change",
    "evaluate": "measure how good a generator, or a folder of images, is",
    "compare": "train several recipes under one budget, or one without each of its techniques",
    "recipes": "list the recipes, or show one",
    "sample": "make images with a trained generator",
    "translate": "turn images into others with a trained translator",
    "avatar": "draw the people in photos as avatars",
    "cite": "print BibTeX of what a recipe or a run is made of",
    "data": "list, inspect and pack data sets, and clear the cache",
}
MISTAKE, FAULT, INTERRUPTED = 2, 1, 130
"""Exit statuses: what was asked for cannot be done; a fault of ours; Ctrl-C."""

TRACEBACK = "SPARRING_TRACEBACK"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Returns the exit status: 0, 1 (our fault), 2 (a sentence says what to mend), 130 (Ctrl-C)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    voice = Voice(json_only="--json" in given)
    try:
        return dispatch(given)
    except KeyboardInterrupt:
        voice.talk("sparring: stopped")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - so that nothing is flushed into the pipe at exit
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence; nobody gets a bare traceback
        return failed(error, voice)


def dispatch(given: list[str]) -> int:
    verb = given[0] if given else "--help"
    if verb in ("-h", "--help"):
        print(help_text())
        return 0
    if verb == "--version":
        from .. import __version__

        print(f"sparring {__version__}")
        return 0
    if verb not in VERBS:
        from ..settings import nearest

        raise ValueError(f"there is no verb {verb!r}.{nearest(verb, VERBS)} The verbs are {', '.join(VERBS)}.")
    return int(import_module(f".{verb}", __package__).run(given[1:]))


def failed(error: Exception, voice: Voice) -> int:
    """Tell people what went wrong: a sentence for what they can mend, and how to report what they cannot."""
    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    if expected(error):
        voice.mistake(text_of(error))
        return MISTAKE
    voice.mistake(
        f"something broke that should not: {type(error).__name__}: {text_of(error)}\n"
        f"          {TRACEBACK}=1 in front of the command shows where; please report it."
    )
    return FAULT


def expected(error: Exception) -> bool:
    """Mistakes of input, of the disk and of the numbers carry their own sentence; everything else is our fault."""
    play = sys.modules.get("sparring.play.guard")
    kinds = (ValueError, OSError, ImportError, *((play.NonFiniteError,) if play else ()))
    return isinstance(error, kinds)


def text_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        name = f"{error.filename}: " if error.filename else ""
        return f"{name}{error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def help_text() -> str:
    wide = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{wide}}  {line}" for verb, line in VERBS.items())
    return f"""usage: sparring [-h] [--version] {{{",".join(VERBS)}}} ...

Train, resume, look at and use generative adversarial networks.

verbs:
{verbs}

options:
  -h, --help  show this help, or a verb's own behind the verb
  --version   show the version

Begin with:
  sparring train --data builtin:avatars-small --budget 5m
  sparring train --data path/to/photos"""
