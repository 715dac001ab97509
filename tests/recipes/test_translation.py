"""Recipes of translation pay what their papers pay, and are asked for as people would ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from tests.recipes.test_presets import narrow, parameters

from sparring.play.game import Batch, Clock, Game, Losses
from sparring.play.machine import Machine
from sparring.recipes import RECIPES, Facts
from sparring.recipes.assemble import assemble
from sparring.run.briefing import facts_of
from sparring.run.prepare import Wish, settle
from sparring.run.setting_up import engine_of
from sparring.settings import assign

PAIRS = ("pix2pix", "pix2pixhd", "spade", "colourise", "inpaint")
UNPAIRED = ("cyclegan", "cut", "fastcut", "ugatit", "ugatit-light")


@pytest.mark.parametrize(
    ("name", "size", "counts"),
    [
        ("pix2pix", 256, {"generator": 54_413_955, "critic": 2_768_705}),
        ("pix2pix", 128, {"generator": 41_828_995}),
        ("cyclegan", 256, {"generator": 11_378_179, "inverse": 11_378_179, "critic": 2_764_737}),
        ("cyclegan", 128, {"generator": 7_837_699}),
        ("cut", 256, {"generator": 11_378_179, "critic": 2_764_737}),
        ("ugatit", 256, {"generator": 278_959_808, "critic": 53_130_176 + 3_290_560}),
        ("ugatit-light", 256, {"generator": 10_589_888}),
    ],
)
def test_networks_are_as_large_as_published(name: str, size: int, counts: dict[str, int]) -> None:
    facts = Facts((3, size, size), source=3)
    recipe = RECIPES[name].make(facts)
    assert {role: parameters(recipe, role, facts) for role in counts} == counts


def test_stargan_is_as_large_as_published() -> None:
    facts = Facts((3, 128, 128), 5)
    recipe = RECIPES["stargan"].make(facts)
    assert parameters(recipe, "generator", facts) == 8_430_528
    assert parameters(recipe, "critic", facts) == 44_762_048
    assert (recipe.rules.gp, recipe.game.critic_steps, recipe.train.images) == (10.0, 5, 200_000 * 16)


@pytest.mark.parametrize(
    ("name", "hold", "epochs"),
    [("pix2pix", 0.5, 200), ("cyclegan", 0.5, 200), ("cut", 0.5, 400), ("fastcut", 0.75, 200)],
)
def test_rates_fall_when_the_papers_let_them(name: str, hold: float, epochs: int) -> None:
    recipe = RECIPES[name].make(Facts(count=400))
    assert recipe.train.images == epochs * 400
    assert recipe.train.batch == 1
    for optim in recipe.optims.values():
        assert (optim.lr, optim.beta1, optim.beta2) == (2e-4, 0.5, 0.999)
        rates = [optim.rate(int(share * 1000), 1000) for share in (0.0, hold, 1.0)]
        assert rates == pytest.approx([2e-4, 2e-4, 0.0])
    assert RECIPES[name].make(Facts(count=10**6)).train.images == 1_000_000


def played(name: str, size: int = 32) -> tuple[Game, Batch]:
    """The recipe's game with narrow networks, and a batch."""
    facts = Facts((3, size, size), source=3)
    recipe = narrow(RECIPES[name].make(facts))
    if name in ("pix2pixhd", "spade"):
        recipe = assign(recipe, ["game.likeness.perceptual=0", "game.likeness.pixel=1"])
    game = assemble(recipe, facts.shape, 0).eval()  # spectral norm would move on with every look
    return game, Batch(source=torch.randn(2, *facts.shape), image=torch.randn(2, *facts.shape))


def squares(logits: tuple[torch.Tensor, ...], wanted: float) -> torch.Tensor:
    return torch.stack([F.mse_loss(head, torch.full_like(head, wanted)) for head in logits]).sum()


@pytest.mark.parametrize(("name", "heads"), [("cyclegan", 1), ("ugatit", 4), ("ugatit-light", 4)])
def test_both_ways_weigh_as_published(name: str, heads: int) -> None:
    """All squares of all heads count once, however our least squares is halved and averaged."""
    game, batch = played(name)
    terms = game.translators_loss(batch, Clock())
    fake = game.generator(batch.source)
    logits = game.critic(fake).logits
    assert len(logits) == heads
    torch.testing.assert_close(terms["adversarial"], squares(logits, 1.0))
    there_and_back = F.l1_loss(game.inverse(fake), batch.source)
    there_and_back += F.l1_loss(game.generator(game.inverse(batch.image)), batch.image)
    torch.testing.assert_close(terms["cycle"], 10 * there_and_back)
    same = F.l1_loss(game.generator(batch.image), batch.image) + F.l1_loss(game.inverse(batch.source), batch.source)
    torch.testing.assert_close(terms["identity"], (5.0 if name == "cyclegan" else 10.0) * same)


def test_scales_weigh_as_published_in_pix2pixhd() -> None:
    game, batch = played("pix2pixhd")
    terms = game.generator_loss(batch, Clock())
    real, fake = (game.critic(torch.cat([batch.source, one], 1)) for one in (batch.image, game.generator(batch.source)))
    assert len(fake.logits) == 2
    torch.testing.assert_close(terms["adversarial"], squares(fake.logits, 1.0))
    apart = sum(F.l1_loss(f, r) for f, r in zip(fake.features, real.features, strict=True)) / 2
    torch.testing.assert_close(terms["matching"], 10 * apart)


def test_cut_pays_half_of_its_contrast_for_what_is_already_there() -> None:
    game, batch = played("cut")
    terms: Losses = game.generator_loss(batch, Clock())
    assert {"adversarial", "contrast", "identity"} <= set(terms)
    torch.testing.assert_close(terms["adversarial"], squares(game.critic(game.generator(batch.source)).logits, 1.0))
    patches = game.options.patches
    # Vectors of chance have little to do with each other, and their own places no more.
    assert 0.3 < terms["contrast"].item() < float(np.log(patches))
    assert set(played("fastcut")[0].generator_loss(batch, Clock())) == {"adversarial", "contrast"}


def test_pools_and_penalties_are_where_the_papers_have_them() -> None:
    assert {name: RECIPES[name].make(Facts()).techniques.replay for name in UNPAIRED} == dict.fromkeys(UNPAIRED, 0) | {
        "cyclegan": 50
    }
    spade = RECIPES["spade"].make(Facts())
    assert (spade.rules.adversarial, spade.rules.matching, spade.game.likeness.perceptual) == ("hinge", 10, 10)
    assert [spade.optims[player].lr for player in ("generator", "critic")] == [1e-4, 4e-4]
    assert RECIPES["ugatit"].make(Facts()).optims["generator"].weight_decay == 1e-4


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Drawings and photos of the same names, others that are no pairs, and gray ones."""
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path / "cache"))
    dice = np.random.default_rng(0)
    for folder, names, shape in (
        ("photos", "abcd", (32, 32, 3)),
        ("drawings", "abcd", (32, 32)),
        ("paintings", "xyz", (32, 32, 3)),
    ):
        (tmp_path / folder).mkdir()
        for name in names:
            pixels = dice.integers(0, 256, shape, np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{name}.png")
    return tmp_path


def settled(folders: Path, recipe: str, source: str = "", *settings: str) -> Any:
    beside = str(folders / source) if (folders / source).is_dir() and source else source
    wish = Wish(recipe=recipe, data=str(folders / "photos"), source=beside, device="cpu", settings=settings)
    made, data, why = settle(wish)
    return made, data, why


def test_without_a_recipe_pairs_are_given_one_for_pairs(folders: Path) -> None:
    recipe, _, why = settled(folders, "", "drawings")
    assert recipe.name == "pix2pix"
    assert recipe.game.source_channels == 1
    assert "each with a source" in " ".join(why)
    assert settled(folders, "", "edges")[0].name == "pix2pix"


def test_without_a_recipe_collections_are_translated_both_ways(folders: Path) -> None:
    recipe, _, why = settled(folders, "", "paintings", "data.paired=false")
    assert recipe.name == "cyclegan"
    assert "no pairs" in " ".join(why)


@pytest.mark.parametrize("name", ["cyclegan", "fastcut"])
def test_collections_need_not_be_called_unpaired(folders: Path, name: str) -> None:
    recipe, source, _ = settled(folders, name, "paintings")
    assert not recipe.data.paired
    assert facts_of(source) == Facts((3, 32, 32), 0, source.count, 3, paired=False)


def test_gray_and_holes_need_not_be_asked_for(folders: Path) -> None:
    assert settled(folders, "colourise")[0].data.source == "gray"
    recipe, source, _ = settled(folders, "inpaint")
    assert facts_of(source).source == recipe.game.source_channels == 4


@pytest.mark.parametrize(
    ("name", "source", "settings", "said"),
    [
        (
            "pix2pix",
            "",
            (),
            "learns from pairs: say what it starts from, --source FOLDER with images of the same",
        ),
        (
            "cyclegan",
            "",
            (),
            "only one: --data is what it translates to, and --source FOLDER what it translates from",
        ),
        ("dcgan", "edges", (), "dcgan starts from noise, not from edges: leave it out, or take pix2pix"),
        ("pix2pix", "paintings", ("data.paired=false",), "data.paired=false says that there are none: take cyclegan"),
        ("pix2pix", "paintings", (), "take a recipe such as cyclegan, or set data.paired=false"),
    ],
)
def test_what_a_recipe_starts_from_is_asked_for(
    folders: Path, name: str, source: str, settings: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        settled(folders, name, source, *settings)


@pytest.mark.parametrize(
    ("name", "source", "settings", "said"),
    [
        ("cyclegan", "gray", (), "have 1 channels, and this game starts from 3: set data.channels=1"),
        ("pix2pix", "gray", ("game.source_channels=3",), "starts from 3: set game.source_channels=1"),
    ],
)
def test_channels_that_do_not_fit_are_refused(
    folders: Path, name: str, source: str, settings: tuple[str, ...], said: str
) -> None:
    recipe, data, _ = settled(folders, name, source, *settings)
    with pytest.raises(ValueError, match=said):
        engine_of(recipe, data, Machine(), ())
    recipe, data, _ = settled(folders, name, source, *settings, said.rpartition("set ")[2])
    recipe = narrow(recipe)
    engine_of(recipe, data, Machine(), ()).run(1)
