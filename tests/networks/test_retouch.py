"""A U-Net that keeps what it was given, to the last bit where that can be."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sparring.data.making import MAKERS
from sparring.networks.network import Shape
from sparring.networks.retouch import RetouchGenerator, coloured, filled
from sparring.networks.unet import UnetGenerator
from sparring.run import grid

SMALL = UnetGenerator(width=2, depth=3)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_colours_have_the_brightness_that_was_given(luma: float, blue: float, red: float) -> None:
    gray, chroma = torch.full((1, 1, 1, 1), luma), torch.tensor([blue, red]).view(1, 2, 1, 1)
    rgb = coloured(gray, chroma)
    assert rgb.abs().max() <= 1 + 1e-5
    assert MAKERS["gray"].make(rgb, torch.zeros(1, 4)).item() == pytest.approx(luma, abs=1e-5)


def test_no_chroma_is_gray_and_red_is_red() -> None:
    gray = torch.linspace(-1, 1, 5).view(5, 1, 1, 1)
    neutral = coloured(gray, torch.zeros(5, 2, 1, 1))
    assert torch.equal(neutral, gray.expand(-1, 3, -1, -1))
    red = coloured(torch.zeros(1, 1, 1, 1), torch.tensor([0.0, 0.5]).view(1, 2, 1, 1)).flatten()
    assert red[0] > red[2] > red[1]


def test_a_known_colour_comes_back_from_its_luma_and_chroma() -> None:
    rgb = torch.rand(4, 3, 5, 5) * 2 - 1
    luma = MAKERS["gray"].make(rgb, torch.zeros(4, 4))
    chroma = torch.cat([(rgb[:, 2:] - luma) / 1.772, (rgb[:, :1] - luma) / 1.402], 1)
    torch.testing.assert_close(coloured(luma, chroma), rgb, atol=1e-5, rtol=0)


def test_saved_colours_give_the_gray_picture_back() -> None:
    torch.manual_seed(1)
    network = RetouchGenerator(unet=SMALL).build(Shape((3, 16, 16), source=(1, 16, 16)))
    gray = torch.randint(0, 256, (2, 1, 16, 16)).float() / 127.5 - 1
    saved = grid.to_bytes(network(gray)).permute(0, 3, 1, 2).float() / 127.5 - 1
    apart = (MAKERS["gray"].make(saved, torch.zeros(2, 4)) - gray).abs().max()
    assert apart * 127.5 <= 1
    assert saved.std(1).max() > 0


def test_outside_of_the_hole_nothing_changes() -> None:
    network = RetouchGenerator(keep="outside", unet=SMALL).build(Shape((3, 16, 16), source=(4, 16, 16)))
    image = torch.rand(4, 3, 16, 16) * 2 - 1
    holed = MAKERS["mask"].make(image, torch.rand(4, 4))
    made, hole = network(holed), (holed[:, 3:] > 0).expand(-1, 3, -1, -1)
    assert torch.equal(made[~hole], image[~hole])
    assert not torch.equal(made[hole], image[hole])
    whole = torch.cat([image, -torch.ones(4, 1, 16, 16)], 1)
    assert torch.equal(network(whole), image)
    assert torch.equal(filled(holed, image), image)


@pytest.mark.parametrize(
    ("keep", "source", "said"),
    [
        ("brightness", (3, 16, 16), "not 3 into 3: set data.source=gray and data.channels=3"),
        ("outside", (3, 16, 16), "the map of its hole, 4 channels, not 3: set data.source=mask"),
    ],
)
def test_what_it_cannot_keep_is_refused(keep: str, source: tuple[int, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        RetouchGenerator(keep=keep, unet=SMALL).build(Shape((3, 16, 16), source=source))  # type: ignore[arg-type]
