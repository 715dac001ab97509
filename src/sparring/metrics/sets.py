"""What a metric gets to see: features of the sets, and, where it asks for them, images, labels and the generator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from torch import Tensor

from .moments import Moments


@dataclass(frozen=True)
class Seen:
    """What a feature network made of one set. Rows are samples, in the order in which they came, on the CPU."""

    count: int
    moments: Moments
    features: Tensor | None = None  # (n, dims) float32; None where no metric asked for more than moments
    logits: Tensor | None = None  # (n, classes) float32, of networks that classify
    labels: Tensor | None = None  # (n,) int64
    images: Tensor | None = None  # (n, channels, height, width) uint8; only where a metric asked for pixels
    names: tuple[str, ...] = ()  # for people: file names, or numbers of samples
    fingerprint: str = ""


class Extractor(Protocol):
    """A frozen feature network. Equal facts give equal features."""

    @property
    def name(self) -> str:
        """As scores are named after it: `inception`, `effnet-lite0`, ..."""
        ...

    @property
    def dims(self) -> int: ...

    @property
    def weights(self) -> str:
        """Hash of the weights."""
        ...

    @property
    def resize(self) -> str:
        """What happens to an image before the network, in words."""
        ...

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        """Images (n, 1 or 3, height, width) uint8 to features (n, dims) and logits (n, classes) or None, float32."""
        ...


class Maker(Protocol):
    """A generator under test, for metrics that need more than its samples."""

    latent: int
    classes: tuple[str, ...]

    def noise(self, n: int, *, seed: int = 0) -> Tensor:
        """As in training: z (n, latent)."""
        ...

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Images (n, channels, height, width) in [-1, 1]."""
        ...


@runtime_checkable
class StyledMaker(Protocol):
    """A generator that may have styles between noise and image."""

    @property
    def styled(self) -> bool:
        """Whether it has."""
        ...

    def styles(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Styles w (n, ...) of noise; a straight line between two of them is a path of images."""
        ...

    def draw(self, styles: Tensor) -> Tensor:
        """Images (n, channels, height, width) in [-1, 1] of styles; equal noise maps in every call."""
        ...


@dataclass(frozen=True)
class Beside:
    """What stands beside each sample, in the samples' order; images (n, channels, height, width) uint8.

    None where there is none, or where no metric asked for it.
    """

    source: Tensor | None = None  # what the sample was made of
    target: Tensor | None = None  # what it should have become
    returned: Tensor | None = None  # the source after there and back
    labels: Tensor | None = None  # (n,) int64: whom or what the source shows
    names: tuple[str, ...] = ()  # of the sources
    sources: str = ""  # fingerprint of the sources
    targets: str = ""  # and of what they should become


@dataclass(frozen=True)
class Sets:
    """Everything that metrics may look at; each declares what it needs of it."""

    fake: Seen
    real: Seen | None = None  # the reference: training images, or a folder
    held_out: Seen | None = None  # real images that the generator never saw
    extractor: Extractor | None = None
    maker: Maker | None = None
    seed: int = 0
    classes: tuple[str, ...] = ()  # names of labels, of real and fake alike
    notes: tuple[str, ...] = field(default=())
    beside: Beside = field(default=Beside())
