from __future__ import annotations

import dataclasses
import json
import struct
from pathlib import Path
from typing import Any

import pytest
import safetensors
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.run.small import recipe

from sparring.data.settings import DataSettings
from sparring.recipes.recipe import Recipe
from sparring.run.bundle import KEY, Card, Trained, read_bundle, read_card, save_bundle
from sparring.run.handles import load


def card_of(made: Recipe, **changes: Any) -> Card:
    trained = Trained(1000, 2.5, 3, "blobs", "blobs-1", "0.1.0")
    return dataclasses.replace(Card(recipe=made, shape=(1, 16, 16), trained=trained, licence="CC0"), **changes)


def generator(made: Recipe, card: Card) -> torch.nn.Module:
    return made.networks["generator"].build(made.game.shape(card.shape, len(card.classes)))


def saved(path: Path, **changes: Any) -> tuple[Path, torch.nn.Module]:
    made = recipe(dcgan=True)
    card = card_of(made, **changes)
    network = generator(made, card)
    save_bundle(path, {f"generator.{name}": t for name, t in network.state_dict().items()}, card)
    return path, network.eval()


def with_header(path: Path, header: dict[str, str]) -> Path:
    tensors, _ = read_bundle(path)
    safetensors.torch.save_file(tensors, path, header)
    return path


def test_a_bundle_comes_back_as_it_went(tmp_path: Path) -> None:
    path, network = saved(tmp_path / "a.safetensors", scores={"sliced_wasserstein": 0.25}, credit="Ä")
    tensors, card = read_bundle(path)
    assert card == read_card(path) == card_of(recipe(dcgan=True), scores={"sliced_wasserstein": 0.25}, credit="Ä")
    assert all(torch.equal(tensors[f"generator.{name}"], t) for name, t in network.state_dict().items())
    z = torch.randn(3, 8)
    assert torch.equal(load(path, device="cpu").decode(z), network(z))


def test_anybody_can_read_it_with_safetensors_alone(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "a.safetensors")
    with safetensors.safe_open(path, "pt") as file:
        header = json.loads(file.metadata()[KEY])
    assert header["kind"] == "synthesizer"
    assert header["trained"]["images"] == 1000
    assert header["recipe"]["networks"]["generator"]["kind"] == "dcgan-generator"


def test_strided_and_shared_tensors_are_saved(tmp_path: Path) -> None:
    whole = torch.arange(24.0).view(1, 2, 3, 4)
    tensors = {"a": whole, "b": whole, "c": whole[:, :1], "d": whole.to(memory_format=torch.channels_last)}
    save_bundle(tmp_path / "a.safetensors", tensors, card_of(recipe()))
    back, _ = read_bundle(tmp_path / "a.safetensors")
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())


@pytest.mark.parametrize(
    ("spec", "kept"),
    [
        ("/data/zelda/photos of me/", "photos of me"),
        ("C:\\Users\\zelda\\cats", "cats"),
        ("cats", "cats"),
        ("hf:someone/set", "hf:someone/set"),
        ("https://example.org/a-{00..09}.tar", "https://example.org/a-{00..09}.tar"),
    ],
)
def test_where_the_data_lay_stays_with_its_owner(tmp_path: Path, spec: str, kept: str) -> None:
    made = dataclasses.replace(recipe(), data=DataSettings(spec=spec))
    save_bundle(tmp_path / "a.safetensors", {"a": torch.zeros(1)}, card_of(made))
    assert read_card(tmp_path / "a.safetensors").recipe.data.spec == kept
    assert b"zelda" not in (tmp_path / "a.safetensors").read_bytes()


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_in_one_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.safetensors"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="safetensors file"):
        load(path)


@pytest.mark.parametrize("length", [0, 1, 2**31, 2**63, 2**64 - 1])
def test_a_lying_header_length_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", length) + b"{}" * 50)
    with pytest.raises(ValueError, match="not a safetensors file, or it is damaged"):
        load(path)


def test_a_torn_file_is_refused(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "a.safetensors")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match="damaged"):
        load(path)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    safetensors.torch.save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(ValueError, match="so it is no bundle"):
        load(path)


@pytest.mark.parametrize("text", ["", "7", "[]", "{}", "[" * 100_000, '{"recipe": {}}', '{"format": 1, "extra": 2}'])
def test_a_damaged_description_is_refused(tmp_path: Path, text: str) -> None:
    path, _ = saved(tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match=r"the description in .* cannot be read"):
        load(with_header(path, {KEY: text}))


def test_a_later_format_asks_for_an_update(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="it has format 2"):
        load(with_header(path, {KEY: '{"format": 2, "novelty": 1}'}))


def test_another_kind_is_refused(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "a.safetensors", kind="writer")
    with pytest.raises(ValueError, match="holds a 'writer'"):
        load(path)


def test_missing_and_unfitting_weights_are_refused(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "a.safetensors")
    tensors, card = read_bundle(path)
    tensors["generator.head.weight"] = torch.zeros(4, 1, 5, 5)
    save_bundle(path, tensors, card)
    with pytest.raises(ValueError, match=r"do not fit the network it describes: .*head\.weight"):
        load(path)
    save_bundle(path, {}, card)
    with pytest.raises(ValueError, match="do not fit"):
        load(path)


def test_a_giant_in_the_description_costs_no_memory(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "a.safetensors")
    with safetensors.safe_open(path, "pt") as file:
        data = json.loads(file.metadata()[KEY])
    data["recipe"]["networks"]["generator"]["width"] = 2**20  # terabytes
    with pytest.raises(ValueError, match="do not fit"):
        load(with_header(path, {KEY: json.dumps(data)}))


def test_a_shape_no_network_makes_is_refused(tmp_path: Path) -> None:
    path, _ = saved(tmp_path / "a.safetensors")
    with safetensors.safe_open(path, "pt") as file:
        data = json.loads(file.metadata()[KEY])
    data["shape"] = [1, 17, 17]
    with pytest.raises(ValueError, match="do not fit the network it describes: dcgan-generator works on square images"):
        load(with_header(path, {KEY: json.dumps(data)}))


def test_nothing_at_the_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no bundle at"):
        load(tmp_path / "a.safetensors")
