"""Two collections for `cartoon`: faces of every source but the held-out people, and drawn heads in as many sizes.

    OMP_NUM_THREADS=1 python -m benchmarks.avatar.faces SOURCES FACES

SOURCES are the packages that `sources.py` names.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from sparring.data.builtin.avatars import draw_number

from .pairs import MAKERS, Dice, varied
from .sources import Sources

SIDE = 128
MIX = {"dcgan": 3, "orl": 4, "faceapi": 3}  # of 10
LOOK = "toon-head"  # by Johan Melin, CC BY 4.0: of DiceBear's heads the one with a person's proportions, seen frontally
LARGEST = 1.7  # times as large as it is drawn, a head is as close as the faces of the databases


def head(number: int, dice: Dice) -> Image.Image:
    """Head of this number, larger by chance, cut around the middle of the face."""
    side = round(SIDE * dice.uniform(1, LARGEST))
    drawn = draw_number(LOOK, number, side)
    left, top = (side - SIDE) // 2, round((side - SIDE) * 0.4)
    return drawn.crop((left, top, left + SIDE, top + SIDE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for folder in ("photos", "heads"):
        (arguments.out / folder).mkdir(parents=True, exist_ok=True)
    sources, kinds = Sources(arguments.sources), [kind for kind, share in MIX.items() for _ in range(share)]
    for number in range(arguments.count):
        dice = np.random.default_rng((arguments.seed, number))
        kind = kinds[dice.integers(len(kinds))]
        photo = varied(MAKERS[kind](sources, dice), dice).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        photo.save(arguments.out / "photos" / f"{number:04d}-{kind}.png")
        head(number, dice).save(arguments.out / "heads" / f"{number:04d}.png")


if __name__ == "__main__":
    main()
