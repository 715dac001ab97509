"""A folder of images, in any nesting, with or without labels."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from PIL import Image

from .images import BadImageError, open_image
from .labels import LabelTable, is_label_file, match_images, read_labels
from .listing import list_images
from .origin import Entry

FOREIGN = {
    **dict.fromkeys((".jxl", ".svg", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw"), "convert them to PNG"),
    **dict.fromkeys((".heic", ".heif"), "install pillow-heif to read them"),
}
"""Endings of pictures that Pillow alone does not read, and what to do about them."""

STYLEGAN_LABELS = "dataset.json"


class FolderOrigin:
    """Every image file below a folder, in the order of their names; see `list_images` for which these are.

    `labels` as in DataSettings; a sub-folder's name is the label `folder`, where one folder that holds everything
    else does not count. ValueError or OSError with one sentence for a folder that is missing or has no images,
    and for labels that do not fit it.
    """

    licence = ""
    credit = ""

    def __init__(self, folder: Path | str, labels: str = "auto"):
        self.folder = Path(folder).expanduser()
        if not self.folder.exists():
            raise ValueError(f"There is no folder {self.folder}.")
        if not self.folder.is_dir():
            raise ValueError(f"{self.folder} is not a folder; give the folder that holds the images.")
        self.name = f"{self.folder.resolve().name}/"
        listing = list_images(self.folder)
        self.files = listing.files
        others = listing.others
        self.notes = [f"Left out: {end} files ({others[end]}); {FOREIGN[end]}." for end in FOREIGN if others[end]]
        if not self.files:
            raise ValueError(self._nothing(others.most_common(3)))
        self.prefix = Path(os.path.commonpath([PurePosixPath(f.name).parent for f in self.files])).as_posix()
        self.attribute = "folder"  # that `labels` asks for
        self.values: dict[str, str] = {}  # name -> label, from a label file
        self._label(labels)

    def __len__(self) -> int:
        return len(self.files)

    def fingerprint(self) -> str:
        """Of names, sizes, times of change and labels; where the folder lies does not matter."""
        digest = hashlib.blake2b(self.attribute.encode(), digest_size=16)
        for file in self.files:
            line = f"{file.name}\0{file.bytes}\0{file.time_ns}\0{self.values.get(file.name, '')}\n"
            digest.update(line.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def entries(self) -> Iterator[Entry]:
        """In the order of names."""
        for file in self.files:
            yield Entry(file.name, self.loader(file.name), self.labels(file.name))

    def loader(self, name: str) -> Callable[[], Image.Image]:
        return partial(load_file, self.folder / name)

    def labels(self, name: str) -> dict[str, str]:
        """What is known of the image of this name: attribute -> value."""
        labels = {}
        parts = PurePosixPath(name).relative_to(self.prefix).parts
        if len(parts) > 1:
            labels["folder"] = parts[0]
        if name in self.values:
            labels[self.attribute] = self.values[name]
        return labels

    def _nothing(self, others: Sequence[tuple[str, int]]) -> str:
        if not others:
            return f"The folder {self.folder} is empty; name one with images in it or in its sub-folders."
        kinds = ", ".join(f"{count} {ending or 'without an ending'}" for ending, count in others)
        tars = f" For tar shards write {self.folder}/*.tar." if any(ending == ".tar" for ending, _ in others) else ""
        return " ".join([f"There are no images in {self.folder}, only {kinds}.{tars}", *self.notes])

    def _label(self, labels: str) -> None:
        """Check what is asked for before anything is packed."""
        if labels == "auto" and self._has_stylegan_labels():
            labels = STYLEGAN_LABELS
        if is_label_file(labels):
            self._take(read_labels(labels, self.folder))
        elif labels in ("folder", "folders"):
            self._need_all([f.name for f in self.files if "folder" not in self.labels(f.name)], "In no sub-folder lie")
        elif labels not in ("auto", "none"):
            choices = "auto, none, folders, or FILE.csv|json|jsonl[:COLUMN]"
            raise ValueError(f"A folder of images has no attribute {labels!r}; labels can be {choices}.")

    def _has_stylegan_labels(self) -> bool:
        """That file is also written without labels, as {"labels": null}."""
        if not (self.folder / STYLEGAN_LABELS).is_file():
            return False
        try:
            return bool(read_labels(STYLEGAN_LABELS, self.folder).values)
        except ValueError:
            return False

    def _take(self, table: LabelTable) -> None:
        self.attribute = table.column
        self.values, missing = match_images(table, [file.name for file in self.files], self.folder)
        if not self.values:
            raise ValueError(f"None of the paths in {table.file}, such as {missing[0]}, is an image in {self.folder}.")
        if missing:
            self.notes.append(f"{table.file.name} labels {some(missing)}, not found in the folder.")
        self._need_all([f.name for f in self.files if f.name not in self.values], f"{table.file} has no label for")

    def _need_all(self, without: list[str], what: str) -> None:
        if without:
            raise ValueError(f"{what} {some(without)}; label what is missing, take it out, or set labels to none.")


def load_file(path: Path) -> Image.Image:
    """An image file, not decoded yet. BadImageError if it cannot be opened or is no image."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadImageError(f"cannot be opened ({error.strerror or error})") from None
    return open_image(data)


def some(names: Sequence[str]) -> str:
    """`3 images (a.png, b.png, c.png)`, at most three of them named."""
    more = ", ..." if len(names) > 3 else ""
    return f"{len(names)} image{'s' * (len(names) != 1)} ({', '.join(names[:3])}{more})"
