"""Every metric by name: what it needs, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..settings import nearest
from .likeness import likeness
from .modes import modes
from .score import Score
from .sets import Sets

Measure = Callable[[Sets], list[Score]]


@dataclass(frozen=True)
class Metric:
    """One metric; it may give several scores."""

    name: str
    about: str
    """One line for people: what it says, and what it cannot see."""
    measure: Measure
    needs: frozenset[str]
    """Of: real, held_out, features, logits, labels, images, maker."""


METRICS: dict[str, Metric] = {
    "likeness": Metric(
        "likeness",
        "PSNR, SSIM and MS-SSIM of pairs; blind to what looks natural",
        likeness,
        frozenset({"real", "images"}),
    ),
    "modes": Metric(
        "modes",
        "how many modes or classes are found; blind to copies",
        modes,
        frozenset({"real", "features", "logits", "labels"}),
    ),
}
"""One entry a metric; see `docs/metrics.md` for what each is good for."""


def metrics_named(names: Iterable[str]) -> list[Metric]:
    """ValueError with the nearest name for an unknown one."""
    found = list[Metric]()
    for name in names:
        if name not in METRICS:
            known = f" Known: {', '.join(METRICS)}."
            raise ValueError(f"there is no metric {name!r}.{nearest(name, METRICS) or known}")
        found.append(METRICS[name])
    return found
