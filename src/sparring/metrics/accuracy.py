"""Whether labelled samples show what their labels say, and whether a classifier can learn from them.

Ravuri and Vinyals 2019 train a classifier on samples alone and test it on real images (the classification accuracy
score); Shmelkov et al. 2018 call that GAN-train, and GAN-test the accuracy on samples of one trained on real images.
Theirs is a ResNet; here it is the small network of `features/classifier.py`, on images of at most 32 pixels, which
makes numbers that compare with each other and not with the published ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .bounds import share_bounds
from .features.classifier import STEPS, Classifier, Lessons, learn, prepare
from .protocols import images_of, pixels_protocol
from .score import Better, Protocol, Score
from .sets import Seen, Sets

DEAD = 0.1  # share of right answers, as part of what real images reach, below which a class is dead
AT_ONCE = 256  # images
NAMED = 10  # classes named in one warning


@dataclass(frozen=True)
class ByClass:
    """Right answers by class: `hits` of `counts`, both (classes,) int64."""

    hits: Tensor
    counts: Tensor

    @property
    def accuracy(self) -> float:
        return float(self.hits.sum() / self.counts.sum())

    @property
    def shares(self) -> Tensor:
        """Accuracy of each class, (classes,) float64; NaN where there are no images of it."""
        return self.hits.double() / self.counts.double()

    def table(self, classes: Sequence[str]) -> list[tuple[str, int, float]]:
        """Name, number of images, and accuracy of each class, for people."""
        return list(zip(classes, self.counts.tolist(), self.shares.tolist(), strict=True))

    def dead(self, usual: ByClass | None = None) -> list[int]:
        """Classes of which hardly any answer is right, though they would be for real images."""
        limit = DEAD * (usual.shares.nan_to_num(1.0) if usual else torch.ones(len(self.hits)).double())
        return ((self.counts > 0) & (self.shares < limit)).nonzero()[:, 0].tolist()


def by_class(answers: Tensor, labels: Tensor, classes: int) -> ByClass:
    """Of answers and labels (n,) int64."""
    counts = torch.bincount(labels, minlength=classes)
    return ByClass(torch.bincount(labels[answers == labels], minlength=classes), counts)


def trained(images: Tensor, labels: Tensor, classes: int, *, steps: int = STEPS, seed: int = 0) -> Classifier:
    """A classifier that has seen these images (n, channels, height, width) uint8 and labels (n,) only; seeded."""
    views = torch.cat([viewed(part) for part in images.split(AT_ONCE)])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = learn(Classifier(classes), Lessons(views, labels, views[:0], labels[:0]), steps)
    return network.eval().requires_grad_(False)


def viewed(images: Tensor) -> Tensor:
    """As the network reads them; gray ones in three channels."""
    return prepare(images.contiguous().expand(-1, 3, -1, -1))


def answers_of(network: Classifier, images: Tensor) -> Tensor:
    """The class that it takes each image for, (n,) int64."""
    return torch.cat([network(viewed(part))[1].argmax(1) for part in images.split(AT_ONCE)])


def accuracy(sets: Sets, *, steps: int = STEPS) -> list[Score]:
    """GAN-train (`cas`) and GAN-test, with what a classifier trained on real images reaches on held-out ones.

    Needs images and labels of fake, real and held-out sets; about half a minute for each of two classifiers.
    """
    fake, fake_labels = labelled(sets.fake, "the samples")
    real, real_labels = labelled(sets.real, "the real images")
    held, held_labels = labelled(sets.held_out, "the held-out images")
    classes = len(sets.classes)
    pupil = trained(fake, fake_labels, classes, steps=steps, seed=sets.seed)
    judge = trained(real, real_labels, classes, steps=steps, seed=sets.seed)
    usual = by_class(answers_of(judge, held), held_labels, classes)
    learned = by_class(answers_of(pupil, held), held_labels, classes)
    obeyed = by_class(answers_of(judge, fake), fake_labels, classes)
    protocol = pixels_protocol(sets, (("steps", steps), ("held out", len(held)), ("classifier", "small, 32 pixels")))
    found: list[tuple[str, ByClass, Better]] = [
        ("cas", learned, "higher"),
        ("cas-real", usual, ""),
        ("gan-test", obeyed, "higher"),
    ]
    return [scored(name, one, better, protocol, sets.classes, usual) for name, one, better in found]


def conditional_accuracy(sets: Sets) -> list[Score]:
    """How often a classifier sees in a sample the label that it was made for: of feature networks that know the labels.

    The same for the real images beside it; the warnings name the classes that do not come out.
    """
    if sets.fake.logits is None or sets.fake.labels is None or sets.fake.logits.shape[1] != len(sets.classes):
        raise ValueError(
            "whether a generator obeys its labels is seen by a network trained on the set's own labels: choose the "
            "features `classifier`, for a generator and a set with labels"
        )
    classes = len(sets.classes)
    found = by_class(sets.fake.logits.argmax(1), sets.fake.labels, classes)
    beside, usual = sets.held_out or sets.real, None
    if beside is not None and beside.logits is not None and beside.labels is not None:
        usual = by_class(beside.logits.argmax(1), beside.labels, classes)
    extractor = sets.extractor
    protocol = Protocol(
        features=extractor.name if extractor else "",
        weights=extractor.weights if extractor else "",
        resize=extractor.resize if extractor else "",
        fake=sets.fake.count,
        seed=sets.seed,
    )
    scores = [scored("conditional-accuracy", found, "higher", protocol, sets.classes, usual)]
    if usual is not None:
        scores.append(scored("conditional-accuracy-real", usual, "", protocol, sets.classes, None))
    return scores


def labelled(seen: Seen | None, who: str) -> tuple[Tensor, Tensor]:
    """Images and labels of a set. ValueError where either is missing."""
    images = images_of(seen, who)
    if seen is None or seen.labels is None:
        raise ValueError(f"this metric needs the labels of {who}, and there are none; use a set with labels")
    return images, seen.labels


def scored(
    name: str, found: ByClass, better: Better, protocol: Protocol, classes: tuple[str, ...], usual: ByClass | None
) -> Score:
    dead = [classes[number] for number in found.dead(usual)]
    more = ", ..." if len(dead) > NAMED else ""
    warnings = (f"hardly ever right: {', '.join(dead[:NAMED])}{more}",) if dead else ()
    low, high = share_bounds(int(found.hits.sum()), int(found.counts.sum()))
    return Score(name, found.accuracy, better, protocol, low, high, "95% (Wilson)", warnings)
