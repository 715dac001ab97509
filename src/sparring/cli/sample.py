"""`sparring sample`: make images with a trained generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..run.handles import Synthesizer

AT_ONCE = 64
PICTURES = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class Sample:
    """Make samples with a run's best weights, or with a bundle: one grid, or a folder of single images."""

    run: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN|BUNDLE", help_behavior_hint="")] = ""
    """Folder of a run, or a .safetensors file."""
    n: Annotated[int, tyro.conf.arg(name="n", aliases=["-n"], metavar="N")] = 64
    """How many."""
    out: Annotated[str, tyro.conf.arg(metavar="grid.png|folder/", help_behavior_hint="")] = ""
    """A picture for a grid, or a new folder for single images."""
    seed: Annotated[int, tyro.conf.arg(metavar="S")] = 0
    """The same seed gives the same samples."""
    label: Annotated[str | None, tyro.conf.arg(metavar="L", help_behavior_hint="")] = None
    """Name or number of a class; drawn evenly if left out."""
    truncation: Annotated[float, tyro.conf.arg(metavar="T")] = 1.0
    """Between 0 (all alike) and 1 (as varied as in training)."""
    json: bool = False
    """Print the result as JSON."""


def run(arguments: Sequence[str]) -> int:
    """Make samples; returns the exit status."""
    flags = parse(Sample, arguments, "sparring sample")
    if not flags.run:
        raise ValueError("say of which run or bundle: sparring sample RUN --out grid.png")
    if not flags.out:
        raise ValueError("say where to put the samples: --out grid.png for one picture, or --out folder/")
    if flags.n < 1:
        raise ValueError(f"-n must be at least 1, and is {flags.n}")
    from ..run.handles import load

    out = Path(flags.out)
    handle = load(flags.run)
    if out.suffix.lower() in PICTURES:
        handle.save_grid(out, flags.n, seed=flags.seed, label=flags.label, truncation=flags.truncation)
    elif out.suffix and not flags.out.endswith("/"):
        raise ValueError(f"{out.name} is no picture that can be written; use .png, .jpg or .webp, or a folder/")
    else:
        save_each(handle, out, flags)
    data = {"out": str(out), "samples": flags.n, "seed": flags.seed, "shape": list(handle.shape)}
    Voice(flags.json).answer(data, f"{flags.n:,} samples: {out}")
    return 0


def save_each(handle: Synthesizer, out: Path, flags: Sample) -> None:
    """One PNG per image, or one table of points. ValueError if the folder already holds something."""
    from PIL import Image

    from ..run import atomic, grid

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"{out} already exists and is not an empty folder; choose another name")
    z = handle.noise(flags.n, seed=flags.seed, truncation=flags.truncation)
    y = handle.labels(flags.n, flags.label, seed=flags.seed)
    if len(handle.shape) == 1:
        out.mkdir(parents=True, exist_ok=True)
        rows = (",".join(f"{value:.6g}" for value in point) for point in handle.decode(z, y).cpu().tolist())
        atomic.write_text(out / "points.csv", "\n".join(rows) + "\n")
        return
    for start in range(0, flags.n, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        images = grid.to_bytes(handle.decode(z[part], None if y is None else y[part]))
        for number, image in enumerate(images, start):
            pixels = image.numpy()
            grid.save(Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels), out / f"{number:06d}.png")
