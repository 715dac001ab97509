"""Frozen networks that see images as people do, for losses that compare what they see (Johnson et al. 2016)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import efficientnet

Eye = Literal["effnet-lite0", "vgg19", "vgg19-random"]
"""vgg19 needs torchvision's weights in torch's cache; random weights are a weaker loss, and need nothing."""

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
TAPS = (1, 6, 11, 20, 29)  # the first ReLU of each of the five parts
WEIGHTS = {"vgg19": (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0), "effnet-lite0": (0.25,) * 4}
FILES = "vgg19-*.pth"


class Vgg19(nn.Module):
    """The first ReLU of each part of VGG-19 (Simonyan and Zisserman 2015). x (n, 3, h, w) in [-1, 1] -> five maps."""

    def __init__(self, features: nn.Module):
        super().__init__()
        self.layers = nn.Sequential(*list(features.children())[: TAPS[-1] + 1])

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        shape, found = (1, 3, 1, 1), list[Tensor]()
        h = ((x + 1) / 2 - x.new_tensor(MEAN).view(shape)) / x.new_tensor(DEVIATION).view(shape)
        for number, layer in enumerate(self.layers):
            # Not in place: what was tapped before must stay.
            h = F.relu(h) if isinstance(layer, nn.ReLU) else layer(h)
            if number in TAPS:
                found.append(h)
        return tuple(found)


def eye_of(kind: Eye) -> nn.Module:
    """The network, frozen: images (n, 3, h, w) in [-1, 1] to maps; gradients pass through to the images.

    ValueError where its weights are not there.
    """
    if kind == "effnet-lite0":
        return efficientnet.pretrained().eval().requires_grad_(False)
    import torchvision  # as slow to import as torch, and of no use to others

    with torch.device("meta"):  # half a gigabyte of layers behind the features is never made
        features = torchvision.models.vgg19().features
    if kind == "vgg19-random":
        return Vgg19(with_random_weights(features)).eval().requires_grad_(False)
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    file = next(iter(sorted(folder.glob(FILES))), None)
    if file is None:
        raise ValueError(
            f"vgg19 needs torchvision's ImageNet weights ({FILES}), which are not in {folder}; "
            "take effnet-lite0, or vgg19-random for a weaker loss"
        )
    state = torch.load(file, map_location="cpu", weights_only=True)
    kept = {key.removeprefix("features."): value for key, value in state.items() if key.startswith("features.")}
    features.load_state_dict(kept, assign=True)
    return Vgg19(features).eval().requires_grad_(False)


def with_random_weights(features: nn.Module) -> nn.Module:
    """He's initialisation, the same in every run; random streams go on as if nothing had happened."""
    features = features.to_empty(device="cpu")
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        for part in features.modules():
            if isinstance(part, nn.Conv2d):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                assert part.bias is not None
                nn.init.zeros_(part.bias)
    return features


def shares_of(kind: Eye) -> tuple[float, ...]:
    """How much each map counts, the finest first."""
    return WEIGHTS[kind.removesuffix("-random")]
