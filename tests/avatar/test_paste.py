"""The way back into the photo: nothing is lost where nothing was changed, and nothing of the photo's skin shows
through what was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from sparring.avatar.blend import BLENDS, Blend
from sparring.avatar.masks import ellipse, rounded, soften
from sparring.avatar.paste import Layer, compose, lay, unchanged
from sparring.avatar.similarity import Similarity
from sparring.avatar.templates import ffhq
from sparring.avatar.warp import crop, place

SIZE = 64


def noise(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """The hardest photo: every pixel its own colour."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def picture(photo: NDArray[np.uint8]) -> Tensor:
    return torch.tensor(photo).permute(2, 0, 1).float() / 255


def about(scale: float, angle: float, x: float, y: float) -> Similarity:
    """The crop of 64 pixels around this place."""
    turned = Similarity.of(scale, angle)
    left, top = turned.apply(torch.tensor([[x, y]]))[0].tolist()
    return Similarity.of(scale, angle, (31.5 - left, 31.5 - top))


def pasted(photo: NDArray[np.uint8], here: Similarity, change: float = 0.0, mask: Tensor | None = None) -> Layer:
    pixels, validity = crop(picture(photo), here, SIZE)
    shown = soften(ellipse(ffhq(SIZE), SIZE) if mask is None else mask, validity)
    return lay(picture(photo), pixels, (pixels + change).clamp(0, 1), shown, here)


def largest(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> int:
    return int(np.abs(left.astype(int) - right.astype(int)).max())


@settings(max_examples=30)
@given(st.floats(0.1, 8), st.floats(-3.2, 3.2), st.floats(0, 200), st.floats(0, 120))
def test_a_generator_that_changes_nothing_gives_back_the_photo(scale: float, angle: float, x: float, y: float) -> None:
    photo = noise(120, 200)
    assert largest(compose(photo, [pasted(photo, about(scale, angle, x, y))]), photo) <= 1


@pytest.mark.parametrize("blend", list(BLENDS))
@pytest.mark.parametrize("scale", [0.3, 1.0, 2.0])
def test_so_does_every_blend(scale: float, blend: Blend) -> None:
    photo = noise(300, 500)
    layers = [pasted(photo, about(scale, angle, *at)) for angle, at in ((0.3, (250, 150)), (-1.0, (30, 290)))]
    assert largest(compose(photo, layers, blend), photo) <= 1


@pytest.mark.parametrize("blend", list(BLENDS))
@pytest.mark.parametrize("at", [(50, 60), (0, 0), (99, 119)])
def test_bytes_outside_the_mask_are_the_photos(blend: Blend, at: tuple[int, int]) -> None:
    photo = noise(120, 100)
    before = photo.copy()
    layer = pasted(photo, about(0.9, 0.5, *at), change=0.3)
    made = compose(photo, [layer], blend)
    touched = np.zeros((120, 100), bool)
    left, top, right, bottom = layer.region
    touched[top:bottom, left:right] = layer.shown[0].numpy() > 0
    assert (made[~touched] == photo[~touched]).all()
    assert largest(made[touched], photo[touched]) > 30
    assert (photo == before).all()


def test_a_face_at_the_corner_shows_up_to_the_corner() -> None:
    photo = noise(100, 100)
    layer = pasted(photo, about(0.5, 0.0, 5, 5), change=0.5)
    assert layer.region[:2] == (0, 0)
    assert layer.shown[0, 0, 0] > 0.99


def test_what_was_restyled_shows_nothing_of_the_photos_detail() -> None:
    """A large photo's texture, beyond the crop's resolution, must not lie on painted skin."""
    photo = (128 + 40 * (noise(400, 400) / 127.5 - 1)).astype(np.uint8)
    here = about(0.2, 0.2, 200, 200)
    pixels, validity = crop(picture(photo), here, SIZE)
    painted = (0 * pixels + 0.7).clamp(0, 1)
    layer = lay(picture(photo), pixels, painted, soften(ellipse(ffhq(SIZE), SIZE), validity), here)
    inside = layer.shown[0] > 0.99
    assert layer.colours[:, inside].std().item() < 0.1 / 255
    difference = (
        place(painted - pixels, here, layer.region)
        + picture(photo)[:, layer.region[1] : layer.region[3], layer.region[0] : layer.region[2]]
    )
    assert difference[:, inside].std().item() > 20 / 255, "pasting the difference would leave it all"


def test_the_photos_own_detail_is_kept_where_nothing_was_changed() -> None:
    photo = noise(400, 400)
    here = about(0.25, 0.0, 200, 200)
    pixels, validity = crop(picture(photo), here, SIZE)
    half = pixels.clone()
    half[:, :, :32] = 1.0
    layer = lay(picture(photo), pixels, half, soften(rounded(SIZE), validity), here)
    left, top, right, bottom = layer.region
    away = (layer.colours - picture(photo)[:, top:bottom, left:right]).abs().mean((0, 1))
    assert away[180:240].max() < 1 / 255
    assert layer.colours[:, 40:-40, 20:90].min() > 0.99


def test_unchanged_falls_from_one_to_zero() -> None:
    pixels = torch.full((3, SIZE, SIZE), 0.5)
    kept = [unchanged(pixels, pixels + step / 255)[0, 32, 32].item() for step in (0, 1, 2, 4, 40)]
    assert kept[0] == 1
    assert kept == sorted(kept, reverse=True)
    assert kept[3:] == pytest.approx([0, 0], abs=1e-6)


def test_the_later_layer_lies_over_the_earlier() -> None:
    photo = np.zeros((100, 100, 3), np.uint8)
    shown = F.pad(torch.ones(1, 20, 20), (10,) * 4)
    white = Layer((0, 0, 40, 40), torch.ones(3, 40, 40), shown)
    grey = Layer((20, 20, 60, 60), torch.full((3, 40, 40), 0.5), shown)
    made = compose(photo, [white, grey])
    assert made[25, 25].tolist() == [255] * 3
    assert made[32, 32].tolist() == [128] * 3
    assert compose(photo, [grey, white])[29, 29].tolist() == [255] * 3


def test_overlapping_layers_are_rounded_once() -> None:
    photo = np.full((8, 8, 3), 100, np.uint8)
    layers = [Layer((0, 0, 8, 8), torch.full((3, 8, 8), 100.4 / 255), torch.ones(1, 8, 8))]
    layers.append(Layer((0, 0, 8, 8), torch.full((3, 8, 8), 101.0 / 255), torch.full((1, 8, 8), 0.3)))
    assert (compose(photo, layers) == 101).all(), "100.58; rounded twice it is 100.3, then 100"


def test_pasting_twice_and_in_threads_gives_the_same() -> None:
    photo, here = noise(120, 160), about(0.7, 0.4, 80, 60)
    once = compose(photo, [pasted(photo, here, 0.2)])
    with ThreadPoolExecutor(3) as pool:
        for again in pool.map(lambda _: compose(photo, [pasted(photo, here, 0.2)]), range(5)):
            assert (again == once).all()


def test_a_grey_photo_stays_grey() -> None:
    photo = np.repeat(noise(90, 90)[..., :1], 3, 2)
    made = compose(photo, [pasted(photo, about(1.3, 0.2, 45, 45), change=0.2)], "multiband")
    assert (made == made[..., :1]).all()


def test_a_face_outside_the_photo_leaves_it_alone() -> None:
    photo = noise(50, 60)
    layer = pasted(photo, about(1.0, 0.3, 400, 400), change=0.5)
    assert layer.shown.numel() == 0
    assert (compose(photo, [layer]) == photo).all()
    assert (compose(photo, []) == photo).all()


def test_an_unknown_blend_is_refused() -> None:
    with pytest.raises(ValueError, match="alpha, poisson, multiband, not by 'glue'"):
        compose(noise(4, 4), [], "glue")  # type: ignore[arg-type]
