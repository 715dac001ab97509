"""PatchNCE (Park et al. 2020): a patch of the result must be like the patch it came from, and like no other."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..play import chance
from ..play.scene import added

TEMPERATURE = 0.07


class PatchHeads(nn.Module):
    """One small network per feature map, from the channels of a place to a vector of length 1.

    `channels` of each map. Maps (n, c, h, w) and places (n, k) of each -> vectors (n, k, length) of each.
    """

    def __init__(self, channels: tuple[int, ...], length: int = 256):
        super().__init__()
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(count, length), nn.ReLU(), nn.Linear(length, length)) for count in channels
        )
        for part in self.modules():
            if isinstance(part, nn.Linear):
                nn.init.xavier_normal_(part.weight, 0.02)
                nn.init.zeros_(part.bias)

    def forward(self, maps: tuple[Tensor, ...], places: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        found = list[Tensor]()
        for head, seen, place in zip(self.heads, maps, places, strict=True):
            flat = seen.flatten(2).transpose(1, 2)
            chosen = flat.gather(1, place[:, :, None].expand(-1, -1, flat.shape[2]))
            with torch.autocast(seen.device.type, enabled=False):
                found.append(F.normalize(head(chosen.float()), dim=2))
        return tuple(found)


Features = Callable[[Tensor], tuple[Tensor, ...]]


class PatchContrast(nn.Module):
    """PatchNCE between images and what they became, seen through the translator's own features.

    `maps` are the features of one image; `patches` places of each are compared. Its heads learn beside the translator.
    """

    def __init__(self, maps: tuple[Tensor, ...], patches: int):
        super().__init__()
        self.heads, self.patches = PatchHeads(tuple(one.shape[1] for one in maps)), patches

    def forward(self, features: Features, made: Tensor, origin: Tensor, flipped: Tensor | None = None) -> Tensor:
        """The mean cross-entropy (0-d); `flipped` (n,) says which samples were mirrored before they were translated."""
        queries = tuple(mirrored(one, flipped) for one in features(made))
        places = drawn_places(queries, self.patches)
        with torch.no_grad():
            keys = self.heads(features(origin), places)
        return contrast(self.heads(queries, places), keys)


def mirrored(maps: Tensor, flipped: Tensor | None) -> Tensor:
    """Those samples (n, c, h, w) mirrored that `flipped` (n,) names."""
    return maps if flipped is None else torch.where(flipped[:, None, None, None], maps.flip(3), maps)


def drawn_places(maps: tuple[Tensor, ...], patches: int) -> tuple[Tensor, ...]:
    """For each map up to so many different places (n, k), drawn anew for every sample."""
    found = list[Tensor]()
    for seen in maps:
        count = seen.shape[2] * seen.shape[3]
        found.append(chance.uniform((len(seen), count), seen.device).topk(min(patches, count)).indices)
    return tuple(found)


def contrast(queries: tuple[Tensor, ...], keys: tuple[Tensor, ...]) -> Tensor:
    """The mean cross-entropy (0-d) of finding each query's own key among those of its image; ln k if all are alike.

    Vectors (n, k, length) of each map. No gradient reaches the keys.
    """
    terms = list[Tensor]()
    for query, key in zip(queries, keys, strict=True):
        likeness = torch.bmm(query, key.detach().mT) / TEMPERATURE
        own = torch.arange(likeness.shape[1], device=query.device).expand(len(query), -1)
        terms.append(F.cross_entropy(likeness.flatten(0, 1), own.flatten()))
    return added(terms) / len(terms)
