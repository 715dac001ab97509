"""Styles by name, or by a translator's file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.games.small import recipe_of

from sparring.avatar.styles import CEL, STYLES, style_of
from sparring.networks import Shape
from sparring.run.bundle import Card, save_bundle


def test_a_translators_file_is_a_style_of_its_size_and_licence(tmp_path: Path) -> None:
    recipe = recipe_of("cycle")
    network = recipe.networks["generator"].build(Shape((3, 16, 16)))
    tensors = {f"generator.{name}": tensor for name, tensor in network.state_dict().items()}
    file = tmp_path / "mine.safetensors"
    save_bundle(file, tensors, Card(recipe, (3, 16, 16), kind="translator", licence="CC0", card="All in blue."))
    style = style_of(str(file))
    assert (style.name, style.size, style.licence, style.line) == ("mine", 16, "CC0", "All in blue.")
    drawn = style.load("cpu").translate(torch.zeros((2, 20, 16, 3), dtype=torch.uint8))
    assert drawn.shape == (2, 20, 16, 3)


@pytest.mark.parametrize("given", ["no-such-style", "nowhere/mine.safetensors"])
def test_what_is_neither_is_refused_by_its_name(given: str) -> None:
    with pytest.raises(ValueError, match=f"there is no .*{Path(given).stem}"):
        style_of(given)


def test_a_file_without_a_translator_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "noise.safetensors"
    save_bundle(file, {"generator.w": torch.zeros(1)}, Card(recipe_of("dcgan"), (3, 16, 16)))
    with pytest.raises(ValueError, match="no translator"):
        style_of(str(file)).load("cpu")


def test_every_style_is_there_with_its_licence() -> None:
    for name, style in STYLES.loaded().items():
        assert style.name == name
        assert style.bundle.is_file()
        assert style.licence
        assert style.line


def test_cel_is_small_and_draws_without_moving_anything() -> None:
    assert CEL.bundle.stat().st_size <= 8_000_000
    translator = CEL.load("cpu")
    rows, columns = torch.meshgrid(torch.arange(96.0), torch.arange(96.0), indexing="ij")
    inside = (rows - 48).square() + (columns - 48).square() < 30**2
    photo = torch.where(inside[..., None], torch.tensor([224.0, 172.0, 140.0]), torch.tensor([64.0, 92.0, 150.0]))
    noise = 12 * torch.randn(photo.shape, generator=torch.Generator().manual_seed(0))
    drawn = translator.translate((photo + noise).clamp(0, 255).byte()[None])[0].float()
    assert (drawn - photo).abs().mean() < noise.abs().mean()  # flat again
    level = drawn.mean(-1)
    assert (level[inside].mean() - level[~inside].mean()) > 50
    edge = level[48] - level[48].flip(0)
    assert edge.abs().mean() < 10  # as symmetric as the photo: nothing is shifted
