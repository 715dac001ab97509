"""Plays a run that is killed again and again: `killed.py FOLDER KILLS` (a program, so that it may fork cheaply).

Plays it first without disturbance in FOLDER/whole, then in FOLDER/killed-1 and, if that ends too soon, further ones.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import torch
from tests.run.small import data, recipe

from sparring.recipes.recipe import Recipe
from sparring.run.session import Session

RECIPE = recipe(200, dcgan=True, checkpoint_seconds=0.02, keep_images=400)


def play(out: Path, made: Recipe = RECIPE) -> None:
    with data(), Session.resume(out) if (out / "recipe.json").exists() else Session.start(made, out) as session:
        session.play()


def forked(out: Path, kill_after_seconds: float = float("inf")) -> int:
    """The exit status of a new process that plays."""
    child = os.fork()
    if not child:
        status = 1
        try:
            play(out)
            status = 0
        finally:
            os._exit(status)
    deadline = time.monotonic() + kill_after_seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def main() -> None:
    torch.set_num_threads(1)
    folder, wanted = Path(sys.argv[1]), int(sys.argv[2])
    play(folder / "warm-up", recipe(2, dcgan=True))  # torch imports much of itself only now
    start = time.monotonic()
    assert forked(folder / "whole") == 0
    whole = time.monotonic() - start
    dice, kills, number = random.Random(0), 0, 1
    while kills < wanted:
        status = forked(folder / f"killed-{number}", dice.uniform(0, 1.5 * whole / wanted))
        assert status in (0, signal.SIGKILL), f"a resumed run failed with status {status}"
        kills += status == signal.SIGKILL
        number += status == 0  # it got to its end between two kills: the next one takes its place
    assert forked(folder / f"killed-{number}") == 0


if __name__ == "__main__":
    main()
