"""The finish: every step does what it says, and at strength 0 nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from sparring.avatar.finish import Finish
from sparring.avatar.finish.colour import Palette, brighten, match_histogram, palette_of, reinhard
from sparring.avatar.finish.denoise import denoise
from sparring.avatar.finish.enlarge import enlarge
from sparring.avatar.finish.sharpen import LUMA, sharpen
from sparring.avatar.lab import to_lab
from sparring.settings import from_json, to_json

SIZE = 48
MASK = torch.ones(1, SIZE, SIZE)


def scene(seed: int, low: float = 0.2, high: float = 0.8) -> Tensor:
    rows = torch.rand(3, 6, 6, generator=torch.Generator().manual_seed(seed))
    smooth = torch.nn.functional.interpolate(rows[None], size=(SIZE, SIZE), mode="bilinear")[0]
    return low + (high - low) * smooth


def recoloured(made: Tensor, photo: Tensor, strength: float, mask: Tensor = MASK) -> Tensor:
    return reinhard(made, palette_of(made, mask), palette_of(photo, mask), strength)


def whole(image: Tensor) -> Palette:
    palette = palette_of(image, MASK)
    assert palette is not None
    return palette


STEPS: dict[str, Callable[[Tensor, Tensor, float], Tensor]] = {
    "denoise": lambda made, photo, strength: denoise(made, strength),
    "colour": recoloured,
    "histogram": lambda made, photo, strength: match_histogram(made, photo, MASK, strength),
    "brightness": lambda made, photo, strength: brighten(made, photo, MASK, strength),
    "sharpen": lambda made, photo, strength: sharpen(made, strength),
}
EVERY = pytest.mark.parametrize("step", STEPS)


@EVERY
def test_strength_zero_changes_nothing_and_more_changes_more(step: str) -> None:
    made, photo = (scene(1) + 0.05 * torch.randn(3, SIZE, SIZE)).clamp(0, 1), scene(2, 0.0, 0.5)
    before = made.clone()
    assert torch.equal(STEPS[step](made, photo, 0.0), made)
    changes = [(STEPS[step](made, photo, strength) - made).abs().mean().item() for strength in (0.3, 0.6, 1.0)]
    assert 1e-4 < changes[0] < changes[1] < changes[2]
    assert torch.equal(made, before)


@pytest.mark.parametrize("step", ["colour", "histogram", "brightness"])
def test_a_picture_that_goes_back_to_itself_stays(step: str) -> None:
    made = scene(1)
    assert (STEPS[step](made, made, 1.0) - made).abs().max() < 1 / 255


@pytest.mark.parametrize("step", ["colour", "histogram", "brightness"])
def test_without_a_pixel_to_look_at_nothing_changes(step: str) -> None:
    made, nothing = scene(1), torch.zeros(1, SIZE, SIZE)
    changed = {
        "colour": lambda: recoloured(made, scene(2), 1.0, nothing),
        "histogram": lambda: match_histogram(made, scene(2), nothing, 1.0),
        "brightness": lambda: brighten(made, scene(2), nothing, 1.0),
    }[step]()
    assert torch.equal(changed, made)


def test_reinhard_takes_colours_whole_and_light_by_half() -> None:
    made, photo = scene(1), scene(2, 0.3, 0.6)
    own, goal = whole(made), whole(photo)
    found = whole(recoloured(made, photo, 1.0))
    assert found.mean[1:].tolist() == pytest.approx(goal.mean[1:].tolist(), abs=0.3)
    assert found.mean[0].item() == pytest.approx((own.mean[0] + goal.mean[0]).item() / 2, abs=0.3)


def test_reinhard_changes_contrast_by_at_most_two_times() -> None:
    made, photo = scene(1, 0.49, 0.51), scene(2, 0.0, 1.0)
    own, found = whole(made), whole(recoloured(made, photo, 1.0))
    assert (found.deviation / own.deviation).max().item() <= 2.05


def test_only_what_the_mask_shows_is_looked_at() -> None:
    made, photo, mask = scene(1), scene(2), MASK.clone()
    mask[:, :, 24:] = 0
    other = photo.clone()
    other[:, :, 24:] = 1
    for step in (recoloured(made, photo, 1.0, mask), match_histogram(made, photo, mask, 1.0)):
        assert not torch.equal(step, made)
    assert torch.equal(recoloured(made, photo, 1.0, mask), recoloured(made, other, 1.0, mask))
    assert torch.equal(brighten(made, photo, mask, 1.0), brighten(made, other, mask, 1.0))


def test_a_matched_histogram_is_the_photos() -> None:
    made, photo = scene(1), scene(2, 0.3, 0.7)
    found = match_histogram(made, photo, MASK, 1.0)
    quantiles = torch.linspace(0.05, 0.95, 7)
    ours, theirs = (to_lab(image)[0].flatten().quantile(quantiles) for image in (found, photo))
    assert (ours - theirs).abs().max() < 1.0


def test_brightness_goes_to_the_photos_median() -> None:
    made, photo = scene(1, 0.5, 0.9), scene(2, 0.3, 0.6)
    medians = [to_lab(image)[0].median().item() for image in (made, photo, brighten(made, photo, MASK, 0.5))]
    assert medians[2] == pytest.approx((medians[0] + medians[1]) / 2, abs=1.0)
    ends = torch.tensor([0.0, 1.0]).expand(3, 1, 2).contiguous()
    assert torch.allclose(brighten(ends, ends * 0.5, torch.ones(1, 1, 2), 1.0), ends, atol=1e-3)


def test_palettes_of_a_film_move_slowly() -> None:
    one, other = whole(scene(1)), whole(scene(2))
    assert torch.allclose(one.toward(other, 0.25).mean, 0.75 * one.mean + 0.25 * other.mean)
    assert torch.equal(one.toward(other, 0.0).deviation, one.deviation)


def test_noise_goes_and_edges_stay() -> None:
    step = torch.zeros(3, SIZE, SIZE)
    step[:, :, 24:] = 1
    noisy = (step * 0.8 + 0.1 + 0.02 * torch.randn(3, SIZE, SIZE)).clamp(0, 1)
    quiet = denoise(noisy, 1.0)
    assert quiet[:, :, :20].std() < 0.5 * noisy[:, :, :20].std()
    assert (quiet[:, :, 24] - quiet[:, :, 23]).mean() > 0.75


def test_edges_get_sharper_without_halos_or_colour() -> None:
    line = torch.linspace(0.3, 0.7, 8).repeat_interleave(1)
    ramp = torch.cat([torch.full((20,), 0.3), line, torch.full((20,), 0.7)]).expand(3, SIZE, SIZE).contiguous()
    tinted = (ramp + torch.tensor([0.1, 0.0, -0.1]).view(3, 1, 1)).clamp(0, 1)
    sharp = sharpen(tinted, 1.0)
    luma = (sharp * torch.tensor(LUMA).view(3, 1, 1)).sum(0)
    before = (tinted * torch.tensor(LUMA).view(3, 1, 1)).sum(0)
    assert luma.max() <= before.max() + 0.0501
    assert luma.min() >= before.min() - 0.0501
    assert luma.diff(dim=1).abs().max() > before.diff(dim=1).abs().max()
    assert torch.allclose(sharp[0] - sharp[2], tinted[0] - tinted[2], atol=1e-6)


def test_noise_below_the_threshold_is_not_sharpened() -> None:
    faint = 0.5 + 2 / 255 * (torch.rand(3, SIZE, SIZE) - 0.5)
    assert torch.equal(sharpen(faint, 1.0), faint)


@pytest.mark.parametrize("times", [2, 4])
def test_enlarging_keeps_places_and_brightness(times: int) -> None:
    made = scene(3)
    large = enlarge(made, times)
    assert large.shape == (3, SIZE * times, SIZE * times)
    back = torch.nn.functional.avg_pool2d(large, times)
    assert (back - made).abs().max() < 2 / 255
    assert enlarge(made, 1) is made
    with pytest.raises(ValueError, match="not 3 times"):
        enlarge(made, 3)


def test_the_whole_finish_in_order() -> None:
    made, photo = scene(1), scene(2)
    finish = Finish(histogram=0.2, brightness=0.2, enlarge=2)
    steps = dict(finish.steps(made, photo, MASK))
    assert list(steps) == ["denoise", "colour", "histogram", "brightness", "enlarge", "sharpen"]
    assert steps["sharpen"].shape == (3, 2 * SIZE, 2 * SIZE)
    assert all(0 <= step.min() <= step.max() <= 1 for step in steps.values())
    assert list(dict(Finish().steps(made, photo, MASK))) == ["denoise", "colour", "sharpen"]
    assert not list(Finish(denoise=0, colour=0, sharpen=0).steps(made, photo, MASK))


def test_a_film_goes_to_its_own_palette() -> None:
    made, goal = scene(1), palette_of(scene(4, 0.1, 0.3), MASK)
    toward = dict(Finish(denoise=0, sharpen=0).steps(made, scene(2), MASK, goal))["colour"]
    assert torch.equal(toward, reinhard(made, palette_of(made, MASK), goal, 0.3))


@pytest.mark.parametrize("wrong", [{"colour": 1.5}, {"denoise": -0.1}, {"sharpen": np.nan}])
def test_strengths_lie_between_zero_and_one(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="strength from 0"):
        Finish(**wrong)
    with pytest.raises(ValueError, match="2 or 4 times"):
        Finish(enlarge=3)  # type: ignore[arg-type]


def test_a_finish_is_settings() -> None:
    assert from_json(Finish, to_json(Finish(colour=0.5))) == Finish(colour=0.5)
