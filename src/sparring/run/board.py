"""TensorBoard event files of a run."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from . import atomic

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

QUEUE = 1000
FLUSH_SECONDS = 30


class Board:
    """Numbers and pictures over images seen. What an earlier session wrote of images after `images` is hidden."""

    def __init__(self, folder: Path, images: int):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about other libraries' versions: not for the people who train
            from torch.utils.tensorboard import SummaryWriter

            with atomic.explained(folder):
                self.writer: SummaryWriter = SummaryWriter(
                    str(folder), purge_step=images + 1, max_queue=QUEUE, flush_secs=FLUSH_SECONDS
                )
        self.folder = folder

    def numbers(self, values: Mapping[str, float | None], images: int) -> None:
        """Add one point to the curve of each name; None adds none."""
        with atomic.explained(self.folder):
            for name, value in values.items():
                if value is not None:
                    self.writer.add_scalar(name, value, images)

    def picture(self, name: str, picture: Image.Image, images: int) -> None:
        """Add a picture to the timeline of this name."""
        with atomic.explained(self.folder):
            self.writer.add_image(name, np.asarray(picture.convert("RGB")), images, dataformats="HWC")

    def text(self, name: str, text: str, images: int) -> None:
        """Add a text, in Markdown, under this name."""
        with atomic.explained(self.folder):
            self.writer.add_text(name, text, images)

    def close(self) -> None:
        """Write what is waiting and stop the writer's thread."""
        with atomic.explained(self.folder):
            self.writer.close()
