"""Feature networks: by name, by what is at hand, of one's own; what they are shown, and what they refuse."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.layers import efficientnet
from sparring.metrics.features import choose_extractor, extractor_of, libraries
from sparring.metrics.features.frozen import weights_hash


def noise(n: int = 3, channels: int = 3, size: int = 20) -> Tensor:
    return torch.randint(0, 256, (n, channels, size, size), dtype=torch.uint8)


def test_the_best_at_hand_is_taken_and_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    found = choose_extractor()
    assert found.name == "effnet-lite0"
    assert found.note.startswith("Features: effnet-lite0, the best at hand (inception: The weights")
    monkeypatch.setattr(efficientnet, "PACKAGE", "no_such_package")
    last = choose_extractor()
    assert last.name == "pixels"
    assert "effnet-lite0: this network sees through EfficientNet-Lite0, whose weights are not installed" in last.note
    assert choose_extractor("pixels").note == ""


def test_effnet_knows_what_it_sees_on() -> None:
    """Features and logits agree with each other, follow the image, and gray is shown as three equal colours."""
    effnet = choose_extractor("effnet-lite0")
    images = noise(2, channels=1)
    features, logits = effnet(images)
    assert logits is not None
    assert features.shape == (2, 1280)
    assert logits.shape == (2, 1000)
    head = effnet.network.head  # type: ignore[union-attr]
    assert torch.allclose(logits, head(features), atol=1e-5)
    assert not torch.allclose(features[0], features[1], atol=1e-2)
    assert torch.equal(effnet(images.expand(-1, 3, -1, -1))[0], features)
    assert effnet.weights == choose_extractor("effnet-lite0").weights


def test_pixels_are_a_small_copy() -> None:
    features, logits = choose_extractor("pixels")(torch.full((2, 3, 40, 30), 51, dtype=torch.uint8))
    assert logits is None
    assert torch.allclose(features, torch.full((2, 768), 0.2), atol=1e-6)


def test_any_network_of_ones_own() -> None:
    network = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.5))
    own = extractor_of(network, name="corners", dims=12)
    images = noise(4, size=16)
    features, _ = own(images)
    assert torch.allclose(features, F.adaptive_avg_pool2d(images / 127.5 - 1, 2).flatten(1), atol=1e-6)
    assert own.resize == "none, in [-1, 1]"
    assert extractor_of(network, name="corners", dims=12, side=8).resize == "clean bicubic to 8, in [-1, 1]"
    with pytest.raises(ValueError, match=r"corners should give features of shape \(4, 5\), and gave \(4, 12\)"):
        extractor_of(network, name="corners", dims=5)(images)


def test_what_is_no_image_is_refused() -> None:
    pixels = choose_extractor("pixels")
    with pytest.raises(ValueError, match="scored as uint8 from 0 to 255, as files hold them, and these are float32"):
        pixels(noise() / 255)
    for shape in [(3, 16, 16), (2, 4, 16, 16), (0, 3, 16, 16)]:
        with pytest.raises(ValueError, match="and these are"):
            pixels(torch.zeros(shape, dtype=torch.uint8))


def test_names_that_mean_nothing() -> None:
    with pytest.raises(ValueError, match=r"no features 'incepton'; known: auto, .* Did you mean 'inception'"):
        choose_extractor("incepton")
    with pytest.raises(ValueError, match="pixels take no file of weights"):
        choose_extractor("pixels", weights=Path("x"))
    with pytest.raises(ValueError, match=r"There is no file gone\.pth with weights of clip"):
        choose_extractor("clip", weights=Path("gone.pth"))
    with pytest.raises(ValueError, match="this set has none"):
        choose_extractor("classifier")


def test_weights_are_told_apart() -> None:
    one = {"a": torch.zeros(2, 3), "b": torch.ones(())}
    assert weights_hash(one) == weights_hash(dict(reversed(one.items())))
    others = [one | {"a": torch.zeros(3, 2)}, one | {"b": torch.zeros(())}, {"c": one["a"], "b": one["b"]}]
    assert weights_hash(one) not in {weights_hash(other) for other in others}


class Eye(nn.Module):
    """Mean colours: what it is shown can be read off."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3)) * self.scale


def install(monkeypatch: pytest.MonkeyPatch, name: str, asked: list[dict[str, object]]) -> None:
    """A library that makes such an eye of everything."""

    def create_model(model: str, **how: object) -> object:
        asked.append({"model": model, **how})
        if "broken" in str(how):
            raise RuntimeError("Cannot find the file.\nMore lines.")
        eye = Eye()
        return SimpleNamespace(visual=eye, state_dict=eye.state_dict) if name == "open_clip" else eye

    module = ModuleType(name)
    module.create_model = create_model  # type: ignore[attr-defined]
    module.__spec__ = SimpleNamespace(name=name)  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.parametrize(("name", "module"), [("dinov2", "timm"), ("clip", "open_clip")])
def test_networks_of_libraries(
    name: str, module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    asked = list[dict[str, object]]()
    install(monkeypatch, module, asked)
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"")
    found = choose_extractor(name)
    gray = torch.full((2, 3, 10, 10), 255, dtype=torch.uint8)
    mean, deviation = (
        (libraries.MEAN, libraries.DEVIATION) if name == "dinov2" else (libraries.CLIP_MEAN, libraries.CLIP_DEVIATION)
    )
    expected = (1 - torch.tensor(mean)) / torch.tensor(deviation)
    assert found.dims == 3
    assert torch.allclose(found(gray)[0], expected.expand(2, 3), atol=1e-5)
    with pytest.raises(OSError, match=r"could not be had \(Cannot find the file\); give a file of weights"):
        choose_extractor(name, weights=broken)
    assert len(asked) == 2


@pytest.mark.parametrize(("name", "package"), [("dinov2", "timm"), ("clip", "open-clip-torch")])
def test_libraries_that_are_not_there(name: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match=f"not installed: pip install {package}"):
        choose_extractor(name)
