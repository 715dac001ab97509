"""From a photo to avatars in steps, each of which tells what it did."""

from __future__ import annotations

from collections.abc import Generator as Steps
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from . import telling
from .detectors import DETECTORS
from .detectors.whole import Whole
from .drawing import Drawing, Generator
from .face import Detector, Face, Policy, choose, shared
from .finding import LONGEST, Search, find_faces
from .landmarks import with_landmarks
from .picture import Picture, load_picture, picture_of
from .portrait import Portrait, told
from .result import ADVICE, Result, Step
from .seating import away, corrections, in_place, moved, seat
from .settings import AvatarSettings
from .styles import Style, style_of

Photo = Path | str | Image.Image | NDArray[np.uint8] | Picture
"""A file, an image of Pillow's, or bytes: (height, width), (height, width, 3), or 4 with opacity."""
LEAST_SIDE = 64
"""Pixels of a photo's shorter side, below which nothing is looked for."""


LINES = {
    "denoise": "grain smoothed",
    "colour": "colours led back to the photo's",
    "histogram": "light and colours spread as in the photo",
    "brightness": "brightness led back to the photo's",
    "enlarge": "enlarged",
    "sharpen": "edges sharpened",
}
"""What each correction says."""


class Stylist:
    """Draws the faces of photos in one style. It keeps nothing of any photo, and threads may share it.

    `generator` draws crops of `style.size` pixels; `detector` looks for faces.
    """

    def __init__(self, style: Style, generator: Generator, detector: Detector, settings: AvatarSettings | None = None):
        self.style, self.generator, self.detector = style, generator, detector
        self.settings = settings or AvatarSettings()

    def __repr__(self) -> str:
        return f"Stylist({self.style.name}, {self.settings.mode})"

    def stylize(self, photo: Photo) -> Result:
        """What becomes of a photo. No face is a status with advice; ValueError for what is no readable picture."""
        steps = self.steps(opened(photo))
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return end.value

    def steps(self, picture: Picture, given: Sequence[Face] = ()) -> Steps[Step, None, Result]:
        """One step after the other as it is done, and at the end the result.

        `given`: faces that a person pointed at; then nobody looks for others.
        """
        yield telling.loaded(picture)
        if min(picture.width, picture.height) < LEAST_SIDE:
            small = f"The photo is only {picture.width} x {picture.height} pixels; use a larger one."
            return Result("too_small", small, warnings=picture.notes)
        copy, scale = picture.copy(2 * LONGEST)
        search = Search(self.settings.sure, self.settings.turned)
        found = [away(face, scale) for face in given] or find_faces(copy, self.detector, search)
        yield telling.detected(picture, [moved(face, scale) for face in found])
        if not found:
            return Result("no_face", ADVICE["no_face"], warnings=picture.notes)
        try:
            meant = choose(found, self.policy, copy.shape[2], copy.shape[1])
        except ValueError as error:
            sentence = str(error)[:1].upper() + str(error)[1:] + "."
            return Result("no_face", sentence, found=len(found), warnings=picture.notes)
        yield telling.chosen(picture, [moved(face, scale) for face in meant], len(found))
        faces = [moved(self.understood(copy, face), scale) for face in meant]
        yield telling.landmarks(picture, faces)
        return (yield from self.drawing(picture, faces, len(found)))

    @property
    def policy(self) -> Policy:
        """Whose faces are meant."""
        if self.settings.faces != "auto":
            return self.settings.faces
        return "largest" if self.settings.mode == "avatar" else "all"

    def understood(self, image: Tensor, face: Face) -> Face:
        """The face with its landmarks, where the detector gave none; who does not look gets his square as it is."""
        looked = face.landmarks is not None or isinstance(self.detector, Whole)
        return face if looked else with_landmarks(image, face)

    def drawing(self, picture: Picture, faces: Sequence[Face], found: int) -> Steps[Step, None, Result]:
        """The steps from faces with their landmarks to the result."""
        people = [Portrait(face, seat(picture, face, self.style, self.settings)) for face in faces]
        yield telling.seated([one.seat for one in people])
        for one in people:
            one.examine()
        yield telling.examined([remark.message for one in people for remark in one.remarks])
        yield from self.drawn([one for one in people if one.goes_on])
        able = [one for one in people if one.goes_on]
        yield from self.corrected(able)
        for one in able:
            one.score(self.settings)
        yield Step("score", told(able) or "nothing", {"scores": [one.scores for one in able]})
        made = tuple(one.outcome(self.settings) for one in people)
        warnings = (*picture.notes, *self.about(faces, found))
        if not able:
            return Result(made[0].status, made[0].message, None, made, found, warnings)
        image = next(one.image for one in made if one.image is not None)
        if self.settings.mode == "in-place":
            picture = self.placed(picture, able)
            image = picture.bytes
            yield telling.composed("blend", f"laid into the photo ({self.settings.blend})", picture)
        return Result("done", "", image, made, found, warnings)

    def drawn(self, people: Sequence[Portrait]) -> Steps[Step, None, None]:
        """Crops, and what the generator makes of all of them together."""
        images = [one.seat.crop for one in people if one.seat is not None]
        yield telling.crops("crop", f"{self.style.size} pixels a side", images)
        made = list(self.generator(torch.stack(images))) if images else []
        for one, drawing in zip(people, made, strict=True):
            one.check(drawing)
        yield telling.crops("generate", f"in the style {self.style.name}", made)

    def corrected(self, people: Sequence[Portrait]) -> Steps[Step, None, None]:
        """One step for each correction that is not off."""
        ways = list[list[tuple[str, Tensor]]]()
        for one in people:
            assert one.seat is not None
            assert one.drawn is not None
            ways.append(list(corrections(one.seat, one.drawn, self.settings)))
            one.finished = ways[-1][-1][1] if ways[-1] else one.drawn
        for stations in zip(*ways, strict=True):
            name = stations[0][0]
            yield telling.crops(name, LINES[name], [image for _, image in stations])

    def placed(self, picture: Picture, people: Sequence[Portrait]) -> Picture:
        """The photo with these faces, the smallest first: what is nearer covers what is further back."""
        for one in sorted(people, key=lambda one: (one.face.area, -one.face.box[0])):
            assert one.seat is not None
            assert one.finished is not None
            picture = in_place(picture, one.seat, one.finished, self.settings)
        return picture

    def about(self, faces: Sequence[Face], found: int) -> list[str]:
        """What to know about the choice of faces."""
        words = []
        if found > 1 and self.policy == "largest":
            words.append(f"{found} faces found; used the largest. Use --faces all for everyone.")
        pairs = [(one, other) for place, one in enumerate(faces) for other in faces[:place]]
        if self.settings.mode == "in-place" and any(shared(one.box, other.box) > 0 for one, other in pairs):
            words.append("Faces overlap; the larger one is drawn over the other.")
        return words


def opened(photo: Photo) -> Picture:
    """Whatever is given for a photo. ValueError with one sentence for what is none."""
    if isinstance(photo, Picture):
        return photo
    if isinstance(photo, Path | str):
        return load_picture(photo)
    if isinstance(photo, Image.Image):
        return picture_of(photo)
    if photo.dtype != np.uint8 or photo.ndim not in (2, 3) or (photo.ndim == 3 and photo.shape[2] not in (3, 4)):
        shape = " x ".join(map(str, photo.shape))
        raise ValueError(f"a photo is bytes, height x width x 3 or 4 or without channels, not {shape} {photo.dtype}")
    return picture_of(Image.fromarray(photo))


def load_stylist(
    style: str | Style = "cel", settings: AvatarSettings | None = None, *, device: str = "auto"
) -> Stylist:
    """A stylist of a style by name, or of a translator's bundle or run; see `AvatarSettings` for all choices.

    ValueError with one sentence for a style or detector that there is not. Nothing is downloaded.
    """
    chosen, settings = style_of(style) if isinstance(style, str) else style, settings or AvatarSettings()
    return Stylist(chosen, Drawing(chosen.load(device)), DETECTORS[settings.detector](), settings)


def stylize(photo: Photo, style: str | Style = "cel", settings: AvatarSettings | None = None) -> Result:
    """What becomes of one photo in a style: `stylize("me.jpg").image` is the avatar, bytes (side, side, 3)."""
    return load_stylist(style, settings).stylize(photo)
