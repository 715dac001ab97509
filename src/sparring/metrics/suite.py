"""Every metric by name: what it needs, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..settings import nearest
from .accuracy import accuracy, conditional_accuracy
from .bins import ndb
from .birthday import birthday
from .diversity import diversity
from .extrapolation import extrapolated_score
from .frechet_score import frechet_score
from .inception_score import inception_scores
from .kernel import kernel_distance
from .likeness import likeness
from .manifold import manifold_scores
from .memorisation import memorisation
from .modes import modes
from .path_length import path_length
from .per_class import frechet_per_class, kernel_per_class, manifold_per_class
from .score import Score
from .sets import Sets
from .translation import cycle, edges, perceptual
from .verdict import verdict

Measure = Callable[[Sets], list[Score]]


@dataclass(frozen=True)
class Metric:
    """One metric; it may give several scores."""

    name: str
    about: str
    """One line for people: what it says, and what it cannot see."""
    measure: Measure
    needs: frozenset[str]
    """Of: real, held_out, features, logits, labels, images, maker, and of what stands beside each sample: source,
    target, returned."""
    welcome: frozenset[str] = frozenset()
    """Of the same: what it looks at where it is there, and does without where it is not."""


FEATURES = frozenset({"real", "features"})
IMAGES = frozenset({"images"})
LOGITS = frozenset({"labels", "logits"})
TARGET = frozenset({"target"})
LABELLED = frozenset({"real", "held_out", "labels", "images"})

METRICS: dict[str, Metric] = {
    "accuracy": Metric("accuracy", "whether a classifier can learn from samples; blind to copies", accuracy, LABELLED),
    "birthday": Metric("birthday", "how many different samples there are; blind to their quality", birthday, FEATURES),
    "conditional-accuracy": Metric(
        "conditional-accuracy",
        "whether samples show their labels; blind to variety within a class",
        conditional_accuracy,
        LOGITS,
        frozenset({"real", "held_out"}),
    ),
    "cycle": Metric(
        "cycle",
        "what is left of sources after there and back; a translator that changes nothing is perfect",
        cycle,
        frozenset({"source", "returned"}),
    ),
    "diversity": Metric(
        "diversity",
        "how samples differ from each other; blind to quality",
        diversity,
        IMAGES,
        frozenset({"real", "labels"}),
    ),
    "edges": Metric(
        "edges",
        "whether edges of translations lie where those of sources do; blind to colours and to the wanted look",
        edges,
        frozenset({"source"}),
    ),
    "fid": Metric(
        "fid",
        "Fréchet distance: quality and variety in one number; blind to copies, and biased by few samples",
        frechet_score,
        FEATURES,
    ),
    "fid-infinity": Metric(
        "fid-infinity",
        "Fréchet distance without the bias of few samples, by extrapolation; blind to copies",
        extrapolated_score,
        FEATURES,
    ),
    "fid-per-class": Metric(
        "fid-per-class",
        "Fréchet distance of each class; biased by few samples of a class",
        frechet_per_class,
        FEATURES | {"labels"},
    ),
    "inception-score": Metric(
        "inception-score",
        "how sure and how varied a classifier is; blind to the data, to copies and to variety within a class",
        inception_scores,
        frozenset({"logits"}),
    ),
    "kid": Metric(
        "kid",
        "kernel distance: as the Fréchet distance, unbiased for few samples; blind to copies",
        kernel_distance,
        FEATURES,
    ),
    "kid-per-class": Metric(
        "kid-per-class",
        "kernel distance of each class, for small classes, too",
        kernel_per_class,
        FEATURES | {"labels"},
    ),
    "likeness": Metric("likeness", "L1, PSNR, SSIM, MS-SSIM of pairs; blind to naturalness", likeness, TARGET),
    "memorisation": Metric(
        "memorisation", "whether samples are copies; takes a shrunk set for one", memorisation, FEATURES | {"held_out"}
    ),
    "modes": Metric("modes", "how many modes or classes are found; blind to copies", modes, FEATURES | LOGITS),
    "ndb": Metric("ndb", "parts of the data that come too often or too rarely", ndb, FEATURES, frozenset({"held_out"})),
    "perceptual": Metric("perceptual", "how different pairs look; blind to small shifts of all", perceptual, TARGET),
    "ppl": Metric(
        "ppl", "how smoothly images change with the noise; blind to variety", path_length, frozenset({"maker"})
    ),
    "prdc": Metric(
        "prdc",
        "precision and density: how many samples look real; recall and coverage: how much of the data is reached",
        manifold_scores,
        FEATURES,
    ),
    "prdc-per-class": Metric(
        "prdc-per-class",
        "precision, recall, density and coverage of each class",
        manifold_per_class,
        FEATURES | {"labels"},
    ),
    "verdict": Metric("verdict", "copy, collapse or healthy, from several scores", verdict, FEATURES | {"held_out"}),
}
"""One entry a metric; see `docs/metrics.md` for what each is good for."""


def metrics_named(names: Iterable[str], among: Mapping[str, Metric] = METRICS) -> list[Metric]:
    """ValueError with the nearest name for an unknown one."""
    found = list[Metric]()
    for name in names:
        if name not in among:
            known = f" Known: {', '.join(among)}."
            raise ValueError(f"there is no metric {name!r}.{nearest(name, among) or known}")
        found.append(among[name])
    return found
