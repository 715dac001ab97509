"""One face on its way through the pipeline, with all that is known of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from .face import Face
from .identity import identity_of, resemblance
from .landmarks import with_landmarks
from .points import eye_distance
from .quality import Remark, examined, faults, sharpness
from .result import ADVICE, Made, Status
from .seating import Seat, at_side, hard_mask, square
from .settings import AvatarSettings

STATUSES: dict[str, Status] = {"size": "too_small"}
"""What a face's status is called after the check that refuses it; every other check is of the drawing."""


@dataclass(eq=False)
class Portrait:
    """A face, and what the steps have added to it."""

    face: Face
    seat: Seat | None
    """None for points without extent."""
    remarks: list[Remark] = field(default_factory=list)
    drawn: Tensor | None = None
    """As the generator left it: (3, side, side)."""
    finished: Tensor | None = None
    """After all corrections."""
    scores: dict[str, float | None] = field(default_factory=dict)

    @property
    def goes_on(self) -> bool:
        """Whether anything more is to be done with it."""
        return self.seat is not None and not any(remark.rejects for remark in self.remarks)

    @property
    def status(self) -> Status:
        """`done` as long as nothing stands against it."""
        if self.seat is None:
            return "bad_landmarks"
        against = [remark.check for remark in self.remarks if remark.rejects]
        return STATUSES.get(against[0], "wrong_result") if against else "done"

    def examine(self) -> None:
        """What may spoil it, before it is drawn."""
        if self.seat is not None:
            self.remarks += examined(self.face, self.seat.crop, self.seat.valid, self.seat.there)

    def check(self, drawn: Tensor) -> None:
        """Take a drawing, and what is wrong with it."""
        assert self.seat is not None
        self.drawn = drawn
        self.remarks += faults(self.seat.crop, at_side(drawn, self.seat.crop.shape[-1]))

    def score(self, settings: AvatarSettings) -> None:
        """Measure what was made."""
        assert self.seat is not None
        assert self.finished is not None
        side = self.seat.crop.shape[-1]
        made, points = at_side(self.finished, side), self.seat.there.apply(self.face.points)
        same = [identity_of(image, points) for image in (self.seat.crop, made)]
        inside = hard_mask(self.seat, self.seat.there, side, settings)[0] > 0.5
        self.scores = {
            "identity": None if same[0] is None or same[1] is None else resemblance(same[0], same[1]),
            "drift": drift(self.seat, made),
            "sharpness": sharpness(made, inside) if int(inside.sum()) > 1 else None,
        }

    def outcome(self, settings: AvatarSettings) -> Made:
        """Its part of the result."""
        against = [remark.message for remark in self.remarks if remark.rejects]
        places = self.face.points if self.face.landmarks is None else self.face.landmarks
        shown = self.seat is not None and self.finished is not None and self.status == "done"
        return Made(
            self.face.box,
            self.face.score,
            self.status,
            against[0] if against else ADVICE[self.status],
            tuple((x, y) for x, y in places.tolist()),
            () if self.seat is None else tuple(map(tuple, self.seat.there.matrix.tolist())),
            tuple(remark.message for remark in self.remarks if not remark.rejects),
            self.scores,
            square(self.seat, self.finished, settings) if shown and self.seat and self.finished is not None else None,
        )


def drift(seat: Seat, made: Tensor) -> float | None:
    """How far landmarks moved from the crop to its drawing, on average, in distances of the eyes.

    None where no landmarks are known, or none are found in the drawing.
    """
    if seat.face.landmarks is None:
        return None
    before, points = seat.there.apply(seat.face.landmarks), seat.there.apply(seat.face.points)
    left, top = before.amin(0).tolist()
    right, bottom = before.amax(0).tolist()
    found = with_landmarks(made, Face((left, top, right, bottom), 1.0, points)).landmarks
    return None if found is None else float((found - before).norm(dim=1).mean()) / eye_distance(points)


def told(portraits: list[Portrait]) -> str:
    """Mean of each score, as one line; `-` where nothing could be measured."""
    names = list(portraits[0].scores) if portraits else []
    values = {name: [one.scores[name] for one in portraits] for name in names}
    known = {name: [value for value in row if value is not None] for name, row in values.items()}
    return ", ".join(f"{name} {torch.tensor(row).mean():.3g}" if row else f"{name} -" for name, row in known.items())
