"""Lab: known colours, grey without colour, and back without loss."""

from __future__ import annotations

import pytest
import torch

from sparring.avatar.lab import to_lab, to_rgb


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((1.0, 1.0, 1.0), (100.0, 0.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (53.24, 80.09, 67.20)),
        ((0.0, 1.0, 0.0), (87.73, -86.18, 83.18)),
        ((0.0, 0.0, 1.0), (32.30, 79.19, -107.86)),
        ((0.5, 0.5, 0.5), (53.39, 0.0, 0.0)),
    ],
)
def test_known_colours(rgb: tuple[float, ...], lab: tuple[float, ...]) -> None:
    found = to_lab(torch.tensor(rgb).view(3, 1, 1)).flatten().tolist()
    assert found == pytest.approx(lab, abs=0.03)


def test_every_colour_comes_back() -> None:
    steps = torch.linspace(0, 1, 18)
    image = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij")).view(3, 18, 324)
    assert (to_rgb(to_lab(image)) - image).abs().max() < 0.1 / 255
    grey = to_lab(steps.expand(3, 1, 18).contiguous())
    assert grey[1:].abs().max() < 1e-3


def test_colours_that_do_not_exist_are_cut_off() -> None:
    made = to_rgb(torch.tensor([120.0, -300.0, 250.0]).view(3, 1, 1))
    assert 0 <= made.min() <= made.max() <= 1


def test_lab_has_gradients_at_black() -> None:
    image = torch.zeros(3, 2, 2, requires_grad=True)
    to_rgb(to_lab(image)).sum().backward()
    assert image.grad is not None
    assert image.grad.isfinite().all()
