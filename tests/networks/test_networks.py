"""What every architecture promises, on every size it takes."""

from __future__ import annotations

import copy

import pytest
import torch
from tests.networks.check import labels

from sparring.layers.conditional_norm import ConditionalBatchNorm2d
from sparring.networks import NETWORKS, Shape
from sparring.networks.biggan import BigganCritic, BigganGenerator
from sparring.networks.biggan_deep import BigganDeepCritic, BigganDeepGenerator
from sparring.networks.dcgan import DcganCritic, DcganGenerator
from sparring.networks.dcgan_dense import DcganDenseCritic, DcganDenseGenerator
from sparring.networks.fastgan import FastganGenerator
from sparring.networks.mlp import MlpCritic, MlpGenerator
from sparring.networks.r3gan import R3ganCritic, R3ganGenerator
from sparring.networks.resnet import ResnetCritic, ResnetGenerator
from sparring.networks.vaegan import VaeganCritic, VaeganGenerator
from sparring.play.scene import Verdict
from sparring.techniques.spectral import spectral_norm_

POWERS = (16, 32, 64, 128, 256)
GENERATORS = {
    "mlp": (MlpGenerator(widths=(16, 16)), (8, 28)),
    "dcgan": (DcganGenerator(2), POWERS),
    "dense": (DcganDenseGenerator(2), (16, 28, 32, 64)),
    "resnet": (ResnetGenerator(2), POWERS),
    "biggan": (BigganGenerator(2), POWERS),
    "sagan": (BigganGenerator(2, (32,), embedding=0, hierarchical=False), (32, 64)),
    "deep": (BigganDeepGenerator(4), POWERS),
    "r3gan": (R3ganGenerator(8), (8, *POWERS)),
    "fastgan": (FastganGenerator(4), (32, 64, 128, 256)),
    "lite": (FastganGenerator(4, lite=True), (32, 64)),
    "vaegan": (VaeganGenerator(4), (16, 32, 64, 128)),
}
UNBOUNDED = {"r3gan-generator"}
CRITICS = {
    "mlp": (MlpCritic(widths=(16, 16)), (8, 28)),
    "dcgan": (DcganCritic(2), POWERS),
    "dense": (DcganDenseCritic(2), (16, 28, 32, 64)),
    "resnet": (ResnetCritic(2), POWERS),
    "biggan": (BigganCritic(2), POWERS),
    "sagan": (BigganCritic(2, (32,), wide=False), (32, 64)),
    "deep": (BigganDeepCritic(4), POWERS),
    "r3gan": (R3ganCritic(8), (8, *POWERS)),
    "vaegan": (VaeganCritic(4), (16, 32, 64, 128)),
}
CONDITIONAL = [
    *(
        kind(4, conditioning=how)
        for kind in (DcganCritic, DcganDenseCritic, ResnetCritic, VaeganCritic)
        for how in ("concat", "projection")
    ),
    *(kind(4, conditioning="projection") for kind in (BigganCritic, BigganDeepCritic)),
    R3ganCritic(8),
    MlpCritic(widths=(16,), dropout=0.0),
]


def cases(networks):
    return [
        pytest.param(settings, size, id=f"{name}-{size}")
        for name, (settings, sizes) in networks.items()
        for size in sizes
    ]


def smallest(networks):
    return [pytest.param(settings, max(sizes[0], 16), id=name) for name, (settings, sizes) in networks.items()]


def test_the_registry_knows_each_kind_by_its_own_name():
    assert all(NETWORKS[kind]().kind == kind for kind in NETWORKS)
    assert {type(settings) for networks in (GENERATORS, CRITICS) for settings, _ in networks.values()} <= set(
        NETWORKS.values()
    )


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize(("settings", "size"), cases(GENERATORS))
def test_generators_make_images_in_range(settings, size, classes):
    generator = settings.build(Shape((3, size, size), latent=8, classes=classes))
    image = generator(torch.randn(4, 8), labels(4, classes))
    assert image.shape == (4, 3, size, size)
    assert image.dtype == torch.float32
    assert image.abs().max() <= 1 or settings.kind in UNBOUNDED
    assert image.std() > 1e-4


@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize(("settings", "size"), smallest(GENERATORS))
def test_generators_make_any_number_of_channels(settings, size, channels):
    generator = settings.build(Shape((channels, size, size), latent=8))
    assert generator(torch.randn(2, 8)).shape == (2, channels, size, size)


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize(("settings", "size"), cases(CRITICS))
def test_critics_answer_with_one_logit(settings, size, classes):
    critic = settings.build(Shape((3, size, size), classes=classes))
    verdict = critic(torch.randn(4, 3, size, size), labels(4, classes))
    assert isinstance(verdict, Verdict)
    (logit,) = verdict.logits
    assert logit.flatten(1).shape == (4, 1)
    assert verdict.score.shape == (4,)
    assert len(verdict.features) >= 2
    assert verdict.classes is None


@pytest.mark.parametrize(("settings", "size"), smallest(CRITICS))
def test_features_are_what_the_logit_was_made_of(settings, size):
    """Nothing later changes them in place, and the loss reaches all but what is beside the way."""
    critic = settings.build(Shape((3, size, size))).eval()
    x = torch.randn(4, 3, size, size)
    features = critic(x).features
    kept = [feature.clone() for feature in features]
    again = critic(x)
    again.score.sum().backward()
    for feature, copied in zip(features, kept, strict=True):
        assert torch.equal(feature, copied)


@pytest.mark.parametrize("settings", CONDITIONAL, ids=lambda s: f"{s.kind}-{getattr(s, 'conditioning', 'concat')}")
def test_permuting_labels_changes_the_logits(settings):
    critic = settings.build(Shape((3, 32, 32), classes=3)).eval()
    x, y = torch.randn(6, 3, 32, 32), labels(6, 3)
    assert not torch.allclose(critic(x, y).score, critic(x, y.flip(0)).score)
    with pytest.raises(ValueError, match="this network is conditional"):
        critic(x)


@pytest.mark.parametrize(
    "kind", [DcganCritic, DcganDenseCritic, ResnetCritic, BigganCritic, BigganDeepCritic, VaeganCritic]
)
def test_an_auxiliary_critic_classifies_and_judges_without_labels(kind):
    critic = kind(4, conditioning="auxiliary").build(Shape((3, 32, 32), classes=3)).eval()
    x = torch.randn(6, 3, 32, 32)
    verdict = critic(x)
    assert verdict.classes.shape == (6, 3)
    assert torch.equal(verdict.score, critic(x, labels(6, 3)).score)


@pytest.mark.parametrize("settings", [settings for settings, _ in GENERATORS.values()], ids=list(GENERATORS))
def test_labels_change_what_generators_make(settings):
    generator = settings.build(Shape((3, 32, 32), latent=8, classes=3)).eval()
    for part in generator.modules():
        if isinstance(part, ConditionalBatchNorm2d):  # its scales start equal
            torch.nn.init.normal_(part.embedding.weight)
    z, y = torch.randn(6, 8), labels(6, 3)
    assert not torch.allclose(generator(z, y), generator(z, y.flip(0)))
    with pytest.raises(ValueError, match="this network is conditional"):
        generator(z)


@pytest.mark.parametrize(
    ("name", "size", "normed"),
    [
        pytest.param(name, max(sizes[0], 16), normed, id=f"{name}-{'spectral' if normed else 'plain'}")
        for name, (_, sizes) in CRITICS.items()
        for normed in (False, True)
        if not (normed and name == "r3gan")  # it has layers that start at 0
    ],
)
def test_gradients_flow_through_both_networks_and_twice_through_the_critic(name, size, normed):
    shape = Shape((3, size, size), latent=8, classes=3)
    generator, critic = GENERATORS[name][0].build(shape), CRITICS[name][0].build(shape)
    critic = spectral_norm_(critic) if normed else critic
    x, y = generator(torch.randn(6, 8), labels(6, 3)), labels(6, 3)
    critic(x, y).score.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in [*generator.parameters(), *critic.parameters()])
    assert any(p.grad.any() for p in generator.parameters())
    critic.zero_grad()
    x = torch.randn(6, 3, size, size, requires_grad=True)
    (slope,) = torch.autograd.grad(critic(x, y).score.sum(), x, create_graph=True)
    slope.square().sum().backward()
    heavy = [p for p in critic.parameters() if p.dim() > 1 and p.grad is not None]
    assert heavy
    assert all(p.grad.isfinite().all() for p in heavy)
    assert any(p.grad.any() for p in heavy)


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize("name", ["dcgan", "dense", "resnet", "biggan", "sagan", "deep", "r3gan", "vaegan"])
def test_channels_last_equals_contiguous(name, size):
    shape = Shape((3, size, size), latent=8, classes=3)
    z, y = torch.randn(4, 8), labels(4, 3)
    generator, critic = GENERATORS[name][0].build(shape), CRITICS[name][0].build(shape)
    other_generator, other_critic = (
        copy.deepcopy(network).to(memory_format=torch.channels_last) for network in (generator, critic)
    )
    image, other_image = generator(z, y), other_generator(z, y)
    torch.testing.assert_close(other_image, image, atol=5e-5, rtol=1e-4)
    logit = critic(image, y).score
    other = other_critic(other_image.contiguous(memory_format=torch.channels_last), y)
    torch.testing.assert_close(other.score, logit, atol=1e-4, rtol=1e-3)
    maps = [feature for feature in other.features if feature.dim() == 4 and feature.shape[-1] > 1]
    assert all(feature.is_contiguous(memory_format=torch.channels_last) for feature in maps)


@pytest.mark.parametrize(
    ("settings", "image", "sentence"),
    [
        (
            DcganGenerator(),
            (3, 48, 48),
            "dcgan-generator works on square images of 16, 32, 64, 128, 256 pixels, not on samples of shape 3x48x48",
        ),
        (ResnetCritic(), (3, 32, 64), "resnet-critic works on square images of 16, 32, 64, 128, 256 pixels"),
        (DcganDenseCritic(), (1, 30, 30), "dcgan-dense-critic works on square images of 16, 20, 24, 28"),
        (DcganCritic(), (2,), r"not on samples of shape 2 \(points: use mlp-generator and mlp-critic\)"),
    ],
)
def test_shapes_that_cannot_be_made_are_refused(settings, image, sentence):
    with pytest.raises(ValueError, match=sentence):
        settings.build(Shape(image, latent=8))


@pytest.mark.parametrize("kind", sorted(set(NETWORKS) - {"mlp-generator", "mlp-critic", "retouch-generator"}))
def test_a_width_of_nothing_is_refused(kind):
    with pytest.raises(ValueError, match="width must be at least 1, and is 0"):
        NETWORKS[kind](width=0)


def test_the_same_seed_builds_the_same_network():
    for settings in [*(s for s, _ in GENERATORS.values()), *(s for s, _ in CRITICS.values())]:
        states = []
        for _ in range(2):
            torch.manual_seed(3)
            states.append(settings.build(Shape((3, 32, 32), latent=8, classes=2)).state_dict())
        assert all(torch.equal(a, b) for a, b in zip(*(state.values() for state in states), strict=True))
