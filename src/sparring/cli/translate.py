"""`sparring translate`: turn images into others with a trained translator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .sample import PICTURES
from .voice import Voice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..run.translating import Translator

    Paint = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


@dataclass(frozen=True)
class Translate:
    """Translate an image, a film, or all of a folder, with a run's best weights or a bundle; names are kept."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN|BUNDLE", help_behavior_hint="")] = ""
    """Folder of a run, a .safetensors file, or official weights (.pth) of a repository whose names are known."""
    images: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="IN", help_behavior_hint="")] = ""
    """An image, a film (through ffmpeg), or a folder of them in any nesting."""
    out: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="OUT", help_behavior_hint="")] = ""
    """A picture for an image, or a new folder."""
    label: Annotated[str | None, tyro.conf.arg(metavar="L", help_behavior_hint="")] = None
    """The domain to translate into, where the translator knows several."""
    part: Annotated[str, tyro.conf.arg(metavar="NAME", help_behavior_hint="")] = ""
    """Of official weights with several translators: which one."""
    set: Annotated[
        tyro.conf.UseAppendAction[tuple[str, ...]], tyro.conf.arg(metavar="NAME=VALUE", help_behavior_hint="")
    ] = ()
    """Of official weights: a setting of their network that they do not tell, such as align_corners=false."""
    things: Annotated[str, tyro.conf.arg(metavar="MAPS", help_behavior_hint="")] = ""
    """Beside label maps: the map of things, or a folder of them under the same names."""
    tile: Annotated[int, tyro.conf.arg(metavar="PX", help_behavior_hint="")] = 0
    """Translate images larger than this in squares of so many pixels, where the network permits; 0 = always whole."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Translate images; returns the exit status."""
    flags = parse(Translate, arguments, "sparring translate")
    if not (flags.run and flags.images and flags.out):
        raise ValueError("say by what, what and to where: sparring translate RUN photo.jpg drawing.png")
    pairs, others = planned(Path(flags.images).expanduser(), Path(flags.out).expanduser(), flags.out.endswith("/"))
    from ..run.official import Untold
    from ..run.translating import load_translator

    untold = Untold(flags.part, flags.set, bool(flags.things))
    translator, voice = load_translator(flags.run, untold=untold), Voice(flags.json)
    pictured(translator, flags.things)
    if translator.card.card:
        voice.talk(translator.card.card)
    broken = dict(translated(translator, pairs, flags, voice))
    if len(broken) == len(pairs):
        raise ValueError(f"none of these could be read: {'; '.join(f'{k} {v}' for k, v in list(broken.items())[:3])}")
    data = {"out": flags.out, "translated": len(pairs) - len(broken), "broken": broken, "no_images": others}
    counts = {"broken": len(broken), "other files": others}
    left = "".join(f"; left out: {count} {what}" for what, count in counts.items() if count)
    voice.answer(data, f"{data['translated']:,} translated: {flags.out}{left}")
    return 0


def planned(images: Path, out: Path, into: bool) -> tuple[list[tuple[Path, Path]], int]:
    """Every image and where its translation goes, and how many other files lie there. ValueError if it cannot be."""
    from ..data.film import CONTAINERS

    if images.is_file():
        place = out / kept(images.name, set()) if into or out.is_dir() else out
        written = tuple(CONTAINERS) if is_film(images) else PICTURES
        if place.suffix.lower() not in written:
            kind, endings = "film" if is_film(images) else "picture", ", ".join(written[:-1])
            raise ValueError(
                f"{place.name} is no {kind} that can be written; use {endings} or {written[-1]}, or a folder/"
            )
        return [(images, place)], 0
    if not images.is_dir():
        raise ValueError(f"there is no image or folder {images}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} already exists and is not an empty folder; choose another name")
    from ..data.listing import list_images

    listing, taken = list_images(images), set[str]()
    films = sorted(
        path.relative_to(images).as_posix() for path in images.rglob("*") if is_film(path) and path.is_file()
    )
    names = [*(file.name for file in listing.files), *films]
    if not names:
        raise ValueError(f"there are no images in {images}")
    return [(images / name, out / kept(name, taken)) for name in names], listing.others.total() - len(films)


def kept(name: str, taken: set[str]) -> str:
    """The same name, with .png where its ending cannot be written, and behind it where that name is taken."""
    from ..data.film import film_name

    path = Path(name)
    ending = Path(film_name(name)).suffix if is_film(path) else ".png"
    found = name if path.suffix.lower() in PICTURES else str(path.with_suffix(ending))
    found = f"{name}{ending}" if found in taken else found
    taken.add(found)
    return found


def is_film(path: Path) -> bool:
    """By its name, without looking inside."""
    from ..data.film import ENDINGS

    return path.suffix.lower() in ENDINGS and not path.name.startswith(".")


def pictured(translator: Translator, things: str) -> None:
    """Refuse what pictures cannot hold, and maps of things where they belong to nothing, or are wanted and missing."""
    for where, channels in (("starts from", translator.source[0]), ("makes", translator.shape[0])):
        if channels not in (1, 3) and not (translator.maps and where == "starts from"):
            raise ValueError(
                f"this translator {where} {channels} channels, which no picture has; use sparring.load_translator in "
                "Python"
            )
    if bool(things) != translator.edges:
        said = "wants edges between things beside its labels: say --things MAPS" if translator.edges else ""
        raise ValueError(f"this translator {said or 'starts from no maps of things: leave out --things'}")


def translated(
    translator: Translator, pairs: list[tuple[Path, Path]], flags: Translate, voice: Voice
) -> Iterator[tuple[str, str]]:
    """Translate and write them; those that cannot be read, and why."""
    import torch
    from PIL import Image

    from ..data.images import BadImageError, decoding
    from ..run import grid

    def paint(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        images = torch.from_numpy(pixels.copy())[None]
        return translator.translate(images, label=flags.label, tile=flags.tile)[0].numpy()

    for done, (source, place) in enumerate(pairs, start=1):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            if is_film(source):
                filmed(translator, source, place, paint)
            else:
                with decoding():
                    pixels = loaded(translator, source, flags)
                made = paint(pixels)
                grid.save(Image.fromarray(made[..., 0] if made.shape[2] == 1 else made), place)
        except BadImageError as error:
            voice.talk(f"{source} {error}")
            yield str(source), str(error)
        if done % 100 == 0:
            voice.talk(f"{done:,} of {len(pairs):,}")


def filmed(translator: Translator, source: Path, place: Path, paint: Paint) -> None:
    """Translate a film frame by frame; its sound and rate are kept. BadImageError where it cannot be read."""
    import numpy as np
    from PIL import Image

    from ..data.film import frames_of, open_film, writing
    from ..data.images import BadImageError

    if translator.maps:
        raise BadImageError("is a film, and this translator starts from label maps")
    try:
        film = open_film(source)
    except ValueError as error:
        raise BadImageError(f"cannot be read: {error}") from None
    with writing(place, film, film.width, film.height) as write:
        for frame in frames_of(film):
            given = frame if translator.channels == 3 else np.asarray(Image.fromarray(frame).convert("L"))[..., None]
            made = paint(given)
            write(made if made.shape[2] == 3 else made.repeat(3, 2))


def loaded(translator: Translator, source: Path, flags: Translate) -> NDArray[np.uint8]:
    """A picture (height, width, channels) as the translator takes it. BadImageError where there is none."""
    import numpy as np

    from ..data.folder import load_file
    from ..data.images import native
    from ..data.maps import coded

    if not translator.maps:
        return native(load_file(source), translator.channels)
    beside, folder = Path(flags.things).expanduser(), Path(flags.images).expanduser()
    if beside.is_dir():
        beside = beside / source.relative_to(folder if folder.is_dir() else source.parent)
    things = load_file(beside) if translator.edges else None
    return np.asarray(coded(load_file(source), things))[..., : translator.channels]
