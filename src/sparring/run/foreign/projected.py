"""Keys of Projected GAN's discriminators, the part of its critic that learns."""

from __future__ import annotations

import re

from torch import Tensor, nn

from ...networks import projected
from .names import State, Translation


def heads(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The head stands behind the stages in one list, unless it is a class projection with a name of its own."""
    ours = {}
    for key, tensor in state.items():
        part = re.fullmatch(r"(?:discriminator\.)?mini_discs\.(\d+)\.(.+)", key)
        if part is None:
            ours[key] = tensor
            continue
        scale = f"scales.{part[1]}"
        depth = len(list(module.get_submodule(f"{scale}.stages").children()))
        rest = re.sub(r"^main\.(\d+)\.main\.", r"stages.\1.", part[2])
        rest = re.sub(rf"^(main\.{depth}|cls)\.", "head.", rest)
        rest = re.sub(r"^embed_proj\.0\.", "projection.", rest)
        ours[f"{scale}.{re.sub(r'^embed[.]', 'embedding.', rest)}"] = tensor
    return ours


TRANSLATIONS: dict[type[nn.Module], Translation] = {projected.Heads: heads}
