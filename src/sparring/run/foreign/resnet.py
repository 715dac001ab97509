"""Keys of torch-mimicry's SNGAN and projection cGAN."""

from __future__ import annotations

import re

from torch import Tensor, nn

from ...networks import resnet
from .names import State, Translation, respelled

LAYERS = {"c1": "conv1", "c2": "conv2", "c_sc": "shortcut", "b1": "norm1", "b2": "norm2", "bn": "norm"}
LAYERS |= {"embed": "embedding", "l1": "dense", "l_y": "labels.embedding"}


def counted_from(first: int) -> Translation:
    """Blocks are counted from `first`; the layers behind them carry the next number."""

    def name(part: str, inside: bool) -> str:
        if block := re.fullmatch(r"block(\d+)", part):
            return f"blocks.{int(block[1]) - first}"
        if not inside and (last := re.fullmatch(r"([blc])[2-9]", part)):
            return "norm" if last[1] == "b" else "head"
        return LAYERS.get(part, part)

    def translate(module: nn.Module, state: State) -> dict[str, Tensor]:
        return respelled(state, name)

    return translate


TRANSLATIONS: dict[type[nn.Module], Translation] = {
    resnet.Generator: counted_from(2),
    resnet.Critic: counted_from(1),
}
