"""The same people from frame to frame of a film, in crops that do not shake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .face import Face, shared
from .finish import Palette
from .similarity import Similarity, fit
from .smoothing import Steady
from .templates import ffhq

LOOKED = 5
"""Frames from one search for faces to the next; between them each face is followed from where it was."""
HITS, MISSED = 2, 2
"""Searches that must see a face before it counts, and that may miss it before it is given up: ten frames."""
SAME = 0.3
"""Part of their union that two boxes share when they are one face in two searches."""
CUT = 0.5
"""Half the difference of two frames' histograms, from which on another scene begins."""
SLOWLY = 0.1
"""How far a person's colours follow those of the new frame: so slowly that light does not pulse."""


@dataclass(eq=False)
class Track:
    """One person."""

    face: Face
    steady: Steady
    there: Similarity | None = None
    """From the frame to the crop, smoothed; None before the first frame."""
    hits: int = 1
    missed: int = 0
    palette: Palette | None = None
    """Of the photo's colours, smoothed."""

    @property
    def counts(self) -> bool:
        return self.hits >= HITS

    def follow(self, face: Face, size: int, margin: float, seconds: float) -> None:
        """Take this frame's face, `seconds` after the frame before; points without extent leave the crop as it was."""
        self.face = face
        measured = fit(face.points, ffhq(size, margin))
        if measured is not None:
            self.there = self.steady(measured, seconds)

    def remember(self, palette: Palette | None) -> Palette | None:
        """The colours to lead this frame to."""
        if palette is not None:
            self.palette = palette if self.palette is None else self.palette.toward(palette, SLOWLY)
        return self.palette


class Tracker:
    """Follows people through the frames of one film.

    `find` gives the faces that are meant in a frame, `understand` the same face with its landmarks, from where it was a
    frame before. The crop has `size` pixels and is `margin` templates wide.
    """

    def __init__(
        self,
        find: Callable[[Tensor], Sequence[Face]],
        understand: Callable[[Tensor, Face], Face],
        size: int,
        margin: float,
        seconds: float,
    ):
        self.find, self.understand = find, understand
        self.size, self.margin, self.seconds = size, margin, seconds
        self.tracks = list[Track]()
        self.frames = 0
        self.colours: Tensor | None = None

    def __call__(self, frame: Tensor) -> list[Track]:
        """Who is in this frame (3, height, width) in [0, 1], those who were there first first."""
        if self.another_scene(frame):
            self.tracks, self.frames = [], 0
        if self.frames % LOOKED == 0:
            self.meet(self.find(frame))
        self.frames += 1
        for track in self.tracks:
            face = self.understand(frame, replace(track.face, landmarks=None))
            track.follow(face, self.size, self.margin, self.seconds)
        return [track for track in self.tracks if track.counts and track.there is not None]

    def meet(self, faces: Sequence[Face]) -> None:
        """Give each face that was found to the person it is nearest to, or to a new one."""
        first, left = not self.tracks, list(faces)
        for track in self.tracks:
            nearest = max(left, key=lambda face: shared(face.box, track.face.box), default=None)
            if nearest is None or shared(nearest.box, track.face.box) < SAME:
                track.missed += 1
                continue
            left.remove(nearest)
            track.face, track.hits, track.missed = nearest, track.hits + 1, 0
        self.tracks = [track for track in self.tracks if track.missed <= MISSED]
        # Nobody waits at the beginning of a scene: there is nothing to be mistaken against.
        self.tracks += [Track(face, Steady(self.size), hits=HITS if first else 1) for face in left]

    def another_scene(self, frame: Tensor) -> bool:
        """Whether this frame's colours are others than the frame's before."""
        step = max(1, max(frame.shape[1:]) // 64)
        seen = frame[:, ::step, ::step].flatten(1)
        colours = torch.stack([channel.histc(16, 0, 1) for channel in seen]) / seen.shape[1]
        before, self.colours = self.colours, colours
        return before is not None and float((colours - before).abs().sum(1).mean()) / 2 > CUT
