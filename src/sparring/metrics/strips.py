"""A picture of samples beside their nearest training images, by pixels and by features, with held-out ones below.

Numbers say that something may be copied; people see whether it is. Pixels alone miss copies that moved by a pixel, and
features alone miss what the network does not look at. The rows of held-out images show how near is usual.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from .neighbours import nearest
from .protocols import features_of, images_of
from .sets import Seen

ROWS, NEIGHBOURS = 8, 4
TILE = 64  # pixels, least side; smaller images are enlarged by whole factors
GAP, APART, TEXT = 3, 18, 15
INK, PAPER, SUSPECT = (40, 40, 40), (255, 255, 255), (190, 40, 30)


@dataclass(frozen=True)
class Strips:
    """Some images (rows, channels, height, width) uint8 and their nearest training images in two spaces."""

    images: Tensor
    by_pixels: Tensor
    """(rows, neighbours) numbers of training images, nearest first."""
    by_features: Tensor
    ratios: Tensor
    """(rows,) distance to the nearest training image in features, in units of the usual one of held-out images."""


def strips_of(seen: Seen, real: Seen, usual: float, rows: int = ROWS, neighbours: int = NEIGHBOURS) -> Strips:
    """The images of a set that are nearest to training images, nearest first; `usual` is the unit of distance."""
    images, train = images_of(seen, "the samples"), images_of(real, "the training images")
    features, known = features_of(seen, "the samples"), features_of(real, "the training images")
    if images.shape[1:] != train.shape[1:]:
        sizes = f"{tuple(images.shape[1:])} and {tuple(train.shape[1:])}"
        raise ValueError(f"strips need samples and training images of one size and colour, and these are {sizes}")
    distances, numbers = nearest(features, known, min(neighbours, len(known)))
    chosen = distances[:, 0].argsort(stable=True)[:rows]
    pixels = nearest(images[chosen].flatten(1).float(), train.flatten(1).float(), min(neighbours, len(known)))[1]
    return Strips(images[chosen], pixels, numbers[chosen], distances[chosen, 0] / (usual or 1.0))


def strips(
    fake: Seen, real: Seen, held_out: Seen | None = None, *, rows: int = ROWS, neighbours: int = NEIGHBOURS
) -> Image.Image:
    """The most suspicious samples in rows: the sample, its nearest by pixels, its nearest by features.

    Each has a number: how far the nearest training image is in features, 1 being the median of held-out images (or of
    the samples, without those). All sets need images and features.
    """
    unit = features_of(held_out or fake, "the held-out images")
    usual = float(nearest(unit, features_of(real, "the training images"), 1)[0].median())
    parts = [("samples nearest to training images", strips_of(fake, real, usual, rows, neighbours))]
    if held_out is not None:
        parts.append(("held-out images nearest to training images", strips_of(held_out, real, usual, rows, neighbours)))
    return drawn(parts, images_of(real, "the training images"))


def drawn(parts: list[tuple[str, Strips]], train: Tensor) -> Image.Image:
    first = parts[0][1]
    width = first.images.shape[3]
    factor = max(1, -(-TILE // width))
    tall, wide = first.images.shape[2] * factor + GAP, width * factor + GAP
    neighbours = first.by_pixels.shape[1]
    lefts = (GAP, wide + APART, wide + APART + neighbours * wide + APART)
    height = sum(2 * TEXT + 8 + len(part.images) * (tall + TEXT) for _, part in parts)
    page = Image.new("RGB", (max(lefts[2] + neighbours * wide, 420), height + GAP), PAPER)
    pen, font, top = ImageDraw.Draw(page), ImageFont.load_default(12), GAP
    for title, part in parts:
        pen.text((GAP, top), title, INK, font)
        for left, text in zip(lefts[1:], ("nearest by pixels", "nearest by features"), strict=True):
            pen.text((left, top + TEXT), text, INK, font)
        top += 2 * TEXT + 3
        for row in range(len(part.images)):
            ratio = float(part.ratios[row])
            page.paste(tile(part.images[row], factor), (lefts[0], top))
            for left, numbers in ((lefts[1], part.by_pixels), (lefts[2], part.by_features)):
                for place, number in enumerate(numbers[row].tolist()):
                    page.paste(tile(train[number], factor), (left + place * wide, top))
            pen.text((lefts[0], top + tall - GAP), f"{ratio:.2f}", SUSPECT if ratio < 0.5 else INK, font)
            top += tall + TEXT
        top += 5
    return page


def tile(image: Tensor, factor: int) -> Image.Image:
    """An image (channels, height, width) uint8, enlarged so that its pixels can be seen."""
    values = image.permute(1, 2, 0).contiguous().numpy()
    picture = Image.fromarray(values[..., 0] if values.shape[2] == 1 else values).convert("RGB")
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
