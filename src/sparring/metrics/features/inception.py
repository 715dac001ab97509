"""The Inception network that FID, KID and the Inception score are published with, as a frozen feature network.

Inception v3 (Szegedy et al. 2016) in the form of TensorFlow's graph of 2015-12-05: average pools leave the padding
out, the last block pools by maximum, and there are 1,008 logits. Its weights have the names that pytorch-fid and
torch-fidelity gave them. Batch norms are folded into the convolutions; convolutions that look at the same map with
the same kernel are one; and an average pool comes after the 1x1 convolution it stood before, where it has a tenth
of the channels to go through: both are linear, and the bias is what it was since the weights of a pool add up to 1.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEATURES, LOGITS, SIDE = 2048, 1008, 299
EPSILON = 1e-3  # of the batch norms
# Of the blocks on the 35- and 17-pixel maps: name, input channels, and what differs between them.
FINE = (("Mixed_5b", 192, 32), ("Mixed_5c", 256, 64), ("Mixed_5d", 288, 64))
COARSE = (("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192))


class FoldedConvolution(nn.Module):
    """Convolutions of one input side by side, each with the batch norm and ReLU after it.

    `names` are their keys in the published weights, in the order of the output's channels. `pooled`: the last of them
    stood behind a 3x3 average pool, which is made good after it.
    """

    def __init__(
        self, names: tuple[str, ...], inputs: int, outputs: tuple[int, ...], kernel: int | tuple[int, int] = 1,
        stride: int = 1, padding: int | tuple[int, int] = 0, pooled: bool = False,
    ):  # fmt: skip
        super().__init__()
        self.names, self.outputs, self.pooled = names, list(outputs), pooled
        self.conv = nn.Conv2d(inputs, sum(outputs), kernel, stride, padding)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu_(self.conv(x))

    def apart(self, x: Tensor) -> tuple[Tensor, ...]:
        """What each of the convolutions makes of x."""
        h = self.conv(x)
        if not self.pooled:
            return F.relu_(h).split(self.outputs, 1)
        *parts, last = h.split(self.outputs, 1)
        last = F.avg_pool2d(last, 3, 1, 1, count_include_pad=False)
        return *(F.relu(part) for part in parts), F.relu_(last)

    @torch.no_grad()
    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take the published weights over, in float64 until the last step."""
        weights, biases = list[Tensor](), list[Tensor]()
        for name in self.names:
            norm = {
                key: state[f"{name}.bn.{key}"].double() for key in ("weight", "bias", "running_mean", "running_var")
            }
            scale = norm["weight"] * (norm["running_var"] + EPSILON).rsqrt()
            weights.append(state[f"{name}.conv.weight"].double() * scale[:, None, None, None])
            biases.append(norm["bias"] - norm["running_mean"] * scale)
        assert self.conv.bias is not None
        self.conv.weight.copy_(torch.cat(weights))
        self.conv.bias.copy_(torch.cat(biases))


def one(name: str, inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int = 1) -> FoldedConvolution:
    """One convolution; it keeps the size where the stride is 1 and the kernel is odd in a block."""
    sides = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (sides[0] // 2, sides[1] // 2) if stride == 1 else 0
    return FoldedConvolution((name,), inputs, (outputs,), kernel, stride, padding)


def several(block: str, inputs: int, branches: Mapping[str, int], pooled: bool = False) -> FoldedConvolution:
    names = tuple(f"{block}.{branch}" for branch in branches)
    return FoldedConvolution(names, inputs, tuple(branches.values()), pooled=pooled)


class FineBlock(nn.Module):
    """Szegedy et al.'s figure 5, with a 5x5: on the 35-pixel map."""

    def __init__(self, name: str, inputs: int, pool: int):
        super().__init__()
        first = {"branch1x1": 64, "branch5x5_1": 48, "branch3x3dbl_1": 64, "branch_pool": pool}
        self.first = several(name, inputs, first, pooled=True)
        self.five = one(f"{name}.branch5x5_2", 48, 64, 5)
        self.three = nn.Sequential(one(f"{name}.branch3x3dbl_2", 64, 96, 3), one(f"{name}.branch3x3dbl_3", 96, 96, 3))

    def forward(self, x: Tensor) -> Tensor:
        plain, five, three, pool = self.first.apart(x)
        return torch.cat((plain, self.five(five), self.three(three), pool), 1)


class CoarseBlock(nn.Module):
    """Their figure 6, with n = 7: on the 17-pixel map."""

    def __init__(self, name: str, width: int):
        super().__init__()
        first = {"branch1x1": 192, "branch7x7_1": width, "branch7x7dbl_1": width, "branch_pool": 192}
        self.first = several(name, 768, first, pooled=True)
        self.once = chain(f"{name}.branch7x7", width, (width, 192), ((1, 7), (7, 1)))
        kernels = ((7, 1), (1, 7), (7, 1), (1, 7))
        self.twice = chain(f"{name}.branch7x7dbl", width, (width, width, width, 192), kernels)

    def forward(self, x: Tensor) -> Tensor:
        plain, once, twice, pool = self.first.apart(x)
        return torch.cat((plain, self.once(once), self.twice(twice), pool), 1)


def chain(name: str, inputs: int, widths: tuple[int, ...], kernels: tuple[tuple[int, int], ...]) -> nn.Sequential:
    """Convolutions one after the other, numbered from 2."""
    layers = list[nn.Module]()
    for number, (width, kernel) in enumerate(zip(widths, kernels, strict=True), start=2):
        layers.append(one(f"{name}_{number}", inputs, width, kernel))
        inputs = width
    return nn.Sequential(*layers)


class ToCoarse(nn.Module):
    """From the 35-pixel map to the one of 17."""

    def __init__(self) -> None:
        super().__init__()
        self.three = one("Mixed_6a.branch3x3", 288, 384, 3, stride=2)
        self.twice = nn.Sequential(
            one("Mixed_6a.branch3x3dbl_1", 288, 64, 1),
            one("Mixed_6a.branch3x3dbl_2", 64, 96, 3),
            one("Mixed_6a.branch3x3dbl_3", 96, 96, 3, stride=2),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.three(x), self.twice(x), F.max_pool2d(x, 3, 2)), 1)


class ToLast(nn.Module):
    """From the 17-pixel map to the one of 8."""

    def __init__(self) -> None:
        super().__init__()
        self.first = several("Mixed_7a", 768, {"branch3x3_1": 192, "branch7x7x3_1": 192})
        self.three = one("Mixed_7a.branch3x3_2", 192, 320, 3, stride=2)
        seven = chain("Mixed_7a.branch7x7x3", 192, (192, 192), ((1, 7), (7, 1)))
        self.seven = nn.Sequential(*seven, one("Mixed_7a.branch7x7x3_4", 192, 192, 3, stride=2))

    def forward(self, x: Tensor) -> Tensor:
        three, seven = self.first.apart(x)
        return torch.cat((self.three(three), self.seven(seven), F.max_pool2d(x, 3, 2)), 1)


class LastBlock(nn.Module):
    """Their figure 7: on the 8-pixel map. `largest`: pools by maximum, as the last of the two does."""

    def __init__(self, name: str, inputs: int, largest: bool):
        super().__init__()
        first = {"branch1x1": 320, "branch3x3_1": 384, "branch3x3dbl_1": 448}
        self.pool = one(f"{name}.branch_pool", inputs, 192, 1) if largest else None
        self.first = several(name, inputs, first if largest else {**first, "branch_pool": 192}, pooled=not largest)
        self.wide = one(f"{name}.branch3x3_2a", 384, 384, (1, 3))
        self.high = one(f"{name}.branch3x3_2b", 384, 384, (3, 1))
        self.three = one(f"{name}.branch3x3dbl_2", 448, 384, 3)
        self.three_wide = one(f"{name}.branch3x3dbl_3a", 384, 384, (1, 3))
        self.three_high = one(f"{name}.branch3x3dbl_3b", 384, 384, (3, 1))

    def forward(self, x: Tensor) -> Tensor:
        plain, once, twice, *rest = self.first.apart(x)
        pool = rest[0] if self.pool is None else self.pool(F.max_pool2d(x, 3, 1, 1))
        twice = self.three(twice)
        parts = (plain, self.wide(once), self.high(once), self.three_wide(twice), self.three_high(twice), pool)
        return torch.cat(parts, 1)


class Inception(nn.Module):
    """Takes x (n, 3, 299, 299) in [-1, 1] to features (n, 2048) and logits (n, 1008) without their bias.

    The Inception score of the published graph is computed from such logits. Built with random weights; see `load`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            FoldedConvolution(("Conv2d_1a_3x3",), 3, (32,), 3, 2),
            FoldedConvolution(("Conv2d_2a_3x3",), 32, (32,), 3),
            one("Conv2d_2b_3x3", 32, 64, 3),
            nn.MaxPool2d(3, 2),
            FoldedConvolution(("Conv2d_3b_1x1",), 64, (80,), 1),
            FoldedConvolution(("Conv2d_4a_3x3",), 80, (192,), 3),
            nn.MaxPool2d(3, 2),
        )
        self.blocks = nn.Sequential(
            *(FineBlock(*facts) for facts in FINE),
            ToCoarse(),
            *(CoarseBlock(*facts) for facts in COARSE),
            ToLast(),
            LastBlock("Mixed_7b", 1280, largest=False),
            LastBlock("Mixed_7c", 2048, largest=True),
        )
        self.head = nn.Linear(FEATURES, LOGITS, bias=False)
        self.requires_grad_(False).eval()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = self.blocks(self.stem(x)).mean((2, 3))
        return features, self.head(features)

    @torch.no_grad()
    def load(self, state: Mapping[str, Tensor]) -> None:
        """The published weights, by their names. KeyError or RuntimeError where they are those of another network."""
        for part in self.modules():
            if isinstance(part, FoldedConvolution):
                part.load(state)
        self.head.weight.copy_(state["fc.weight"])
