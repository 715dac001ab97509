"""Instance norm: the same numbers and the same gradients in every layout, for single images above all."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from sparring.layers.norms import InstanceNorm2d
from sparring.networks import NETWORKS
from sparring.networks.network import Shape
from sparring.play.scene import Verdict


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_gradients_are_those_of_the_definition(count: int, layout: torch.memory_format) -> None:
    x = torch.randn(count, 4, 5, 6).to(memory_format=layout).requires_grad_()
    weights = torch.randn(count, 4, 5, 6).to(memory_format=torch.channels_last)
    norm = InstanceNorm2d(4, affine=True)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    centred = x - x.mean((2, 3), keepdim=True)
    defined = centred / (centred.square().mean((2, 3), keepdim=True) + norm.eps).sqrt()
    defined = defined * norm.weight.view(4, 1, 1) + norm.bias.view(4, 1, 1)
    made = norm(x)
    torch.testing.assert_close(made, defined)
    learned = (x, norm.weight, norm.bias)
    ours, theirs = (torch.autograd.grad((y * weights).sum(), learned) for y in (made, defined))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def test_a_single_image_keeps_its_layout() -> None:
    x = torch.randn(1, 4, 5, 6).to(memory_format=torch.channels_last)
    assert InstanceNorm2d(4)(x).is_contiguous(memory_format=torch.channels_last)


SMALL: dict[str, dict[str, Any]] = {
    "cyclegan-generator": {"width": 4, "blocks": 2},
    "pix2pixhd-generator": {"width": 2, "halvings": 2, "blocks": 2},
    "ugatit-generator": {"width": 4, "blocks": 2},
    "stargan-generator": {"width": 4, "blocks": 2},
    "unet-generator": {"width": 4, "depth": 4},
    "multiscale-critic": {"width": 4},
    "patch-critic": {"width": 4, "norm": "instance"},
}


@pytest.mark.parametrize("kind", SMALL)
def test_networks_learn_the_same_in_the_layout_of_the_engine(kind: str, double: None) -> None:
    """Of single images torch's own instance norm gave gradients without any relation to the right ones."""
    classes = 2 if kind.startswith("stargan") else 0
    network = NETWORKS[kind](**SMALL[kind]).build(Shape((3, 32, 32), classes=classes)).eval()
    x, y = torch.randn(1, 3, 32, 32), torch.ones(1, dtype=torch.int64) if classes else None

    def gradients() -> tuple[torch.Tensor, ...]:
        torch.manual_seed(1)
        made = network(x, y)
        heads = made.logits if isinstance(made, Verdict) else (made,)
        terms = [(head * torch.linspace(-1, 1, head.numel()).view(head.shape)).sum() for head in heads]
        return torch.autograd.grad(torch.stack(terms).sum(), tuple(network.parameters()), materialize_grads=True)

    usual = gradients()
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.to(memory_format=torch.channels_last)
    for one, other in zip(usual, gradients(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-9, rtol=1e-6)
