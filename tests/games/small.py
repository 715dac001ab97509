"""Tiny recipes of every game, wired as real ones are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from sparring.games.autoencoding import AutoencodingSettings
from sparring.games.cycle import CycleSettings
from sparring.games.domains import DomainsSettings
from sparring.games.drawing import DrawingSettings
from sparring.games.enhancing import EnhancingSettings
from sparring.games.growing import GrowingSettings
from sparring.games.inference import InferenceSettings
from sparring.games.onesided import OnesidedSettings
from sparring.games.paired import PairedSettings
from sparring.games.styled_pairs import StyledPairsSettings
from sparring.games.styles import StylesSettings
from sparring.games.synthesis import SynthesisSettings
from sparring.networks import NETWORKS
from sparring.play.engine import Engine
from sparring.play.optim import Average, Optim
from sparring.play.rules import Rules
from sparring.play.state import restore, state_of
from sparring.recipes.assemble import assemble
from sparring.recipes.preset import Facts
from sparring.recipes.recipe import Recipe, TrainSettings
from sparring.run.pace import Noise
from sparring.techniques.drawn_terms import Drawn
from sparring.techniques.settings import Techniques

BATCH, CLASSES = 4, 3


@dataclass(frozen=True)
class Case:
    """A game with its networks (role -> kind and settings) and one sample's shape."""

    game: Any
    networks: dict[str, tuple[str, dict[str, Any]]]
    shape: tuple[int, ...]
    conditionings: tuple[str, ...]
    rounds: int = 2
    labelled: bool = False  # does not play without labels
    named: bool = True  # its critic also names the label, where it does not play without


def pair(kind: str, **settings: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    return {role: (f"{kind}-{role}", settings) for role in ("generator", "critic")}


STYLES: dict[str, tuple[str, dict[str, Any]]] = {
    "generator": ("stylegan2-generator", {"width": 4, "widest": 4, "style": 4, "mapping_depth": 1}),
    "critic": ("stylegan2-critic", {"width": 4, "widest": 4, "mapping_depth": 1}),
}
GROWING_STYLES: dict[str, tuple[str, dict[str, Any]]] = {
    "generator": ("stylegan-generator", {"width": 4, "widest": 4, "style": 4, "mapping_depth": 1}),
    "critic": ("stylegan-critic", {"width": 4, "widest": 4}),
}
JOINT: dict[str, tuple[str, dict[str, Any]]] = {
    "generator": ("mlp-generator", {"widths": (8,)}),
    "encoder": ("encoder", {"width": 4, "stochastic": True}),
    "critic": ("joint-critic", {"width": 4}),
}
AUTOENCODING = {role: (f"vaegan-{role}", {"width": 2}) for role in ("generator", "encoder", "critic")}
PAIRED: dict[str, tuple[str, dict[str, Any]]] = {
    "generator": ("unet-generator", {"width": 2, "depth": 3, "norm": "instance"}),
    "critic": ("patch-critic", {"width": 2, "layers": 1, "norm": "instance"}),
}
ONESIDED: dict[str, tuple[str, dict[str, Any]]] = {
    "generator": ("cyclegan-generator", {"width": 2, "blocks": 1}),
    "critic": PAIRED["critic"],
}
STARS: dict[str, tuple[str, dict[str, Any]]] = {
    "generator": ("stargan-generator", {"width": 2, "blocks": 1}),
    "critic": ("stargan-critic", {"width": 2, "layers": 3}),
}
STYLED: dict[str, tuple[str, dict[str, Any]]] = {
    "generator": ("stargan2-generator", {"width": 2, "widest": 4}),
    "mapping": ("stargan2-mapping", {"width": 4}),
    "encoder": ("stargan2-encoder", {"width": 2, "widest": 4}),
    "critic": ("stargan2-critic", {"width": 2, "widest": 4}),
}


def both_ways(networks: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, tuple[str, dict[str, Any]]]:
    return networks | {"inverse": networks["generator"], "critic_inverse": networks["critic"]}


CYCLE = both_ways(ONESIDED)
ATTENTION = both_ways(
    {
        "generator": ("ugatit-generator", {"width": 2, "blocks": 1}),
        "critic": ("ugatit-critic", {"width": 2, "layers": (3,)}),
    }
)

CASES: dict[str, Case] = {
    "points": Case(SynthesisSettings(latent=4), pair("mlp", widths=(8,)), (2,), ("concat",)),
    "dcgan": Case(
        SynthesisSettings(latent=4), pair("dcgan", width=2), (3, 16, 16), ("projection", "auxiliary", "concat")
    ),
    "resnet": Case(
        SynthesisSettings(latent=4, critic_steps=2), pair("resnet", width=2), (3, 16, 16), ("projection", "auxiliary")
    ),
    "styles": Case(SynthesisSettings(latent=4), STYLES, (3, 8, 8), ("projection",)),
    "fastgan": Case(SynthesisSettings(latent=4, reuse=False), pair("fastgan", width=2), (3, 32, 32), ()),
    "growing": Case(GrowingSettings(latent=4), pair("progan", width=4, widest=4), (3, 8, 8), ("auxiliary",), 4),
    "growing styles": Case(GrowingSettings(latent=4), GROWING_STYLES, (3, 8, 8), ("projection",), 4),
    "inference": Case(InferenceSettings(latent=4, rebuild=1.0), JOINT, (2,), ("concat",)),
    "autoencoding": Case(AutoencodingSettings(latent=4), AUTOENCODING, (3, 16, 16), ("projection", "auxiliary")),
    "paired": Case(PairedSettings(source_channels=2), PAIRED, (3, 8, 8), ()),
    "cycle": Case(CycleSettings(), CYCLE, (3, 8, 8), ()),
    "attention": Case(CycleSettings(attention=10.0), ATTENTION, (3, 8, 8), ()),
    "onesided": Case(OnesidedSettings(flip=True, patches=16), ONESIDED, (3, 8, 8), ()),
    "domains": Case(DomainsSettings(critic_steps=2), STARS, (3, 8, 8), (), labelled=True),
    "drawing": Case(
        DrawingSettings(likeness=Drawn(eye="vgg19-random", content=1.0, style=1.0)),
        {"generator": ("animegan-generator", {"width": 2}), "critic": ("animegan-critic", {"width": 2})},
        (3, 16, 16),
        (),
    ),
    "styled pairs": Case(
        StyledPairsSettings(source_channels=2, latent=4),
        {
            "generator": ("spade-generator", {"width": 1}),
            "encoder": ("spade-encoder", {"width": 1}),
            "critic": ("multiscale-critic", {"width": 2, "layers": 2}),
        },
        (3, 32, 32),
        (),
    ),
    "enhancing": Case(
        EnhancingSettings(source_channels=2, coarse=0.5, frozen=0.25),
        {
            "generator": ("pix2pixhd-generator", {"width": 2, "halvings": 1, "blocks": 1, "enhancers": 1}),
            "critic": ("multiscale-critic", {"width": 2, "layers": 1, "scales": 1}),
        },
        (3, 16, 16),
        (),
        rounds=4,
    ),
    "many styles": Case(StylesSettings(latent=4), STYLED, (3, 32, 32), (), labelled=True, named=False),
}


def recipe_of(
    name: str,
    conditioning: str = "",
    rules: Rules = Rules("hinge"),  # noqa: B008 - frozen
    techniques: Techniques = Techniques(),  # noqa: B008 - frozen
    rounds: int = 4,
    **more: Any,
) -> Recipe:
    """A recipe of this case, for so many rounds."""
    case = CASES[name]
    kinds = {role: (kind, dict(settings)) for role, (kind, settings) in case.networks.items()}
    if conditioning and "conditioning" in NETWORKS[kinds["critic"][0]].__dataclass_fields__:
        kinds["critic"][1]["conditioning"] = conditioning
    game = more.pop("game", case.game)
    values: dict[str, Any] = {
        "networks": {role: NETWORKS[kind](**settings) for role, (kind, settings) in kinds.items()},
        "optims": {player: Optim(lr=1e-3, beta1=0.5) for player in game.players},
        "train": TrainSettings(batch=BATCH, images=BATCH * rounds * game.batches),
    }
    return Recipe(name=name, game=game, rules=rules, techniques=techniques, average=Average(), **(values | more))


def engine_of(name: str, conditioning: str, recipe: Recipe, **options: Any) -> Engine:
    """An engine at its first round, on noise."""
    shape, classes = CASES[name].shape, CLASSES if conditioning or CASES[name].labelled else 0
    game = assemble(recipe, shape, classes)
    source = (recipe.game.shape(shape, classes).source or shape) if "source" in game.needs else ()
    facts, batch = Facts(shape, classes, 100), recipe.train.batch
    return Engine(game, Noise(facts, batch, torch.device("cpu"), source), **options)


def resumed(name: str, conditioning: str, recipe: Recipe, stop: int) -> tuple[Engine, Engine]:
    """An engine that ran through, and one that took over from another after `stop` rounds."""
    whole, first, second = (engine_of(name, conditioning, recipe) for _ in range(3))
    first.feed = second.feed = whole.feed
    for engine, rounds in ((whole, None), (first, stop)):
        torch.manual_seed(1)  # networks draw their own noise from torch's one stream
        engine.run(rounds)
    restore(second, state_of(first))
    second.run()
    return whole, second
