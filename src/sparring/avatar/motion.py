"""From a film to a film: every frame drawn, the same person alike in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from .detectors.whole import Whole
from .face import Face, choose, shared
from .finding import Search, find_faces
from .finish.colour import palette_of
from .picture import Picture, Pixels
from .pipeline import Stylist
from .seating import Seat, corrections, hard_mask, in_place, seated, square
from .smoothing import Steady
from .templates import ffhq
from .tracking import SAME, Track, Tracker


class FilmStylist:
    """Draws the frames of one film, in order; `rate` is their number a second. Another film needs a new one.

    In the mode `avatar` each frame becomes a square of the same size, of the first person; before anyone is seen that
    is the middle of the picture.
    """

    def __init__(self, stylist: Stylist, rate: float):
        self.stylist, self.settings = stylist, stylist.settings
        self.size, self.margin = stylist.style.size, stylist.settings.margin or stylist.style.margin
        self.tracker = Tracker(self.meant, stylist.understood, self.size, self.margin, 1 / rate)
        self.last: Track | None = None
        self.seen = 0
        """Frames so far."""
        self.drawn = 0
        """Those with a face."""

    def frames(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        """Each frame (height, width, 3) after drawing: the same size in place, else (side, side, 3)."""
        for pixels in frames:
            yield self.frame(Picture(pixels))

    def frame(self, picture: Picture) -> Pixels:
        """The next frame."""
        people = self.tracker(picture.pixels)
        self.seen, self.drawn = self.seen + 1, self.drawn + bool(people)
        if self.settings.mode == "in-place":
            for seat, made in self.finished(picture, sorted(people, key=lambda one: one.face.area)):
                picture = in_place(picture, seat, made, self.settings)
            return picture.original
        self.last = people[0] if people else self.last or self.middle(picture)
        return square(*next(self.finished(picture, [self.last])), self.settings)

    def finished(self, picture: Picture, people: list[Track]) -> Iterator[tuple[Seat, Tensor]]:
        """The crops of these people and what becomes of each, all drawn together."""
        seats = [(track, self.seat(picture, track)) for track in people]
        if not seats:
            return
        drawn = self.stylist.generator(torch.stack([one.crop for _, one in seats]))
        for (track, one), made in zip(seats, drawn, strict=True):
            mask = hard_mask(one, one.there, self.size, self.settings) * one.valid
            goal = track.remember(palette_of(one.crop, mask))
            usable = made.nan_to_num(0.5)
            stations = list(corrections(one, usable, self.settings, goal))
            yield one, stations[-1][1] if stations else usable

    def seat(self, picture: Picture, track: Track) -> Seat:
        """The smoothed crop, with points where the style expects them: a mask of one shape does not flicker."""
        assert track.there is not None
        points = track.there.inverse.apply(ffhq(self.size, self.margin))
        return seated(picture, replace(track.face, points=points, landmarks=None), track.there, self.size)

    def middle(self, picture: Picture) -> Track:
        """Nobody: the middle square of the picture."""
        face = Whole().find(picture.pixels)[0]
        track = Track(face, Steady(self.size))
        track.follow(face, self.size, self.margin, self.tracker.seconds)
        return track

    def meant(self, frame: Tensor) -> list[Face]:
        """The faces to draw in one frame; nobody new while somebody is followed, unless all are meant."""
        search = Search(self.settings.sure, self.settings.turned, again=not self.tracker.tracks)
        found = find_faces(frame, self.stylist.detector, search)
        if self.stylist.policy == "all":
            return found
        if self.tracker.tracks:
            known = [track.face.box for track in self.tracker.tracks]
            return [face for face in found if any(shared(face.box, box) >= SAME for box in known)]
        try:
            return choose(found, self.stylist.policy, frame.shape[2], frame.shape[1])
        except ValueError:
            return []
