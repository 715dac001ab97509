"""Data sets that torchvision and Hugging Face `datasets` know, loaded by those libraries' own code."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image

from ..settings import nearest
from .builtin.collection import Collection
from .builtin.shelf import installed_version
from .origin import Entry, Origin

CHATTER_CHARACTERS = 160
"""How much of another library's message is quoted."""


def torchvision_origin(name: str, folder: Path | None = None) -> Origin:
    """The training images of `torchvision:NAME` or `torchvision:NAME:SPLIT`, downloaded if they are not there.

    `folder` is where they are kept (default: torchvision's sub-folder of torch's own cache). ValueError for an
    unknown name or a set without images, OSError where the files can neither be found nor downloaded.
    """
    stem, _, split = name.removeprefix("torchvision:").partition(":")
    stem = known_class(stem)
    place = str((folder or torch_cache()) / stem)
    pictures = open_torchvision(stem, split, place)
    check_picture(pictures, stem)
    columns = torchvision_labels(pictures)

    def entries() -> Iterator[Entry]:
        for number in range(len(pictures)):
            labels = {attribute: values[number] for attribute, values in columns.items()}
            yield Entry(f"{number:07d}", partial(torchvision_image, stem, split, place, number), labels)

    title = f"torchvision:{stem}" + (f":{split}" if split else "")
    identity = (title, installed_version("torchvision"), str(len(pictures)), *files_of(Path(place)))
    credit = f"loaded by torchvision.datasets.{stem}; its documentation says whose pictures these are"
    return Collection(title, len(pictures), entries, identity, credit=credit)


def torch_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TORCH_HOME") or Path(home) / "torch") / "torchvision"


def torchvision_datasets() -> ModuleType:
    try:
        import torchvision.datasets as sets
    except (ImportError, RuntimeError, OSError) as error:  # its compiled half may not fit the installed torch
        raise ValueError(f"torchvision cannot be imported ({quoted(error)}); try: pip install torchvision") from None
    return sets


def known_class(name: str) -> str:
    """The spelling that torchvision has for a set's name, which may be given in any case."""
    datasets = torchvision_datasets()
    kinds = {one: getattr(datasets, one) for one in datasets.__all__}
    images = [n for n, kind in kinds.items() if inspect.isclass(kind) and issubclass(kind, datasets.VisionDataset)]
    spelled = {one.lower(): one for one in images}
    if name.lower() not in spelled:
        hint = nearest(name, images) or f" Known: {', '.join(sorted(images))}."
        raise ValueError(f"There is no torchvision data set {name!r}.{hint}")
    return spelled[name.lower()]


@lru_cache(maxsize=2)
def open_torchvision(name: str, split: str, place: str) -> Any:
    """The set as torchvision opens it; downloaded only where its files are not in `place` already."""
    kind = getattr(torchvision_datasets(), name)
    known = inspect.signature(kind.__init__).parameters
    choice: dict[str, object] = {"train": True} if "train" in known else {}
    if split:
        chooser = next((key for key in ("split", "image_set", "classes") if key in known), None)
        if chooser is None:
            raise ValueError(f"torchvision:{name} has no splits, so {split!r} cannot be chosen.")
        choice[chooser] = split
    if "root" in known:
        choice["root"] = place
    needed = [k for k, p in known.items() if k not in {"self", *choice} and p.default is p.empty and p.kind < 2]
    if needed == ["split"]:
        raise ValueError(f"torchvision:{name} has several splits; write torchvision:{name}:SPLIT.")
    if needed:
        raise ValueError(
            f"torchvision:{name} needs {', '.join(needed)} too; give its folder of images as data instead."
        )
    try:
        return kind(**choice)
    except ValueError as error:
        raise ValueError(f"torchvision:{name} refuses: {quoted(error)}.") from None
    except (RuntimeError, OSError, ImportError) as error:
        if "download" not in known:
            raise OSError(
                f"torchvision cannot download {name}; put its files into {place} ({quoted(error)})."
            ) from None
    return download_torchvision(kind, choice, name, place)


def download_torchvision(kind: Callable[..., Any], choice: Mapping[str, object], name: str, place: str) -> Any:
    try:
        Path(place).mkdir(parents=True, exist_ok=True)
        return kind(**choice, download=True)
    except Exception as error:  # noqa: BLE001 - URLError, a bad archive, a package that one host needs, ...
        raise OSError(
            f"torchvision could not download {name} ({quoted(error)}); try again with a network connection, "
            f"or put its files into {place}."
        ) from None


def torchvision_image(name: str, split: str, place: str, number: int) -> Image.Image:
    found = open_torchvision(name, split, place)[number][0]
    if not isinstance(found, Image.Image):
        raise ValueError(f"Image {number} of torchvision:{name} is a {type(found).__name__}, not a picture.")
    return found


def check_picture(pictures: Any, name: str) -> None:
    first = pictures[0] if len(pictures) else None
    if not isinstance(first, Sequence) or not isinstance(first[0], Image.Image):
        raise ValueError(f"torchvision:{name} does not hold single pictures, so it cannot be trained on as images.")


def torchvision_labels(pictures: Any) -> dict[str, list[str]]:
    """For each attribute one word per image, from what the set keeps in memory; no image is decoded for it."""
    names, table = getattr(pictures, "attr_names", None), getattr(pictures, "attr", None)
    if names is not None and table is not None and len(table) == len(pictures):
        # CelebA: a column of 0 and 1 per attribute; its list of names ends in an empty one.
        return {n: ["yes" if on else "no" for on in table[:, i].tolist()] for i, n in enumerate(names) if n}
    classes = getattr(pictures, "classes", None) or getattr(pictures, "categories", None)
    for attribute in ("targets", "labels", "_labels", "y"):
        numbers = getattr(pictures, attribute, None)
        if numbers is not None and len(numbers) == len(pictures):
            return {"class": named([int(number) for number in numbers], classes)}
    pairs = getattr(pictures, "samples", None) or getattr(pictures, "_samples", None)
    if isinstance(pairs, list) and len(pairs) == len(pictures) and isinstance(pairs[0][-1], int):
        return {"class": named([pair[-1] for pair in pairs], classes)}
    return {}


def named(numbers: list[int], classes: object) -> list[str]:
    names = list(classes) if isinstance(classes, Sequence) else []
    if names and min(numbers) >= 0 and max(numbers) < len(names):
        return [str(names[number]) for number in numbers]
    return [str(number) for number in numbers]


def files_of(folder: Path) -> list[str]:
    """Names, sizes and times of the files of a set, so that other files are another fingerprint."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]


def hf_origin(name: str) -> Origin:
    """The training images of `hf:OWNER/NAME` or `hf:OWNER/NAME:CONFIG`; the first image column is taken.

    ValueError where the library is missing (with its pip line) or there are no images, OSError where the data
    cannot be had. Code that comes with a data set is never run.
    """
    path, _, config = name.removeprefix("hf:").partition(":")
    table = open_hf(path, config)
    datasets = hf_library()
    column = next((c for c, kind in table.features.items() if isinstance(kind, datasets.Image)), None)
    if column is None:
        raise ValueError(f"hf:{path} has no column of images, only {', '.join(table.features)}.")
    columns = hf_labels(table, datasets)

    def entries() -> Iterator[Entry]:
        for number in range(len(table)):
            labels = {attribute: values[number] for attribute, values in columns.items()}
            yield Entry(f"{number:07d}", partial(hf_image, path, config, column, number), labels)

    title = f"hf:{path}" + (f":{config}" if config else "")
    identity = (title, installed_version("datasets"), str(len(table)), column, str(table._fingerprint))
    credit = " ".join((table.info.citation or "").split()) or f"{path} on the Hugging Face hub; see its card"
    return Collection(title, len(table), entries, identity, table.info.license or "", credit)


def hf_library() -> ModuleType:
    line = "pip install 'sparring[hub]'"
    try:
        return import_module("datasets")
    except ImportError as error:
        if error.name == "datasets":
            raise ValueError(f"The package datasets is not installed; install it with: {line}.") from None
        raise ValueError(f"The package datasets cannot be imported ({quoted(error)}); try: {line}.") from None


@lru_cache(maxsize=2)
def open_hf(path: str, config: str) -> Any:
    datasets = hf_library()
    try:
        return datasets.load_dataset(path, config or None, split="train")
    except ValueError as error:
        raise ValueError(f"hf:{path} refuses: {quoted(error)}.") from None
    except Exception as error:  # noqa: BLE001 - the hub's client has its own kinds for a wrong name and no network
        raise OSError(
            f"hf:{path} could not be loaded ({quoted(error)}); check the name (OWNER/NAME) and the network connection."
        ) from None


def hf_labels(table: Any, datasets: ModuleType) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for attribute, kind in table.features.items():
        if isinstance(kind, datasets.ClassLabel):
            found[attribute] = ["none" if n is None or n < 0 else kind.names[n] for n in table[attribute]]
        elif isinstance(kind, datasets.Value) and kind.dtype == "bool":
            found[attribute] = ["yes" if on else "no" for on in table[attribute]]
    return found


def hf_image(path: str, config: str, column: str, number: int) -> Image.Image:
    found = open_hf(path, config)[number][column]
    if not isinstance(found, Image.Image):
        raise ValueError(f"Row {number} of hf:{path} has no picture.")
    return found


def quoted(error: BaseException) -> str:
    """Another library's message on one line, shortened."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= CHATTER_CHARACTERS else text[: CHATTER_CHARACTERS - 3] + "..."
