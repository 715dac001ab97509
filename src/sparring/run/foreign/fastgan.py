"""Keys of FastGAN's generator as it stands in the Projected GAN repository: stages and gates are named by their side.

Layers for sides above the image's are in every state dict and never used; they are left out.
"""

from __future__ import annotations

import re

import torch
from torch import Tensor, nn

from ...networks import fastgan
from .names import State, Translation

OUTSIDE = {"init.init.0": "start", "init.init.1": "start_norm", "to_big": "head", "embed": "embedding"}
# Of a plain stage by place, with and without noise; of a conditional one by name.
FULL = {"1": "convs.0", "2": "noises.0", "3": "norms.0", "5": "convs.1", "6": "noises.1", "7": "norms.1"}
LITE = {"1": "convs.0", "2": "norms.0"}
NAMED = {"conv": "convs.0", "conv1": "convs.0", "conv2": "convs.1", "noise": "noises.0"}
NAMED |= {"bn": "norms.0", "bn1": "norms.0", "bn2": "norms.1"}
GATE = {"main.1": "squeeze", "main.3": "excite"}
NORM = {"gain": "scale", "bias": "shift"}
STATISTICS = {"stored_mean": "norm.running_mean", "stored_var": "norm.running_var"}


def generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Plain stages are lists of layers, conditional ones name theirs and have statistics of their own."""
    ours = dict[str, Tensor]()
    full = any(".noises.0.weight" in key for key in module.state_dict())
    deepest = 4 * 2 ** len(list(module.get_submodule("stages").children()))
    for key, tensor in state.items():
        layer, _, name = key.removeprefix("synthesis.").rpartition(".")
        sized = re.fullmatch(r"(feat|se)_(\d+)\.(.+)", layer)
        if sized is None:
            ours[f"{OUTSIDE.get(layer, layer)}.{name}"] = tensor
        elif int(sized[2]) > deepest:
            continue
        elif sized[1] == "se":
            ours[f"excitations.{sized[2]}.{GATE.get(sized[3], sized[3])}.{name}"] = tensor
        else:
            stage = f"stages.{int(sized[2]).bit_length() - 4}"
            ours[f"{stage}.{inside(sized[3], name, full)}"] = tensor
    for key in [key for key in ours if key.endswith(".norm.running_mean")]:
        ours[key.replace("running_mean", "num_batches_tracked")] = torch.zeros((), dtype=torch.int64)
    for key in [key for key in ours if re.search(r"\.noises\.0\.weight$", key)]:
        ours.setdefault(key.replace("noises.0", "noises.1"), ours[key])  # conditional stages share one strength
    return ours


def inside(layer: str, name: str, full: bool) -> str:
    """Where a stage keeps a tensor."""
    first, _, rest = layer.partition(".")
    if first.isdigit():
        return f"{(FULL if full else LITE).get(first, first)}.{name}"
    where = NAMED.get(first, first)
    if name in STATISTICS:
        return f"{where}.{STATISTICS[name]}"
    return f"{where}.{NORM[rest]}.{name}" if rest in NORM else f"{where}.{name}"


TRANSLATIONS: dict[type[nn.Module], Translation] = {fastgan.Generator: generator}
