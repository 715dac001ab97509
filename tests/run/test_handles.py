from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from PIL import Image
from tests.run.small import recipe

from sparring.games.synthesis import SynthesisSettings
from sparring.networks import NETWORKS
from sparring.networks.network import Translating
from sparring.recipes.recipe import Recipe
from sparring.run.bundle import Card, save_bundle
from sparring.run.folder import RunFolder
from sparring.run.handles import Synthesizer, load, weights_of
from sparring.techniques.spectral import spectral_norm_

FROM_NOISE = [
    name
    for name in NETWORKS
    if name.endswith("generator") and name != "stargan2-generator" and not isinstance(NETWORKS[name](), Translating)
]


def handle(
    made: Recipe | None = None, shape: tuple[int, ...] = (1, 16, 16), classes: tuple[str, ...] = ()
) -> Synthesizer:
    made = made or recipe(dcgan=True)
    network = made.networks["generator"].build(made.game.shape(shape, len(classes)))
    for name, tensor in network.named_buffers():
        if name.endswith("running_var"):
            tensor.fill_(1e-3)  # or an untrained network's pictures are all the same gray
    return Synthesizer(network, Card(recipe=made, shape=shape, classes=classes))


def test_images_are_bytes() -> None:
    images = handle().sample(5)
    assert images.shape == (5, 16, 16, 1)
    assert images.dtype == torch.uint8
    assert images.float().std() > 5
    assert handle().sample(0).shape == (0, 16, 16, 1)


def test_points_are_numbers() -> None:
    made = handle(recipe(), (2,))
    points = made.sample(100)
    assert points.shape == (100, 2)
    assert points.dtype == torch.float32
    assert made.sample(0).shape == (0, 2)


def test_the_seed_decides_and_nothing_else() -> None:
    made = handle()
    first = made.sample(70, seed=5)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert torch.equal(made.sample(70, seed=5), first)
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.equal(made.sample(70, seed=6), first)
    made.sample(3, seed=-1)
    made.sample(3, seed=2**70)


@pytest.mark.parametrize("batch", [1, 7, 64, 1000])
def test_the_batch_size_does_not(batch: int) -> None:
    made = handle()
    difference = made.sample(70, seed=5, batch=batch).int() - made.sample(70, seed=5).int()
    assert difference.abs().max() <= 1  # a rounding that fell the other way
    assert (difference != 0).float().mean() < 1e-3


def test_more_samples_begin_with_the_same_ones() -> None:
    made = handle(classes=("a", "b"))
    for n in (1, 10, 64, 65):
        assert torch.equal(made.noise(n, seed=1), made.noise(200, seed=1)[:n])
        assert torch.equal(made.labels(n, seed=1), made.labels(200, seed=1)[:n])


@pytest.mark.parametrize("prior", ["normal", "uniform"])
def test_noise_has_the_prior_of_training(prior: str) -> None:
    made = dataclasses.replace(recipe(), game=SynthesisSettings(latent=8, prior=prior))
    z = handle(made).noise(20_000)
    assert z.dtype == torch.float32
    assert abs(float(z.mean())) < 0.01
    assert abs(float(z.std()) - {"normal": 1.0, "uniform": 3**-0.5}[prior]) < 0.01
    assert (float(z.abs().max()) <= 1) == (prior == "uniform")


def test_truncation_draws_from_the_truncated_normal() -> None:
    """Deviations of N(0, 1) drawn again until |z| <= 2, 1 and 0.5, from the formula for its variance."""
    made = handle()
    plain = made.noise(20_000)
    for limit, deviation in ((2.0, 0.8796), (1.0, 0.5395), (0.5, 0.2842)):
        share = float(torch.special.ndtr(torch.tensor(limit)) * 2 - 1)
        z = made.noise(20_000, truncation=share)
        assert float(z.abs().max()) <= limit + 1e-5
        assert abs(float(z.std()) - deviation) < 0.005
        assert bool((z.sign() == plain.sign()).all())  # the same picture, nearer to the middle
        assert bool((z.abs() <= plain.abs() + 1e-6).all())


def test_truncation_at_its_ends() -> None:
    made = handle()
    assert torch.equal(made.noise(50, truncation=1.0), made.noise(50))
    assert bool((made.noise(50, truncation=0.0) == 0).all())
    assert bool(torch.isfinite(made.noise(20_000, truncation=0.999999)).all())
    same = made.sample(4, truncation=0.0)
    assert bool((same == same[0]).all())


def test_uniform_noise_is_truncated_to_its_middle() -> None:
    made = handle(dataclasses.replace(recipe(), game=SynthesisSettings(latent=8, prior="uniform")))
    z = made.noise(20_000, truncation=0.5)
    assert 0.499 < float(z.abs().max()) <= 0.5


def test_labels_by_name_and_number() -> None:
    made = handle(classes=("cat", "dog", "0"))
    assert made.labels(3, "dog").tolist() == [1, 1, 1]
    assert made.labels(1, 2).tolist() == [2]
    assert made.labels(1, "1").tolist() == [1]
    assert made.labels(1, "0").tolist() == [2]  # a name goes before a number
    assert torch.bincount(made.labels(3000)).min() > 900
    assert not torch.equal(made.sample(4, label="cat"), made.sample(4, label="dog"))


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("kat", "there is no label 'kat'. Did you mean 'cat'?"),
        ("xyz", "there is no label 'xyz'. Known: cat, dog."),
        (2, "labels are numbered 0 to 1, and 2 is none of them"),
        (-1, "labels are numbered 0 to 1, and -1 is none of them"),
    ],
)
def test_wrong_labels(label: int | str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        handle(classes=("cat", "dog")).sample(1, label=label)
    assert str(caught.value) == sentence


def test_a_label_without_classes() -> None:
    with pytest.raises(ValueError, match="trained without labels"):
        handle().sample(1, label="cat")


@pytest.mark.parametrize(("name", "value"), [("n", -1), ("batch", 0), ("truncation", 1.5), ("truncation", -0.1)])
def test_numbers_out_of_range(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=str(value)):
        handle().sample(**{"n": 2, name: value})


def test_grids_are_saved(tmp_path: Path) -> None:
    handle().save_grid(tmp_path / "a.png", 9, seed=1)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "L"
    handle(recipe(), (2,)).save_grid(tmp_path / "b.png", 100)
    with Image.open(tmp_path / "b.png") as picture:
        assert picture.size == (512, 512)


def test_a_run_gives_its_best_weights_or_its_last(tmp_path: Path) -> None:
    made = recipe(dcgan=True)
    run = RunFolder.create(tmp_path / "run", made)
    with pytest.raises(ValueError, match="has no weights yet"):
        load(run.path)
    network = handle(made).network
    tensors = {f"generator.{name}": t for name, t in network.state_dict().items()}
    save_bundle(run.last, tensors, Card(recipe=made, shape=(1, 16, 16)))
    assert weights_of(run.path) == run.last
    save_bundle(run.best, tensors, Card(recipe=made, shape=(1, 16, 16)))
    assert weights_of(run.path) == run.best
    found = load(run.path, device="cpu")
    assert repr(found) == "Synthesizer(small, 1x16x16, 0 images)"
    assert torch.equal(found.sample(3), Synthesizer(network, found.card).sample(3))


def test_a_normalised_generator_is_built_again(tmp_path: Path) -> None:
    made = dataclasses.replace(recipe(dcgan=True), spectral_norm=("generator",))
    network = spectral_norm_(handle(made).network.requires_grad_(True))
    path = tmp_path / "a.safetensors"
    save_bundle(
        path, {f"generator.{n}": t for n, t in network.state_dict().items()}, Card(recipe=made, shape=(1, 16, 16))
    )
    z = torch.randn(2, 8)
    assert torch.equal(load(path, device="cpu").decode(z), network.eval()(z))


@pytest.mark.parametrize("kind", FROM_NOISE)
def test_every_generator_comes_back(kind: str, tmp_path: Path) -> None:
    made = dataclasses.replace(recipe(), networks={"generator": NETWORKS[kind](), "critic": NETWORKS["mlp-critic"]()})
    network = made.networks["generator"].build(made.game.shape((3, 32, 32), 2)).eval()
    card = Card(recipe=made, shape=(3, 32, 32), classes=("a", "b"))
    path = tmp_path / "a.safetensors"
    save_bundle(path, {f"generator.{name}": t for name, t in network.state_dict().items()}, card)
    before = torch.get_rng_state()
    found = load(path, device="cpu")
    assert torch.equal(torch.get_rng_state(), before)
    z, y = torch.randn(2, 8), torch.tensor([0, 1])
    with torch.no_grad():
        assert torch.equal(found.decode(z, y), network(z, y))
