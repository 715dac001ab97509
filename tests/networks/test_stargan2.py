"""StarGAN v2: one answer per domain, a style that decides the picture, and the official keys."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sparring.layers.restyling import Adain, RestylingDown
from sparring.networks import Shape
from sparring.networks.stargan2 import Stargan2Critic, Stargan2Generator, Stargan2Mapping, Stargan2StyleEncoder
from sparring.run.foreign import load_foreign

SHAPE = Shape((3, 32, 32), latent=16, classes=3)
X, Y = torch.randn(4, 3, 32, 32), torch.tensor([0, 1, 2, 1])


@torch.no_grad()
def test_each_sample_gets_the_answer_of_its_own_domain():
    torch.manual_seed(0)
    mapping, encoder = Stargan2Mapping(8).build(SHAPE), Stargan2StyleEncoder(4, 8).build(SHAPE)
    critic, z = Stargan2Critic(4, 8).build(SHAPE), torch.randn(4, 16)
    for answer in (lambda y: mapping(z, y), lambda y: encoder(X, y), lambda y: critic(X, y).logits[0]):
        every = [answer(torch.full((4,), domain)) for domain in range(3)]
        mixed = answer(Y)
        assert all(torch.allclose(mixed[row], every[domain][row], atol=1e-6) for row, domain in enumerate(Y.tolist()))
        assert not torch.allclose(every[0], every[1])
    assert mapping(z, Y).shape == encoder(X, Y).shape == (4, 64)
    assert critic(X, Y).score.shape == (4,)
    with pytest.raises(ValueError, match="call it with labels"):
        critic(X)


def test_the_style_decides_the_picture_and_gradients_reach_everything():
    torch.manual_seed(0)
    generator, mapping = Stargan2Generator(4, 8).build(SHAPE), Stargan2Mapping(8).build(SHAPE)
    style = mapping(torch.randn(4, 16), Y)
    image = generator(X, style)
    assert image.shape == X.shape
    assert not torch.allclose(image, generator(X, style.flip(0)))
    image.square().sum().backward()
    assert all(p.grad is not None for p in generator.parameters())
    assert all(p.grad is not None for p in mapping.parameters())


@torch.no_grad()
def test_blocks_compute_what_is_published():
    """The authors pool behind the 1x1 of the shortcut; both orders are one."""
    block, x = RestylingDown(4, 6, halve=True, norm=True), torch.randn(2, 4, 8, 8)
    h = block.conv1(F.leaky_relu(block.norm1(x), 0.2))
    h = block.conv2(F.leaky_relu(block.norm2(F.avg_pool2d(h, 2)), 0.2))
    torch.testing.assert_close(block(x), (F.avg_pool2d(block.shortcut(x), 2) + h) / 2**0.5)
    adain, style = Adain(4, 5), torch.randn(2, 5)
    scale, shift = adain.affine(style).view(2, 8, 1, 1).chunk(2, 1)
    torch.testing.assert_close(adain(x, style), (1 + scale) * F.instance_norm(x) + shift)


@torch.no_grad()
def test_official_keys_load():
    official = {
        "from_rgb.weight": (4, 3, 3, 3),
        "encode.0.conv1x1.weight": (8, 4, 1, 1),
        "encode.2.norm1.bias": (8,),
        "decode.0.norm1.fc.weight": (16, 64),
        "decode.2.conv1x1.weight": (4, 8, 1, 1),
        "to_rgb.0.weight": (4,),
        "to_rgb.2.bias": (3,),
    }
    network = Stargan2Generator(4, 8).build(SHAPE)
    names = {
        "entry.": "from_rgb.",
        "down.": "encode.",
        "up.": "decode.",
        "norm.": "to_rgb.0.",
        "head.": "to_rgb.2.",
    }
    theirs = {}
    for key, tensor in network.state_dict().items():
        start = next(one for one in names if key.startswith(one))
        name = names[start] + key.removeprefix(start)
        theirs[name.replace(".shortcut.", ".conv1x1.").replace(".affine.", ".fc.")] = torch.randn_like(tensor)
    assert all(tuple(theirs[key].shape) == shape for key, shape in official.items())
    load_foreign(network, theirs)
    assert torch.equal(network.up[0].norm1.affine.weight, theirs["decode.0.norm1.fc.weight"])
    assert torch.equal(network.norm.weight, theirs["to_rgb.0.weight"])
    critic = Stargan2Critic(4, 8).build(SHAPE)
    last = len(critic.trunk)
    state = {f"main.{key.removeprefix('trunk.')}": t for key, t in critic.state_dict().items() if "trunk" in key}
    state = {key.replace(".shortcut.", ".conv1x1."): t for key, t in state.items()}
    head = nn.Conv2d(8, 3, 1)
    load_foreign(critic, state | {f"main.{last}.{key}": t for key, t in head.state_dict().items()})
    assert torch.equal(critic.head.weight, head.weight)


@pytest.mark.parametrize(
    ("settings", "shape", "said"),
    [
        (Stargan2Generator(4), Shape((3, 32, 32)), "needs domains to translate between"),
        (Stargan2Generator(4), Shape((3, 48, 48), classes=2), "square images of 32, 64"),
        (Stargan2Critic(4), Shape((3, 32, 64), classes=2), "square images of 32, 64"),
        (Stargan2Mapping(4), Shape((3, 32, 32), classes=2), "it needs both"),
    ],
)
def test_what_cannot_be_translated_is_refused(settings, shape, said):
    with pytest.raises(ValueError, match=said):
        settings.build(shape)
