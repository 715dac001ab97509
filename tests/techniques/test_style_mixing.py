"""Styles that change over at a random layer."""

from __future__ import annotations

import pytest
import torch

from sparring.techniques.style_mixing import mixed

N, LAYERS = 4000, 6
ONE, OTHER = torch.zeros(N, LAYERS, 2), torch.ones(N, LAYERS, 2)


def test_never_and_always() -> None:
    assert torch.equal(mixed(ONE, OTHER, 0.0), ONE)
    always = mixed(ONE, OTHER, 1.0)
    assert not always[:, 0].any()
    assert always[:, -1].all()


@pytest.mark.parametrize("probability", [0.3, 0.9])
def test_how_often_and_where(probability: float) -> None:
    styles = mixed(ONE, OTHER, probability)[:, :, 0]
    assert torch.equal(styles, styles.sort(1).values)  # once changed over, it stays
    layers_of_other = styles.sum(1)
    assert (layers_of_other > 0).float().mean().item() == pytest.approx(probability, abs=0.03)
    counts = torch.stack([(layers_of_other == number).float().mean() for number in range(1, LAYERS)])
    torch.testing.assert_close(counts, torch.full_like(counts, probability / (LAYERS - 1)), atol=0.03, rtol=0)


def test_gradients_reach_both_mappings() -> None:
    one, other = (torch.zeros(64, LAYERS, 2, requires_grad=True) for _ in range(2))
    mixed(one, other, 0.5).sum().backward()
    assert torch.equal(one.grad + other.grad, torch.ones_like(one))
    assert other.grad.any()
