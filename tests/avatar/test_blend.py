"""Blends: exact where nothing shows, without a seam, and Poisson's equation solved."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.avatar.blend import BLENDS, Blend, alpha, membrane, multiband, poisson
from sparring.avatar.masks import ellipse, soften
from sparring.avatar.templates import ffhq

SIZE = 64
SHOWN = soften(ellipse(ffhq(SIZE), SIZE), torch.ones(1, SIZE, SIZE))
EVERY = pytest.mark.parametrize("blend", list(BLENDS))


def texture(seed: int = 0) -> Tensor:
    return torch.rand(3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


def solved(edge: Tensor, inside: Tensor) -> Tensor:
    """Laplace's equation as one dense system; beyond the picture a pixel meets itself."""
    free = inside.nonzero().tolist()
    number = {tuple(place): index for index, place in enumerate(free)}
    system, right = torch.zeros(len(free), len(free)).double(), torch.zeros(len(free)).double()
    for index, (y, x) in enumerate(free):
        for there in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= there[0] < len(edge) and 0 <= there[1] < len(edge[0]):
                system[index, index] += 1
                if there in number:
                    system[index, number[there]] -= 1
                else:
                    right[index] += edge[there]
    result = edge.double().clone()
    result[inside] = torch.linalg.solve(system, right)
    return result


@pytest.mark.parametrize("shape", ["middle", "edge", "holes"])
def test_the_membrane_solves_its_equation(shape: str) -> None:
    inside = torch.zeros(1, 27, 22, dtype=torch.bool)
    inside[:, 5:20, 0 if shape == "edge" else 4 : 19] = True
    if shape == "holes":
        inside &= torch.rand(1, 27, 22) > 0.2
    edge = torch.rand(1, 27, 22) - 0.5
    found = membrane(edge, inside)
    assert torch.equal(found[~inside], edge[~inside])
    assert (found[0] - solved(edge[0], inside[0])).abs().max() < 0.25 / 255


def test_the_membrane_converges_at_larger_sizes() -> None:
    """A plane is harmonic: known at the edge, it is known inside."""
    plane = torch.linspace(-0.4, 0.4, 200).expand(1, 150, 200) + torch.linspace(0, 0.3, 150)[:, None]
    inside = torch.zeros(1, 150, 200, dtype=torch.bool)
    inside[:, 3:-3, 3:-3] = True
    assert (membrane(plane * ~inside, inside) - plane).abs().max() < 0.3 / 255


def test_a_membrane_without_an_edge_is_flat() -> None:
    assert membrane(texture(), torch.ones(1, SIZE, SIZE, dtype=torch.bool)).abs().max() == 0


@EVERY
def test_where_nothing_shows_the_photo_stays_to_the_bit(blend: Blend) -> None:
    photo = texture()
    mixed = BLENDS[blend](photo, texture(1), SHOWN)
    assert torch.equal(mixed[:, SHOWN[0] == 0], photo[:, SHOWN[0] == 0])
    assert torch.equal(BLENDS[blend](photo, texture(1), torch.zeros_like(SHOWN)), photo)
    assert 0 <= mixed.min() <= mixed.max() <= 1


@EVERY
def test_a_layer_like_the_photo_changes_nothing(blend: Blend) -> None:
    assert torch.allclose(BLENDS[blend](texture(), texture(), SHOWN), texture(), atol=1e-5)


def test_alpha_is_a_partition() -> None:
    ones = torch.ones(3, SIZE, SIZE)
    assert torch.allclose(alpha(0 * ones, ones, SHOWN), SHOWN.expand(3, -1, -1))
    assert torch.allclose(alpha(ones, 0 * ones, SHOWN) + alpha(0 * ones, ones, SHOWN), ones)


def test_poisson_takes_the_photos_brightness_and_the_layers_detail() -> None:
    photo = torch.full((3, SIZE, SIZE), 0.6)
    waves = 0.1 * torch.sin(torch.arange(SIZE) / 2.0).expand(3, SIZE, SIZE)
    made = poisson(photo, 0.3 + waves, SHOWN)
    inside = SHOWN[0] == 1
    assert made[:, inside].mean().item() == pytest.approx(0.6, abs=0.02)
    assert made[:, inside].std().item() == pytest.approx(waves[:, inside].std().item(), rel=0.15)
    assert alpha(photo, 0.3 + waves, SHOWN)[:, inside].mean().item() == pytest.approx(0.3, abs=0.02)


def test_multiband_spreads_a_gap_of_light_further_than_alpha() -> None:
    dark, light = torch.full((3, SIZE, SIZE), 0.3), torch.full((3, SIZE, SIZE), 0.7)
    narrow = soften(ellipse(ffhq(SIZE), SIZE), torch.ones(1, SIZE, SIZE), width=0.02)
    steps = [blend(dark, light, narrow).diff(dim=2).abs().max().item() for blend in (alpha, multiband)]
    assert steps[1] < 0.9 * steps[0]
    assert multiband(dark, light, narrow)[0, SIZE // 2, SIZE // 2] > 0.6


@pytest.mark.parametrize("sides", [(1, 1), (1, 40), (7, 5), (33, 50)])
@EVERY
def test_every_size_can_be_blended(blend: Blend, sides: tuple[int, int]) -> None:
    shown = torch.zeros(1, *sides)
    shown[:, : sides[0] // 2 + 1, : sides[1] // 2 + 1] = 0.7
    mixed = BLENDS[blend](torch.rand(3, *sides), torch.rand(3, *sides), shown)
    assert mixed.isfinite().all()
