"""Packing."""

from __future__ import annotations

import pytest
import torch

from sparring.networks import Shape
from sparring.networks.dcgan import DcganCritic
from sparring.networks.mlp import MlpCritic
from sparring.techniques.packing import pack, packed_image, unpack


def critic(size):
    return DcganCritic(4).build(Shape(packed_image((3, 16, 16), size))).eval()


def test_one_is_the_sample_itself():
    x = torch.randn(3, 2)
    assert pack(x, 1) is x
    assert unpack(x, 1) is x


def test_neighbours_make_a_pack_and_each_pack_one_decision():
    x = torch.randn(6, 3, 16, 16)
    together = pack(x, 2)
    assert together.shape == (3, 6, 16, 16)
    assert torch.equal(together[1], torch.cat([x[2], x[3]]))
    assert torch.equal(unpack(together, 2), x)
    assert critic(2)(together).score.shape == (3,)


def test_points_and_pairs_are_packed_too():
    points = torch.arange(8.0).view(4, 2)
    assert pack(points, 2).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    judge = MlpCritic(widths=(8,)).build(Shape(packed_image((2,), 4)))
    assert judge(pack(points, 4)).score.shape == (1,)
    z, x = pack((torch.randn(4, 5), torch.randn(4, 3, 8, 8)), 2)
    assert (z.shape, x.shape) == ((2, 10), (2, 6, 8, 8))


def test_order_inside_a_pack_matters():
    x = torch.randn(2, 3, 16, 16)
    judge = critic(2)
    assert not torch.allclose(judge(pack(x, 2)).score, judge(pack(x.flip(0), 2)).score)


def test_gradients_reach_every_sample():
    x = torch.randn(6, 3, 16, 16, requires_grad=True)
    critic(2)(pack(x, 2)).score.sum().backward()
    assert (x.grad.flatten(1).abs().sum(1) > 0).all()


def test_packs_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="5 samples do not make packs of 2"):
        pack(torch.randn(5, 2), 2)
    with pytest.raises(ValueError, match="at least 1 sample, not 0"):
        packed_image((3, 8, 8), 0)
