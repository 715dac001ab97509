"""What became of a photo, face by face, and the steps on the way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from .face import Box
from .picture import Pixels
from .quality import WRONG

Status = Literal["done", "no_face", "too_small", "bad_landmarks", "wrong_result"]
"""How a photo or a face ended; `ADVICE` says what to do about each."""

ADVICE: dict[Status, str] = {
    "done": "",
    "no_face": (
        "No face was found. Tips: face the camera, use a brighter photo, make sure the face is at least 64 pixels "
        "wide; or take the whole picture for the face with --set detector=whole."
    ),
    "too_small": "The face is too small to be drawn; use a larger photo.",
    "bad_landmarks": "Eyes, nose and mouth could not be told apart; try a photo from the front.",
    "wrong_result": WRONG,
}


@dataclass(frozen=True, eq=False)
class Made:
    """What became of one face."""

    box: Box
    """In the photo: left, top, right, bottom."""
    score: float
    """How sure the detector was."""
    status: Status
    message: str = ""
    """What to do about it, or empty."""
    landmarks: tuple[tuple[float, float], ...] = ()
    """68 in the photo, or the five that were found."""
    matrix: tuple[tuple[float, ...], ...] = ()
    """Two rows of three: from the photo to the crop."""
    warnings: tuple[str, ...] = ()
    """What is likely to spoil it, and what to do."""
    scores: dict[str, float | None] = field(default_factory=dict)
    """Measured likeness and quality by name; None where there is nothing to measure with."""
    image: Pixels | None = None
    """The avatar (height, width, 3), or 4 with opacity; None where there is none."""

    def facts(self) -> dict[str, Any]:
        """All but the picture and the landmarks, as JSON data."""
        return {
            "box": [round(edge, 2) for edge in self.box],
            "score": round(self.score, 4),
            "status": self.status,
            "message": self.message,
            "matrix": [list(row) for row in self.matrix],
            "warnings": list(self.warnings),
            "scores": {name: None if one is None else round(one, 4) for name, one in self.scores.items()},
        }


@dataclass(frozen=True, eq=False)
class Result:
    """What became of a photo."""

    status: Status
    message: str = ""
    """What to do about it, or empty."""
    image: Pixels | None = None
    """The first face's avatar, or in the mode `in-place` the whole photo; None where nothing could be made."""
    faces: tuple[Made, ...] = ()
    """Those that were chosen, the most important first."""
    found: int = 0
    """How many faces the photo has."""
    warnings: tuple[str, ...] = ()
    """Of the photo as a whole; each face has its own."""

    @property
    def done(self) -> bool:
        return self.image is not None

    def facts(self) -> dict[str, Any]:
        """All but pictures and landmarks, as JSON data."""
        faces = [face.facts() for face in self.faces]
        told = {"status": self.status, "message": self.message, "found": self.found}
        return {**told, "warnings": list(self.warnings), "faces": faces}


@dataclass(frozen=True, eq=False)
class Step:
    """One step that is done."""

    name: str
    """One word, the same in the log, in file names and on pages."""
    line: str
    """What was done, for people."""
    facts: dict[str, Any]
    """The same for programs, as JSON data."""
    draw: Callable[[], dict[str, Pixels]] = field(default=dict, repr=False)
    """Its pictures by name, (height, width, 3) each; drawn when asked for, as most callers never do."""
