"""A small network that learned a set's own labels: eyes for digits, emblems and whatever ImageNet knows nothing of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, distributed, nn

from ...data.cache import cache_folder
from ...play.parallel import broadcast
from ..remembered import put
from .frozen import FrozenNetwork, check_images, weights_hash
from .resizing import clean

FORMAT = 1
SIDE = 32  # images are shrunk to at most this, so learning takes the same time for all
STEPS, BATCH, RATE = 800, 64, 4e-3
WIDTHS, FEATURES = (24, 48, 96), 128
SHIFT = 2  # pixels by which images are moved while it learns
JUDGED = 50
"""With fewer held-out images, a fifth of the training images is kept from learning and judges it."""
SHARE_JUDGED = 5


class Labelled(Protocol):
    """Images with labels, some of them held out: an opened data set, for example."""

    @property
    def name(self) -> str: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def count(self) -> int: ...
    @property
    def fingerprint(self) -> str: ...

    def images(self, indices: Sequence[int]) -> Tensor:
        """Training images by number: (n, channels, height, width) uint8."""
        ...

    def labels(self, indices: Sequence[int]) -> Tensor:
        """Theirs: (n,) int64."""
        ...

    def held_out(self, count: int | None = None) -> Tensor:
        """At most `count` images that are not among those."""
        ...

    def held_out_labels(self, count: int | None = None) -> Tensor:
        """Theirs."""
        ...


class Classifier(nn.Module):
    """Takes x (n, 3, 32, 32) in [-1, 1] to features (n, 128) and logits (n, classes)."""

    def __init__(self, classes: int):
        super().__init__()
        layers, inputs = list[nn.Module](), 3
        for width in WIDTHS:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
            inputs = width
        self.trunk = nn.Sequential(*layers, nn.Flatten(), nn.Linear(inputs * (SIDE // 2 ** len(WIDTHS)) ** 2, FEATURES))
        self.drop = nn.Dropout(0.3)
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = F.relu(self.trunk(x))
        return features, self.head(self.drop(features))


@dataclass(frozen=True)
class Lessons:
    """What it learns from and what it is judged by: images as it reads them, and their labels."""

    images: Tensor
    labels: Tensor
    judged: Tensor
    judged_labels: Tensor


def classifier(labelled: Labelled | None, device: str, *, steps: int = STEPS) -> FrozenNetwork:
    """Trained on `labelled`, or from the cache if it was before; its share of right answers is in `weights`.

    Seeded, on the CPU, under a minute of one core. ValueError without labels, and for images of one class only.
    """
    if labelled is None or len(labelled.classes) < 2:
        raise ValueError("The features classifier learn a set's own labels, and this set has none; try effnet-lite0.")
    facts = f"{FORMAT} {steps} {labelled.fingerprint}".encode()
    file = cache_folder() / "classifiers" / f"{blake2b(facts, digest_size=10).hexdigest()}.safetensors"
    found = from_cache(file, len(labelled.classes))
    network, right, judged = found or taught(labelled, steps)
    together = distributed.is_available() and distributed.is_initialized()
    broadcast(network, distributed.get_world_size() if together else 1)
    if found is None and (not together or distributed.get_rank() == 0):
        found_out = {"right": repr(right), "judged": str(judged)}
        put(file, lambda part: save_file(network.state_dict(), part, found_out))
    shown = network.eval().requires_grad_(False).to(device)
    digest = weights_hash(network.state_dict())
    weights = f"{digest}, {right:.1%} right on {judged} images of {labelled.name} held out"
    resize = f"clean bicubic to {SIDE}"
    return FrozenNetwork("classifier", FEATURES, weights, resize, prepare, shown, torch.device(device))


def prepare(images: Tensor) -> Tensor:
    return clean(images, SIDE).div(127.5).sub(1)


def from_cache(file: Path, classes: int) -> tuple[Classifier, float, int] | None:
    """What an earlier call put there; None where nothing readable is."""
    network = Classifier(classes)
    try:
        with safe_open(file, "pt") as opened:
            facts = opened.metadata()
            network.load_state_dict({key: opened.get_tensor(key) for key in opened.keys()})  # noqa: SIM118 - no dict
        return network, float(facts["right"]), int(facts["judged"])
    except (OSError, SafetensorError, RuntimeError, KeyError, ValueError, TypeError):
        return None


def taught(labelled: Labelled, steps: int) -> tuple[Classifier, float, int]:
    """The trained network, its share of right answers on images it did not learn from, and how many these were."""
    lessons = lessons_of(labelled)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = learn(Classifier(len(labelled.classes)), lessons, steps)
    network.eval()
    with torch.no_grad():
        guesses = torch.cat([network(part)[1].argmax(1) for part in lessons.judged.split(256)])
    return network, float((guesses == lessons.judged_labels).float().mean()), len(guesses)


def lessons_of(labelled: Labelled) -> Lessons:
    rows = np.random.default_rng(0).permutation(labelled.count)
    judged, labels = labelled.held_out(), labelled.held_out_labels()
    if len(judged) < JUDGED:
        cut = max(1, labelled.count // SHARE_JUDGED)
        kept, rows = rows[:cut].tolist(), rows[cut:]
        judged, labels = labelled.images(kept), labelled.labels(kept)
    learned = rows.tolist()
    images = labelled.images(learned)
    check_images(images)
    return Lessons(shown(images), labelled.labels(learned), shown(judged), labels)


def shown(images: Tensor) -> Tensor:
    """As the network reads them, a few at a time."""
    return torch.cat([prepare(part.contiguous().expand(-1, 3, -1, -1)) for part in images.split(256)])


def learn(network: Classifier, lessons: Lessons, steps: int) -> Classifier:
    """The network after so many steps of 64 images; draws from torch's own random stream."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    network.train()
    for _ in range(steps):
        rows = torch.randint(len(lessons.images), (BATCH,))
        optimizer.zero_grad()
        F.cross_entropy(network(moved(lessons.images[rows]))[1], lessons.labels[rows]).backward()
        optimizer.step()
        schedule.step()
    return network


def moved(images: Tensor) -> Tensor:
    """The whole batch by up to two pixels in each direction, its border repeated."""
    x, y = torch.randint(2 * SHIFT + 1, (2,)).tolist()
    wide = F.pad(images, (SHIFT,) * 4, mode="replicate")
    return wide[:, :, y : y + images.shape[2], x : x + images.shape[3]]
