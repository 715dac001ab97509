"""Which metrics fit what is compared, where nobody says which."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ..metrics.suite import METRICS, Metric
from .sides import Sides

USUAL = ("fid", "kid", "prdc", "modes", "conditional-accuracy", "kid-per-class", "memorisation", "verdict")
OF_TRANSLATORS = ("fid", "kid", "prdc", "kid-per-class", "likeness", "perceptual", "cycle", "edges", "faces")
"""The same for what is made of images."""
"""In the order of the table, those that say most for their time; every other one has to be asked for."""
PER_CLASS = 100
"""Real images of a class, on average, from which scores by class are worth reading."""
WHOLE_BYTES = 1 << 30
"""Of images that are kept for metrics which look at pixels; others have to be asked for."""
MISSING = {
    "real": "real images to compare with",
    "held_out": "images that were held out of training",
    "labels": "real images with labels",
    "maker": "a generator, and not only its images",
    "source": "what each image was made of: a translator, or --source FOLDER",
    "target": "pairs: for each image one of the same name that it should have become",
    "returned": "a translator that keeps the way back",
}


def fitting(sides: Sides, features: str, catalogue: Mapping[str, Metric] = METRICS) -> list[Metric]:
    """Those of the catalogue that say something about these sets, seen by this network."""
    usual = OF_TRANSLATORS if sides.source else USUAL
    return [catalogue[name] for name in usual if name in catalogue and fits(catalogue[name], sides, features)]


def check_possible(metrics: Sequence[Metric], sides: Sides) -> None:
    """ValueError where one needs what there is not."""
    for metric in metrics:
        lacking = [what for need, what in MISSING.items() if need in metric.needs and not has(need, sides)]
        if lacking:
            raise ValueError(f"{metric.name} needs {' and '.join(lacking)}")


def fits(metric: Metric, sides: Sides, features: str) -> bool:
    """Whether it can be measured, in sensible time and memory, and says something."""
    if not all(has(need, sides) for need in metric.needs):
        return False
    if metric.name == "modes":
        return features in ("points", "classifier")
    if metric.name == "conditional-accuracy":
        return features == "classifier" and sides.share_labels
    if metric.name == "kid-per-class":
        real = sides.real.count if sides.real else 0
        return sides.share_labels and real >= PER_CLASS * len(sides.classes)
    return "images" not in metric.needs or bytes_of(sides) <= WHOLE_BYTES


def wanted(metrics: Sequence[Metric], sides: Sides) -> frozenset[str]:
    """All that they need, and what they welcome where it is there."""
    needs = frozenset[str]().union(*(metric.needs for metric in metrics))
    welcome = frozenset[str]().union(*(metric.welcome for metric in metrics))
    return needs | {one for one in welcome if has(one, sides)}


def has(need: str, sides: Sides) -> bool:
    """Whether what a metric needs is there."""
    there = {"real": sides.real, "held_out": sides.held_out, "labels": sides.classes, "maker": sides.maker}
    there |= {"source": sides.source, "target": sides.target, "returned": sides.back}
    return need not in there or bool(there[need])


def bytes_of(sides: Sides) -> int:
    """All images of all sets, uncompressed."""
    sets = (sides.fake, sides.real, sides.held_out)
    return sum(one.count * math.prod(one.shape) for one in sets if one)
