"""Faces by three small networks, each of which looks closer at what the one before left (Zhang et al. 2016, MTCNN)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from ..face import Face, ordered
from ..patches import Patches
from ..points import MIRROR_5
from .boxes import moved, squares_around, surest
from .mtcnn_networks import pretrained

SMALLEST, SHRINK = 20, 0.709
"""Side in pixels of the smallest face that is looked for; from one copy's size to the next."""
PROPOSED, REFINED, SHOWN = 0.6, 0.7, 0.7
"""Probability that each of the three networks asks for."""
CELL, STRIDE = 12, 2
"""Side of what the first network sees at once, and its steps, in pixels of a copy."""
CANDIDATES = 1000
"""Of each copy at most: noise is one face beside the other to the first network."""
AT_ONCE = 256
"""Patches that a network sees at a time."""
LOOKS = 3
"""Times that the last network looks at where it just saw the face, so that the first place does not matter."""


class Mtcnn:
    """Finds upright faces of 20 pixels and more."""

    def __init__(self) -> None:
        networks = pretrained()
        self.propose, self.refine, self.show = networks.propose, networks.refine, networks.show

    @torch.inference_mode()
    def find(self, image: Tensor) -> list[Face]:
        shown = image.float() * 2 - 1
        patches, boxes = Patches(shown), self.proposed(shown)
        squares = squares_around(boxes)
        scores, shifts = in_parts(self.refine, patches, squares, 24)
        likely = scores > REFINED
        boxes, scores = moved(squares, shifts)[likely], scores[likely]
        boxes = boxes[surest(boxes, scores, 0.7)]
        points = boxes.new_zeros(len(boxes), 5, 2)
        for _ in range(LOOKS):
            squares = squares_around(boxes)
            scores, shifts, parts = in_parts(self.seen, patches, squares, 48)
            boxes, points = moved(squares, shifts), placed(squares, parts)
        kept = surest(boxes, scores, 0.7, of_smaller=True)
        kept = kept[scores[kept] > SHOWN]
        rows = zip(boxes[kept].tolist(), scores[kept].tolist(), points[kept], strict=True)
        return ordered([Face((box[0], box[1], box[2], box[3]), score, five.clone()) for box, score, five in rows])

    def proposed(self, image: Tensor) -> Tensor:
        """Boxes (n, 4) float64 of what may be a face, from all copies."""
        boxes, scores = [torch.zeros(0, 4, dtype=torch.float64)], [torch.zeros(0)]
        for copy in copies(image):
            likely, shifts = (found[0] for found in self.propose(copy[None]))
            rows, columns = (likely >= PROPOSED).nonzero(as_tuple=True)
            best = likely[rows, columns].topk(min(CANDIDATES, len(rows))).indices
            rows, columns = rows[best], columns[best]
            scale = torch.tensor([image.shape[2] / copy.shape[2], image.shape[1] / copy.shape[1]], dtype=torch.float64)
            corners = torch.stack([columns, rows], 1) * STRIDE * scale - 0.5
            cells = torch.cat([corners, corners + CELL * scale], 1)
            kept = surest(cells, likely[rows, columns], 0.5)
            edges = cells + shifts[:, rows, columns].T * CELL * scale.repeat(2)
            boxes.append(edges[kept])
            scores.append(likely[rows, columns][kept])
        found = torch.cat(boxes)
        return found[surest(found, torch.cat(scores), 0.7)]

    def seen(self, patches: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the last network says of patches and of their mirror images, which agree with each other that way.

        Probabilities (n,), shifts (n, 4), points (n, 5, 2) as parts of the side.
        """
        count = len(patches)
        scores, shifts, flat = self.show(torch.cat([patches, patches.flip(3)]))
        points = flat.unflatten(1, (2, 5)).transpose(1, 2)
        turned = torch.stack([1 - points[count:, MIRROR_5, 0], points[count:, MIRROR_5, 1]], 2)
        back = shifts[count:, (2, 1, 0, 3)] * shifts.new_tensor([-1, 1, -1, 1])
        return (scores[:count] + scores[count:]) / 2, (shifts[:count] + back) / 2, (points[:count] + turned) / 2


def in_parts(
    look: Callable[[Tensor], tuple[Tensor, ...]], patches: Patches, squares: Tensor, size: int
) -> list[Tensor]:
    """What a network sees in many squares, so many at a time that a picture of noise needs no gigabyte."""
    seen = [look(patches.cut(part, size)) for part in squares.split(AT_ONCE)]
    return [torch.cat(found) for found in zip(*seen, strict=True)]


def placed(squares: Tensor, points: Tensor) -> Tensor:
    """Points (n, 5, 2) as parts of the squares' sides to where they are in the image."""
    return squares[:, None, :2] + (points - 0.5) * squares[:, None, 2:]


def copies(image: Tensor) -> Iterator[Tensor]:
    """The image at every size at which a face may fill what the first network sees."""
    scale = CELL / SMALLEST
    while min(image.shape[1:]) * scale >= CELL:
        size = [max(CELL, round(side * scale)) for side in image.shape[1:]]
        yield F.interpolate(image[None], size, mode="bilinear", antialias=True, align_corners=False)[0]
        scale *= SHRINK
