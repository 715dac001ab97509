"""What the page on translation tells people to type works as it stands, on smaller numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from sparring.games import GAMES
from sparring.games.paired import PairedSettings
from sparring.networks import NETWORKS, Shape
from sparring.networks.cyclegan import CycleganGenerator
from sparring.networks.patchgan import PatchCritic
from sparring.networks.unet import UnetGenerator
from sparring.play.optim import Optim
from sparring.recipes.recipe import Recipe
from sparring.run.bundle import Card, save_bundle

PAGE = Path(__file__).resolve().parents[2] / "docs" / "translation.md"
SMALLER = {"CycleganGenerator()": "CycleganGenerator(2, 1)", "256, 256": "16, 16"}


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_its_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    game = PairedSettings(source_channels=1)
    networks = {"generator": UnetGenerator(width=2, depth=2), "critic": PatchCritic()}
    recipe = Recipe("edges", networks, game, optims=dict.fromkeys(game.players, Optim()))
    trained = networks["generator"].build(game.shape((3, 16, 16), 0)).state_dict()
    weights = {f"generator.{name}": tensor for name, tensor in trained.items()}
    (tmp_path / "runs").mkdir()
    save_bundle(tmp_path / "runs" / "edges", weights, Card(recipe, (3, 16, 16), kind="translator"))
    network = CycleganGenerator(2, 1).build(Shape((3, 16, 16)))
    names = {key.replace("layers.", "model.", 1): t for key, t in network.state_dict().items()}
    official = {key.replace(".layers.", ".conv_block."): t for key, t in names.items()}
    torch.save(official, tmp_path / "latest_net_G_A.pth")
    scope = {"images": torch.zeros(1, 20, 24, 1, dtype=torch.uint8)}
    for block in blocks():
        for words, smaller in SMALLER.items():
            block = block.replace(words, smaller)
        exec(compile(block, "page", "exec"), scope)
    assert scope["translated"].shape == (1, 20, 24, 3)
    assert torch.equal(scope["network"].layers[1].weight, network.layers[1].weight)


def test_what_it_names_exists() -> None:
    told = set(re.findall(r"`([A-Z]\w+(?:Generator|Critic|Encoder|Mapping|Settings))\b", PAGE.read_text("utf-8")))
    known = {kind.__name__ for registry in (NETWORKS, GAMES) for kind in registry.values()}
    assert len(told) > 15
    assert told <= known
