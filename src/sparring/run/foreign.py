"""Weights trained elsewhere: official repositories' key names, translated to ours.

Known: DCGAN of the PyTorch examples, the SNGAN and projection-cGAN residual networks of torch-mimicry, and what
`foreign_style` names.
To add a family, write one function from the official state dict to ours and name it in `TRANSLATIONS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from ..networks import dcgan, resnet
from ..techniques.spectral import EPSILON, spectral_norm_of
from . import foreign_style

State = Mapping[str, Tensor]


def load_foreign(module: nn.Module, state: State) -> None:
    """Load an official state dict into our module of the same architecture and sizes.

    Power-iteration vectors of spectral normalisation come along; the module must then have been through
    `spectral_norm_`. ValueError where no translation is known, or where keys or sizes do not match.
    """
    if type(module) not in TRANSLATIONS:
        known = ", ".join(sorted(f"{one.__module__.rpartition('.')[2]} {one.__name__}" for one in TRANSLATIONS))
        raise ValueError(f"no official key names are known for {type(module).__name__}; known: {known}")
    ours = TRANSLATIONS[type(module)](module, state)
    ours = with_spectral_norm(module, ours)
    wanted = module.state_dict()
    complain("lack", wanted.keys() - ours.keys())
    complain("have nothing to do with", ours.keys() - wanted.keys())
    for key, tensor in ours.items():
        if tensor.shape != wanted[key].shape:
            raise ValueError(
                f"{key} is {tuple(tensor.shape)} in these weights and {tuple(wanted[key].shape)} in this network: "
                "build it with the sizes of the weights"
            )
    module.load_state_dict(ours)


def complain(verb: str, keys: Iterable[str]) -> None:
    keys = sorted(keys)
    if keys:
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        raise ValueError(f"these weights {verb} {', '.join(keys[:3])}{more}; is it the same architecture?")


def dcgan_generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Official keys are main.N, where each stage takes three places: convolution, batch norm, ReLU."""
    names = {f"main.{3 * i + j}": f"stages.{i}.{j}" for i in range(stages(module)) for j in range(2)}
    names[f"main.{3 * stages(module)}"] = "head"
    return renamed(state, names)


def dcgan_critic(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Official keys are main.N; the first stage has no batch norm, so it takes two places."""
    names = {f"main.{3 * i - 1 + j}": f"stages.{i}.{j}" for i in range(1, stages(module)) for j in range(2)}
    names |= {"main.0": "stages.0.0", f"main.{3 * stages(module) - 1}": "head"}
    return renamed(state, names)


def stages(module: nn.Module) -> int:
    return len(list(module.get_submodule("stages").children()))


def renamed(state: State, names: Mapping[str, str]) -> dict[str, Tensor]:
    """The last part of a key names the tensor, the rest the layer."""
    ours = {}
    for key, tensor in state.items():
        layer, _, tensor_name = key.rpartition(".")
        ours[f"{names.get(layer, layer)}.{tensor_name}"] = tensor
    return ours


LAYERS = {"c1": "conv1", "c2": "conv2", "c_sc": "shortcut", "b1": "norm1", "b2": "norm2", "bn": "norm"}
LAYERS |= {"embed": "embedding", "l1": "dense", "l_y": "labels.embedding"}


def resnet_names(first: int) -> Callable[[nn.Module, State], dict[str, Tensor]]:
    """Blocks are counted from `first`; the layers behind them carry the next number."""

    def name(part: str, inside: bool) -> str:
        if block := re.fullmatch(r"block(\d+)", part):
            return f"blocks.{int(block[1]) - first}"
        if not inside and (last := re.fullmatch(r"([blc])[2-9]", part)):
            return "norm" if last[1] == "b" else "head"
        return LAYERS.get(part, part)

    def translate(module: nn.Module, state: State) -> dict[str, Tensor]:
        return {
            ".".join(name(part, inside=place > 0) for place, part in enumerate(key.split("."))): tensor
            for key, tensor in state.items()
        }

    return translate


def with_spectral_norm(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Three spellings of a normalised layer become ours.

    `weight_orig, weight_u, weight_v` is torch's first implementation. `weight, sn_u, sn_sigma` keeps no v and
    iterates once from u in every forward, also in evaluation; v is what that iteration finds.
    """
    ours = dict(state)
    for layer, part in module.named_modules():
        norm = spectral_norm_of(part)
        if norm is None:
            continue
        prefix = f"{layer}.parametrizations.weight"
        weight = ours.pop(f"{layer}.weight_orig", None)
        weight = ours.pop(f"{layer}.weight", None) if weight is None else weight
        u = ours.pop(f"{layer}.sn_u", None)
        u = ours.pop(f"{layer}.weight_u", None) if u is None else u
        if weight is None or u is None:
            raise ValueError(f"these weights have no spectral norm at {layer}, and the network has: leave it out")
        ours.pop(f"{layer}.sn_sigma", None)
        v = ours.pop(f"{layer}.weight_v", None)
        if v is None:
            v = F.normalize(norm.matrix(weight).mT @ u.flatten(), dim=0, eps=EPSILON)
        ours |= {f"{prefix}.original": weight, f"{prefix}.0.u": u.flatten(), f"{prefix}.0.v": v}
    if any(key.endswith((".sn_u", ".weight_u")) for key in ours):
        raise ValueError("these weights are spectrally normalised: call spectral_norm_(network) before loading them")
    return ours


TRANSLATIONS: dict[type[nn.Module], Callable[[nn.Module, State], dict[str, Tensor]]] = {
    dcgan.Generator: dcgan_generator,
    dcgan.Critic: dcgan_critic,
    resnet.Generator: resnet_names(first=2),
    resnet.Critic: resnet_names(first=1),
    **foreign_style.TRANSLATIONS,
}
