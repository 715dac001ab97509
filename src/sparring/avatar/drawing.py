"""A style's generator as the pipeline calls it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import torch
from torch import Tensor

from ..run.translating import Translator

Generator = Callable[[Tensor], Tensor]
"""Crops (n, 3, size, size) in [0, 1] to avatars (n, 3, sides, sides) in [0, 1], sides a whole multiple of size."""

AT_ONCE = 8  # crops on a graphics card


class Drawing:
    """A translator of faces as a Generator.

    On a CPU each crop goes by itself: it costs no more, and then not even rounding depends on the others. ValueError
    for a translator that does not lead from colours to colours of one kind.
    """

    def __init__(self, translator: Translator):
        if translator.source[0] != 3 or translator.shape[0] != 3:
            raise ValueError(
                f"an avatar is drawn from colours in colours, and {translator.card.recipe.name} leads from "
                f"{translator.source[0]} to {translator.shape[0]} channels; choose another bundle"
            )
        if translator.classes:
            raise ValueError(
                f"{translator.card.recipe.name} draws one of {', '.join(translator.classes)}, and an avatar has no way "
                "to say which; use sparring translate --label"
            )
        self.translator = translator
        self.turn = Lock()  # a network that draws random numbers sets the seed that all threads share

    @torch.no_grad()
    def __call__(self, crops: Tensor) -> Tensor:
        device = self.translator.device
        parts = list[Tensor]()
        for part in crops.split(1 if device.type == "cpu" else AT_ONCE):
            with self.turn:
                made = self.translator.padded(part.to(device).mul(2).sub(1), None)
            parts.append(made.float().cpu().add(1).div(2))
        return torch.cat(parts)
