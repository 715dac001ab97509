"""Real samples, and what every measure says of them: what samples are held against."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..metrics.frechet import gaussian_of_rows
from ..metrics.neighbours import radii
from .eye import REGIONS, Eye, regions_of
from .measures import artefacts, colour, kinds, likeness, variety

RATIOS = {
    "quality": "quality",
    "coverage": "coverage",
    "spread": "diversity",
    "batch_spread": "batch_spread",
    "rank": "rank",
    "grid": "checkerboard",
}
"""Measures whose value for fakes is divided by that for real samples -> signal."""
EXCESSES = {"distance": "distance", "duplicates": "duplicates", "blank": "blank_share"}
"""Measures from which the real samples' value is subtracted, down to 0 -> signal."""
COPY = 0.01
"""Nearer samples are the same for any eye; the real samples' median distance is 1."""
LEAST_KNOWN = 32
"""Held-out samples from which the distance between unknown and training samples can be told."""


class Reference:
    """Real samples (n, ...), n >= 24, a part of which stands in for perfect fakes."""

    def __init__(self, samples: Tensor, labels: Tensor | None, held_out: Tensor | None, fakes: int):
        self.images = samples.dim() == 4
        if self.images:
            self.mean, self.std = colour.channels(samples)
            self.frames = artefacts.frames(samples)
            self.range = {"saturated_real": colour.saturated(samples), "range_real": colour.reach(samples)}
        self.eye = Eye(samples)
        self.shape, self.labels = samples.shape[1:], labels
        self.classes = 0 if labels is None else int(labels.max()) + 1
        seen = self.eye(samples)
        # The first stand in for fakes; balls, regions and moments are those of the rest.
        apart = min(fakes, len(samples) // 3)
        self.seen, self.all_seen, self.apart = seen[apart:], seen, apart
        self.radii = radii(self.seen, min(likeness.K, len(self.seen) - 1)).float()
        self.gaussian = gaussian_of_rows(self.seen)
        self.gap = float(variety.gaps(seen[:apart]).median())
        self.centres = regions_of(seen, REGIONS["images" if self.images else "points"], spaced=not self.images)
        self.region_shares = self.regions(seen)
        self.unknown = self.reach_of_unknown(held_out)
        if labels is not None:
            # Of what neighbours say, as of fakes: some classes look like others.
            among = torch.cdist(seen, seen).fill_diagonal_(torch.inf)
            self.class_shares = kinds.shares_of(likeness.votes(among, labels, self.classes), self.classes)
            self.spreads = variety.spreads(seen, labels, self.classes)
        distances = torch.cdist(seen[:apart], self.seen)
        self.usual = self.measured(samples[:apart], seen[:apart], distances)
        if labels is not None:
            voted = likeness.votes(distances, labels[apart:], self.classes)
            self.usual["agreement"] = kinds.agreement(voted, labels[:apart], self.classes)

    def reach_of_unknown(self, held_out: Tensor | None) -> float:
        """Median distance from a real sample that is not trained on to the nearest training sample."""
        if held_out is not None and len(held_out) >= LEAST_KNOWN:
            return likeness.reach(torch.cdist(self.eye(held_out), self.all_seen))
        among = torch.cdist(self.all_seen, self.all_seen)
        return likeness.reach(among.fill_diagonal_(torch.inf))

    def regions(self, seen: Tensor) -> Tensor:
        """Share of samples in each region."""
        return kinds.shares_of(torch.cdist(seen, self.centres).argmin(1), len(self.centres))

    def measured(self, samples: Tensor, seen: Tensor, distances: Tensor) -> dict[str, float]:
        """What means something only beside the same of real samples; `distances` are those from real ones."""
        found = {
            "distance": likeness.distance(seen, self.gaussian),
            "quality": likeness.quality(distances, self.radii),
            "coverage": likeness.coverage(distances, self.radii),
            "spread": variety.typical_distance(seen),
            "batch_spread": variety.batch_spread(samples),
            "rank": variety.rank(seen),
            "duplicates": variety.duplicates(seen, self.gap),
        }
        if self.images:
            found |= {"grid": artefacts.grid_power(samples), "blank": artefacts.blank_share(samples)}
        return measurable(found)

    def compare(self, samples: Tensor, seen: Tensor, asked: Tensor | None) -> dict[str, float]:
        """All signals of samples; `asked` are the labels (n,) that they were made for."""
        known = torch.cdist(seen, self.all_seen)
        ours = self.measured(samples, seen, known[:, self.apart :])
        found = {signal: ours[name] / max(self.usual[name], 1e-6) for name, signal in RATIOS.items() if name in ours}
        found |= {signal: max(0.0, ours[name] - self.usual[name]) for name, signal in EXCESSES.items() if name in ours}
        shares = self.regions(seen)
        found["dominant_share"], found["dominant_region"] = kinds.dominant(shares, self.region_shares)
        found["regions"] = kinds.covered(shares, self.region_shares)
        found["copying"] = likeness.reach(known) / max(self.unknown, COPY)
        if self.images:
            found |= self.compare_images(samples)
        if self.labels is not None:
            found |= self.compare_classes(seen, known, self.labels, asked)
        return found

    def compare_images(self, samples: Tensor) -> dict[str, float]:
        mean, std = colour.channels(samples)
        found = {
            "channel_gap": colour.channel_gap(mean, self.mean),
            "swapped_gap": colour.swapped_gap(mean, self.mean),
            "halved_gap": colour.halved_gap(mean, self.mean),
            "contrast": colour.contrast(std, self.std),
            "saturated": colour.saturated(samples),
            "border_gap": artefacts.border_gap(artefacts.frames(samples), self.frames),
        }
        return measurable(found) | self.range

    def compare_classes(self, seen: Tensor, known: Tensor, labels: Tensor, asked: Tensor | None) -> dict[str, float]:
        """`known` are the samples' distances from all real ones, which have these labels."""
        voted = likeness.votes(known, labels, self.classes)
        shares = kinds.shares_of(voted, self.classes)
        found = {
            "class_divergence": kinds.divergence(shares, self.class_shares),
            "least_class": kinds.least(shares, self.class_shares),
        }
        if asked is None:
            return found
        ratios = variety.spreads(seen, asked, self.classes) / self.spreads.clamp_min(1e-6)
        ratios = ratios[ratios.isfinite()]
        if len(ratios):
            found |= {"noise_effect": float(ratios.median()), "class_spread": float(ratios.amin())}
        agreed = kinds.agreement(voted, asked, self.classes)
        return found | {"class_agreement": agreed / max(self.usual["agreement"], 0.1)}

    def distance(self, seen: Tensor) -> float:
        """The signal alone."""
        return max(0.0, likeness.distance(seen, self.gaussian) - self.usual["distance"])


def measurable(found: dict[str, float]) -> dict[str, float]:
    """Without what means nothing of samples of this kind."""
    return {name: value for name, value in found.items() if not math.isnan(value)}
