"""Sets of images and eyes to see them with, for tests; also what one of two processes sees."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor, distributed, nn

from sparring.metrics.features import FrozenNetwork, choose_extractor, extractor_of
from sparring.metrics.looking import Images, look
from sparring.metrics.remembered import remembered
from sparring.metrics.sets import Seen


def pictures(count: int, side: int = 8) -> Tensor:
    dice = torch.Generator().manual_seed(count)
    return torch.randint(0, 256, (count, 3, side, side), dtype=torch.uint8, generator=dice)


def mean_colour() -> FrozenNetwork:
    return extractor_of(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), name="colour", dims=3)


class Counted:
    """A readable set that remembers which parts were asked for, and may have a broken image."""

    fingerprint = "counted"

    def __init__(self, images: Tensor, broken: int | None = None):
        self.images, self.broken, self.count = images, broken, len(images)
        self.names = tuple(f"{number}.png" for number in range(self.count))
        self.asked = list[tuple[int, int]]()

    def read(self, start: int, stop: int) -> Images:
        self.asked.append((start, stop))
        if self.broken in range(start, stop):
            raise ValueError(f"image {self.broken} is broken")
        return self.images[start:stop], torch.arange(start, stop) % 4


def facts(seen: Seen) -> dict[str, Tensor]:
    """Everything that is a tensor."""
    found = {"mean": seen.moments.mean, "scatter": seen.moments.scatter}
    rows = {"features": seen.features, "logits": seen.logits, "labels": seen.labels, "images": seen.images}
    return found | {name: tensor for name, tensor in rows.items() if tensor is not None}


def pair(rank: int, folder: Path) -> None:
    """What one of two processes sees; left in the folder."""
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    eye, keep, shelf = choose_extractor("pixels"), frozenset({"features", "images"}), Counted(pictures(200))
    labels = torch.arange(200) % 4
    stream = [(shelf.images[i : i + 30], labels[i : i + 30]) for i in range(0, 200, 30)]
    found: dict[str, object] = {
        "stream": facts(look(stream, eye, keep=keep)),
        "shelf": facts(look(shelf, eye, keep=keep)),
    }
    os.environ["SPARRING_CACHE"] = str(folder / "cache")
    for time in ("first", "second"):
        again = Counted(pictures(200))
        found[time] = facts(remembered(again, eye, keep=keep))
        found[f"{time} reads"] = again.asked
    trouble = ""
    try:
        look(Counted(pictures(200), broken=130), eye)
    except ValueError as error:
        trouble = str(error)
    torch.save({**found, "asked": shelf.asked, "trouble": trouble}, folder / f"{rank}.pt")
    distributed.destroy_process_group()
