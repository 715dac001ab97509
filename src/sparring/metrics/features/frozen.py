"""A frozen network and what happens to images before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import torch
from torch import Tensor, nn

from .resizing import clean

ELSEWHERE = 64
"""Images that go through a network together on other devices than the processor."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's colours in [0, 1]: what many networks were trained with."""

Network = Callable[[Tensor], Tensor | tuple[Tensor, Tensor]]
"""Images as it was trained on to features (n, dims), or to features and logits (n, classes)."""


@dataclass(frozen=True)
class FrozenNetwork:
    """An Extractor; see `choose_extractor` and `extractor_of`. Gray images are shown in three equal channels."""

    name: str
    dims: int
    weights: str
    resize: str
    prepare: Callable[[Tensor], Tensor]
    """From (n, 3, height, width) uint8, on the device, to what the network reads."""
    network: Network
    device: torch.device
    at_once: int = 8
    """Images that go through the network together on a processor: few enough for its cache."""
    note: str = ""
    """One sentence for people: why this one was taken; empty where it was asked for by its name."""

    @torch.no_grad()
    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """On the CPU, whatever the device. ValueError for images that are not uint8 or have other shapes."""
        check_images(images)
        features, logits = list[Tensor](), list[Tensor]()
        for part in images.split(self.at_once if self.device.type == "cpu" else ELSEWHERE):
            shown = part.to(self.device).contiguous().expand(-1, 3, -1, -1)
            found = self.network(self.prepare(shown))
            rows, classes = found if isinstance(found, tuple) else (found, None)
            if rows.shape != (len(part), self.dims):
                wanted = (len(part), self.dims)
                raise ValueError(f"{self.name} should give features of shape {wanted}, and gave {tuple(rows.shape)}")
            features.append(rows.float().cpu())
            if classes is not None:
                logits.append(classes.float().cpu())
        return torch.cat(features), torch.cat(logits) if logits else None


def check_images(images: Tensor) -> None:
    """ValueError unless these are (n, 1 or 3, height, width) uint8, n > 0."""
    if images.dtype != torch.uint8:
        kind = str(images.dtype).removeprefix("torch.")
        raise ValueError(f"images are scored as uint8 from 0 to 255, as files hold them, and these are {kind}")
    if images.dim() != 4 or images.shape[1] not in (1, 3) or not images.numel():
        raise ValueError(f"images are scored as (n, 1 or 3, height, width), and these are {tuple(images.shape)}")


def extractor_of(
    network: nn.Module, *, name: str, dims: int, side: int = 0, device: str = "cpu"
) -> FrozenNetwork:  # fmt: skip
    """Any network of yours as an extractor: put in evaluation mode and frozen.

    It is shown images (n, 3, side, side) float32 in [-1, 1], resized as clean-fid does it, or in their own size where
    `side` is 0, and gives features (n, dims), or a pair of features and logits.
    """
    network = network.to(device).eval().requires_grad_(False)

    def prepare(images: Tensor) -> Tensor:
        return (clean(images, side) if side else images.float()).div(127.5).sub(1)

    resize = f"clean bicubic to {side}, in [-1, 1]" if side else "none, in [-1, 1]"
    return FrozenNetwork(name, dims, weights_hash(network.state_dict()), resize, prepare, network, torch.device(device))


def standardised(images: Tensor, mean: tuple[float, ...], deviation: tuple[float, ...]) -> Tensor:
    """From [0, 255] to mean 0 and deviation 1, by channel."""
    shape = (1, 3, 1, 1)
    return (images / 255 - images.new_tensor(mean).view(shape)) / images.new_tensor(deviation).view(shape)


def weights_hash(state: Mapping[str, Tensor]) -> str:
    """16 hexadecimal digits that follow from names, shapes and values."""
    digest = blake2b(digest_size=8)
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
