"""Spectrally normalised layers in the spellings of other code."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ...techniques.spectral import EPSILON, spectral_norm_of
from .names import State

LEFT = ("sn_u", "weight_u", "u0")  # the vector u, by any of its names
UNUSED = ("sn_sigma", "sv0")  # the last sigma, which is computed anew


def with_spectral_norm(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Four spellings of a normalised layer become ours.

    `weight_orig, weight_u, weight_v` is torch's first implementation. `weight, sn_u, sn_sigma` of torch-mimicry and
    `weight, u0, sv0` of BigGAN keep no v and iterate once from u in every forward, also in evaluation; v is what
    that iteration finds.
    """
    ours = dict(state)
    for layer, part in module.named_modules():
        norm = spectral_norm_of(part)
        if norm is None:
            continue
        prefix = f"{layer}.parametrizations.weight"
        weight = first(ours, layer, ("weight_orig", "weight"))
        u = first(ours, layer, LEFT)
        if weight is None or u is None:
            raise ValueError(f"these weights have no spectral norm at {layer}, and the network has: leave it out")
        first(ours, layer, UNUSED)
        v = first(ours, layer, ("weight_v",))
        matrix = norm.matrix(weight)
        if v is None:
            v = F.normalize(matrix.mT @ u.flatten(), dim=0, eps=EPSILON)
        else:
            # In evaluation sigma is u'Wv there and |Wv| here, which differ while the iteration lags behind.
            v = v * (u.flatten() @ (matrix @ v)) / (matrix @ v).norm().clamp(min=EPSILON)
        ours |= {f"{prefix}.original": weight, f"{prefix}.0.u": u.flatten(), f"{prefix}.0.v": v}
    if any(key.endswith(tuple(f".{name}" for name in LEFT)) for key in ours):
        raise ValueError("these weights are spectrally normalised: call spectral_norm_(network) before loading them")
    return ours


def first(state: dict[str, Tensor], layer: str, names: tuple[str, ...]) -> Tensor | None:
    """Take out the first of these tensors that the layer has."""
    return next((state.pop(f"{layer}.{name}") for name in names if f"{layer}.{name}" in state), None)
