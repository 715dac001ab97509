"""Layers that are known to leave marks, or to hide gradients."""

from __future__ import annotations

from torch import nn

from ...findings import Claim
from ..check import Lint, number, says
from .pair import Pair

POOLS = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AdaptiveMaxPool2d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
TWICE = 2.0
"""3 pixels with a stride of 2; 5 with 2, at 1.5, show less."""


def checkered(pair: Pair) -> Claim | None:
    """Transposed convolutions whose kernels overlap unevenly."""
    for name, part in pair.generator.named_modules():
        if not isinstance(part, TRANSPOSED):
            continue
        for kernel, stride in zip(part.kernel_size, part.stride, strict=True):
            if stride > 1 and kernel % stride:
                uneven = -(-kernel // stride) / max(1, kernel // stride)
                return says(
                    f"The transposed convolution {name} has a kernel of {kernel} and a stride of {stride}: some pixels "
                    f"get {-(-kernel // stride)} contributions along a side and others {kernel // stride}, which shows "
                    f"as a checkerboard. A kernel of {2 * stride} overlaps evenly.",
                    number("most contributions to a pixel along a side over fewest", uneven, 1.0),
                    severity="warning" if uneven >= TWICE else "info",
                )
    return None


def sparse(pair: Pair) -> Claim | None:
    """Layers whose gradient is mostly zeros, in what teaches the generator."""
    if pair.critic is None:
        return None
    parts = list(pair.critic.modules())
    pools, rectifiers = (sum(isinstance(part, kinds) for part in parts) for kinds in (POOLS, (nn.ReLU, nn.ReLU6)))
    if not pools and not rectifiers:
        return None
    kinds = [*(["max pooling"] if pools else []), *(["ReLU"] if rectifiers else [])]
    return says(
        f"The discriminator has {' and '.join(kinds)}, whose gradient is 0 for much of what comes in; the generator "
        "learns from that gradient alone. Leaky rectifiers, and strides or average pooling, let all of it through. "
        "(Residual networks such as SNGAN's do well with ReLU.)"
    )


def leaking(pair: Pair) -> Claim | None:
    """Batch norm over real samples and fakes together."""
    if not pair.mixed or "critic" not in pair.setup.batch_norm:
        return None
    return says(
        "The discriminator is shown real samples and fakes in one batch, and its batch norm takes statistics over "
        "both: each sample's answer depends on how many of the others are fake. It looks perfect in training and knows "
        "nothing by itself. Show them in two calls."
    )


LAYERS: tuple[Lint[Pair], ...] = (
    Lint(
        "checkerboard-kernels",
        "warning",
        "Kernels that overlap unevenly",
        "Samples without power at the finest frequencies of the grid.",
        ("resize-convolution",),
        checkered,
    ),
    Lint(
        "sparse-gradients",
        "info",
        "Sparse gradients in the discriminator",
        "A published network that has them and does well.",
        (),
        sparse,
    ),
    Lint(
        "batch-norm-leak",
        "alarm",
        "Batch norm over real samples and fakes together",
        "Equal accuracy on mixed and on separate batches.",
        ("code-fix", "no-batch-norm-in-critic"),
        leaking,
    ),
)
