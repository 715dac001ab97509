"""Crops and the way back: exact where nothing moves, without aliasing, and only as large as a face."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sparring.avatar.similarity import Similarity, resizing
from sparring.avatar.warp import crop, place, region_of, sample


def scene(height: int, width: int) -> Tensor:
    """Smooth waves of every direction."""
    y = torch.arange(height, dtype=torch.float64)[:, None]
    x = torch.arange(width, dtype=torch.float64)
    waves = [torch.sin(x / 9 + y / 14), torch.cos(x / 17 - y / 8), torch.sin(x * y / 3000)]
    return (0.5 + 0.4 * torch.stack(waves)).float()


def about(scale: float, angle: float, middle: tuple[float, float], size: int) -> Similarity:
    """The crop whose middle shows this place."""
    turned = Similarity.of(scale, angle)
    x, y = turned.apply(torch.tensor([middle]))[0].tolist()
    half = (size - 1) / 2
    return Similarity.of(scale, angle, (half - x, half - y))


def decibels(left: Tensor, right: Tensor) -> float:
    return -10 * math.log10((left - right).square().mean().item() + 1e-20)


def test_nothing_moved_is_the_same_to_the_bit() -> None:
    image = torch.rand(3, 40, 50)
    assert torch.equal(sample(image, Similarity.of(), 40, 50), image)
    pixels, validity = crop(image, Similarity.of(shift=(-7, -3)), 32)
    assert torch.equal(pixels, image[:, 3:35, 7:39])
    assert validity.min() == 1
    assert torch.equal(place(pixels, Similarity.of(shift=(-7, -3)), (7, 3, 39, 35)), pixels)


def test_a_quarter_turn_only_moves_pixels() -> None:
    image = torch.rand(3, 20, 30)
    turned = sample(image, Similarity.of(1, math.pi / 2, (29, 0)), 30, 20)
    assert torch.allclose(turned, image.rot90(1, (1, 2)), atol=1e-5)


@pytest.mark.parametrize("times", [2, 4, 8])
def test_shrinking_is_the_mean_of_what_a_pixel_covers(times: int) -> None:
    noise = torch.rand(3, 512, 512)
    pixels, _ = crop(noise, resizing(1 / times), 512 // times)
    assert (pixels - F.avg_pool2d(noise, times)).square().mean().sqrt() < 0.44 / 255


@pytest.mark.parametrize("scale", [0.7, 0.31, 0.12])
def test_no_aliasing_at_any_angle(scale: float) -> None:
    noise = torch.rand(3, 600, 600)
    pixels, _ = crop(noise, about(scale, 0.3, (300.2, 299.6), 40), 40)
    spread = math.sqrt(1 / 12)
    assert pixels.std().item() < 1.1 * spread * scale
    assert pixels.mean().item() == pytest.approx(0.5, abs=0.01)


def test_moving_the_photo_moves_the_crop_with_it() -> None:
    image = torch.rand(3, 300, 300)
    moved = image.roll((3, 7), (1, 2))
    for scale in (0.35, 1.7):
        here = about(scale, 0.2, (150, 140), 64)
        there = Similarity.of(shift=(-7, -3)).then(here)
        assert torch.allclose(crop(image, here, 64)[0], crop(moved, there, 64)[0], atol=1e-4)


def test_points_and_pixels_agree() -> None:
    y, x = torch.meshgrid(torch.arange(200.0), torch.arange(300.0), indexing="ij")
    plane = torch.stack([x / 300, y / 200, x * 0])
    for scale in (0.37, 2.3):
        here = about(scale, 0.5, (150, 100), 30)
        pixels, _ = crop(plane, here, 30)
        places = here.inverse.apply(torch.tensor([[4.0, 21.0]]))[0]
        assert pixels[0, 21, 4].item() * 300 == pytest.approx(places[0].item(), abs=0.05)
        assert pixels[1, 21, 4].item() * 200 == pytest.approx(places[1].item(), abs=0.05)


@pytest.mark.parametrize(("scale", "least"), [(0.5, 28), (1.0, 39), (2.0, 42), (4.0, 42)])
@pytest.mark.parametrize("angle", [0.1, 0.8, 2.5])
def test_there_and_back(scale: float, angle: float, least: float) -> None:
    image = scene(300, 500)
    here = about(scale, angle, (250, 150), 96)
    left, top, right, bottom = region = region_of(here, torch.ones(1, 96, 96), 300, 500)
    back = place(crop(image, here, 96)[0], here, region)
    inside = place(F.pad(torch.ones(1, 80, 80), (8, 8, 8, 8)), here, region, "zero")[0] > 0.999
    assert decibels(back[:, inside], image[:, top:bottom, left:right][:, inside]) > least


@settings(max_examples=25)
@given(st.floats(0.2, 5), st.floats(-3, 3), st.floats(-30, 130), st.floats(-30, 130))
def test_the_region_holds_the_whole_crop(scale: float, angle: float, x: float, y: float) -> None:
    here = about(scale, angle, (x, y), 40)
    left, top, right, bottom = region_of(here, torch.ones(1, 40, 40), 80, 100)
    whole = place(torch.ones(1, 40, 40), here, (0, 0, 100, 80), "zero")
    whole[:, max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 0
    assert whole.max() == 0


def test_an_empty_mask_reaches_nowhere() -> None:
    assert region_of(Similarity.of(), torch.zeros(1, 40, 40), 80, 100) == (0, 0, 0, 0)


def test_the_region_is_only_as_large_as_the_mask() -> None:
    mask = F.pad(torch.ones(1, 10, 20), (4, 16, 20, 10))
    assert region_of(Similarity.of(shift=(-30, -20)), mask, 80, 100) == (32, 38, 56, 52)


def test_a_crop_that_misses_the_photo_is_placed_nowhere() -> None:
    here = about(1.0, 0.3, (500, 500), 32)
    left, top, right, bottom = region = region_of(here, torch.ones(1, 32, 32), 80, 100)
    assert right <= left or bottom <= top
    assert place(torch.ones(3, 32, 32), here, region).numel() == 0
    pixels, validity = crop(torch.rand(3, 80, 100), here, 32)
    assert validity.max() == 0
    assert pixels.isfinite().all()


def test_validity_says_where_the_photo_ends() -> None:
    image = scene(300, 500)
    pixels, validity = crop(image, Similarity.of(shift=(20, 10)), 64)
    assert validity[0, 10:, 20:].min() == 1
    assert validity[0, :10].max() == 0
    assert validity[0, :, :20].max() == 0
    assert torch.equal(pixels[:, 10:, 20:], image[:, :54, :44])
    assert torch.allclose(pixels[:, 9, 30], image[:, 1, 10], atol=0.05)


def test_far_outside_fades_to_the_median() -> None:
    """On a photo that is not square, where width and height must not be mixed up."""
    image = scene(300, 500)
    pixels, validity = crop(image, Similarity.of(shift=(60, 0)), 100)
    median = image[:, :100, :40].flatten(1).median(1).values
    assert torch.allclose(pixels[:, :, 0].mean(1), median, atol=0.02)
    assert pixels[:, :, 0].std(1).max() < 0.1 * pixels[:, :, 59].std(1).max()
    assert (1 - validity).mean().item() == pytest.approx(0.6)
    down, _ = crop(image.transpose(1, 2).contiguous(), Similarity.of(shift=(0, 60)), 100)
    assert torch.allclose(down, pixels.transpose(1, 2), atol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 9), (2, 3)])
def test_tiny_photos_have_crops_too(height: int, width: int) -> None:
    pixels, validity = crop(torch.full((3, height, width), 0.25), about(3.0, 0.4, (0, 0), 24), 24)
    assert torch.allclose(pixels, torch.tensor(0.25))
    assert 0 < validity.mean() < 1


def test_a_large_photo_is_not_read_whole() -> None:
    """50 million pixels without memory: reading one place of it outside the face would show."""
    wide = torch.full((3, 1, 1), 0.5).expand(3, 6000, 8400)
    pixels, _ = crop(wide, about(0.5, 0.7, (4000, 3000), 64), 64)
    assert torch.allclose(pixels, torch.tensor(0.5))


def test_threads_do_not_mix_pictures() -> None:
    images = [torch.rand(3, 90, 120) for _ in range(6)]
    here = about(0.8, 0.4, (60, 45), 48)
    serial = [crop(image, here, 48)[0] for image in images]
    with ThreadPoolExecutor(3) as pool:
        assert all(map(torch.equal, serial, pool.map(lambda image: crop(image, here, 48)[0], images)))


def test_crops_have_gradients() -> None:
    image = torch.rand(3, 50, 50, requires_grad=True)
    crop(image, about(0.9, 0.2, (25, 25), 16), 16)[0].mean().backward()
    assert image.grad is not None
    assert image.grad.abs().sum().item() == pytest.approx(1, rel=0.02)
