"""DINOv2 and CLIP, through the libraries that have them, where these are installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

from .frozen import DEVIATION, MEAN, FrozenNetwork, standardised, weights_hash
from .resizing import clean

SIDE = 224
DINO = "vit_large_patch14_dinov2.lvd142m"
"""The one that Stein et al. (2023) recommend."""
CLIP, CLIP_WEIGHTS = "ViT-B-32", "openai"
"""The one that Kynkäänniemi et al. (2023) use."""
CLIP_MEAN, CLIP_DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def dinov2(weights: Path | None, device: str) -> FrozenNetwork:
    """DINOv2's class token (n, 1024), through timm; `weights`: a file in timm's form, None = a download."""
    timm = library("timm", "timm", "DINOv2")
    found: dict[str, object] = {"pretrained_cfg_overlay": {"file": str(weights)}} if weights else {}
    try:
        network = timm.create_model(DINO, pretrained=True, num_classes=0, img_size=SIDE, **found)
    except Exception as error:  # noqa: BLE001 - what a hub raises depends on which hub, and on the network
        raise OSError(unavailable("DINOv2", error)) from None
    return vision("dinov2", network, network, MEAN, DEVIATION, device)


def clip(weights: Path | None, device: str) -> FrozenNetwork:
    """CLIP's image embedding (n, 512) before it is normalised, through open_clip; `weights`: a file of OpenAI's."""
    open_clip = library("open_clip", "open-clip-torch", "CLIP")
    try:
        network = open_clip.create_model(CLIP, pretrained=str(weights or CLIP_WEIGHTS), force_quick_gelu=True)
    except Exception as error:  # noqa: BLE001 - what a hub raises depends on which hub, and on the network
        raise OSError(unavailable("CLIP", error)) from None
    return vision("clip", network, network.visual, CLIP_MEAN, CLIP_DEVIATION, device)


def vision(
    name: str, whole: nn.Module, eye: nn.Module, mean: tuple[float, ...], deviation: tuple[float, ...], device: str
) -> FrozenNetwork:
    """The part of a network that sees images, frozen; its size is found by showing it one."""
    eye = eye.to(device).eval().requires_grad_(False)

    def prepare(images: Tensor) -> Tensor:
        return standardised(clean(images, SIDE), mean, deviation)

    with torch.no_grad():
        dims = int(eye(torch.zeros(1, 3, SIDE, SIDE, device=device)).shape[1])
    digest, resize = weights_hash(whole.state_dict()), f"clean bicubic to {SIDE}"
    return FrozenNetwork(name, dims, digest, resize, prepare, eye, torch.device(device))


def library(module: str, package: str, what: str) -> ModuleType:
    if find_spec(module) is None:
        raise ValueError(f"{what} comes through {package}, which is not installed: pip install {package}")
    return import_module(module)


def unavailable(what: str, error: Exception) -> str:
    reason = (str(error).splitlines() or [""])[0].strip(" .")[:160] or type(error).__name__
    return f"{what} or its weights could not be had ({reason}); give a file of weights with --weights."
