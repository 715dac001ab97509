"""Any score of features for each class by itself, and its mean over classes (Miyato & Koyama 2018: intra FID)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from .frechet_score import frechet_score
from .intervals import repeats
from .kernel import kernel_distance
from .manifold import K, manifold_scores
from .moments import moments_of
from .protocols import features_of, features_protocol
from .score import Score
from .sets import Seen, Sets

NAMED = 10  # classes named in one warning


def labelled(seen: Seen | None, who: str) -> tuple[Seen, Tensor, Tensor]:
    """A set, its features and its labels. ValueError where there are none."""
    features = features_of(seen, f"the {who}")
    if seen is None or seen.labels is None:
        raise ValueError(f"scores of each class need labels, and the {who} have none")
    return seen, features, seen.labels


def of_class(label: int, seen: Seen, features: Tensor, labels: Tensor) -> Seen:
    """Its part of a set."""
    rows = features[labels == label]
    return Seen(len(rows), moments_of(rows), rows, fingerprint=seen.fingerprint)


def by_class(sets: Sets, least: int) -> tuple[dict[str, Sets], tuple[str, ...]]:
    """Real and fake features of every class with at least `least` samples on both sides, and the names of the rest.

    ValueError where either side has no labels, or no class has enough.
    """
    real, fake = labelled(sets.real, "real images"), labelled(sets.fake, "samples")
    found, few = dict[str, Sets](), list[str]()
    for label in sorted({*real[2].tolist(), *fake[2].tolist()}):
        name = sets.classes[label] if label < len(sets.classes) else str(label)
        ours, theirs = of_class(label, *fake), of_class(label, *real)
        if min(ours.count, theirs.count) < least:
            few.append(name)
            continue
        found[name] = replace(sets, fake=ours, real=theirs)
    if not found:
        raise ValueError(f"no class has {least} real images and {least} samples, which this score needs of each")
    return found, tuple(few)


def per_class(sets: Sets, measure: Callable[[Sets], list[Score]], least: int) -> list[Score]:
    """Scores `NAME[CLASS]` of every class, and of each name the mean over classes as `NAME-per-class`."""
    parts, few = by_class(sets, least)
    names, scores = dict[str, list[Score]](), list[Score]()
    for label, part in parts.items():
        for score in measure(part):
            names.setdefault(score.name, []).append(score)
            scores.append(replace(score, name=f"{score.name}[{label}]"))
    more = f" and {len(few) - NAMED} more" if len(few) > NAMED else ""
    absent = f"left out, with fewer than {least} real images or samples: {', '.join(few[:NAMED])}{more}"
    for name, each in names.items():
        values = torch.tensor([score.value for score in each], dtype=torch.float64)
        low, high, about = repeats(values, "classes")
        protocol = features_protocol(sets, (*each[0].protocol.settings, ("classes", len(each))))
        doubts = [f"{each[0].name} of a class: {doubt}" for doubt in dict.fromkeys(each[0].warnings)]
        warnings = (*([absent] if few else []), *doubts)
        mean = float(values.mean())
        scores.append(Score(f"{name}-per-class", mean, each[0].better, protocol, low, high, about, warnings))
    return scores


def frechet_per_class(sets: Sets) -> list[Score]:
    """Fréchet distance of each class and their mean; classes are small, so read the warnings."""
    return per_class(sets, frechet_score, 2)


def kernel_per_class(sets: Sets) -> list[Score]:
    """Kernel distance of each class and their mean: unbiased, so the better choice for small classes."""
    return per_class(sets, kernel_distance, 4)


def manifold_per_class(sets: Sets) -> list[Score]:
    """Precision, recall, density and coverage of each class and their means."""
    return per_class(sets, manifold_scores, K + 1)
