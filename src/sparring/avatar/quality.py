"""Whether a photo's face will make a good avatar, and whether what was made is one, in sentences and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from . import masks
from .face import Face
from .lab import to_lab
from .points import pitch, roll, yaw
from .similarity import Similarity

SIDE = 256
"""Pixels of the crop in which blur is measured: its number depends on the size."""
REJECTED, SOFT = 64, 128
"""Pixels of the shorter side of a face's box below which it is refused, and warned of."""
BLURRED = 15.0
"""Of the face in the crop: sharp portraits have 16 to 400, after a mean over 5 x 5 pixels 4 to 40; noise adds 50."""
DARK, BRIGHT, CLIPPED = 25.0, 90.0, 0.25
"""Lightness of skin in [0, 100], and the share of its pixels that are black or white."""
TURNED, LEANING, NODDING = 0.35, 45.0, (0.3, 0.85)
"""Distances of the eyes, degrees, and the nose's place between eyes (0) and mouth (1)."""
COVERED = 0.35
"""Share of the face whose colour is not its skin's; up to 0.31 with hair over an eye, or glasses."""
OTHER = 25.0
"""Distance in Lab, lightness counted half, from which on a colour is another."""
WHOLE, REACHED = 0.95, 0.7
"""Shares of the face and of the crop that are in the photo."""
SIDE_LIGHT = 25.0
"""Difference of the lightness of both halves of the face."""
FLAT, UNCHANGED, SATURATED = 2 / 255, 1 / 255, 0.5
"""Standard deviation, mean difference to the photo, and share of pixels with a channel at its end."""

WRONG = "The result looks wrong; try another photo or style."


@dataclass(frozen=True)
class Remark:
    """One thing to know about a photo or a result."""

    check: str
    """One word, the same in reports."""
    value: float
    """What was measured."""
    message: str
    """A sentence for people, with advice."""
    rejects: bool = False
    """Whether it is no use to go on. Everything else only warns."""


def examined(face: Face, crop: Tensor, validity: Tensor, there: Similarity) -> list[Remark]:
    """What may spoil a face's avatar; empty where nothing does.

    `crop` (3, size, size) in [0, 1] and `validity` (1, size, size) were cut along `there`, from the photo to the crop.
    """
    size, points = crop.shape[-1], there.apply(face.points)
    shape = masks.ellipse(points, size) if face.landmarks is None else masks.hull(there.apply(face.landmarks), size)
    inside = (shape * validity)[0] > 0.5
    remarks = [*sized(face), *posed(face.points), *reaching(shape, validity)]
    if not inside.any():
        return remarks
    lit = list(lighting(crop, inside, points))
    # Where one half is in the shade its colours differ from the other's without anything in front of it.
    return [*remarks, *sharp(crop, inside), *lit, *(() if lit else covering(crop, inside))]


def sized(face: Face) -> Iterator[Remark]:
    side = round(min(face.width, face.height))
    if side < REJECTED:
        yield Remark(
            "size", side, f"The face is only {side} px wide; use a photo where it has {REJECTED} or more.", True
        )
    elif side < SOFT:
        yield Remark("size", side, f"The face is only {side} px wide; the avatar may look soft. Use a larger photo.")


def posed(points: Tensor) -> Iterator[Remark]:
    turn, lean, nod = abs(yaw(points)), abs(roll(points)), pitch(points)
    if turn > TURNED or lean > LEANING or not NODDING[0] <= nod <= NODDING[1]:
        value = turn if turn > TURNED else lean if lean > LEANING else nod
        yield Remark("pose", value, "Please face the camera more directly.")


def reaching(shape: Tensor, validity: Tensor) -> Iterator[Remark]:
    face, crop = float((shape * validity).sum() / shape.sum().clamp(min=1)), float(validity.mean())
    if face < WHOLE:
        yield Remark("cut off", face, "Part of the face is outside the photo.")
    elif crop < REACHED:
        yield Remark("cut off", crop, "The photo ends close to the face, so the avatar's edge is made up.")


def sharpness(crop: Tensor, inside: Tensor) -> float:
    """Variance of the Laplacian of gray in [0, 255] at 256 pixels, after a median that noise does not outlive."""
    gray = crop.mean(0)[None, None] * 255
    mask = inside[None, None].float()
    if crop.shape[-1] != SIDE:
        gray = F.interpolate(gray, (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False)
        mask = F.interpolate(mask, (SIDE, SIDE))
    windows = F.pad(gray, (1,) * 4, mode="replicate").unfold(2, 3, 1).unfold(3, 3, 1)
    calm = F.pad(windows.flatten(4).median(4).values, (1,) * 4, mode="replicate")
    curved = F.conv2d(calm, calm.new_tensor([[[[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]]]))
    return float(curved[mask > 0.5].var())


def sharp(crop: Tensor, inside: Tensor) -> Iterator[Remark]:
    value = sharpness(crop, inside)
    if value < BLURRED:
        yield Remark("blur", value, "The photo looks blurred. Use a sharper or larger one.")


def lighting(crop: Tensor, inside: Tensor, points: Tensor) -> Iterator[Remark]:
    """Too dark, too bright, or lit from one side."""
    light = to_lab(crop)[0]
    skin = float(light[inside].median())
    ends = ((crop.amax(0) <= 1 / 255) | (crop.amin(0) >= 254 / 255))[inside].float().mean()
    if skin < DARK:
        yield Remark("exposure", skin, "The photo is too dark. Use more light on the face.")
    elif skin > BRIGHT or ends > CLIPPED:
        yield Remark("exposure", skin, "The photo is over-exposed. Use softer light on the face.")
    rows = torch.arange(len(light), dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(rows, rows, indexing="xy"), -1).view(-1, 2)
    along = points[1] - points[0]
    right = ((grid - points[2]) @ along > 0).view(light.shape)
    halves = [light[inside & half] for half in (right, ~right)]
    if all(len(half) for half in halves):
        apart = abs(float(halves[0].median() - halves[1].median()))
        if apart > SIDE_LIGHT:
            yield Remark("side light", apart, "Strong side light; anime colours may be uneven.")


def covered(crop: Tensor, inside: Tensor) -> float:
    """Share of the face whose colour is far from the colour of most of it, in [0, 1]."""
    lab = to_lab(crop)[:, inside]
    away = (lab - lab.median(1, keepdim=True).values) * lab.new_tensor([[0.5], [1.0], [1.0]])
    return float((away.norm(dim=0) > OTHER).float().mean())


def covering(crop: Tensor, inside: Tensor) -> Iterator[Remark]:
    share = covered(crop, inside)
    if share > COVERED:
        yield Remark("covered", share, "Hair, a hand or a mask may cover the face.")


def faults(crop: Tensor, drawn: Tensor, alike: float | None = None, least: float | None = None) -> list[Remark]:
    """What is wrong with a drawing (3, size, size) of a crop of that size; empty where nothing is.

    `alike` is the resemblance of both, and `least` what it is at least in this style; without both it is not asked
    for. What is rejected is not worth showing.
    """
    if not drawn.isfinite().all():
        return [Remark("numbers", float("nan"), f"{WRONG} It holds values that are no numbers.", True)]
    spread, change = float(drawn.std()), float((drawn - crop).abs().mean())
    ends = float(((drawn <= 0) | (drawn >= 1)).any(0).float().mean())
    remarks = list[Remark]()
    if spread < FLAT:
        remarks.append(Remark("flat", spread, f"{WRONG} It is nearly one colour.", True))
    if ends > SATURATED:
        remarks.append(Remark("saturated", ends, f"{WRONG} Most of its colours are as strong as can be."))
    if change < UNCHANGED:
        remarks.append(Remark("unchanged", change, f"{WRONG} It is the photo itself."))
    if alike is not None and least is not None and alike < least:
        remarks.append(Remark("identity", alike, f"{WRONG} It does not look like the same person."))
    return remarks
