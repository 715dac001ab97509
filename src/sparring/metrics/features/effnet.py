"""EfficientNet-Lite0 up to its last layer, as a feature network that a package brings along."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...layers.efficientnet import CHANNELS, EfficientNetLite0, FrozenConvolution, fold, pretrained, weights_file
from .frozen import FrozenNetwork, weights_hash
from .resizing import clean

SIDE, FEATURES, CLASSES = 224, 1280, 1000


class Whole(nn.Module):
    """Takes x (n, 3, height, width) in [-1, 1] to pooled features (n, 1280) and ImageNet logits (n, 1000)."""

    def __init__(self, trunk: EfficientNetLite0):
        super().__init__()
        self.trunk = trunk
        self.widen = FrozenConvolution(CHANNELS[-1], FEATURES, 1)
        self.head = nn.Linear(FEATURES, CLASSES)
        self.requires_grad_(False).eval()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = F.relu6(self.widen(self.trunk(x)[-1]), inplace=True).mean((2, 3))
        return features, self.head(features)


def effnet(device: str) -> FrozenNetwork:
    """With its ImageNet weights. ValueError if the package with them is not installed."""
    network = Whole(pretrained())
    state = torch.load(weights_file(), map_location="cpu", weights_only=True)
    fold(network.widen, state, "_conv_head", "_bn1")
    network.head.load_state_dict({"weight": state["_fc.weight"], "bias": state["_fc.bias"]})
    digest = weights_hash(network.state_dict())
    shown = network.to(device).to(memory_format=torch.channels_last)

    def prepare(images: Tensor) -> Tensor:
        pixels = clean(images, SIDE).div_(127.5).sub_(1)
        return pixels.contiguous(memory_format=torch.channels_last)

    resize = f"clean bicubic to {SIDE}"
    return FrozenNetwork("effnet-lite0", FEATURES, digest, resize, prepare, shown, torch.device(device), at_once=4)
