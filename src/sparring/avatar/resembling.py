"""Whether translated faces are still those of the same people: metrics for `sparring evaluate`.

Translations lie where their sources do, so a translation's face is looked at where the source's is: nobody finds faces
in drawings. Only the landmarks of a translation are looked for, and left out where a detector sees no face.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import torch
from torch import Tensor

from ..metrics.bounds import share_bounds
from ..metrics.features.frozen import weights_hash
from ..metrics.intervals import RESAMPLES
from ..metrics.protocols import Settings, beside_of, mean_score, pairs_protocol
from ..metrics.score import Protocol, Score
from ..metrics.sets import Sets
from ..metrics.suite import Metric
from ..metrics.translation import pictured
from .detectors import DETECTORS
from .face import Detector, Face, choose, shared
from .finding import Search, find_faces
from .identity import identity_of, network, resemblance
from .landmarks import with_landmarks
from .points import eye_distance

FIRST, MOST = 16, 200
"""Sources among which there must be a face; faces that are looked at, since each takes a fifth of a second."""
OVERLAP = 0.3
"""Part of both boxes' union from which on a face in the translation is the source's."""
SMALL = 64
"""Pixels of a face's width below which people are hard to tell apart."""
FEW = 20
"""Other people below which a mean over them says little."""


@dataclass(frozen=True, eq=False)
class Pair:
    """A face before and after."""

    row: int
    face: Face
    before: Tensor
    """Identity (128,) in the source."""
    after: Tensor
    """The same in the translation."""
    drift: float
    """How far landmarks went, in distances of the eyes; NaN where no face is seen in the translation."""


def faces(sets: Sets, *, detector: Detector | None = None) -> list[Score]:
    """Resemblance of each person before and after, beside that to others; whether a face is seen, and where.

    ValueError where fewer than two sources show a face.
    """
    made, sources = beside_of(sets.beside.source, sets, "what it was made of")
    pairs = looked_at(made, sources, detector or DETECTORS["mtcnn"]())
    alike = torch.tensor([[resemblance(one.after, other.before) for other in pairs] for one in pairs]).double()
    people = torch.arange(len(pairs))
    if sets.beside.labels is not None:
        people = sets.beside.labels[torch.tensor([pair.row for pair in pairs])]
    strangers, rows = people[:, None] != people, [pair.row for pair in pairs]
    own = alike.diagonal()
    others = torch.where(strangers, alike, torch.nan).nanmean(1)
    drifts = torch.tensor([pair.drift for pair in pairs]).double()
    protocol = protocol_of(sets, len(pairs))
    lost = "sources show no face, or were not looked at"
    doubts = warnings_of(pairs, people, sets.beside.labels is not None)
    unseen = "translations, or their sources, show no face, or were not looked at"
    scores = [
        mean_score("identity", spread(own, rows, made), "higher", protocol, lost, doubts),
        mean_score("identity-relative", spread(own - others, rows, made), "higher", protocol, lost, doubts),
        *recognised(alike, people, protocol, sets.seed, labelled=sets.beside.labels is not None),
        kept(drifts, protocol),
    ]
    if drifts.isfinite().any():
        scores.append(mean_score("landmark-drift", spread(drifts, rows, made), "lower", protocol, unseen))
    return [score for score in scores if score.value == score.value]  # where there is no number there is no score


def looked_at(made: Tensor, sources: Tensor, detector: Detector) -> list[Pair]:
    """The largest face of each source, and of its translation at the same place."""
    pairs = list[Pair]()
    for row, (after, before) in enumerate(zip(made, sources, strict=True)):
        if row == FIRST and not pairs:
            break
        pair = looked(row, in_colours(after), in_colours(before), detector)
        if pair is not None:
            pairs.append(pair)
        if len(pairs) == MOST:
            break
    if not pairs:
        raise ValueError(f"no face was found in the first {min(FIRST, len(sources))} sources")
    if len(pairs) == 1:
        raise ValueError("only one face was found in the sources, and there is nobody to compare it with")
    return pairs


def looked(row: int, after: Tensor, before: Tensor, detector: Detector) -> Pair | None:
    """None where the source shows no face."""
    found = find_faces(before, detector)
    if not found:
        return None
    face = with_landmarks(before, choose(found, "largest", before.shape[2], before.shape[1])[0])
    own, other = identity_of(before, face.points), identity_of(after, face.points)
    if own is None or other is None:
        return None
    return Pair(row, face, own, other, drift(face, after, detector))


def drift(face: Face, after: Tensor, detector: Detector) -> float:
    """Mean way of the landmarks in distances of the source's eyes; NaN where no face is seen in the translation."""
    there = [one for one in find_faces(after, detector, Search(again=False)) if shared(one.box, face.box) > OVERLAP]
    if not there or face.landmarks is None:
        return nan
    moved = with_landmarks(after, max(there, key=lambda one: shared(one.box, face.box))).landmarks
    return nan if moved is None else float((moved - face.landmarks).norm(dim=1).mean()) / eye_distance(face.points)


def recognised(alike: Tensor, people: Tensor, protocol: Protocol, seed: int, *, labelled: bool) -> list[Score]:
    """How often a translation is nearer to another photo of the same person than to one of somebody else (AUC)."""
    same = (people[:, None] == people) & ~torch.eye(len(people), dtype=torch.bool)
    strangers = alike[people[:, None] != people].sort().values
    if not labelled or not same.any() or not len(strangers):
        return []
    # Of every pair of one person: the share of all pairs of two people that are less alike, half of those as alike.
    below, upto = (torch.searchsorted(strangers, alike.contiguous(), right=right) for right in (False, True))
    wins = (below + upto).double() / (2 * len(strangers))
    hits, counts = (wins * same).sum(1), same.sum(1).double()
    dice = torch.Generator().manual_seed(seed)
    again = torch.randint(len(people), (RESAMPLES, len(people)), generator=dice)
    values = (hits[again].sum(1) / counts[again].sum(1)).nan_to_num(0.5)
    low, high = values.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    value = float(hits.sum() / counts.sum())
    about = f"95% bootstrap over translations, {RESAMPLES} resamples"
    return [Score("identity-auc", value, "higher", protocol, min(low, value), max(high, value), about)]


def kept(drifts: Tensor, protocol: Protocol) -> Score:
    """In which share of the translations a face is seen where the source's is."""
    hits, count = int(drifts.isfinite().sum()), len(drifts)
    none = () if hits else ("a detector sees no face in any translation, so that landmarks cannot be compared",)
    bounds = share_bounds(hits, count)
    return Score("faces-kept", hits / count, "higher", protocol, *bounds, "95% of the share", none)


def protocol_of(sets: Sets, count: int) -> Protocol:
    settings: Settings = (("faces", count), ("detector", "mtcnn"))
    plain = pairs_protocol(sets, settings)
    weights = weights_hash(network().state_dict())
    return Protocol(
        "face-identity", weights, "", 0, plain.fake, plain.reference, plain.sources, plain.seed, plain.settings
    )


def warnings_of(pairs: list[Pair], people: Tensor, labelled: bool) -> tuple[str, ...]:
    found, count = list[str](), len(people.unique())
    width = sorted(pair.face.width for pair in pairs)[len(pairs) // 2]
    if width < SMALL:
        found.append(f"faces are {width:.0f} pixels wide, and below {SMALL} people are hard to tell apart")
    if count - 1 < FEW:
        found.append(f"there are only {count - 1} other people to compare with")
    if not labelled:
        found.append("every source was taken for another person, since the data names nobody: no identity-auc")
    return tuple(found)


def spread(values: Tensor, rows: list[int], made: Tensor) -> Tensor:
    """Values of some rows among all, NaN elsewhere."""
    whole = torch.full((len(made),), nan, dtype=torch.float64)
    whole[torch.tensor(rows)] = values
    return whole


def in_colours(image: Tensor) -> Tensor:
    """(channels, height, width) uint8 as RGB (3, height, width) in [0, 1]."""
    return pictured(image[None])[0].expand(3, -1, -1).float().div(255)


FACES: dict[str, Metric] = {
    "faces": Metric(
        "faces",
        "whether people stay themselves, and their landmarks where they were; takes photos for drawings of them",
        faces,
        frozenset({"source"}),
    )
}
"""Beside `metrics.suite.METRICS`, for whoever may look for faces."""
