"""What every architecture promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from torch import nn

Conditioning = Literal["projection", "auxiliary", "concat"]
"""How a critic takes labels in: by an inner product with its features (Miyato and Koyama 2018), by classifying
(Odena et al. 2017), or by constant input maps (Mirza and Osindero 2014)."""


@dataclass(frozen=True)
class Shape:
    """What the data and the play ask of a network."""

    image: tuple[int, ...]  # (channels, height, width), or (dimensions,) for points
    latent: int = 0  # length of z; 0 where no network takes noise
    classes: int = 0  # 0 = unconditional
    source: tuple[int, ...] = ()  # what translators start from; () = images like those they make
    shown: int = 0  # channels of the source that critics see in front of the image's

    @property
    def judged(self) -> tuple[int, ...]:
        """One sample as critics see it."""
        return (self.image[0] + self.shown, *self.image[1:]) if self.shown else self.image


class Network(Protocol):
    """Settings of one architecture: frozen dataclass, `kind` is its name in the registry.

    Generators are called `G(z, y)` and critics `D(x, y)` with z (n, latent), x (n, *image) in [-1, 1] and
    y (n,) int64 labels or None. Generators return (n, *image) in [-1, 1], or about that where they say so; critics
    return a Verdict. Encoders `E(x, y)` return a Code, and joint critics `D((z, x), y)` judge pairs. Translators
    `T(x, y)` turn (n, *source) into (n, *image).
    """

    @property
    def kind(self) -> str: ...

    def build(self, shape: Shape) -> nn.Module:
        """A freshly initialised network. ValueError with the alternatives if it cannot make this shape."""
        ...


@runtime_checkable
class Translating(Protocol):
    """Settings of a network that turns images into images of the same size."""

    @property
    def multiple(self) -> int:
        """Of which the images' sides in pixels must be multiples."""
        ...


def square(shape: Shape, kind: str, sizes: tuple[int, ...]) -> tuple[int, int]:
    """(channels, side) of square images of one of these sizes in pixels. ValueError for any other shape."""
    known = ", ".join(str(size) for size in sizes)
    if len(shape.image) != 3 or shape.image[1] != shape.image[2] or shape.image[1] not in sizes:
        what = "x".join(str(side) for side in shape.image)
        hint = " (points: use mlp-generator and mlp-critic)" if len(shape.image) == 1 else ""
        raise ValueError(f"{kind} works on square images of {known} pixels, not on samples of shape {what}{hint}")
    return shape.image[0], shape.image[1]


def translated(shape: Shape, kind: str, multiple: int) -> tuple[int, int]:
    """(channels in, channels out) of a translator of images whose sides are multiples of so many pixels."""
    source, image = shape.source or shape.image, shape.image
    if len(image) != 3 or source[1:] != image[1:] or image[1] % multiple or image[2] % multiple:
        what = " into ".join("x".join(str(side) for side in one) for one in (source, image))
        raise ValueError(
            f"{kind} translates images into images of one size whose sides are multiples of {multiple} pixels, "
            f"not {what}"
        )
    return source[0], image[0]


def channels_of(shape: Shape, kind: str, least: int) -> int:
    """Channels that a critic of images of at least so many pixels sees. ValueError for anything else."""
    if len(shape.image) != 3 or min(shape.image[1:]) < least:
        what = "x".join(str(side) for side in shape.image)
        raise ValueError(f"{kind} judges images of at least {least} pixels, not samples of shape {what}")
    return shape.judged[0]


def positive(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"{name} must be at least 1, and is {value}")


def disturbed(noise: float, dropout: float) -> None:
    """Refuse impossible noise and dropout inside a network."""
    if noise < 0:
        raise ValueError(f"noise is a standard deviation and cannot be negative, and is {noise}")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is a share in [0, 1), and is {dropout}")
