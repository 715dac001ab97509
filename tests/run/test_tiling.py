"""Large images in tiles: the same picture without seams, or a refusal where a layer looks at all of it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.games.paired import PairedSettings
from sparring.networks import AnyNetwork
from sparring.networks.animegan import AnimeganGenerator
from sparring.networks.cyclegan import CycleganGenerator
from sparring.networks.patchgan import PatchCritic
from sparring.networks.quarter import QuarterGenerator
from sparring.networks.ugatit import UgatitGenerator
from sparring.networks.unet import UnetGenerator
from sparring.play.optim import Optim
from sparring.recipes.recipe import Recipe
from sparring.run.bundle import Card
from sparring.run.tiling import fading, in_tiles, spans
from sparring.run.translating import Translator


def translator(network: AnyNetwork) -> Translator:
    game = PairedSettings()
    optims = {name: Optim() for name in game.players}
    recipe = Recipe("x", {"generator": network, "critic": PatchCritic()}, game, optims=optims)
    torch.manual_seed(0)
    return Translator(network.build(game.shape((3, 32, 32), 0)), Card(recipe, (3, 32, 32), kind="translator"))


LOCAL = (
    QuarterGenerator(width=4, blocks=1),
    UnetGenerator(width=2, depth=2, norm="batch", dropout=0.0),
    CycleganGenerator(width=2, blocks=1, norm="none"),
)


@pytest.mark.parametrize("network", LOCAL, ids=lambda one: one.kind)
def test_tiles_make_the_whole_picture(network: AnyNetwork) -> None:
    """Not only without seams but equal, where a tile's unused edge is as wide as the network sees."""
    one = translator(network)
    for part in one.network.parameters():
        part.mul_(20)  # new weights are small, and their picture is nearly even
    images = torch.randint(256, (1, 690, 50, 3), dtype=torch.uint8)
    whole, tiled = one.translate(images), one.translate(images, tile=512)
    assert whole.float().std() > 20
    assert (whole.int() - tiled.int()).abs().max() <= 1
    assert torch.equal(one.translate(images, tile=768), whole)


@pytest.mark.parametrize("tile", [16, 24, 32])
def test_every_pixel_is_in_tiles_that_together_count_once(tile: int) -> None:
    seen: list[Tensor] = []
    x = torch.rand(1, 3, 64, 41)
    made = in_tiles(lambda part: seen.append(part) or part, x, tile, 1)
    torch.testing.assert_close(made, x)
    assert {one.shape[2] for one in seen} == {tile}
    first, second = spans(64, tile, tile // 4)[:2]
    together = fading(*first, 64, tile // 4)[second[0] :] + fading(*second, 64, tile // 4)[: first[1] - second[0]]
    torch.testing.assert_close(together, torch.ones(tile // 4))


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        (CycleganGenerator(width=2, blocks=1), "InstanceNorm2d"),
        (UnetGenerator(width=2, depth=2), "CurrentBatchNorm2d"),
        (AnimeganGenerator(width=2), "GroupNorm"),
        (UgatitGenerator(width=2, blocks=1), "InstanceNorm2d"),
    ],
)
def test_what_looks_at_the_whole_image_is_refused(network: AnyNetwork, layer: str) -> None:
    with pytest.raises(ValueError, match=f"the {layer} of this translator .* translate a smaller image"):
        translator(network).translate(torch.zeros(1, 64, 64, 3, dtype=torch.uint8), tile=32)


def test_tiles_have_a_size_that_the_network_takes() -> None:
    for tile in (8, 30):
        with pytest.raises(ValueError, match=f"at least 16 pixels, a multiple of 4, and not of {tile}"):
            translator(LOCAL[0]).translate(torch.zeros(1, 64, 64, 3, dtype=torch.uint8), tile=tile)
