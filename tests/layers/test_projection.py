"""What a critic does with labels after its features."""

from __future__ import annotations

import pytest
import torch

from sparring.layers.labels import append_one_hot
from sparring.layers.projection import LabelHead

LOGIT, H, Y = torch.randn(4, 1), torch.randn(4, 6, 3, 3), torch.tensor([0, 1, 2, 1])


def test_a_zero_embedding_leaves_the_logit_alone():
    head = LabelHead("projection", 6, classes=3)
    assert not torch.allclose(head(LOGIT, H, Y, ()).logits[0], LOGIT)
    torch.nn.init.zeros_(head.embedding.weight)
    assert torch.equal(head(LOGIT, H, Y, ()).logits[0], LOGIT)


def test_projection_is_an_inner_product_with_summed_features():
    head = LabelHead("projection", 6, classes=3)
    by_hand = [LOGIT[i, 0] + head.embedding.weight[Y[i]] @ H[i].sum((1, 2)) for i in range(4)]
    torch.testing.assert_close(head(LOGIT, H, Y, ()).logits[0][:, 0], torch.stack(by_hand))
    maps = head(LOGIT[:, :, None, None], H, Y, ()).logits[0]
    torch.testing.assert_close(maps.flatten(), torch.stack(by_hand))


def test_the_gradient_reaches_only_the_labels_at_hand():
    head = LabelHead("projection", 6, classes=5)
    head(LOGIT, H, Y, ()).logits[0].sum().backward()
    assert (head.embedding.weight.grad.abs().sum(1) > 0).tolist() == [True, True, True, False, False]


def test_auxiliary_classifies_and_keeps_the_logit():
    verdict = LabelHead("auxiliary", 6, classes=3)(LOGIT, H, Y, (H,))
    assert torch.equal(verdict.logits[0], LOGIT)
    assert verdict.classes.shape == (4, 3)
    assert verdict.features == (H,)


@pytest.mark.parametrize(("conditioning", "classes"), [("concat", 3), ("projection", 0), ("auxiliary", 0)])
def test_otherwise_it_has_no_weights_and_does_nothing(conditioning, classes):
    head = LabelHead(conditioning, 6, classes)
    assert not list(head.parameters())
    assert torch.equal(head(LOGIT, H, None, ()).logits[0], LOGIT)


def test_one_hot_maps_are_constant():
    maps = append_one_hot(H, Y, 3)
    assert maps.shape == (4, 9, 3, 3)
    assert torch.equal(maps[:, :6], H)
    assert torch.equal(maps[2, 6:], torch.tensor([0.0, 0, 1])[:, None, None].expand(3, 3, 3))
    assert torch.equal(append_one_hot(LOGIT, Y, 3)[1], torch.tensor([LOGIT[1, 0], 0, 1, 0]))
