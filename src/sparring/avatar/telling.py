"""What each step of the pipeline says and shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from .face import Face
from .picture import Picture, Pixels
from .result import Step
from .seating import Seat, in_bytes

LONGEST = 1024  # pixels of a photo's long side as it is shown
GREEN, ORANGE, BLUE = (60, 200, 90), (240, 130, 30), (70, 130, 240)


def loaded(picture: Picture) -> Step:
    """The photo as it is seen."""
    facts = {"width": picture.width, "height": picture.height, "opaque": picture.alpha is None}
    line = " ".join([f"{picture.width} x {picture.height} pixels", *(f"({note})" for note in picture.notes)])
    return Step("load", line, {**facts, "notes": list(picture.notes)}, lambda: {"photo": in_bytes(small(picture)[0])})


def detected(picture: Picture, faces: Sequence[Face]) -> Step:
    """Every face that was found."""
    facts = {"faces": [{"box": [round(edge, 1) for edge in one.box], "score": round(one.score, 4)} for one in faces]}
    line = f"{counted(len(faces), 'face')} found"
    return Step("detect", line, facts, lambda: {"faces": marked(picture, faces, GREEN)})


def chosen(picture: Picture, faces: Sequence[Face], found: int) -> Step:
    """Those that are meant."""
    line = f"{len(faces)} of {found} chosen"
    return Step("choose", line, {"chosen": len(faces)}, lambda: {"chosen": marked(picture, faces, ORANGE)})


def landmarks(picture: Picture, faces: Sequence[Face]) -> Step:
    """Where eyes, nose, mouth and jaw are."""
    points = [len(one.points if one.landmarks is None else one.landmarks) for one in faces]
    line = f"{' and '.join(map(str, points))} points"
    return Step("landmarks", line, {"points": points}, lambda: {"landmarks": marked(picture, faces, BLUE, points=True)})


def seated(seats: Sequence[Seat | None]) -> Step:
    """How each face is turned and scaled into its crop."""
    matrices = [None if one is None else one.there.matrix.tolist() for one in seats]
    lines = [
        "no place" if one is None else f"scale {one.there.scale:.3f}, turned {np.degrees(one.there.angle):.1f} degrees"
        for one in seats
    ]
    return Step("align", "; ".join(lines), {"matrices": matrices})


def examined(remarks: Sequence[str]) -> Step:
    """What may spoil the result."""
    return Step("examine", " ".join(remarks) or "nothing against it", {"remarks": list(remarks)})


def crops(name: str, line: str, images: Sequence[Tensor]) -> Step:
    """Square pictures, one a face: (3, side, side) in [0, 1]."""
    facts = {"sides": [one.shape[-1] for one in images]}
    return Step(name, line, facts, lambda: {str(number): in_bytes(one) for number, one in enumerate(images, start=1)})


def composed(name: str, line: str, picture: Picture) -> Step:
    """The photo after this step."""
    facts = {"height": picture.height, "width": picture.width}
    return Step(name, line, facts, lambda: {"photo": in_bytes(small(picture)[0])})


def small(picture: Picture) -> tuple[Tensor, tuple[float, float]]:
    return picture.copy(LONGEST)


def marked(picture: Picture, faces: Sequence[Face], colour: tuple[int, int, int], points: bool = False) -> Pixels:
    """A small copy of the photo with boxes around faces, or with their points."""
    copy, scale = small(picture)
    image = Image.fromarray(in_bytes(copy))
    pen, wide = ImageDraw.Draw(image), max(1, max(image.size) // 320)
    for face in faces:
        if points:
            places = face.points if face.landmarks is None else face.landmarks
            for x, y in ((places + 0.5) / places.new_tensor(scale) - 0.5).tolist():
                pen.ellipse((x - wide, y - wide, x + wide, y + wide), fill=colour)
        else:
            corners = torch.tensor(face.box, dtype=torch.float64).view(2, 2)
            (left, top), (right, bottom) = ((corners + 0.5) / corners.new_tensor(scale) - 0.5).tolist()
            pen.rectangle((left, top, right, bottom), outline=colour, width=2 * wide)
    return np.asarray(image)


def counted(count: int, noun: str) -> str:
    """`1 face`, `2 faces`, `no face`."""
    return f"{count or 'no'} {noun}{'s' * (count > 1)}"
