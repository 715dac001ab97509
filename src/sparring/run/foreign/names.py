"""Keys of a state dict: the last part names the tensor, the rest the layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor, nn

State = Mapping[str, Tensor]
Translation = Callable[[nn.Module, State], dict[str, Tensor]]


def renamed(state: State, names: Mapping[str, str]) -> dict[str, Tensor]:
    """The same tensors, with whole layers renamed."""
    ours = {}
    for key, tensor in state.items():
        layer, _, tensor_name = key.rpartition(".")
        ours[f"{names.get(layer, layer)}.{tensor_name}"] = tensor
    return ours


def respelled(state: State, name: Callable[[str, bool], str]) -> dict[str, Tensor]:
    """The same tensors, with every part of a key renamed; `name` is told whether the part stands inside another."""
    return {
        ".".join(name(part, place > 0) for place, part in enumerate(key.split("."))): tensor
        for key, tensor in state.items()
    }
