"""From what people write to an opened data set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..settings import nearest
from .cache import Preparation
from .feed import Source
from .folder import FolderOrigin, some
from .halves import HalfOrigin
from .labels import is_label_file
from .making import MAKERS, maker_of
from .maps import MapOrigin
from .origin import Origin
from .pack import Progress, choose_size, largest_size, pack
from .packed import PackSource
from .packfile import Pack
from .pairs import Collected, Made, Mapped, PairSource, matched
from .points import Points
from .settings import DataSettings

FORMS = "a folder of images, builtin:NAME, torchvision:NAME, hf:NAME, or tar shards (part-{000..099}.tar, URLs too)"


def open_source(settings: DataSettings, progress: Progress | None = None) -> Source:
    """The data set that `settings.spec` names, packed if it was not.

    `progress` is called with (images done, images in all) while packing. ValueError or OSError with one sentence
    for anything that does not fit.
    """
    if settings.source:
        return _with_sources(settings, progress)
    found = _find(settings, progress)
    return found if isinstance(found, Source) else _packed(found, settings, progress)


def natural_size(settings: DataSettings) -> int:
    """The side in pixels that `size` = 0 stands for, found without packing; 0 for points and for shards.

    ValueError or OSError as `open_source`.
    """
    _check(settings)
    scheme, _, name = settings.spec.partition(":")
    if _are_shards(settings.spec):
        return 0
    if scheme == "builtin":  # some of these are drawn, which takes longer than to look a size up
        from .builtin import builtin_size

        return largest_size(builtin_size(name))
    found = _find(settings)
    return 0 if isinstance(found, Source) else choose_size(found)


def _find(settings: DataSettings, progress: Progress | None = None) -> Origin | Source:
    _check(settings)
    spec = settings.spec
    if _are_shards(spec):
        from .shards import open_shards

        return open_shards(settings, progress)
    if Path(spec).expanduser().is_dir():
        return FolderOrigin(spec, settings.labels)
    scheme, colon, name = spec.partition(":")
    if colon and scheme in ("builtin", "torchvision", "hf"):
        found = _elsewhere(scheme, name, settings.size)
        return labelled_points(found, settings.labels) if isinstance(found, Points) else found
    raise ValueError(_unknown(spec))


def labelled_points(points: Points, labels: str) -> Points:
    """Points know their mode only where they are asked for it: to find the modes is what they are for."""
    if labels in ("auto", "none"):
        points.classes = ()
    elif labels != "mode" or not points.classes:
        choices = "auto, none or mode" if points.classes else "auto or none"
        raise ValueError(f"{points.name} has no labels called {labels!r}; labels can be {choices}.")
    return points


def _are_shards(spec: str) -> bool:
    folder = Path(spec).expanduser()
    if folder.is_dir():
        from .shards import holds_shards

        return holds_shards(folder)
    if spec.startswith(("builtin:", "torchvision:", "hf:")):
        return False
    return "://" in spec or spec.startswith("pipe:") or ".tar" in spec or spec.endswith(".tgz")


def _check(settings: DataSettings) -> None:
    if not settings.spec:
        raise ValueError(f"No data is named; data is {FORMS}.")
    if settings.size < 0 or settings.size > 4096:
        raise ValueError(f"Images can be 1 to 4096 pixels wide, or 0 to choose from the data, not {settings.size}.")
    if settings.channels not in (0, 1, 3):
        raise ValueError(f"Images have 1 channel (gray), 3 (RGB) or 0 (chosen), not {settings.channels}.")
    if (settings.source_labels or settings.source_things) and not settings.source:
        raise ValueError("Label maps lie in a folder of their own: name it in data.source.")
    if not 0.0 <= settings.validation < 1.0:
        raise ValueError(f"The held-out share must be at least 0 and less than 1, not {settings.validation}.")


def _elsewhere(scheme: str, name: str, size: int) -> Origin | Source:
    """Imported only when asked for: each of these brings a library along."""
    if scheme == "builtin":
        from .builtin import builtin_origin

        return builtin_origin(name, size)
    from .libraries import hf_origin, torchvision_origin

    return hf_origin(name) if scheme == "hf" else torchvision_origin(name)


def _with_sources(settings: DataSettings, progress: Progress | None) -> PairSource:
    """Images and what they shall be made of; see `DataSettings.source`."""
    plain = replace(settings, source="", source_labels=0, source_things="")
    found = _find(plain, progress)
    if isinstance(found, Source):
        raise ValueError(f"data.source goes with a folder or a set of images, and {settings.spec} is neither.")
    name = settings.source
    if settings.source_labels or settings.source_things:
        return _with_maps(settings, _packed(found, plain, progress), progress)
    if name in ("left", "right"):
        images = _packed(HalfOrigin(found, "right" if name == "left" else "left"), plain, progress)
        same = replace(plain, size=images.shape[-1], labels="none")
        return PairSource(images, Collected(matched(images, _packed(HalfOrigin(found, name), same, progress)), True))
    images = _packed(found, plain, progress)
    if maker := maker_of(name, images.shape[-1]):
        return PairSource(images, Made(name, maker, images.shape))
    if ":" not in name and not Path(name).expanduser().exists():
        known = (*MAKERS, "low:4", "left", "right")
        said = f"There is no folder {name}, and no source is made that way; there are {', '.join(known)}."
        raise ValueError(f"{said}{nearest(name, known)}")
    other = open_source(replace(plain, spec=name, size=images.shape[-1], labels="none"), progress)
    if not isinstance(other, PackSource):
        raise ValueError(f"data.source goes with a folder or a set of images, and {name} is neither.")
    if other.pack.manifest.fingerprint == images.pack.manifest.fingerprint:
        raise ValueError(f"Images and sources are the same data, {images.name}: name two different ones.")
    return PairSource(images, Collected(matched(images, other) if settings.paired else other, settings.paired))


def _with_maps(settings: DataSettings, images: PackSource, progress: Progress | None) -> PairSource:
    """Images and their label maps."""
    labels, things = settings.source_labels, settings.source_things
    if not 2 <= labels <= 256 or not settings.paired:
        raise ValueError(
            f"Label maps have 2 to 256 labels and belong to their images: set data.source_labels, which is {labels}, "
            "and data.paired=true."
        )
    size, beside = images.shape[-1], FolderOrigin(things, "none") if things else None
    origin = MapOrigin(FolderOrigin(settings.source, "none"), beside, size, settings.resize)
    how = replace(settings, source="", source_labels=0, source_things="", size=size, channels=3, labels="none")
    return PairSource(images, Mapped(matched(images, _packed(origin, how, progress)), labels, bool(things)))


def _unknown(spec: str) -> str:
    path = Path(spec).expanduser()
    if path.is_file():
        return f"{spec} is a file; data is {FORMS}."
    hint = nearest(spec, ["builtin:digits", "builtin:avatars", "builtin:faces", "builtin:ring"])
    beside = [p.name for p in path.parent.iterdir() if p.is_dir()] if path.parent.is_dir() else []
    return f"There is no folder {spec}; data is {FORMS}.{hint or nearest(path.name, beside)}"


def _packed(origin: Origin, settings: DataSettings, progress: Progress | None) -> PackSource:
    if is_label_file(settings.labels) and not isinstance(origin, FolderOrigin):
        raise ValueError(f"A label file goes with a folder of images; {origin.name} brings its own labels.")
    how = Preparation(settings.size, settings.channels, settings.resize)
    opened = pack(origin, how, strict=settings.strict, progress=progress)
    notes = list(origin.notes) if isinstance(origin, FolderOrigin) else []
    wanted = settings.labels
    if isinstance(origin, FolderOrigin) and (is_label_file(wanted) or (wanted == "auto" and origin.values)):
        wanted = origin.attribute
    attribute = choose_attribute(opened, wanted)
    if animated := int(opened.index["animated"].sum()):
        notes.append(f"Only the first frame is used of each animated image ({animated}).")
    if broken := opened.manifest.broken:
        notes.append(f"Broken and left out: {some([name for name, _ in broken])}.")
    return PackSource(opened, attribute=attribute, validation=settings.validation, flip=settings.flip, notes=notes)


def choose_attribute(opened: Pack, wanted: str) -> str | None:
    """The label to show: the one asked for; or, for `auto`, one that every image has and that groups them.

    `auto` takes sub-folders, else an attribute called `label`, else the only attribute there is; it must have at
    least two values and two images per value. ValueError names the choices.
    """
    classes = opened.manifest.classes
    complete = {a: bool((opened.labels[:, i] >= 0).all()) for i, a in enumerate(classes)}
    if wanted == "none":
        return None
    if wanted == "auto":
        only = next(iter(classes)) if len(classes) == 1 else None
        first = next((a for a in ("folder", "label") if a in classes), only)
        return first if first and complete[first] and 2 <= len(classes[first]) <= len(opened) / 2 else None
    wanted = "folder" if wanted == "folders" else wanted
    if wanted not in classes:
        known = f"it has {', '.join(classes)}" if classes else "it has none"
        raise ValueError(f"{opened.manifest.name} has no labels called {wanted!r}; {known}.{nearest(wanted, classes)}")
    if not complete[wanted]:
        without = int((opened.labels[:, list(classes).index(wanted)] < 0).sum())
        raise ValueError(f"{without} of the {len(opened)} images in {opened.manifest.name} have no {wanted!r} label.")
    return wanted
