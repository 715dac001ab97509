"""What style-based and growing networks promise."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from tests.networks.check import labels, parameters
from tests.parity.case import error
from torch import nn

from sparring.layers.growth import Growing
from sparring.networks import NETWORKS, Shape
from sparring.networks.progan import ProganCritic, ProganGenerator
from sparring.networks.style import StyleGenerator
from sparring.networks.stylegan import StyleganCritic, StyleganGenerator, boxed, doubled, halved
from sparring.networks.stylegan2 import Stylegan2Critic, Stylegan2Generator
from sparring.networks.stylegan3 import Stylegan3Generator, bands
from sparring.play.optim import Average, Averaged
from sparring.play.penalties import slope
from sparring.settings import from_json, to_json

SMALL = {"width": 4, "widest": 8}
GENERATORS = {
    "progan": ProganGenerator(**SMALL),
    "stylegan": StyleganGenerator(**SMALL, style=12, mapping_depth=2),
    "stylegan2-skip": Stylegan2Generator(**SMALL, style=12, mapping_depth=2),
    "stylegan2-resnet": Stylegan2Generator(**SMALL, style=12, mapping_depth=2, structure="resnet"),
    "stylegan2-orig": Stylegan2Generator(**SMALL, style=12, mapping_depth=2, structure="orig"),
    "stylegan3-t": Stylegan3Generator(**SMALL, style=12, layers=6, margin=6),
    "stylegan3-r": Stylegan3Generator(**SMALL, style=12, layers=6, margin=6, equivariance="rotation"),
}
CRITICS = {
    "progan": ProganCritic(**SMALL),
    "progan-auxiliary": ProganCritic(**SMALL, conditioning="auxiliary"),
    "stylegan": StyleganCritic(**SMALL),
    "stylegan2-resnet": Stylegan2Critic(**SMALL, mapping_depth=2),
    "stylegan2-skip": Stylegan2Critic(**SMALL, mapping_depth=2, structure="skip"),
    "stylegan2-orig": Stylegan2Critic(**SMALL, mapping_depth=2, structure="orig"),
}
STYLED = [name for name in GENERATORS if name != "progan"]
NOISY = [name for name in STYLED if not name.startswith("stylegan3")]
PROJECTING = [name for name in CRITICS if name != "progan-auxiliary"]
GROWING = ("progan", "stylegan")


def made(name, classes=0, size=32):
    return GENERATORS[name].build(Shape((3, size, size), latent=8, classes=classes))


def judging(name, classes=0, size=32):
    return CRITICS[name].build(Shape((3, size, size), classes=classes))


def loud(generator):
    """Noise with a strength of its own in every layer."""
    for name, parameter in generator.named_parameters():
        if name.endswith("noise.strength"):
            nn.init.constant_(parameter, 0.3)
    return generator


OFFICIAL = [
    (ProganGenerator(), 1024, 0, 23_079_115),
    (ProganGenerator(bias_per_position=True), 1024, 0, 23_086_795),
    (ProganCritic(), 1024, 0, 23_087_249),
    (StyleganGenerator(), 1024, 0, 26_219_627),
    (Stylegan2Generator(), 1024, 0, 30_370_060),
    (Stylegan2Critic(), 1024, 0, 29_012_513),
    (Stylegan2Generator(64), 512, 0, 30_276_583),
    (Stylegan2Critic(64), 512, 0, 28_982_849),
    (Stylegan2Generator(64), 256, 0, 24_767_458),
    (Stylegan2Critic(64), 256, 0, 24_001_089),
    (Stylegan2Generator(128), 256, 0, 30_034_338),
    (Stylegan2Critic(128), 256, 0, 28_864_129),
    (Stylegan2Generator(512), 32, 0, 21_523_475),
    (Stylegan2Generator(512, mapping_depth=2), 32, 10, 20_215_315),
    (Stylegan2Critic(512, structure="orig", mapping_depth=2), 32, 10, 21_513_728),
    (Stylegan3Generator(), 1024, 0, 22_313_167),
    (Stylegan3Generator(64), 256, 0, 23_320_443),
    (Stylegan3Generator(equivariance="rotation"), 1024, 0, 15_093_151),
    (Stylegan3Generator(64, equivariance="rotation"), 256, 0, 15_779_565),
]


@pytest.mark.parametrize(
    ("settings", "size", "classes", "count"),
    OFFICIAL,
    ids=[f"{s.kind}-{size}-{count}" for s, size, _, count in OFFICIAL],
)
def test_published_sizes_have_the_official_number_of_parameters(settings, size, classes, count):
    with torch.device("meta"):
        network = settings.build(Shape((3, size, size), latent=512, classes=classes))
    assert parameters(network) == count


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("name", GENERATORS)
def test_generators(name, classes):
    generator, z, y = made(name, classes).eval(), torch.randn(4, 8), labels(4, classes)
    image = generator(z, y)
    assert image.shape == (4, 3, 32, 32)
    assert image.dtype == torch.float32
    assert 1e-3 < image.std() < 10
    assert not torch.allclose(image[0], image[1])
    if classes:
        assert not torch.allclose(generator(z, y), generator(z, y.flip(0)))
        with pytest.raises(ValueError, match="this network is conditional"):
            generator(z)


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("name", CRITICS)
def test_critics(name, classes):
    critic, x, y = judging(name, classes), torch.randn(4, 3, 32, 32), labels(4, classes)
    verdict = critic(x, y)
    (logit,) = verdict.logits
    assert logit.shape == (4, 1)
    assert verdict.score.shape == (4,)
    assert len(verdict.features) >= 2
    kept = [feature.clone() for feature in verdict.features]
    critic(x, y).score.sum().backward()
    assert all(torch.equal(a, b) for a, b in zip(verdict.features, kept, strict=True))
    if classes and name in PROJECTING:
        assert not torch.allclose(logit, critic(x, y.flip(0)).logits[0])
        with pytest.raises(ValueError, match="this network is conditional"):
            critic(x)
    if name == "progan-auxiliary":
        assert (verdict.classes is not None) == bool(classes)


@pytest.mark.parametrize("size", [8, 64])
def test_other_sizes_and_channels(size):
    for name in GENERATORS:
        if name.startswith("stylegan3") and size < 16:
            continue
        generator = GENERATORS[name].build(Shape((1, size, size), latent=8))
        assert generator(torch.randn(2, 8)).shape == (2, 1, size, size)
    for settings in CRITICS.values():
        critic = settings.build(Shape((4, size, size)))
        assert critic(torch.randn(2, 4, size, size)).score.shape == (2,)


@pytest.mark.parametrize("name", CRITICS)
def test_penalties_reach_every_weight_that_bends(name):
    critic, x = judging(name, 3), torch.randn(4, 3, 32, 32)
    y = labels(4, 3)
    slope(lambda x: critic(x, y), x).mean().backward()
    kernels = [parameter for key, parameter in critic.named_parameters() if key.endswith("weight") and "conv" in key]
    assert all(parameter.grad is not None and parameter.grad.isfinite().all() for parameter in kernels)
    assert all(parameter.grad.any() for parameter in kernels)


@pytest.mark.parametrize("name", GENERATORS)
def test_every_weight_of_a_generator_learns(name):
    generator = loud(made(name, 3))
    generator(torch.randn(6, 8), labels(6, 3)).square().sum().backward()
    still = {key for key, p in generator.named_parameters() if p.grad is None or not p.grad.isfinite().all()}
    if name in GROWING:  # the ways out of levels that are not shown rest
        still = {key for key in still if "to_image" not in key}
    assert not still


@pytest.mark.parametrize("name", ["progan", "stylegan2-skip", "stylegan2-resnet", "stylegan3-t"])
def test_channels_last_equals_contiguous(name):
    generator, z = made(name).eval(), torch.randn(2, 8)
    other = copy.deepcopy(generator).to(memory_format=torch.channels_last)
    options = {"noise": "none"} if name in STYLED else {}
    image = generator(z, **options)
    assert error(other(z, **options), image.detach()) <= 1e-4
    if name in CRITICS:
        critic = judging(name)
        other_critic = copy.deepcopy(critic).to(memory_format=torch.channels_last)
        score = critic(image).score
        assert error(other_critic(image.contiguous(memory_format=torch.channels_last)).score, score.detach()) <= 1e-4


@pytest.mark.parametrize("name", [*GENERATORS])
def test_the_same_seed_makes_the_same_network_and_images(name):
    images, states = [], []
    for _ in range(2):
        torch.manual_seed(3)
        generator = loud(made(name))
        states.append(generator.state_dict())
        images.append(generator(torch.randn(2, 8)))
    assert all(torch.equal(a, b) for a, b in zip(*(state.values() for state in states), strict=True))
    assert torch.equal(*images)


@pytest.mark.parametrize("name", STYLED)
def test_what_rooms_behind_lean_on(name):
    """z to w, w to images, and truncation, alike for all."""
    generator, z = made(name).eval(), torch.randn(3, 8)
    assert isinstance(generator, StyleGenerator)
    w = generator.mapping(z)
    assert w.shape == (3, generator.mapping.layers, 12)
    assert torch.equal(generator.synthesis(w, noise="none"), generator(z, noise="none"))
    generator.mapping.average.copy_(generator.mapping(torch.randn(500, 8))[:, 0].mean(0).detach())
    assert torch.equal(generator(z, truncation=1.0, noise="none"), generator(z, noise="none"))
    constant = generator(z, truncation=0.0, noise="none")
    assert torch.allclose(constant[0], constant[1], atol=1e-6)
    assert generator(z, truncation=0.5, noise="none").std(0).mean() < generator(z, noise="none").std(0).mean()


@pytest.mark.parametrize("name", NOISY)
def test_noise(name):
    generator, z = made(name).eval(), torch.randn(2, 8)
    assert torch.equal(generator(z), generator(z, noise="none"))  # every strength starts at 0
    loud(generator)
    assert not torch.allclose(generator(z), generator(z))
    assert torch.equal(generator(z, noise="const"), generator(z, noise="const"))
    assert not torch.allclose(generator(z, noise="const"), generator(z, noise="none"))


@pytest.mark.parametrize("name", NOISY)
def test_each_layer_takes_its_own_style(name):
    generator = made(name).eval()
    w = torch.randn(1, generator.mapping.layers, 12)
    image = generator.synthesis(w, "none")
    for layer in range(generator.mapping.layers):
        other = w.clone()
        other[:, layer] += 1
        assert not torch.allclose(generator.synthesis(other, "none"), image, atol=1e-6), layer


@pytest.mark.parametrize("name", GROWING)
def test_a_level_fades_in(name):
    generator, z = made(name).eval(), torch.randn(2, 8)
    assert isinstance(generator, Growing)
    assert generator.growth.levels == 4
    for level in range(1, 4):
        generator.growth.grow(level - 1)
        before = generator(z)
        generator.growth.grow(level, 0.0)
        assert torch.equal(generator(z), nn.functional.interpolate(before, scale_factor=2.0))
        generator.growth.grow(level, 1.0)
        new = generator(z)
        assert new.shape[2] == 4 << level
        generator.growth.grow(level, 0.25)
        half = nn.functional.interpolate(before, scale_factor=2.0) * 0.75 + new * 0.25
        assert torch.allclose(generator(z), half, atol=1e-5)


@pytest.mark.parametrize("name", GROWING)
def test_a_critic_fades_with_it(name):
    critic = judging(name)
    x = torch.randn(4, 3, 16, 16)
    critic.growth.grow(1)
    before = critic(nn.functional.avg_pool2d(x, 2)).score
    critic.growth.grow(2, 0.0)
    assert torch.allclose(critic(x).score, before, atol=1e-6)
    critic.growth.grow(2, 1.0)
    assert not torch.allclose(critic(x).score, before)
    with pytest.raises(ValueError, match="this critic shows level 2, 16x16 pixels, and got 32x32"):
        critic(torch.randn(4, 3, 32, 32))


@pytest.mark.parametrize("name", GROWING)
def test_an_averaged_copy_and_a_checkpoint_know_the_level(name):
    generator = made(name)
    averaged = Averaged((generator,), Average())
    generator.growth.grow(1, 0.5)
    averaged.update((generator,), 8, 8)
    assert averaged.copies[0](torch.randn(2, 8)).shape[2] == 8
    fresh = made(name)
    fresh.load_state_dict(generator.state_dict())
    assert fresh(torch.randn(2, 8)).shape[2] == 8


def test_activations_of_progressive_gan_start_with_unit_variance():
    generator = ProganGenerator(16, 64).build(Shape((3, 64, 64), latent=64))
    seen = []
    for block in generator.blocks:
        for conv in block:
            conv.register_forward_hook(lambda _, __, out: seen.append(out.std().item()))
    generator(torch.randn(8, 64))
    assert len(seen) == 8
    assert all(deviation == pytest.approx(math.sqrt(2), rel=0.25) for deviation in seen)


def test_one_convolution_does_for_doubling_and_halving():
    x, weight = torch.randn(2, 3, 6, 6), torch.randn(4, 3, 3, 3)
    assert boxed(weight).shape == (4, 3, 4, 4)
    wide = nn.functional.interpolate(x, scale_factor=2.0)
    assert error(doubled(x, weight), nn.functional.conv2d(wide, weight, padding=1)) <= 1e-5
    pooled = nn.functional.avg_pool2d(nn.functional.conv2d(x, weight, torch.ones(4), padding=1), 2)
    assert error(halved(x, weight, torch.ones(4)), pooled) <= 1e-5


def test_a_critic_without_deviation_judges_each_alone():
    critic, x = Stylegan2Critic(**SMALL, deviations=0).build(Shape((3, 16, 16))), torch.randn(4, 3, 16, 16)
    assert torch.allclose(critic(x).score[:1], critic(x[:1]).score, atol=1e-6)


def test_the_layers_of_stylegan3():
    plan = bands(Stylegan3Generator(), 3, 1024)
    assert [band.side for band in plan[:-1]] == [36, 36, 52, 52, 84, 148, 148, 276, 276, 532, 1044, 1044, 1044, 1024]
    assert [band.channels for band in plan] == [512] * 7 + [323, 203, 128, 81, 51, 32, 32, 3]


def decibels(ours, theirs):
    """Of images that fill [-1, 1]."""
    return 20 * math.log10(2) - 10 * math.log10((ours - theirs).square().mean())


@pytest.mark.parametrize(("kind", "least"), [("translation", 50), ("rotation", 70)])
@torch.no_grad()
def test_images_move_with_the_input(kind, least):
    settings = Stylegan3Generator(8, 32, kind, layers=6, margin=6, style=16, magnitude_half_life_images=4)
    generator = settings.build(Shape((3, 32, 32), latent=16))
    for _ in range(16):
        generator(torch.randn(8, 16))  # until the magnitudes are known
    generator.eval()
    z = torch.randn(8, 16)
    still = generator(z)
    loudness = still.std()
    generator.synthesis.input.transform[:2, 2] = torch.tensor([-3 / 32, -2 / 32])
    moved = generator(z)[:, :, 6:-6, 6:-6] / loudness
    assert decibels(moved, still[:, :, 4:-8, 3:-9] / loudness) > least
    assert decibels(moved, still[:, :, 6:-6, 6:-6] / loudness) < 25
    if kind == "rotation":
        generator.synthesis.input.transform.copy_(torch.tensor([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]))
        assert decibels(generator(z) / loudness, torch.rot90(still, 3, (2, 3)) / loudness) > least


def test_settings_are_json_and_refuse_nonsense():
    for settings in [*GENERATORS.values(), *CRITICS.values()]:
        assert from_json(type(settings), to_json(settings)) == settings
    with pytest.raises(ValueError, match="critical must be at least 1"):
        Stylegan3Generator(layers=2, critical=2)
    with pytest.raises(ValueError, match="style must be at least 1"):
        NETWORKS["stylegan2-generator"](style=0)
    with pytest.raises(ValueError, match="16 pixels are 3 levels, and widths names 2"):
        ProganGenerator(widths=(8, 4)).build(Shape((3, 16, 16), latent=4))
    with pytest.raises(ValueError, match="stylegan2-critic works on square images of 8, 16"):
        Stylegan2Critic().build(Shape((3, 28, 28)))
