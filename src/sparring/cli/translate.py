"""`sparring translate`: turn images into others with a trained translator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .sample import PICTURES
from .voice import Voice

if TYPE_CHECKING:
    from ..run.translating import Translator


@dataclass(frozen=True)
class Translate:
    """Translate an image, or every image in a folder, with a run's best weights or a bundle; names are kept."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN|BUNDLE", help_behavior_hint="")] = ""
    """Folder of a run, or a .safetensors file."""
    images: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="IN", help_behavior_hint="")] = ""
    """An image, or a folder of images in any nesting."""
    out: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="OUT", help_behavior_hint="")] = ""
    """A picture for an image, or a new folder."""
    label: Annotated[str | None, tyro.conf.arg(metavar="L", help_behavior_hint="")] = None
    """The domain to translate into, where the translator knows several."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Translate images; returns the exit status."""
    flags = parse(Translate, arguments, "sparring translate")
    if not (flags.run and flags.images and flags.out):
        raise ValueError("say by what, what and to where: sparring translate RUN photo.jpg drawing.png")
    pairs, others = planned(Path(flags.images).expanduser(), Path(flags.out).expanduser(), flags.out.endswith("/"))
    from ..run.translating import load_translator

    translator, voice = load_translator(flags.run), Voice(flags.json)
    if translator.source[0] not in (1, 3):
        raise ValueError(
            f"this translator starts from {translator.source[0]} channels, which no picture has; use "
            "sparring.load_translator in Python"
        )
    broken = dict(translated(translator, pairs, flags.label, voice))
    if len(broken) == len(pairs):
        raise ValueError(f"none of these could be read: {'; '.join(f'{k} {v}' for k, v in list(broken.items())[:3])}")
    data = {"out": flags.out, "translated": len(pairs) - len(broken), "broken": broken, "no_images": others}
    counts = {"broken": len(broken), "other files": others}
    left = "".join(f"; left out: {count} {what}" for what, count in counts.items() if count)
    voice.answer(data, f"{data['translated']:,} translated: {flags.out}{left}")
    return 0


def planned(images: Path, out: Path, into: bool) -> tuple[list[tuple[Path, Path]], int]:
    """Every image and where its translation goes, and how many other files lie there. ValueError if it cannot be."""
    if images.is_file():
        place = out / kept(images.name, set()) if into or out.is_dir() else out
        if place.suffix.lower() not in PICTURES:
            raise ValueError(f"{place.name} is no picture that can be written; use .png, .jpg or .webp, or a folder/")
        return [(images, place)], 0
    if not images.is_dir():
        raise ValueError(f"there is no image or folder {images}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} already exists and is not an empty folder; choose another name")
    from ..data.listing import list_images

    listing, taken = list_images(images), set[str]()
    if not listing.files:
        raise ValueError(f"there are no images in {images}")
    return [(images / file.name, out / kept(file.name, taken)) for file in listing.files], listing.others.total()


def kept(name: str, taken: set[str]) -> str:
    """The same name, with .png where its ending cannot be written, and behind it where that name is taken."""
    path = Path(name)
    found = name if path.suffix.lower() in PICTURES else str(path.with_suffix(".png"))
    found = f"{name}.png" if found in taken else found
    taken.add(found)
    return found


def translated(
    translator: Translator, pairs: list[tuple[Path, Path]], label: str | None, voice: Voice
) -> Iterator[tuple[str, str]]:
    """Translate and write them; those that cannot be read, and why."""
    import torch
    from PIL import Image

    from ..data.folder import load_file
    from ..data.images import BadImageError, decoding, native
    from ..run import grid

    for done, (source, place) in enumerate(pairs, start=1):
        try:
            with decoding():
                pixels = native(load_file(source), translator.source[0])
        except BadImageError as error:
            voice.talk(f"{source} {error}")
            yield str(source), str(error)
            continue
        made = translator.translate(torch.from_numpy(pixels.copy())[None], label=label)[0].numpy()
        place.parent.mkdir(parents=True, exist_ok=True)
        grid.save(Image.fromarray(made[..., 0] if made.shape[2] == 1 else made), place)
        if done % 100 == 0:
            voice.talk(f"{done:,} of {len(pairs):,}")
