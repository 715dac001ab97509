"""Translators and their critics: what they see, what they keep, and what they refuse."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.layers.adalin import LayerInstanceNorm, clamp_shares_
from sparring.layers.spade import Spade
from sparring.networks import Shape
from sparring.networks.animegan import AnimeganCritic, AnimeganGenerator
from sparring.networks.cyclegan import CycleganGenerator
from sparring.networks.multiscale import MultiscaleCritic
from sparring.networks.patchgan import PatchCritic, PixelCritic, receptive_field
from sparring.networks.pix2pixhd import Pix2pixhdGenerator
from sparring.networks.quarter import QuarterGenerator
from sparring.networks.rrdb import RrdbGenerator
from sparring.networks.spade import SpadeEncoder, SpadeGenerator
from sparring.networks.stargan import StarganCritic, StarganGenerator
from sparring.networks.ugatit import UgatitCritic, UgatitGenerator
from sparring.networks.unet import UnetGenerator

TRANSLATORS = [
    UnetGenerator(2, 4),
    CycleganGenerator(2, 2),
    CycleganGenerator(2, 2, blur=True, dropout=0.5),
    CycleganGenerator(2, 2, norm="none"),
    Pix2pixhdGenerator(2, 2, 1),
    Pix2pixhdGenerator(2, 1, 1, enhancers=2, enhancer_blocks=1),
    SpadeGenerator(1),
    UgatitGenerator(2, 1),
    UgatitGenerator(2, 1, light=False),
    AnimeganGenerator(2),
    QuarterGenerator(2, 1),
    RrdbGenerator(4, 2, 1),
]
CRITICS = [
    PatchCritic(2, 2),
    PatchCritic(2, 2, "instance", blur=True),
    PixelCritic(2),
    MultiscaleCritic(2, 2, 2),
    MultiscaleCritic(2, 2, 2, spectral=True),
    UgatitCritic(2, (4, 3)),
    AnimeganCritic(2),
    StarganCritic(2, 3),
]


@pytest.mark.parametrize("settings", TRANSLATORS, ids=lambda one: one.kind)
def test_translators_change_channels_and_keep_sizes(settings):
    torch.manual_seed(0)
    network = settings.build(Shape((3, 32, 64), source=(2, 32, 64)))
    x = torch.rand(2, 2, 32, 64) * 2 - 1
    image = network(x)
    assert image.shape == (2, 3, 32, 64)
    assert image.abs().max() <= 1
    image.square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


@pytest.mark.parametrize("settings", CRITICS, ids=lambda one: one.kind)
def test_critics_see_source_and_image(settings):
    critic = settings.build(Shape((3, 32, 32), shown=2))
    verdict = critic(torch.randn(2, 5, 32, 32))
    assert verdict.score.shape == (2,)
    assert len(verdict.features) >= 2
    verdict.score.sum().backward()
    assert all(p.grad is not None for p in critic.parameters())


@pytest.mark.parametrize("settings", CRITICS, ids=lambda one: one.kind)
def test_features_are_not_changed_behind_anyones_back(settings):
    critic = settings.build(Shape((3, 32, 32))).eval()
    x = torch.randn(2, 3, 32, 32)
    seen = [feature.clone() for feature in critic(x).features]
    for feature, kept in zip(critic(x).features, seen, strict=True):
        assert torch.equal(feature, kept)


@pytest.mark.parametrize(("layers", "side"), [(1, 16), (2, 34), (3, 70), (4, 142), (5, 286)])
def test_published_receptive_fields(layers, side):
    assert receptive_field(layers) == side


@pytest.mark.parametrize(
    ("settings", "side"),
    [(PatchCritic(1, 3, "none"), 70), (PatchCritic(1, 1, "none"), 16), (PixelCritic(1, "none"), 1)],
)
def test_one_logit_sees_one_square(settings, side):
    critic = settings.build(Shape((1, 128, 128)))
    x = torch.randn(1, 1, 128, 128, requires_grad=True)
    (logits,) = critic(x).logits
    middle = logits.shape[-1] // 2
    logits[0, 0, middle, middle].backward()
    rows, columns = x.grad[0, 0].nonzero(as_tuple=True)
    assert rows.max() - rows.min() + 1 == columns.max() - columns.min() + 1 == side


@pytest.mark.parametrize(("layers", "side"), [(1, 126), (2, 62), (3, 30), (4, 14), (5, 6)])
@torch.no_grad()
def test_published_maps_of_logits(layers, side):
    critic = PatchCritic(1, layers, "instance").build(Shape((1, 256, 256)))
    assert critic(torch.zeros(1, 1, 256, 256)).logits[0].shape == (1, 1, side, side)


@torch.no_grad()
def test_a_unet_is_different_each_time_unless_it_rests():
    x = torch.randn(1, 3, 64, 64)
    lasting = UnetGenerator(2, 6).build(Shape((3, 64, 64))).eval()
    assert not torch.equal(lasting(x), lasting(x))
    resting = UnetGenerator(2, 6, norm="batch", lasting=False).build(Shape((3, 64, 64))).eval()
    assert torch.equal(resting(x), resting(x))
    assert not torch.equal(resting.train()(x), resting(x))


@pytest.mark.parametrize(("where", "levels"), [("above", {4, 5, 6}), ("deepest", {5, 6, 7})])
def test_dropout_stands_where_the_authors_have_it(where, levels):
    network = UnetGenerator(1, 8, dropout_at=where, lasting=False).build(Shape((3, 256, 256)))
    found = {level for level, up in enumerate(network.ups) if any(isinstance(part, nn.Dropout) for part in up)}
    assert found == levels


@torch.no_grad()
def test_current_batch_norm_translates_one_image_by_its_own_statistics():
    x = torch.randn(4, 3, 32, 32)
    current, running = (UnetGenerator(2, 5, norm=norm, dropout=0.0) for norm in ("current", "batch"))
    first, second = (one.build(Shape((3, 32, 32))) for one in (current, running))
    second.load_state_dict(first.state_dict())
    torch.testing.assert_close(first.train()(x), second.train()(x))
    torch.testing.assert_close(first.eval()(x), first.train()(x))
    assert not torch.allclose(first.eval()(x), second.eval()(x))
    before = first.state_dict()["downs.1.1.running_mean"].clone()
    first.eval()(x)
    assert torch.equal(first.state_dict()["downs.1.1.running_mean"], before)


@pytest.mark.parametrize(("blur", "sides"), [(False, (38, 16, 8, 8, 8)), (True, (38, 32, 16, 8, 8))])
@torch.no_grad()
def test_features_for_contrast_are_those_on_the_way(blur, sides):
    network = CycleganGenerator(2, 9, blur=blur).build(Shape((3, 32, 32)))
    x = torch.randn(1, 3, 32, 32)
    maps = network.features(x)
    assert tuple(one.shape[-1] for one in maps) == sides
    assert [one.shape[1] for one in maps] == [3, 4, 8, 8, 8]
    torch.testing.assert_close(maps[0][:, :, 3:-3, 3:-3], x)
    rest = network.layers[network.tapped[-1] + 1 :]
    torch.testing.assert_close(rest(maps[-1]), network(x))


@torch.no_grad()
def test_spade_without_scales_is_its_norm_and_labels_act_where_they_are():
    spade = Spade(4, 2, "instance")
    x, labels = torch.randn(1, 4, 16, 16), torch.zeros(1, 2, 32, 32)
    labels[:, 0] = 1
    changed = labels.clone()
    changed[:, :, :4, :4] = torch.tensor([0.0, 1.0]).view(1, 2, 1, 1)
    moved = (spade(x, labels) - spade(x, changed)).abs().sum((0, 1)) > 0
    assert moved[:2, :2].all()
    assert not moved[4:].any()
    for conv in (spade.scale, spade.shift):
        nn.init.zeros_(conv.weight)
        nn.init.zeros_(conv.bias)
    torch.testing.assert_close(spade(x, labels), nn.functional.instance_norm(x))


@torch.no_grad()
def test_a_style_is_said_by_the_encoder_and_changes_the_picture():
    shape = Shape((3, 32, 32), latent=8, source=(2, 32, 32))
    generator, encoder = SpadeGenerator(2).build(shape), SpadeEncoder(2).build(shape)
    code = encoder(torch.randn(2, 3, 32, 32))
    assert code.mean.shape == (2, 8)
    labels = torch.zeros(2, 2, 32, 32)
    assert not torch.equal(generator(labels, z=code.mean), generator(labels, z=code.mean + 1))
    assert not torch.equal(generator(labels), generator(labels))


@pytest.mark.parametrize("doublings", [5, 6, 7])
@torch.no_grad()
def test_spade_doubles_as_often_as_it_says(doublings):
    side = 2**doublings
    network = SpadeGenerator(2, doublings, "instance").build(Shape((3, side, 2 * side), source=(4, side, 2 * side)))
    assert network(torch.zeros(1, 4, side, 2 * side)).shape == (1, 3, side, 2 * side)


@torch.no_grad()
def test_shares_of_instance_norm_stay_in_bounds():
    norm = LayerInstanceNorm(4, 0.9, scaled=True)
    norm.rho.copy_(torch.tensor([-1.0, 0.25, 1.0, 7.0]).view(1, 4, 1, 1))
    clamp_shares_(nn.Sequential(norm))
    assert norm.rho.flatten().tolist() == [0.0, 0.25, 1.0, 1.0]
    x = torch.randn(2, 4, 8, 8) * 3 + 1
    answer = norm(x)
    layer = (x - x.mean((1, 2, 3), keepdim=True)) / x.std((1, 2, 3), keepdim=True)
    torch.testing.assert_close(answer[:, :1], layer[:, :1], rtol=1e-4, atol=1e-4)
    deviation, mean = torch.std_mean(x[:, 3:], (2, 3), keepdim=True)
    torch.testing.assert_close(answer[:, 3:], (x[:, 3:] - mean) / deviation, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_only_the_light_ugatit_takes_any_size():
    x = torch.randn(1, 3, 40, 40)
    shape = Shape((3, 32, 32))
    assert UgatitGenerator(2, 1).build(shape)(x).shape == x.shape
    with pytest.raises(ValueError, match="only takes the size it was built for, 32 x 32 pixels; light takes any"):
        UgatitGenerator(2, 1, light=False).build(shape)(x)


@torch.no_grad()
def test_drawings_come_back_at_odd_sizes():
    network = AnimeganGenerator(2).build(Shape((3, 32, 32)))
    for height, width in ((33, 47), (38, 41)):
        assert network(torch.randn(1, 3, height, width)).shape == (1, 3, height, width)


@torch.no_grad()
def test_a_quarter_generator_sees_its_surroundings_alone():
    torch.manual_seed(0)
    network = QuarterGenerator(4, 1).build(Shape((3, 32, 32)))
    for parameter in network.parameters():
        parameter.normal_(0, 0.3)
    x = torch.rand(1, 3, 96, 96)
    part, reach = network(x[:, :, 16:80, 16:80]), 28
    inside = slice(reach, 64 - reach)
    whole = network(x)[:, :, 16:80, 16:80]
    torch.testing.assert_close(part[:, :, inside, inside], whole[:, :, inside, inside], rtol=1e-3, atol=1e-3)
    assert not torch.allclose(part[:, :, 0], whole[:, :, 0])


@torch.no_grad()
def test_a_quarter_generator_starts_near_its_source():
    x = torch.rand(2, 3, 32, 32) * 2 - 1
    assert (QuarterGenerator(16, 2).build(Shape((3, 32, 32)))(x) - x).abs().max() < 0.1


@torch.no_grad()
def test_stargan_reads_domains_and_attributes():
    shape = Shape((3, 16, 16), classes=3)
    network, critic = StarganGenerator(2, 1).build(shape), StarganCritic(2, 3).build(shape)
    x = torch.randn(2, 3, 16, 16)
    hot = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    torch.testing.assert_close(network(x, torch.tensor([1, 2])), network(x, hot))
    assert not torch.allclose(network(x, torch.tensor([0, 0])), network(x, hot))
    torch.testing.assert_close(network.eval()(x, hot), network.train()(x, hot))
    assert critic(x).classes.shape == (2, 3)


@pytest.mark.parametrize(
    ("settings", "shape", "said"),
    [
        (UnetGenerator(2, 8), Shape((3, 128, 128)), "sides are multiples of 256 pixels, not 3x128x128 into 3x128x128"),
        (CycleganGenerator(2), Shape((3, 30, 30)), "multiples of 4 pixels"),
        (CycleganGenerator(2), Shape((3, 32, 32), source=(3, 16, 16)), "not 3x16x16 into 3x32x32"),
        (CycleganGenerator(2), Shape((2,)), "not 2 into 2"),
        (Pix2pixhdGenerator(2, enhancers=1), Shape((3, 48, 48)), "multiples of 32 pixels"),
        (PatchCritic(2, 3), Shape((3, 16, 16)), "images of at least 24 pixels, not samples of shape 3x16x16"),
        (PatchCritic(2), Shape((2,)), "not samples of shape 2"),
        (MultiscaleCritic(2), Shape((3, 32, 32), classes=2), "sees no labels"),
        (UgatitCritic(2), Shape((3, 256, 256), classes=2), "sees no labels"),
        (AnimeganCritic(2), Shape((3, 32, 32), classes=2), "sees no labels"),
        (SpadeEncoder(2), Shape((3, 32, 32)), "such as game.latent=256"),
        (StarganGenerator(2), Shape((3, 32, 32)), "needs domains to translate between"),
        (StarganCritic(2, 4), Shape((3, 24, 24), classes=2), "multiple of 16 pixels"),
    ],
)
def test_what_cannot_be_translated_is_refused(settings, shape, said):
    with pytest.raises(ValueError, match=said):
        settings.build(shape)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: UnetGenerator(depth=1), "depth counts levels"),
        (lambda: UnetGenerator(dropout=1.0), "dropout is a share"),
        (lambda: CycleganGenerator(dropout=-0.1), "dropout is a share"),
        (lambda: Pix2pixhdGenerator(enhancers=-1), "enhancers must not be negative"),
        (lambda: UgatitCritic(layers=(7, 2)), "judges of at least 3 layers"),
        (lambda: PatchCritic(layers=0), "layers must be at least 1"),
    ],
)
def test_impossible_settings_are_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()
