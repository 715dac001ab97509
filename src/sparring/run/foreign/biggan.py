"""Keys of BigGAN-PyTorch: SAGAN, BigGAN and BigGAN-deep.

A block is `blocks.N.0` and the attention behind it `blocks.N.1`. The deep critic has `blocks.N.M` for all blocks of a
resolution, and the deep generator counts its blocks through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from ...layers.conditional_norm import ConditionalBatchNorm2d, GuidedBatchNorm2d
from ...networks import biggan, biggan_deep
from .names import State, Translation

LAYERS = {"output_layer.0": "norm", "output_layer.2": "head", "embed": "labels.embedding", "input_conv": "entry"}
ATTENTION = {"theta": "query", "phi": "key", "g": "value", "o": "out", "gamma": "gain"}
SHALLOW = {"conv_sc": "shortcut", "bn1": "norm1", "bn2": "norm2"}
DEEP = {f"bn{i + 1}": f"norms.{i}" for i in range(4)} | {f"conv{i + 1}": f"convs.{i}" for i in range(4)}
DEEP |= {"conv_sc": "shortcut"}

Place = tuple[str, int]  # where we keep a block, and at which number the attention behind it


def translation(
    layers: Mapping[str, str], inside: Mapping[str, str], place: Callable[[nn.Module, int, int], Place]
) -> Translation:
    outside = {**LAYERS, **layers}

    def translate(module: nn.Module, state: State) -> dict[str, Tensor]:
        ours = {}
        for key, tensor in state.items():
            if block := re.fullmatch(r"blocks\.(\d+)\.(\d+)\.(\w+)(.*)", key):
                where, behind = place(module, int(block[1]), int(block[2]))
                part = block[3]
                start = f"attention.{behind}" if part in ATTENTION else where
                ours[f"{start}.{ATTENTION.get(part, inside.get(part, part))}{block[4]}"] = tensor
            else:
                layer, _, name = key.rpartition(".")
                ours[f"{outside.get(layer, layer)}.{name}"] = tensor
        for name, norm in module.named_modules():
            translate_norm(name, norm, ours)
        return ours

    return translate


def translate_norm(name: str, norm: nn.Module, ours: dict[str, Tensor]) -> None:
    """Scales there are what is added to 1, and statistics have names of their own."""
    match norm:
        case ConditionalBatchNorm2d():
            gain, bias = f"{name}.gain.weight", f"{name}.bias.weight"
            if gain in ours and bias in ours:
                ours[f"{name}.embedding.weight"] = torch.cat([1 + ours.pop(gain), ours.pop(bias)], 1)
        case GuidedBatchNorm2d():
            for theirs, mine in (("gain", "scale"), ("bias", "shift")):
                for key in [key for key in ours if key.startswith(f"{name}.{theirs}.")]:
                    ours[key.replace(f"{name}.{theirs}.", f"{name}.{mine}.")] = ours.pop(key)
        case nn.BatchNorm2d():
            outside = name if norm.affine else name.removesuffix(".norm")
            if f"{outside}.stored_mean" in ours:
                ours[f"{name}.running_mean"] = ours.pop(f"{outside}.stored_mean")
                ours[f"{name}.running_var"] = ours.pop(f"{outside}.stored_var")
                ours[f"{name}.num_batches_tracked"] = torch.zeros((), dtype=torch.int64)
            if norm.affine and f"{name}.gain" in ours:
                ours[f"{name}.weight"] = ours.pop(f"{name}.gain")


def one_by_one(module: nn.Module, block: int, _: int) -> Place:
    return f"blocks.{block}", block


def counted_through(module: nn.Module, block: int, _: int) -> Place:
    depth = len(list(module.get_submodule("stages.0").children()))
    return f"stages.{block // depth}.{block % depth}", block // depth


def nested(module: nn.Module, stage: int, block: int) -> Place:
    return f"stages.{stage}.{block}", stage


TRANSLATIONS: dict[type[nn.Module], Translation] = {
    biggan.Generator: translation({"linear": "dense", "shared": "guide.shared"}, SHALLOW, one_by_one),
    biggan.Critic: translation({"linear": "head"}, SHALLOW, one_by_one),
    biggan_deep.Generator: translation({"linear": "dense"}, DEEP, counted_through),
    biggan_deep.Critic: translation({"linear": "head"}, DEEP, nested),
}
