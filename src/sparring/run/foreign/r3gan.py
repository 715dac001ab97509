"""Keys of the R3GAN repository.

`MainLayers.S.Layers.L` are a stage's parts in order: the generator's stages begin with the start or the transition,
the critic's end with the transition or the end. The filters of the resamplers are constants here.
"""

from __future__ import annotations

import re

from torch import Tensor, nn

from ...networks import r3gan
from .names import State, Translation

PARTS = {
    "LinearLayer1.Layer.weight": "widen.weight",
    "LinearLayer2.Layer.weight": "mix.weight",
    "LinearLayer3.Layer.weight": "narrow.weight",
    "NonLinearity1.Bias": "activation1.bias",
    "NonLinearity2.Bias": "activation2.bias",
}
OUTSIDE = {
    "AggregationLayer.Layer.weight": "head.weight",
    "ExtractionLayer.Layer.weight": "entry.weight",
    "EmbeddingLayer.weight": "embedding.weight",
}


def translate(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Parts by their place in a stage; the filters of resamplers are left out."""
    generates = isinstance(module, r3gan.Generator)
    ours = {}
    for key, tensor in state.items():
        part = re.fullmatch(r"MainLayers\.(\d+)\.Layers\.(\d+)\.(.+)", key)
        if part is None:
            ours[OUTSIDE.get(key, key)] = tensor
        elif not key.endswith("Resampler.Kernel"):
            stage, layer, rest = int(part[1]), int(part[2]), part[3]
            ours[inside(stage, layer, rest, generates)] = tensor
    return ours


def inside(stage: int, layer: int, rest: str, generates: bool) -> str:
    if rest in PARTS:
        return f"stages.{stage}.{layer - 1 if generates else layer}.{PARTS[rest]}"
    match rest:
        case "Basis":
            return "start"
        case "Basis.weight":
            return "end.weight"
        case "LinearLayer.weight":
            return "dense.weight" if generates else "head.weight"
        case "LinearLayer.Layer.weight":
            return f"transitions.{stage - 1 if generates else stage}.conv.weight"
    return f"MainLayers.{stage}.Layers.{layer}.{rest}"


TRANSLATIONS: dict[type[nn.Module], Translation] = {r3gan.Generator: translate, r3gan.Critic: translate}
