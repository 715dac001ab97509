"""The fast form of modulated convolution is the published one."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from tests.parity.case import error
from torch import nn

from sparring.layers.modulated import demodulation, modulated_convolution
from sparring.layers.pixel_noise import Noises
from sparring.layers.resample import BINOMIAL, resample, taps_of
from sparring.layers.style_convolution import StyleConv2d, ToImage


def grouped(x, weight, style, demodulate=True, padding=0, up=False):
    """One kernel per sample, and a grouped convolution, as the paper writes it."""
    n, inputs, height, width = x.shape
    kernels = weight[None] * style[:, None, :, None, None]
    if demodulate:
        kernels = kernels * (kernels.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    x = x.reshape(1, n * inputs, height, width)
    if not up:
        out = F.conv2d(x, kernels.flatten(0, 1), padding=padding, groups=n)
    else:
        out = F.conv_transpose2d(x, kernels.transpose(1, 2).flatten(0, 1), stride=2, groups=n)
        out = resample(out, taps_of(BINOMIAL), padding=(1, 1, 1, 1), gain=4.0)
    return out.reshape(n, -1, *out.shape[2:])


@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("demodulate", [True, False])
def test_it_equals_the_grouped_form(kernel, demodulate):
    x, style = torch.randn(4, 24, 10, 12), 1 + torch.randn(4, 24)
    weight = torch.randn(32, 24, kernel, kernel)
    ours = modulated_convolution(x, weight, style, demodulate, padding=kernel // 2)
    assert error(ours, grouped(x, weight, style, demodulate, kernel // 2)) <= 1e-5


def test_so_do_its_gradients():
    x, style, weight = torch.randn(3, 8, 6, 6), 1 + torch.randn(3, 8), torch.randn(5, 8, 3, 3)
    ours, theirs = ([one.clone().requires_grad_() for one in (x, weight, style)] for _ in range(2))
    modulated_convolution(*ours, padding=1).square().sum().backward()
    grouped(*theirs, padding=1).square().sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        assert error(a.grad, b.grad) <= 1e-5


def test_it_can_be_differentiated_twice():
    x, weight, style = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 3, 3), torch.randn(2, 3)
    inputs = [one.double().requires_grad_() for one in (x, weight, style)]
    assert torch.autograd.gradgradcheck(lambda *given: modulated_convolution(*given, padding=1), inputs)


def test_the_scale_of_the_style_does_not_matter():
    x, style, weight = torch.randn(2, 16, 6, 6), 1 + torch.randn(2, 16), torch.randn(8, 16, 3, 3)
    small, large = (modulated_convolution(x, weight, style * scale) for scale in (0.01, 100))
    assert error(small, large) <= 1e-5
    assert modulated_convolution(x, weight, style).std().item() == pytest.approx(1, rel=0.1)


def test_a_sample_does_not_see_its_neighbours():
    x, style, weight = torch.randn(4, 6, 5, 5), torch.randn(4, 6), torch.randn(7, 6, 3, 3)
    alone = modulated_convolution(x[1:2], weight, style[1:2])
    assert error(modulated_convolution(x, weight, style)[1:2], alone) <= 1e-6


@pytest.mark.parametrize("up", [False, True])
def test_a_styled_layer_is_convolution_noise_bias_and_relu(up):
    layer = StyleConv2d(6, 8, 10, 16, up=up)
    nn.init.normal_(layer.bias)
    nn.init.constant_(layer.noise.strength, 0.3)
    x, w = torch.randn(2, 6, 8, 8) if up else torch.randn(2, 6, 16, 16), torch.randn(2, 10)
    h = grouped(x, layer.weight, layer.affine(w), padding=1, up=up) + 0.3 * layer.noise.constant
    expected = F.leaky_relu(h + layer.bias[:, None, None], 0.2) * 2**0.5
    assert error(layer(x, w, "const"), expected.detach()) <= 1e-5
    assert error(layer(x, w, "const", gain=0.5), expected.detach() / 2) <= 1e-5


def test_the_way_out_is_not_demodulated():
    layer, x, w = ToImage(6, 3, 10), torch.randn(2, 6, 8, 8), torch.randn(2, 10)
    expected = grouped(x, layer.weight, layer.affine(w) / 6**0.5, demodulate=False)
    assert error(layer(x, w), expected.detach()) <= 1e-5
    same = layer(x.contiguous(memory_format=torch.channels_last), w)
    assert error(same, expected.detach()) <= 1e-5


def test_it_is_exported_for_any_number_of_samples():
    """A grouped convolution would freeze the number of groups."""

    class Layers(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.image = StyleConv2d(4, 4, 5, 8), ToImage(4, 3, 5)

        def forward(self, x, w):
            return self.image(self.conv(x, w, "const"), w)

    layers = Layers().eval()
    batch = torch.export.Dim("batch", min=1, max=64)
    given = (torch.randn(2, 4, 8, 8), torch.randn(2, 5))
    program = torch.export.export(layers, given, dynamic_shapes=({0: batch}, {0: batch}), strict=False)
    x, w = torch.randn(5, 4, 8, 8), torch.randn(5, 5)
    assert error(program.module()(x, w), layers(x, w).detach()) <= 1e-6


def test_factors_are_computed_in_full_precision():
    weight, style = torch.randn(4, 300, 3, 3), torch.randn(2, 300)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(demodulation(weight, style), demodulation(weight, style).float())
        reduced = demodulation(weight, style)
    assert error(reduced, demodulation(weight, style)) <= 1e-6


@pytest.mark.parametrize("channels", [None, 6])
def test_noise_starts_at_nothing(channels):
    noise, x = Noises(8, channels), torch.randn(3, 6, 8, 8)
    assert noise(x, "none") is None
    for mode in ("random", "const"):
        assert not noise(x, mode).any()
    nn.init.ones_(noise.strength)
    assert torch.equal(noise(x, "const"), noise(x, "const"))
    random = (x + noise(x, "random")) - x
    assert not torch.equal(random[0], random[1])
    assert torch.allclose(random[:, 0], random[:, 1], atol=1e-5)
    with pytest.raises(ValueError, match="noise is random, const or none, not 'fixed'"):
        noise(x, "fixed")
