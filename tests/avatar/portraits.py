"""A stylist whose generator is known, and photos for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sparring.avatar.drawing import Generator
from sparring.avatar.face import Detector, Face
from sparring.avatar.finish import Finish
from sparring.avatar.picture import Pixels
from sparring.avatar.pipeline import Stylist
from sparring.avatar.points import five_of
from sparring.avatar.settings import AvatarSettings, Mode
from sparring.avatar.similarity import Similarity
from sparring.avatar.styles import Style
from sparring.avatar.templates import ffhq

SIDE = 64
BARE = Finish(denoise=0, colour=0, sharpen=0)


class Pointed:
    """Finds the faces that it was told of, wherever it looks."""

    def __init__(self, faces: Sequence[Face]):
        self.faces = list(faces)

    def find(self, image: Tensor) -> list[Face]:
        return self.faces


def same(crops: Tensor) -> Tensor:
    return crops


def negative(crops: Tensor) -> Tensor:
    return 1 - crops


def face_at(x: float, y: float, width: float, degrees: float = 0) -> Face:
    """A face with its middle there; the side of its box is 1.6 widths, that of its crop about 3."""
    turned = Similarity.of(width / 100, float(np.radians(degrees)))
    middle = torch.tensor([x, y], dtype=torch.float64)
    landmarks = turned.apply(drawn_landmarks() - 127.5) + middle
    half = 0.8 * width
    box = (x - half, y - half, x + half, y + half)
    return Face(box, 0.99, five_of(landmarks), landmarks)


def drawn_landmarks() -> Tensor:
    """68 points (68, 2) in 256 pixels whose five are FFHQ's."""
    left, right, nose, *mouth = ffhq(256)
    middle = (left + right + mouth[0] + mouth[1]) / 4
    jaw = middle + ring(17, 70, 80, math.pi, 0)
    brows = [eye + ring(5, 18, 8, math.pi, 2 * math.pi) - torch.tensor([0.0, 14.0]) for eye in (left, right)]
    bridge = torch.stack([(left + right) / 2 + share * (nose - (left + right) / 2) for share in (0, 1 / 3, 2 / 3, 1)])
    nostrils = nose + torch.tensor([[-10.0, 8], [-5, 9], [0, 10], [5, 9], [10, 8]])
    eyes = [eye + ring(6, 12, 5, 0, 2 * math.pi * 5 / 6) for eye in (left, right)]
    lips = (mouth[0] + mouth[1]) / 2 + ring(20, 20, 9, math.pi, 2.9 * math.pi)
    lips[0], lips[6] = mouth
    return torch.cat([jaw, *brows, bridge, nostrils, *eyes, lips])


def ring(count: int, wide: float, high: float, start: float, end: float) -> Tensor:
    angles = torch.linspace(start, end, count, dtype=torch.float64)
    return torch.stack([wide * angles.cos(), high * angles.sin()], 1)


def stylist(
    detector: Detector | Sequence[Face],
    generator: Generator = same,
    mode: Mode = "avatar",
    finish: Finish = BARE,
    settings: AvatarSettings | None = None,
    side: int = SIDE,
) -> Stylist:
    finder = Pointed(detector) if isinstance(detector, Sequence) else detector
    style = Style("known", Path("none"), "for tests", size=side)
    return Stylist(style, generator, finder, settings or AvatarSettings(mode=mode, finish=finish))


def pixels_of(image: Tensor) -> Pixels:
    return image.mul(255).round().byte().permute(1, 2, 0).contiguous().numpy()
