from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from sparring.metrics.accuracy import accuracy, by_class, conditional_accuracy
from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen, Sets

CLASSES = ("left", "right", "top")


def pictures(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """A bright bar at one of three places, in noise."""
    dice = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 3
    images = torch.randint(90, (n, 1, 12, 12), generator=dice)
    for label, place in enumerate((slice(0, 5), slice(7, 12))):
        images[labels == label, :, :, place] += 90
    images[labels == 2, :, :5] += 90
    return images.to(torch.uint8), labels


def seen(images: Tensor, labels: Tensor | None, logits: Tensor | None = None) -> Seen:
    return Seen(len(images), moments_of(torch.zeros(0, 1)), images=images, labels=labels, logits=logits)


REAL, HELD = seen(*pictures(240, 0)), seen(*pictures(150, 1))


def scores_of(fake: Seen) -> dict[str, float]:
    return {one.name: one.value for one in accuracy(Sets(fake, REAL, HELD, classes=CLASSES), steps=12)}


def test_a_classifier_learns_from_good_samples_what_it_learns_from_real_images() -> None:
    scores = scores_of(REAL)
    assert scores["cas"] == scores["cas-real"] > 0.9
    assert scores["gan-test"] > 0.9


def test_wrong_labels_teach_nothing() -> None:
    dice = torch.Generator().manual_seed(0)
    assert REAL.labels is not None
    scores = scores_of(replace(REAL, labels=REAL.labels[torch.randperm(240, generator=dice)]))
    assert scores["cas"] < 0.7 < 0.9 < scores["cas-real"]
    assert scores["gan-test"] == pytest.approx(1 / 3, abs=0.12)


def test_a_dead_class_is_named() -> None:
    assert REAL.labels is not None
    assert REAL.images is not None
    images = REAL.images.clone()
    images[REAL.labels == 2] = images[REAL.labels == 0]
    found = {s.name: s for s in accuracy(Sets(replace(REAL, images=images), REAL, HELD, classes=CLASSES), steps=12)}
    assert found["gan-test"].warnings == ("hardly ever right: top",)
    assert found["gan-test"].value == pytest.approx(2 / 3, abs=0.1)
    assert found["cas-real"].warnings == ()
    assert found["gan-test"].low < found["gan-test"].value < found["gan-test"].high


def test_answers_are_counted_by_class() -> None:
    found = by_class(torch.tensor([0, 0, 1, 2, 0]), torch.tensor([0, 0, 1, 1, 2]), 4)
    assert found.table(("a", "b", "c", "d"))[:3] == [("a", 2, 1.0), ("b", 2, 0.5), ("c", 1, 0.0)]
    assert found.accuracy == pytest.approx(0.6)
    assert found.dead() == [2]
    usual = by_class(torch.tensor([1]), torch.tensor([2]), 4)
    assert found.dead(usual) == []


def test_a_generator_that_does_not_obey_is_seen_by_a_network_that_knows_the_labels() -> None:
    images, labels = pictures(90, 2)
    logits = torch.eye(3)[labels]
    disobedient = logits.clone()
    disobedient[labels == 1] = torch.tensor([1.0, 0.0, 0.0])
    sets = Sets(seen(images, labels, disobedient), held_out=seen(images, labels, logits), classes=CLASSES)
    found = {s.name: s for s in conditional_accuracy(sets)}
    assert found["conditional-accuracy"].value == pytest.approx(2 / 3)
    assert found["conditional-accuracy"].warnings == ("hardly ever right: right",)
    assert found["conditional-accuracy-real"].value == 1.0


def test_what_is_missing_is_said() -> None:
    images, labels = pictures(30, 0)
    with pytest.raises(ValueError, match="choose the features `classifier`"):
        conditional_accuracy(Sets(seen(images, labels), REAL, classes=CLASSES))
    with pytest.raises(ValueError, match="labels of the samples"):
        accuracy(Sets(seen(images, None), REAL, HELD, classes=CLASSES))
    with pytest.raises(ValueError, match="at least two images of the held-out images"):
        accuracy(Sets(seen(images, labels), REAL, classes=CLASSES))
