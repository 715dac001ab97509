"""68 landmarks of a face: the dense network of @vladmandic/face-api (MIT), whose weights come with this package."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.shipped import shipped

SIDE, LANDMARKS = 112, 68
MEAN = (122.782, 117.001, 104.298)
"""Of red, green and blue, in [0, 255]."""
CHANNELS = (32, 64, 128, 256)


class Separable(nn.Module):
    """Each channel by itself, then all of one pixel together; pads as TensorFlow does: odd pixels right and below."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__()
        self.stride = stride
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.depthwise(padded(x, self.stride)))


class Dense(nn.Module):
    """Halves, then adds up what three layers make of each other's sums."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.halve = nn.Conv2d(3, outputs, 3, 2) if inputs == 3 else Separable(inputs, outputs, 2)
        self.layers = nn.ModuleList(Separable(outputs, outputs) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        total = F.relu(self.halve(padded(x, 2) if isinstance(self.halve, nn.Conv2d) else x))
        h = total
        for layer in self.layers:
            total = total + layer(h)
            h = F.relu(total)
        return h


class LandmarkNetwork(nn.Module):
    """Faces (n, 3, 112, 112), RGB in [0, 1], to (n, 68, 2): x and y as parts of the side. In iBUG's order."""

    def __init__(self) -> None:
        super().__init__()
        inputs = (3, *CHANNELS[:-1])
        self.blocks = nn.Sequential(*(Dense(*pair) for pair in zip(inputs, CHANNELS, strict=True)))
        self.head = nn.Linear(CHANNELS[-1], 2 * LANDMARKS)

    def forward(self, x: Tensor) -> Tensor:
        h = self.blocks(x - x.new_tensor(MEAN).view(1, 3, 1, 1) / 255)
        return self.head(h.mean((2, 3))).view(-1, LANDMARKS, 2)


def padded(x: Tensor, stride: int) -> Tensor:
    """For a kernel of 3: odd pixels right and below, as TensorFlow pads."""
    before = 1 if stride == 1 or x.shape[2] % 2 else 0
    return F.pad(x, (before, 1, before, 1))


def pretrained() -> LandmarkNetwork:
    """The network with its weights, frozen."""
    with torch.device("meta"):
        network = LandmarkNetwork()
    network.load_state_dict(shipped("face_landmarks"), assign=True)
    return network.eval().requires_grad_(False)
