"""What drawings are held to: nothing for what is as it should be, and contours blurred where they are."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from sparring.layers.perception import eye_of
from sparring.techniques.drawn import colours_apart, grayed, roughness, smoothed, yuv
from sparring.techniques.drawn_terms import Drawn, DrawnTerms
from sparring.techniques.likeness import textures_apart


def test_gray_has_no_colour_and_keeps_its_brightness() -> None:
    image = torch.rand(2, 3, 8, 8) * 2 - 1
    gray = grayed(image)
    assert torch.equal(gray[:, 0], gray[:, 2])
    torch.testing.assert_close(yuv(gray)[:, 1:], torch.zeros(2, 2, 8, 8), atol=1e-4, rtol=0)
    torch.testing.assert_close(grayed(gray), gray)
    torch.testing.assert_close(yuv(torch.ones(1, 3, 1, 1)).flatten()[0], torch.tensor(1.0))


def test_identical_gray_images_have_no_distance() -> None:
    """Of colours and of textures; and there is one as soon as they differ."""
    gray = grayed(torch.rand(1, 3, 32, 32))
    eye = eye_of("vgg19-random")
    assert colours_apart(gray, gray) == 0
    assert textures_apart(eye(gray), eye(gray)) == 0
    red = gray.clone()
    red[:, 0] += 0.2
    assert colours_apart(red, gray) > 0
    assert textures_apart(eye(gray * 0.5), eye(gray)) > 0


def test_brightness_is_compared_as_it_is_and_colours_by_huber() -> None:
    one, other = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    ours, theirs = yuv((one + 1) / 2), yuv((other + 1) / 2)
    wanted = (ours[:, 0] - theirs[:, 0]).abs().mean() + (ours[:, 1:] - theirs[:, 1:]).square().div(2).mean() * 2
    torch.testing.assert_close(colours_apart(one, other), wanted)


def test_roughness_is_half_the_squared_steps() -> None:
    image = torch.zeros(1, 3, 4, 4)
    image[..., 2:] = 1
    torch.testing.assert_close(roughness(image), torch.tensor(1 / 3 / 2))


def test_only_contours_are_blurred() -> None:
    image = torch.full((1, 3, 16, 16), -1.0)
    image[..., 8:] = 1
    made = smoothed(image)
    near = slice(8 - 3, 8 + 3)
    assert torch.equal(made[..., :5], image[..., :5])
    assert torch.equal(made[..., 11:], image[..., 11:])
    assert (made[..., near].diff(dim=3) >= 0).all()
    assert made[..., near].diff(dim=3).max() < 1 < image.diff(dim=3).max()
    flat = torch.rand(1, 3, 8, 8) * 0.01
    assert torch.equal(smoothed(flat), flat)


def test_weights_are_paid_and_what_is_off_is_not_looked_at() -> None:
    made, photo, drawing = (torch.rand(1, 3, 16, 16) for _ in range(3))
    terms = DrawnTerms(Drawn(content=2.0, style=0.0, colour=3.0, roughness=0.0, eye="vgg19-random"))
    paid = terms(made, photo, drawing)
    assert set(paid) == {"content", "colour"}
    torch.testing.assert_close(paid["colour"], 3 * colours_apart(made, photo))
    same = terms(photo, photo, drawing)
    assert same["content"] == same["colour"] == 0
    assert F.l1_loss(made, photo) > 0
