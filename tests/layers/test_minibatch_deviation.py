"""The deviation map says how much the samples of a group differ."""

from __future__ import annotations

import pytest
import torch
from tests.parity.case import case, error

from sparring.layers.minibatch_deviation import append_deviation, group_size


def test_alike_samples_differ_by_nothing():
    x = torch.randn(1, 6, 4, 4).expand(8, -1, -1, -1)
    out = append_deviation(x, 4)
    assert torch.equal(out[:, :6], x)
    assert torch.allclose(out[:, 6], torch.tensor(1e-4), atol=1e-5)


def test_independent_samples_in_groups_of_four():
    """The mean biased deviation of four normal numbers is sqrt(2/4) * Gamma(2) / Gamma(3/2)."""
    out = append_deviation(torch.randn(16, 64, 16, 16), 4)
    assert out[:, 64].mean().item() == pytest.approx(0.798, abs=0.003)


@pytest.mark.parametrize("group", [2, 4, 8])
def test_groups_are_strided_as_in_the_official_code(group):
    known = case("minibatch_layers")
    out = append_deviation(known.inputs["x"], group)
    assert error(out[:, 6:], known.outputs[f"strided_group{group}"]) <= 1e-5


def test_only_the_group_counts():
    x = torch.randn(8, 4, 2, 2)
    other = x.clone()
    other[1] += 1  # with groups of 4, sample 1 is with 3, 5 and 7
    change = (append_deviation(other, 4) - append_deviation(x, 4))[:, 4].abs().amax((1, 2)) > 0
    assert change.tolist() == [False, True] * 4
    change = append_deviation(other, 4, neighbours=True) - append_deviation(x, 4, neighbours=True)
    assert (change[:, 4].abs().amax((1, 2)) > 0).tolist() == [True] * 4 + [False] * 4


@pytest.mark.parametrize(("samples", "group", "expected"), [(8, 4, 4), (3, 4, 3), (6, 4, 3), (7, 4, 1), (1, 4, 1)])
def test_the_group_divides_the_batch(samples, group, expected):
    assert group_size(samples, group) == expected
    assert append_deviation(torch.randn(samples, 4, 2, 2), group, channels=2).shape == (samples, 6, 2, 2)


def test_gradients_of_gradients():
    x = torch.randn(4, 2, 2, 2, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: append_deviation(x, 4), (x,))
    assert torch.autograd.gradgradcheck(lambda x: append_deviation(x, 4), (x,))
