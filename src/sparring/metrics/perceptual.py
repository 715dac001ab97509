"""How different two images look: distances between the feature maps of a network (Zhang et al. 2018).

LPIPS itself needs the ImageNet weights of VGG-16 or AlexNet from torchvision's cache and the learned weights of
channels that the packages lpips and torchmetrics carry. Where they are not there, the same formula on the maps of
EfficientNet-Lite0 with equal weights stands in, under a name of its own; without any network, differences of pixels at
several scales.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers import efficientnet
from ..play.machine import choose_device
from .features.frozen import weights_hash
from .sliced_wasserstein import laplacian

SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
CPU = torch.device("cpu")
TINY = 1e-10
LEAST = 32  # pixels that VGG and AlexNet need
TAPS = {"vgg": (3, 8, 15, 22, 29), "alex": (1, 4, 7, 9, 11)}  # layers of torchvision's `features`, each after a ReLU
FILES = {"vgg": "vgg16-*.pth", "alex": "alexnet-*.pth"}
HEADS = {"lpips": "weights/v0.1", "torchmetrics": "functional/image/lpips_models"}  # package -> folder
NAMES = ("lpips-vgg", "lpips-alex", "perceptual-effnet-lite0", "perceptual-pixels")

Maps = Callable[[Tensor], tuple[Tensor, ...]]


@dataclass(frozen=True)
class PerceptualDistance:
    """A distance between images; 0 for equal ones, symmetric, and quadratic in small differences."""

    name: str
    """`lpips-vgg` and `lpips-alex` are LPIPS 0.1; any other name is a stand-in whose numbers are its own."""
    weights: str
    maps: Maps
    """Images (n, 3, height, width) in [-1, 1] to feature maps (n, channels, h, w), coarser and coarser."""
    heads: tuple[Tensor, ...] | None = None
    """Weights of channels, (channels,) of each map, none negative; None = equal ones."""
    least: int = 1
    device: torch.device = CPU

    @torch.no_grad()
    def __call__(self, left: Tensor, right: Tensor) -> Tensor:
        """Of pairs of images (n, 1 or 3, height, width) in [-1, 1], as (n,) float32. ValueError for other shapes."""
        if left.shape != right.shape or left.dim() != 4 or left.shape[1] not in (1, 3):
            shapes = f"{tuple(left.shape)} and {tuple(right.shape)}"
            raise ValueError(f"a perceptual distance compares images (n, 1 or 3, height, width), not {shapes}")
        if not left.is_floating_point() or not right.is_floating_point():
            raise ValueError("a perceptual distance looks at images in [-1, 1], not at bytes: divide by 127.5, less 1")
        if min(left.shape[2:]) < self.least:
            raise ValueError(f"{self.name} needs images of at least {self.least} pixels, not {min(left.shape[2:])}")
        pair = [self.maps(one.to(self.device).float().expand(-1, 3, -1, -1)) for one in (left, right)]
        total = torch.zeros(len(left), device=self.device)
        for number, (ours, theirs) in enumerate(zip(*pair, strict=True)):
            apart = (normalised(ours) - normalised(theirs)).square() if self.name != NAMES[-1] else (ours - theirs) ** 2
            weights = None if self.heads is None else self.heads[number].view(1, -1, 1, 1)
            total += (apart.mean(1) if weights is None else (apart * weights).sum(1)).mean((1, 2))
        return total.cpu()


def normalised(maps: Tensor) -> Tensor:
    """Every place's channels to length 1."""
    return maps / (maps.square().sum(1, keepdim=True).sqrt() + TINY)


def choose_distance(name: str = "auto", *, device: str = "auto", weights: Path | None = None) -> PerceptualDistance:
    """The distance of this name, or the best that is there: LPIPS with VGG, then EfficientNet-Lite0, then pixels.

    `weights`: torchvision's file of the network behind LPIPS, where it is not in torch's cache. ValueError with what is
    missing for a distance that cannot be had, and for an unknown name.
    """
    chosen = choose_device(device)
    if name == "auto":
        if weights or backbone_file("vgg"):
            return choose_distance("lpips-vgg", device=device, weights=weights)
        name = NAMES[2] if find_spec(efficientnet.PACKAGE) else NAMES[3]
    if name in NAMES[:2]:
        return lpips(name.removeprefix("lpips-"), weights, chosen)
    if name == NAMES[2]:
        network = efficientnet.pretrained().to(chosen).eval()
        return PerceptualDistance(name, weights_hash(network.state_dict()), network, device=chosen)
    if name == NAMES[3]:
        return PerceptualDistance(name, "", lambda x: tuple(laplacian(x)), device=chosen)
    raise ValueError(f"there is no perceptual distance {name!r}; known: {', '.join(NAMES)}")


def lpips(net: str, weights: Path | None, device: torch.device) -> PerceptualDistance:
    file = weights or backbone_file(net)
    if file is None:
        raise ValueError(
            f"LPIPS with {net} needs torchvision's ImageNet weights ({FILES[net]}), which are not in "
            f"{cache()}; give the file, or take {NAMES[2]}"
        )
    found = torch.load(file, map_location="cpu", weights_only=True)
    state = {key.removeprefix("features."): value for key, value in found.items() if key.startswith("features.")}
    return lpips_of(net, state, heads_of(net), device)


def lpips_of(
    net: str, state: dict[str, Tensor], heads: tuple[Tensor, ...], device: torch.device | None = None
) -> PerceptualDistance:
    """LPIPS from the state of torchvision's `features` (`0.weight`, ...) and the weights of channels."""
    import torchvision  # as slow to import as torch, and of no use to the other distances

    with torch.device("meta"):  # half a gigabyte of layers behind the features is never made
        network = (torchvision.models.vgg16() if net == "vgg" else torchvision.models.alexnet()).features
    try:
        network.load_state_dict(state, assign=True)
    except RuntimeError:
        raise ValueError(f"this file holds no weights of torchvision's {net} for LPIPS") from None
    device = device or CPU
    network = network.to(device).eval().requires_grad_(False)
    digest = weights_hash({**state, **{f"head {number}": head for number, head in enumerate(heads)}})
    tapped = tuple(head.to(device) for head in heads)
    return PerceptualDistance(f"lpips-{net}", digest, maps_at(network, TAPS[net]), tapped, LEAST, device)


def maps_at(network: nn.Module, taps: tuple[int, ...]) -> Maps:
    def maps(images: Tensor) -> tuple[Tensor, ...]:
        shape = (1, 3, 1, 1)
        h = (images - images.new_tensor(SHIFT).view(shape)) / images.new_tensor(SCALE).view(shape)
        found = list[Tensor]()
        for number, layer in enumerate(network.children()):
            # Not in place: what was tapped before must stay.
            h = F.relu(h) if isinstance(layer, nn.ReLU) else layer(h)
            if number in taps:
                found.append(h)
        return tuple(found)

    return maps


def heads_of(net: str) -> tuple[Tensor, ...]:
    """The learned weights of channels, read as data. ValueError where no package carries them."""
    for package, folder in HEADS.items():
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            file = Path(place, folder, f"{net}.pth")
            if file.is_file():
                state = torch.load(file, map_location="cpu", weights_only=True)
                return tuple(state[key].flatten() for key in sorted(state))
    raise ValueError(f"LPIPS needs its learned weights of channels, which these packages carry: {', '.join(HEADS)}")


def backbone_file(net: str) -> Path | None:
    """The weights in torch's cache, if they are there."""
    return next(iter(sorted(cache().glob(FILES[net]))), None)


def cache() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints"
