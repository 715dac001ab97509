"""Networks as a recipe asks for them, the same in a run and in a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tests.games.small import CASES, CLASSES, engine_of, recipe_of

from sparring.recipes.assemble import REFERENCES, network_of
from sparring.run.bundle import Card, save_bundle
from sparring.run.handles import load
from sparring.techniques.minibatch import Minibatch, MinibatchCritic
from sparring.techniques.settings import Techniques
from sparring.techniques.spectral import spectral_norm_of
from sparring.techniques.virtual_norm import Referenced


@pytest.mark.parametrize("conditioning", ["", "projection"])
def test_a_generator_with_virtual_norm_comes_back_from_its_bundle(tmp_path: Path, conditioning: str) -> None:
    """The reference batch is part of the weights, so the same seed gives the same pictures."""
    recipe = recipe_of("dcgan", conditioning, virtual_norm=("generator",), rounds=2)
    engine = engine_of("dcgan", conditioning, recipe)
    engine.run()
    trained = engine.game.generator.eval()
    assert isinstance(trained, Referenced)
    assert len(trained.z) == REFERENCES
    names = tuple("abc") if conditioning else ()
    weights = {f"generator.{name}": tensor for name, tensor in trained.state_dict().items()}
    save_bundle(file := tmp_path / "one.safetensors", weights, Card(recipe, (3, 16, 16), classes=names))
    handle = load(file, device="cpu")
    z, y = torch.randn(3, 4), torch.arange(3) if names else None
    with torch.no_grad():
        torch.testing.assert_close(handle.decode(z, y), trained(z, y), atol=1e-6, rtol=0)
        # Batch mates do not matter.
        torch.testing.assert_close(trained(z[:1], None if y is None else y[:1]), trained(z, y)[:1], atol=1e-6, rtol=0)


@pytest.mark.parametrize("case", ["dcgan", "resnet", "styles", "points"])
def test_a_critic_that_compares_its_batch(case: str) -> None:
    recipe = recipe_of(case, minibatch=Minibatch(measures=6, length=2), spectral_norm=("critic",))
    critic = network_of(recipe, "critic", CASES[case].shape, 0)
    assert isinstance(critic, MinibatchCritic)
    x = torch.randn(4, *CASES[case].shape)
    with torch.no_grad():
        assert torch.equal(critic.eval()(x).score, critic.critic(x).score)  # at first it judges as it did
        critic.head.weight.fill_(1.0)
        assert not torch.allclose(critic(x).score, critic.critic(x).score)
    assert not any(spectral_norm_of(layer) for layer in (critic.head, critic.similarity))


def test_packs_widen_the_critic_alone() -> None:
    recipe = recipe_of("dcgan", techniques=Techniques(pack=3))
    critic, generator = (network_of(recipe, role, (3, 16, 16), 0) for role in ("critic", "generator"))
    assert critic(torch.randn(2, 9, 16, 16)).score.shape == (2,)
    assert generator(torch.randn(2, 4)).shape == (2, 3, 16, 16)


@pytest.mark.parametrize(
    ("surgery", "sentence"),
    [
        ({"virtual_norm": ("critic",)}, "so it is for generators, not critic"),
        ({"virtual_norm": ("painter",)}, "virtual_norm names 'painter'"),
        ({"spectral_norm": ("painter",)}, "spectral_norm names 'painter'"),
    ],
)
def test_surgery_on_the_wrong_network_is_refused(surgery: dict[str, tuple[str, ...]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        recipe_of("dcgan", **surgery)


def test_virtual_norm_needs_a_norm_to_replace() -> None:
    with pytest.raises(ValueError, match="has no batch norm to replace"):
        engine_of("styles", "", recipe_of("styles", virtual_norm=("generator",)))


def test_labels_of_the_reference_batch_are_spread_evenly() -> None:
    recipe = recipe_of("dcgan", "projection", virtual_norm=("generator",))
    generator = network_of(recipe, "generator", (3, 16, 16), CLASSES)
    assert torch.bincount(generator.y).max() - torch.bincount(generator.y).min() <= 1
