"""Our own recipes are looked through whole: toys are healthy, and what is planted is found before the first round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from sparring.data.feed import Source
from sparring.data.open import open_source
from sparring.doctor.lint import lint
from sparring.doctor.lint.asking import lint_recipe
from sparring.play.game import Game
from sparring.play.scene import Verdict
from sparring.recipes import RECIPES, Facts, Recipe
from sparring.recipes import assemble as assembling
from sparring.recipes.assemble import assemble
from sparring.run.briefing import facts_of
from sparring.run.folder import RunFolder
from sparring.settings import assign

Ended = Callable[[str, str, nn.Module], tuple[Recipe, Source, Game]]
TOYS = [name for name in RECIPES if name.endswith("-toy")]
KNOWN = {
    "fastgan-toy": {"batch-norm-with-spectral-norm", "small-batch-with-batch-norm"},
    **{name: {"short-run"} for name in ("ugatit-toy", "ugatit-light-toy", "animegan-toy", "starganv2-toy")},
    "spade-toy": {"short-run", "small-batch-with-batch-norm", "uneven-players"},
}
"""As published, and still worth a word; or short, as each round is dear."""
SMALL = ("networks.generator.width=4", "networks.critic.width=4")


def ready(name: str, *changes: str) -> tuple[Recipe, Source, Game]:
    source = open_source(RECIPES[name].make(Facts()).data)
    facts = facts_of(source)
    recipe = assign(RECIPES[name].make(facts), list(changes))
    return recipe, source, assemble(recipe, facts.shape, facts.classes)


def is_quick(name: str) -> bool:
    return RECIPES[name].make(Facts()).data.spec == "builtin:ring" and name != "unrolled-toy"  # loads the compiler


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if is_quick(name) else pytest.mark.slow) for name in TOYS]
)
def test_toys_are_healthy(name: str) -> None:
    recipe, source, game = ready(name)
    grave = {one.rule: one.severity for one in lint(recipe, source, game) if one.severity != "info"}
    assert grave == dict.fromkeys(KNOWN.get(name, ()), "warning")


@pytest.mark.parametrize("name", ["pacgan-toy", "veegan-toy", "dcgan-toy"])
def test_a_game_plays_on_as_if_nobody_had_looked(name: str) -> None:
    recipe, source, game = ready(name)
    before = {key: value.clone() for key, value in game.named_buffers()} | dict(game.named_parameters())
    stream = torch.get_rng_state()
    lint(recipe, source, game)
    assert torch.equal(torch.get_rng_state(), stream)
    for key, value in [*game.named_buffers(), *game.named_parameters()]:
        assert torch.equal(value, before[key]), key
    assert all(p.grad is None for p in game.parameters())


class Ending(nn.Module):
    """A network with something behind it."""

    def __init__(self, inner: nn.Module, end: nn.Module):
        super().__init__()
        self.inner, self.end = inner, end

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor | Verdict:
        said = self.inner(x, y)
        return self.end(said) if isinstance(said, Tensor) else replace(said, logits=tuple(map(self.end, said.logits)))


class Detached(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.detach()


class Bright(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return (x + 1) / 2


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Ended:
    """Builds a toy's game, one of whose networks ends so."""

    def build(name: str, role: str, end: nn.Module) -> tuple[Recipe, Source, Game]:
        plain = assembling.network_of

        def network_of(recipe: Recipe, which: str, image: tuple[int, ...], classes: int) -> nn.Module:
            network = plain(recipe, which, image, classes)
            return Ending(network, end) if which == role else network

        monkeypatch.setattr(assembling, "network_of", network_of)
        return ready(name, *SMALL)

    return build


@pytest.mark.parametrize(
    ("role", "end", "rule"),
    [
        ("critic", nn.Sigmoid(), "double-sigmoid"),
        ("critic", nn.Tanh(), "confined-logits"),
        ("generator", Bright(), "wrong-range"),
        ("generator", Detached(), "detached-generator"),
    ],
)
@pytest.mark.parametrize("name", ["dcgan-toy", "acgan-toy"])
def test_networks_that_end_wrongly(ended: Ended, name: str, role: str, end: nn.Module, rule: str) -> None:
    assert rule in {one.rule for one in lint(*ended(name, role, end)) if one.severity != "info"}


def test_the_worst_comes_first() -> None:
    found = lint(*ready("dcgan-toy", *SMALL, "rules.gp=10", "optims.critic.lr=0", "game.prior=uniform"))
    order = [one.severity for one in found]
    assert order == sorted(order, key=("alarm", "warning", "info").index)
    assert {"alarm", "warning", "info"} == set(order)


def test_a_recipe_is_asked_about_by_its_name() -> None:
    healthy = lint_recipe("lsgan-toy")
    assert healthy == []
    (one,) = lint_recipe("lsgan-toy", settings=["rules.adversarial=wasserstein", "rules.r1=0"])
    assert (one.rule, one.severity) == ("unbounded-critic", "alarm")
    assert one.remedies[0].changes
    with pytest.raises(ValueError, match="lsgam"):
        lint_recipe("lsgam", "builtin:ring")
    with pytest.raises(ValueError, match="say what to train on"):
        lint_recipe("dcgan")
    with pytest.raises(ValueError, match="no folder"):
        lint_recipe("dcgan", "nowhere/")


def test_a_run_is_asked_about_by_its_folder(tmp_path: Path) -> None:
    recipe = assign(RECIPES["lsgan-toy"].make(Facts()), ["optims.critic.beta1=0.95"])
    RunFolder.create(tmp_path / "run", recipe)
    assert [one.rule for one in lint_recipe(str(tmp_path / "run"))] == ["high-momentum"]
    assert lint_recipe(str(tmp_path / "run"), settings=["optims.critic.beta1=0"]) == []


def test_streams_of_something_else_are_left_alone() -> None:
    recipe, source, game = ready("lsgan-toy")

    class Pairs:
        """Shows pairs, as translation does."""

        name, shape, classes, count, fingerprint = source.name, source.shape, (), None, ""

        def feed(self, batch: int, *, seed: int) -> object:
            return type("Feed", (), {"roles": frozenset({"source", "target"})})()

        def facts(self) -> dict[str, object]:
            return {}

    assert lint(recipe, Pairs(), game) == []  # type: ignore[arg-type]


def test_images_of_the_wrong_range_are_found_in_a_run() -> None:
    recipe, source, game = ready("dcgan-toy", *SMALL)
    feed = source.feed

    class Scaled:
        """The same source, in [0, 1]."""

        name, shape, classes, count = source.name, source.shape, source.classes, source.count
        fingerprint = source.fingerprint

        def feed(self, batch: int, *, seed: int) -> object:
            inner = feed(batch, seed=seed)

            class Feed:
                roles, size = inner.roles, inner.size

                def batch(self, index: int) -> object:
                    found = inner.batch(index)
                    found.tensors["image"] = (found.image + 1) / 2
                    return found

            return Feed()

        def facts(self) -> dict[str, object]:
            return source.facts()

    rules = {one.rule: one.severity for one in lint(recipe, Scaled(), game)}  # type: ignore[arg-type]
    assert rules["wrong-range"] == "alarm"


def test_data_settings_of_the_digits_do_not_mirror() -> None:
    mirrored = lint_recipe("dcgan", "builtin:digits", [*SMALL, "data.size=16", "data.flip=true"])
    assert "mirrored-text" in {one.rule for one in mirrored if one.severity == "warning"}
    assert "mirrored-text" not in {one.rule for one in lint_recipe("dcgan", "builtin:digits", [*SMALL, "data.size=16"])}
