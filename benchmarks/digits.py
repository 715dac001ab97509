"""Handwritten digits, and a small network that knows them: what the benchmarks on digits count classes with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sparring.data.open import open_source
from sparring.data.packed import PackSource
from sparring.data.settings import DataSettings
from sparring.play.game import Batch

SIDE, CLASSES, FEATURES = 32, 10, 128
SEED, EPOCHS, BATCH = 0, 15, 64


@cache
def halves() -> PackSource:
    """MNIST's 5,000 at 32 pixels: one half to train on, one held out, by the hash of each picture."""
    source = open_source(DataSettings(spec="builtin:mnist-5k", size=SIDE, validation=0.5, flip=False, labels="digit"))
    assert isinstance(source, PackSource)
    return source


@cache
def whole() -> PackSource:
    """All 5,000, without labels."""
    settings = DataSettings(spec="builtin:mnist-5k", size=SIDE, validation=0.0, flip=False, labels="none")
    source = open_source(settings)
    assert isinstance(source, PackSource)
    return source


class Classifier(nn.Module):
    """Images (n, 1, 32, 32) in [-1, 1] to logits (n, 10); `features` (n, 128) are what stands before them."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *self.stage(1, 16), *self.stage(16, 32), *self.stage(32, 64), nn.Flatten(), nn.Linear(64 * 16, FEATURES)
        )
        self.head = nn.Sequential(nn.ReLU(), nn.Dropout(0.3), nn.Linear(FEATURES, CLASSES))

    @staticmethod
    def stage(inputs: int, outputs: int) -> list[nn.Module]:
        return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]

    def features(self, images: Tensor) -> Tensor:
        return self.trunk(images)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.features(images))


def real(pixels: Tensor) -> Tensor:
    """uint8 to float32 in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def shifted(images: Tensor, dice: torch.Generator) -> Tensor:
    """Each batch moved by up to two pixels and turned by up to 8 degrees, as a whole."""
    angle, x, y = ((torch.rand(3, generator=dice) * 2 - 1) * torch.tensor([0.14, 0.125, 0.125])).tolist()
    turn = torch.tensor([[np.cos(angle), -np.sin(angle), x], [np.sin(angle), np.cos(angle), y]], dtype=torch.float32)
    grid = F.affine_grid(turn.expand(len(images), 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False, padding_mode="border")


def train(epochs: int) -> Classifier:
    """Always the same network, from the training half."""
    source = halves()
    images, labels = real(source.images(range(source.count))), source.labels(range(source.count))
    dice = torch.Generator().manual_seed(SEED)
    torch.manual_seed(SEED)
    network = Classifier()
    batches = len(images) // BATCH
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=epochs * batches)
    for _ in range(epochs):
        for rows in torch.randperm(len(images), generator=dice)[: batches * BATCH].split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(network(shifted(images[rows], dice)), labels[rows]).backward()
            optimizer.step()
            schedule.step()
    return network


def classifier(folder: Path, epochs: int = EPOCHS) -> Classifier:
    """The trained network, from the folder if it is there."""
    file, network = folder / "classifier.safetensors", Classifier()
    if file.exists():
        network.load_state_dict(load_file(file))
    else:
        network = train(epochs)
        folder.mkdir(parents=True, exist_ok=True)
        save_file(network.state_dict(), file.with_suffix(".part"))
        file.with_suffix(".part").replace(file)
    return network.eval().requires_grad_(False)


def accuracy(network: Classifier) -> float:
    """On the held-out half."""
    source = halves()
    guesses = torch.cat([network(real(part)).argmax(1) for part in source.held_out().split(500)])
    return float((guesses == source.held_out_labels()).float().mean())


class Stacked:
    """Three random digits as the three colours of one image: 1,000 modes (Metz et al. 2017)."""

    name, classes, count, fingerprint = "stacked digits", (), None, "stacked mnist-5k"
    shape = (3, SIDE, SIDE)

    def __init__(self) -> None:
        source = whole()
        self.images = real(source.images(range(source.count)))[:, 0]

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> StackedFeed:
        return StackedFeed(self.images, batch, seed)

    def facts(self) -> dict[str, object]:
        return {"name": self.name}


class StackedFeed:
    """Batch `index` follows from the seed and the index."""

    roles = frozenset({"image"})

    def __init__(self, images: Tensor, batch: int, seed: int):
        self.images, self.size, self.seed = images, batch, seed

    def batch(self, index: int) -> Batch:
        rows = np.random.default_rng([self.seed, index]).integers(len(self.images), size=(self.size, 3))
        return Batch(image=self.images[torch.from_numpy(rows)].contiguous(memory_format=torch.channels_last))
