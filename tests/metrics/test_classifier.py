"""A classifier of the set's own labels: it learns them, is judged on what it did not see, and is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from sparring.metrics.features import choose_extractor
from sparring.metrics.features import classifier as room
from sparring.metrics.features.classifier import classifier


class Stripes:
    """Gray images of upright or lying stripes, with noise."""

    def __init__(self, held: int = 60, classes: tuple[str, ...] = ("lying", "upright"), name: str = "stripes"):
        dice = torch.Generator().manual_seed(0)
        self.name, self.classes, self.count, self.held = name, classes, 300, held
        self.fingerprint = f"{name}-{held}"
        self.known = torch.randint(2, (self.count + held,), generator=dice)
        ramp = (torch.arange(12) % 4 // 2 * 255).expand(12, 12)
        stripes = torch.stack([ramp.T, ramp])[self.known][:, None].float()
        noisy = stripes + torch.randn(stripes.shape, generator=dice) * 80
        self.pixels = noisy.clamp(0, 255).to(torch.uint8)

    def images(self, indices: list[int]) -> Tensor:
        return self.pixels[indices]

    def labels(self, indices: list[int]) -> Tensor:
        return self.known[indices]

    def held_out(self, count: int | None = None) -> Tensor:
        return self.pixels[self.count :][:count]

    def held_out_labels(self, count: int | None = None) -> Tensor:
        return self.known[self.count :][:count]


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SPARRING_CACHE", str(tmp_path))
    return tmp_path


def test_it_learns_and_says_how_well(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    stripes = Stripes()
    first = classifier(stripes, "cpu", steps=25)
    digest, words = first.weights.split(", ")
    assert words.endswith("right on 60 images of stripes held out")
    assert float(words.split("%")[0]) > 95
    features, logits = first(stripes.held_out())
    assert features.shape == (60, 128)
    assert logits is not None
    assert float((logits.argmax(1) == stripes.held_out_labels()).float().mean()) > 0.95

    monkeypatch.setattr(room, "taught", None)  # from here on it must be remembered
    again = classifier(stripes, "cpu", steps=25)
    assert again.weights == first.weights
    assert torch.equal(again(stripes.held_out())[0], features)
    monkeypatch.undo()
    monkeypatch.setenv("SPARRING_CACHE", str(own_cache))
    for file in own_cache.rglob("*.safetensors"):
        file.write_bytes(b"damaged")
    assert classifier(stripes, "cpu", steps=25).weights.startswith(digest)


def test_few_held_out_images_are_no_judge() -> None:
    found = classifier(Stripes(held=3), "cpu", steps=1)
    assert found.weights.endswith("right on 60 images of stripes held out")


def test_one_class_teaches_nothing() -> None:
    with pytest.raises(ValueError, match="learn a set's own labels, and this set has none; try effnet-lite0"):
        choose_extractor("classifier", labelled=Stripes(classes=("stripes",)))


def test_it_is_chosen_where_no_better_network_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparring.layers.efficientnet.PACKAGE", "no_such_package")
    monkeypatch.setattr(torch.hub, "_hub_dir", "/nowhere")
    monkeypatch.setattr(room, "STEPS", 1)
    monkeypatch.setattr(room.classifier, "__kwdefaults__", {"steps": 1})
    before = torch.get_rng_state()
    found = choose_extractor(labelled=Stripes(name="chosen"))
    assert torch.equal(torch.get_rng_state(), before)
    assert found.name == "classifier"
    assert "effnet-lite0: " in found.note
