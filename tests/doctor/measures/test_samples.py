"""Every measure of samples fires on what it is for, and stays quiet on samples of the real distribution."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from sparring.doctor.measures import artefacts, colour
from sparring.doctor.reference import Reference

HEALTHY = {
    "quality": (0.8, 1.25),
    "coverage": (0.8, 1.25),
    "diversity": (0.85, 1.15),
    "batch_spread": (0.9, 1.1),
    "rank": (0.7, 1.4),
    "distance": (0.0, 0.05),
    "duplicates": (0.0, 0.05),
    "dominant_share": (1.0, 2.5),
    "regions": (0.95, 1.0),
    "copying": (0.8, 1.25),
    "class_divergence": (0.0, 0.05),
    "least_class": (0.6, 1.0),
    "class_agreement": (0.9, 1.1),
    "noise_effect": (0.85, 1.15),
    "class_spread": (0.7, 1.1),
}
CLASSES = 4


def points(count: int, seed: int = 1) -> tuple[Tensor, Tensor]:
    """Blobs at the corners of a square, one a class."""
    dice = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % CLASSES
    corners = torch.tensor([[-1.0, -1], [-1, 1], [1, -1], [1, 1]])
    return corners[label] + 0.2 * torch.randn(count, 2, generator=dice), label


def pictures(count: int, seed: int = 1, side: int = 32) -> tuple[Tensor, Tensor]:
    """Soft blobs of two colours at random places, one colour a class, on dark ground."""
    dice = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 2
    centre = torch.rand(count, 2, 1, 1, generator=dice) * 20 + 6
    width = torch.rand(count, 1, 1, generator=dice) * 5 + 4
    at = torch.arange(side, dtype=torch.float32)
    square = (at[:, None] - centre[:, 0]).square() + (at[None] - centre[:, 1]).square()
    blob = (-square / (2 * width.square())).exp()[:, None]
    tint = torch.tensor([[1.6, 0.9, 0.2], [0.6, 1.4, 0.6]])[label][:, :, None, None]
    grain = 0.05 * torch.randn(count, 3, side, side, generator=dice)
    return (blob * tint - 0.8 + grain).clamp(-1, 1), label


KINDS = {"points": points, "pictures": pictures}


@pytest.fixture(scope="module", params=list(KINDS))
def known(request):
    make = KINDS[request.param]
    samples, label = make(900)
    return make, Reference(samples, label, make(200, seed=2)[0], 200)


def compared(reference: Reference, samples: Tensor, label: Tensor) -> dict[str, float]:
    return reference.compare(samples, reference.eye(samples), label)


def test_samples_of_the_real_distribution_measure_like_real_ones(known):
    make, reference = known
    found = compared(reference, *make(200, seed=3))
    for name, (low, high) in HEALTHY.items():
        assert low <= found[name] <= high, (name, found[name])


def test_one_sample_again_and_again(known):
    make, reference = known
    samples, label = make(200, seed=3)
    found = compared(reference, samples[:1] + 0.001 * torch.randn_like(samples), label)
    assert found["diversity"] < 0.05
    assert found["batch_spread"] < 0.05
    assert found["duplicates"] > 0.9
    assert found["coverage"] < 0.2
    assert found["dominant_share"] > 3
    assert found["regions"] < 0.2
    assert found["noise_effect"] < 0.05
    assert found["class_divergence"] == pytest.approx(math.log(reference.classes), rel=0.05)
    assert found["least_class"] == 0
    assert abs(found["class_agreement"]) < 0.1
    assert found["distance"] > 0.5


def test_a_class_that_is_never_made(known):
    make, reference = known
    samples, label = make(300, seed=3)
    kept = label != 0
    found = compared(reference, samples[kept], label[kept])
    assert found["least_class"] < 0.05
    assert found["class_divergence"] > 0.2


def test_one_class_without_variety(known):
    make, reference = known
    samples, label = make(200, seed=3)
    samples[label == 1] = samples[1].clone()
    found = compared(reference, samples, label)
    assert found["class_spread"] < 0.05
    assert found["diversity"] > 0.5


def test_labels_that_nobody_heeds(known):
    make, reference = known
    samples, label = make(200, seed=3)
    found = compared(reference, samples, label[torch.randperm(200)])
    assert abs(found["class_agreement"]) < 0.25


def test_noise_instead_of_samples(known):
    _, reference = known
    samples = torch.rand(200, *reference.shape) * 12 - 6
    found = compared(reference, samples.clamp(-1, 1) if samples.dim() == 4 else samples, torch.zeros(200).long())
    assert found["quality"] < 0.1
    assert found["distance"] > 0.1


def test_samples_learned_by_heart():
    samples, label = pictures(60)
    reference = Reference(samples, label, pictures(100, seed=2)[0], 200)
    again = samples.repeat(4, 1, 1, 1)[:200]
    assert compared(reference, again, label.repeat(4)[:200])["copying"] < 0.1
    assert compared(reference, *pictures(200, seed=3))["copying"] > 0.7


def test_samples_on_a_line():
    samples, label = points(900)
    reference = Reference(samples, label, None, 200)
    line = torch.stack([samples[:200, 0], samples[:200, 0]], 1)
    assert compared(reference, line, label[:200])["rank"] < 0.6


@pytest.fixture(scope="module")
def images():
    samples, label = pictures(900)
    return Reference(samples, label, None, 200)


def changed(images: Reference, change) -> dict[str, float]:
    samples, label = pictures(200, seed=3)
    return compared(images, change(samples), label)


def test_healthy_images_show_no_fault(images):
    found = changed(images, lambda x: x)
    assert found["channel_gap"] < 0.05 < found["swapped_gap"]
    assert found["contrast"] == pytest.approx(1, abs=0.1)
    assert found["checkerboard"] == pytest.approx(1, abs=0.2)
    assert found["border_gap"] < 0.3
    assert found["blank_share"] < 0.05
    assert found["range_real"] == 1


def test_colours_that_drift_or_change_places(images):
    assert changed(images, lambda x: (x + torch.tensor([0.3, 0, 0])[:, None, None]).clamp(-1, 1))["channel_gap"] > 0.2
    halved = changed(images, lambda x: (x + 1) / 2)
    assert halved["halved_gap"] < 0.05 < 0.3 < halved["channel_gap"]
    swapped = changed(images, lambda x: x.flip(1))
    assert swapped["channel_gap"] > 2 * swapped["swapped_gap"]
    halved = changed(images, lambda x: (x + 1) / 2)
    assert halved["channel_gap"] > 2 * halved["halved_gap"]


def test_contrast_and_saturation(images):
    assert changed(images, lambda x: x * 0.5)["contrast"] < 0.7
    hard = changed(images, lambda x: (8 * x).tanh())
    assert hard["saturated"] > hard["saturated_real"] + 0.3


def test_a_checkerboard(images):
    board = ((torch.arange(32)[:, None] + torch.arange(32)) % 2 * 2 - 1).float()
    assert changed(images, lambda x: x + 0.1 * board)["checkerboard"] > 5
    stripes = (torch.arange(32) % 2 * 2 - 1).float()
    assert changed(images, lambda x: x + 0.1 * stripes)["checkerboard"] > 5


def test_small_images_have_no_grid():
    assert math.isnan(artefacts.grid_power(torch.randn(4, 1, 8, 8)))


def test_augmentations_that_leaked(images):
    def cut(x: Tensor) -> Tensor:
        x = x.clone()
        x[::2, :, 4:20, 8:24] = 0
        return x

    def shifted(x: Tensor) -> Tensor:
        return torch.nn.functional.pad(x, (4, 0, 0, 0))[:, :, :, :-4]

    assert changed(images, cut)["blank_share"] > 0.4
    assert changed(images, shifted)["border_gap"] > 1


def test_gray_images_have_no_red_and_blue_to_exchange():
    assert math.isnan(colour.swapped_gap(torch.zeros(1), torch.zeros(1)))


def test_a_blob_is_a_peak():
    class Blob(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            x = x.clone()
            x[:, :, 5, 5] = 500
            return x

    x = torch.randn(4, 8, 32, 32)
    calm = nn.Sequential(nn.Conv2d(8, 8, 3), nn.ReLU())
    wild = nn.Sequential(nn.Identity(), Blob(), nn.Conv2d(8, 8, 3))
    assert artefacts.activation_peak(calm, lambda: calm(x)) < 20
    assert artefacts.activation_peak(wild, lambda: wild(x)) > 20
    assert not any(module._forward_hooks for module in wild.modules())
    flat = nn.Linear(8, 8)
    assert math.isnan(artefacts.activation_peak(flat, lambda: flat(torch.randn(4, 8))))
