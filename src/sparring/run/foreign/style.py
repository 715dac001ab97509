"""Official key names of the style-based and growing networks, translated to ours.

Known: StyleGAN2 and StyleGAN3 of NVIDIA's PyTorch repositories (state dicts, not pickles), and Progressive GAN of
pytorch_GAN_zoo.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from ...layers.resample import BINOMIAL, taps_of
from ...networks import progan, stylegan2, stylegan3

State = Mapping[str, Tensor]
Rules = tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...]


def renamed(state: State, rules: Rules) -> dict[str, Tensor]:
    """Every rule, a pattern and what takes its place, is applied to every key in turn."""
    ours = {}
    for key, tensor in state.items():
        name = key
        for pattern, replacement in rules:
            name = re.sub(pattern, replacement, name)
        ours[name] = tensor
    return ours


def without_filters(state: State) -> dict[str, Tensor]:
    """The state without its stored [1, 3, 3, 1] filters. ValueError if they are others."""
    taps = taps_of(BINOMIAL)
    ours = dict(state)
    for key in [key for key in state if key.endswith("resample_filter")]:
        kept = ours.pop(key)
        if kept is not None and not torch.allclose(kept.float().cpu(), torch.outer(taps, taps), atol=1e-6):
            raise ValueError(f"{key} of these weights is not the filter [1, 3, 3, 1] that this network has")
    return ours


MAPPING: Rules = (
    (r"^mapping\.embed\.", "mapping.trunk.embedding."),
    (r"^mapping\.fc(\d+)\.", r"mapping.trunk.layers.\1."),
    (r"^mapping\.w_avg$", "mapping.average"),
)

STYLEGAN2_SYNTHESIS: Rules = (
    (r"^synthesis\.b(\d+)\.", lambda found: f"synthesis.blocks.{int(found[1]).bit_length() - 3}."),
    (r"\.const$", ".start"),
    (r"\.conv0\.", ".first."),
    (r"\.conv1\.", ".second."),
    (r"\.noise_const$", ".noise.constant"),
    (r"\.noise_strength$", ".noise.strength"),
    (r"\.skip\.", ".shortcut.conv."),
    (r"\.torgb\.", ".to_image."),
)


def stylegan2_generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Blocks are named after their size in pixels, bR."""
    return renamed(without_filters(state), (*MAPPING, *STYLEGAN2_SYNTHESIS))


def stylegan2_critic(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Blocks are named after their size in pixels, from the full size down to b4, which is what stands behind ours."""
    blocks = len(list(module.get_submodule("blocks").children()))
    return renamed(
        without_filters(state),
        (
            (r"^mapping\.embed\.", "labels.embedding."),
            (r"^mapping\.fc(\d+)\.", r"labels.layers.\1."),
            (r"^b4\.fromrgb\.", "from_image.conv."),
            (r"^b4\.conv\.", "conv.conv."),
            (r"^b4\.fc\.", "dense."),
            (r"^b4\.out\.", "head."),
            (r"^b(\d+)\.", lambda found: f"blocks.{blocks + 2 - (int(found[1]).bit_length() - 1)}."),
            (r"\.fromrgb\.", ".from_image.conv."),
            (r"\.conv0\.", ".first.conv."),
            (r"\.conv1\.", ".second.conv."),
            (r"\.skip\.", ".shortcut.conv."),
        ),
    )


def stylegan3_generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Layers are named after place, size and channels; their filters follow from the settings."""
    kept = {key: tensor for key, tensor in state.items() if not key.endswith(("up_filter", "down_filter"))}
    return renamed(
        kept,
        (
            *MAPPING,
            (r"^synthesis\.L(\d+)_\d+_\d+\.", r"synthesis.layers.\1."),
            (r"\.magnitude_ema$", ".magnitude"),
            (r"\.input\.freqs$", ".input.frequencies"),
        ),
    )


def progan_generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The zoo scales a layer's bias along with its weight, and every layer with sqrt(2)."""
    ours = renamed(
        rescaled(state, louder=("toRGBLayers",)),
        (
            (r"^(\w+(?:\.\d+)*)\.module\.", r"\1."),
            (r"^formatLayer\.weight$", "start.dense.weight"),
            (r"^formatLayer\.bias$", "start.bias"),
            (r"^groupScale0\.0\.", "first."),
            (r"^scaleLayers\.", "blocks."),
            (r"^toRGBLayers\.", "to_image."),
        ),
    )
    ours["start.dense.weight"] = ours["start.dense.weight"] * 4
    ours["start.bias"] = ours["start.bias"].unflatten(0, (-1, progan.SMALLEST, progan.SMALLEST))
    return ours | {"growth.shown": module.state_dict()["growth.shown"]}


def progan_critic(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The zoo scales a layer's bias along with its weight, and every layer with sqrt(2)."""
    ours = renamed(
        rescaled(state, louder=("decisionLayer",)),
        (
            (r"^(\w+(?:\.\d+)*)\.module\.", r"\1."),
            (r"^groupScaleZero\.0\.", "last."),
            (r"^groupScaleZero\.1\.", "dense."),
            (r"^decisionLayer\.", "head."),
            (r"^scaleLayers\.", "blocks."),
            (r"^fromRGBLayers\.", "from_image."),
        ),
    )
    return ours | {"growth.shown": module.state_dict()["growth.shown"]}


def rescaled(state: State, louder: tuple[str, ...]) -> dict[str, Tensor]:
    """Biases as they act, and sqrt(2) inside the weights of layers where ours have no gain."""
    ours = dict(state)
    for key, weight in state.items():
        if key.endswith(".weight"):
            bias = key.removesuffix("weight") + "bias"
            ours[bias] = state[bias] * math.sqrt(2 / weight[0].numel())
            ours[key] = weight * math.sqrt(2) if key.startswith(louder) else weight
    return ours


TRANSLATIONS: dict[type[nn.Module], Callable[[nn.Module, State], dict[str, Tensor]]] = {
    progan.Generator: progan_generator,
    progan.Critic: progan_critic,
    stylegan2.Generator: stylegan2_generator,
    stylegan2.Critic: stylegan2_critic,
    stylegan3.Generator: stylegan3_generator,
}
