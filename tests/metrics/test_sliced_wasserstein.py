from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics.sliced_wasserstein import SlicedWasserstein, blur, laplacian


def pictures(n: int, seed: int, channels: int = 3, side: int = 32) -> Tensor:
    """Coloured stripes of random direction and wavelength."""
    dice = torch.Generator().manual_seed(seed)
    angle, pace = torch.rand(2, n, 1, 1, 1, generator=dice) * torch.tensor([3.14, 1.0]).view(2, 1, 1, 1, 1)
    phase = torch.rand(n, channels, 1, 1, generator=dice) * 6.28
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return ((x * angle.cos() + y * angle.sin()) * (0.3 + pace) + phase).sin() * 0.8


REAL = pictures(256, 0)
METRIC = SlicedWasserstein(REAL)


def total(distances: list[float]) -> float:
    return sum(distances) / len(distances)


def test_a_set_is_at_no_distance_from_itself_in_any_order() -> None:
    assert METRIC(REAL) == [0.0, 0.0]
    assert METRIC(REAL[torch.randperm(256)]) == pytest.approx([0.0, 0.0], abs=1e-5)
    other = pictures(256, 1)
    assert METRIC(other) == pytest.approx(METRIC(other[torch.randperm(256)]), rel=1e-4)


def test_it_is_deterministic() -> None:
    other = pictures(256, 1)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert METRIC(other) == SlicedWasserstein(REAL)(other)
    assert torch.equal(torch.get_rng_state(), before)
    assert METRIC(other) != SlicedWasserstein(REAL, seed=1)(other)
    assert METRIC(other) == pytest.approx(SlicedWasserstein(REAL, seed=1)(other), rel=0.3)


def damage(kind: str, images: Tensor, strength: float) -> Tensor:
    match kind:
        case "noise":
            return images + strength * torch.randn(images.shape)
        case "blur":
            return images.lerp(blur(blur(images, 1.0), 1.0), strength)
        case "contrast":
            return images * (1 - strength / 2)
        case "colour":
            return images + strength * torch.tensor([0.5, -0.5, 0.0]).view(3, 1, 1)
        case _:  # missing variety: part of the pictures again and again
            return images[torch.arange(len(images)) % max(2, int(len(images) * (1 - strength * 0.99)))]


@pytest.mark.parametrize("kind", ["noise", "blur", "contrast", "colour", "variety"])
def test_damage_is_seen_and_more_of_it_more(kind: str) -> None:
    fresh = pictures(256, 1)
    floor, some, much = (total(METRIC(damage(kind, fresh, strength))) for strength in (0.0, 0.6, 1.0))
    assert floor < some < much
    assert much > 1.5 * floor


def test_the_published_normalisation_does_not_see_contrast() -> None:
    published = SlicedWasserstein(REAL, normalise="each")
    assert published(REAL) == [0.0, 0.0]
    fresh = pictures(256, 1)
    assert total(published(fresh * 0.5)) == pytest.approx(total(published(fresh)), rel=1e-3)
    assert total(published(damage("noise", fresh, 1.0))) > 2 * total(published(fresh))


def test_points_against_the_known_distance_of_shifted_normals() -> None:
    """Two equal clouds a vector apart: every projection moves by its part of the vector, on average 2/pi of it."""
    points = torch.randn(2000, 2)
    metric = SlicedWasserstein(points, projections=512)
    assert metric(points) == [0.0]
    assert metric(points + torch.tensor([3.0, 4.0])) == pytest.approx([5 * 2 / torch.pi], rel=0.03)
    ring = torch.stack([torch.arange(2000).mul(3.14159 / 4).cos(), torch.arange(2000).mul(3.14159 / 4).sin()], 1)
    modes = SlicedWasserstein(ring)
    missing = [modes(ring[torch.arange(2000) % 8 < kept].repeat(8 // kept, 1)[:2000])[0] for kept in (8, 4, 2, 1)]
    assert missing == sorted(missing)
    assert missing[0] < 1e-5 < 0.1 < missing[1]


def test_the_pyramid_loses_nothing() -> None:
    images = pictures(3, 5, side=64)
    levels = laplacian(images)
    assert [level.shape[-1] for level in levels] == [64, 32, 16]
    whole = levels[-1]
    for level in reversed(levels[:-1]):
        spread = torch.zeros_like(level)
        spread[:, :, ::2, ::2] = whole
        whole = level + blur(spread, 4.0)
    assert torch.allclose(whole, images, atol=1e-5)


def test_the_filter_is_binomial_and_keeps_brightness() -> None:
    dot = torch.zeros(1, 1, 9, 9)
    dot[0, 0, 4, 4] = 1.0
    line = torch.tensor([1.0, 4, 6, 4, 1]) / 16
    assert torch.allclose(blur(dot, 1.0)[0, 0, 2:7, 2:7], torch.outer(line, line))
    assert torch.allclose(blur(torch.ones(1, 2, 8, 8), 1.0), torch.ones(1, 2, 8, 8))


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 3, 5), (3, 28, 28), (3, 33, 48)])
def test_any_size_of_image_works(shape: tuple[int, ...]) -> None:
    images = torch.rand(20, *shape)
    metric = SlicedWasserstein(images)
    assert total(metric(images)) == 0.0
    assert total(metric(torch.rand(20, *shape) * 0.5)) > 0.05


def test_a_constant_set_gives_numbers() -> None:
    assert all(torch.isfinite(torch.tensor(SlicedWasserstein(torch.zeros(4, 1, 32, 32))(torch.zeros(4, 1, 32, 32)))))
    assert METRIC(torch.zeros_like(REAL))[0] > 0.3


def test_wrong_shapes_say_so() -> None:
    with pytest.raises(ValueError, match="compares sets of images"):
        SlicedWasserstein(torch.zeros(4, 5, 6))
    with pytest.raises(ValueError, match=r"the reference set has shape \(256, 3, 32, 32\), and these samples \(3, 3"):
        METRIC(pictures(3, 0))
