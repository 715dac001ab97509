from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sparring.data.points import points
from sparring.metrics.modes import classes_of, combined, modes, modes_of
from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen, Sets

RING, GRID = points("ring"), points("grid")


def drawn(source: object, n: int = 2500, seed: int = 0) -> tuple[Tensor, Tensor]:
    assert source in (RING, GRID)
    batch = (RING if source is RING else GRID).feed(n, seed=seed).batch(0)
    return batch.image, batch.label


def seen(features: Tensor, labels: Tensor | None = None, logits: Tensor | None = None) -> Seen:
    return Seen(len(features), moments_of(features), features=features, labels=labels, logits=logits)


@pytest.mark.parametrize(("source", "floor"), [(RING, 0.0014), (GRID, 0.0048)])
def test_a_perfect_sampler_reaches_the_known_ceilings(source: object, floor: float) -> None:
    known = RING if source is RING else GRID
    found = modes_of(drawn(source)[0], torch.from_numpy(known.centres), known.std)
    assert found.found == found.certain == found.of == len(known.centres)
    assert found.high_quality == pytest.approx(1 - math.exp(-4.5), abs=0.006)
    assert found.kl == pytest.approx(floor, abs=floor)
    assert found.deviation == pytest.approx(known.std, rel=0.1)
    assert int(found.counts.sum()) == round(found.high_quality * 2500)


def test_missing_modes_and_shrunk_ones_are_counted() -> None:
    samples, labels = drawn(RING)
    centres = torch.from_numpy(RING.centres)
    half = modes_of(samples[labels < 4], centres, RING.std)
    assert half.found == half.certain == 4
    assert half.kl == pytest.approx(math.log(2), abs=0.01)
    once = modes_of(torch.cat([samples[labels < 7], samples[labels == 7][:1]]), centres, RING.std)
    assert (once.found, once.certain) == (8, 7)
    points_alone = modes_of(centres.repeat(50, 1) + 1e-4, centres, RING.std)
    assert points_alone.deviation < 0.02 * RING.std
    nowhere = modes_of(torch.zeros(100, 2), centres, RING.std)
    assert (nowhere.found, nowhere.high_quality) == (0, 0.0)
    assert math.isnan(nowhere.kl)
    assert math.isnan(nowhere.deviation)


def test_stacked_digits_have_a_thousand_modes() -> None:
    dice = torch.Generator().manual_seed(0)
    triples = combined(list(torch.randint(10, (3, 26_000), generator=dice)), 10)
    found = classes_of(triples, 1000)
    assert found.covered == 1000
    assert found.kl == pytest.approx(0.019, abs=0.003)
    alone = classes_of(combined([torch.full((50,), digit) for digit in (3, 0, 7)], 10), 1000)
    assert (alone.covered, int(alone.counts.argmax())) == (1, 307)
    assert alone.kl == pytest.approx(math.log(1000))


def test_shares_are_compared_with_those_of_the_set() -> None:
    labels = torch.tensor([0] * 90 + [1] * 10)
    assert classes_of(labels, 2, wanted=torch.tensor([9.0, 1.0])).kl == pytest.approx(0.0, abs=1e-12)
    assert classes_of(labels, 2).kl > 0.3
    assert classes_of(labels, 2, least=20).covered == 1


def test_scores_of_points() -> None:
    samples, labels = drawn(RING)
    real, marks = drawn(RING, 4000, seed=1)
    scores = {s.name: s for s in modes(Sets(seen(samples[labels != 3]), seen(real, marks), classes=RING.classes))}
    assert scores["modes"].value == 7
    assert scores["modes-strict"].value == 7
    assert scores["high-quality"].low < 0.989 < scores["high-quality"].high
    assert scores["mode-kl"].low <= math.log(8 / 7) <= scores["mode-kl"].high


def test_scores_of_labelled_images() -> None:
    features, labels = torch.zeros(400, 10), torch.arange(400) % 4
    logits = torch.eye(4)[labels] * 9
    real = seen(features, labels, logits)
    fake = seen(features[:300], logits=logits[labels != 2])
    scores = {s.name: s for s in modes(Sets(fake, real, classes=("ant", "bee", "cat", "dog")))}
    assert scores["modes"].value == 3
    assert scores["modes"].warnings == ("hardly ever made: cat",)
    assert scores["mode-kl"].value == pytest.approx(math.log(4 / 3))
    wrong = seen(features, labels.flip(0), logits)
    (count, _) = modes(Sets(fake, wrong, classes=("ant", "bee", "cat", "dog")))
    assert "rightly" in count.warnings[0]


def test_what_has_no_modes_is_refused() -> None:
    with pytest.raises(ValueError, match="choose the features `classifier`"):
        modes(Sets(seen(torch.zeros(4, 9)), seen(torch.zeros(4, 9)), classes=("one",)))
    with pytest.raises(ValueError, match="by the labels of the real points"):
        modes(Sets(seen(torch.zeros(4, 2)), seen(torch.zeros(4, 2))))
    with pytest.raises(ValueError, match="points \\(n, d\\) around centres"):
        modes_of(torch.zeros(4, 3), torch.zeros(8, 2), 0.1)
    with pytest.raises(ValueError, match="2 classes, and a label of 5"):
        classes_of(torch.tensor([5]), 2)
