"""The three networks of MTCNN: proposal, refinement and output. Their weights come with this package."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...layers.shipped import shipped


def convolved(inputs: int, outputs: int, kernel: int, pool: int = 0) -> list[nn.Module]:
    """A convolution, its own slope below zero for each channel, and a maximum over steps of two pixels."""
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel), nn.PReLU(outputs)]
    return [*layers, nn.MaxPool2d(pool, 2, ceil_mode=True)] if pool else layers


class ColumnsFirst(nn.Module):
    """Flattens maps as their authors did, who counted columns first: (n, c, h, w) -> (n, w h c)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 3, 2, 1).flatten(1)


class Heads(nn.Module):
    """Several answers to one input: the probability of a face from the first, the others as they are."""

    def __init__(self, *heads: nn.Module):
        super().__init__()
        self.heads = nn.ModuleList(heads)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        sure, *others = (head(x) for head in self.heads)
        return torch.softmax(sure, 1)[:, 1], *others


def proposal_network() -> nn.Sequential:
    """Images (n, 3, h, w) in [-1, 1] to a probability and four shifts of the box for each 12 pixels, in steps of 2."""
    layers = convolved(3, 10, 3, pool=2) + convolved(10, 16, 3) + convolved(16, 32, 3)
    return nn.Sequential(*layers, Heads(nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)))


def refinement_network() -> nn.Sequential:
    """Patches (n, 3, 24, 24) to probabilities (n,) and shifts of their edges (n, 4) as parts of their side."""
    layers = convolved(3, 28, 3, pool=3) + convolved(28, 48, 3, pool=3) + convolved(48, 64, 2)
    dense = [ColumnsFirst(), nn.Linear(576, 128), nn.PReLU(128)]
    return nn.Sequential(*layers, *dense, Heads(nn.Linear(128, 2), nn.Linear(128, 4)))


def output_network() -> nn.Sequential:
    """Patches (n, 3, 48, 48) to probabilities, shifts (n, 4), and points (n, 10): five x, five y, parts of the side."""
    layers = convolved(3, 32, 3, pool=3) + convolved(32, 64, 3, pool=3) + convolved(64, 64, 3, pool=2)
    dense = [*convolved(64, 128, 2), ColumnsFirst(), nn.Linear(1152, 256), nn.PReLU(256)]
    return nn.Sequential(*layers, *dense, Heads(nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)))


class DetectorNetworks(nn.Module):
    """All three: `propose`, `refine` and `show`."""

    def __init__(self) -> None:
        super().__init__()
        self.propose, self.refine, self.show = proposal_network(), refinement_network(), output_network()


def pretrained() -> DetectorNetworks:
    """The networks with facenet-pytorch's weights (MIT), frozen."""
    networks = DetectorNetworks()
    networks.load_state_dict(shipped("face_detector"), assign=True)
    return networks.eval().requires_grad_(False)
