"""The critic's half of a game: every technique is off when it says so, and does what its paper says when it is on."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.games.small import BATCH, CASES, engine_of, recipe_of, resumed
from tests.play.arena import Generator, Journal, points, same, snapshot
from torch import Tensor, nn

from sparring.games.casting import Cast
from sparring.games.court import Court
from sparring.games.synthesis import Synthesis, SynthesisSettings
from sparring.networks.mlp import MlpCritic
from sparring.networks.network import Shape
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock
from sparring.play.optim import Optim
from sparring.play.rules import Rules
from sparring.play.scene import Verdict
from sparring.play.state import restore, state_of
from sparring.techniques.ada import Ada, AdaptiveAugment
from sparring.techniques.diffaugment import DiffAugment
from sparring.techniques.settings import Techniques

STILL = Optim("sgd", lr=1e-12, momentum=0.0)


def played(case: str, techniques: Techniques, rules: Rules = Rules("hinge"), **more: Any) -> Engine:  # noqa: B008
    torch.manual_seed(0)
    engine = engine_of(case, "", recipe_of(case, "", rules, techniques, **more))
    engine.run()
    return engine


def court(techniques: Techniques, rules: Rules = Rules(), critic: nn.Module | None = None, **more: Any) -> Court:  # noqa: B008
    critic = critic or MlpCritic(widths=(6, 6), activation="tanh").build(Shape((2 * techniques.pack,)))
    networks = {"generator": Generator(), "critic": critic}
    optims = {"generator": STILL, "critic": Optim(lr=0.05)}
    return Court(Cast(networks, optims, rules, None, 4, techniques=techniques, **more))


@pytest.mark.parametrize("case", ["points", "dcgan"])
def test_switches_that_are_off_change_nothing(case: str) -> None:
    off = Techniques(
        augment=DiffAugment(policy=()),
        noise_end=0.1,
        noise_decay="constant",
        replay_share=1.0,
        unroll_rate=0.5,
        unroll_rule="adam",
        unroll_through=False,
        top_k_start=0.5,
    )
    if case == "points":
        off = Techniques(noise_end=0.1, replay_share=1.0, unroll_rate=0.5, top_k_start=0.5)
    one, other = (played(case, techniques, Rules("hinge", r1=1.0)) for techniques in (Techniques(), off))
    assert same(snapshot(one.game), snapshot(other.game))


@pytest.mark.parametrize(
    "techniques",
    [{"noise": 0.5}, {"replay": 4, "replay_share": 1.0}, {"unroll": 2}, {"top_k": 0.5}, {"diversity": 1.0}],
)
def test_switches_that_are_on_change_something(techniques: dict[str, Any]) -> None:
    one, other = played("points", Techniques()), played("points", Techniques(**techniques))
    assert not torch.equal(one.game.generator.head.weight, other.game.generator.head.weight)


class Doubling:
    """An augmentation whose slope is known."""

    kind = "doubling"

    def build(self) -> nn.Module:
        return Double()


class Double(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        self.seen = x.shape
        return 2 * x


class Linear(nn.Module):
    def __init__(self, inputs: int = 2):
        super().__init__()
        self.head = nn.Linear(inputs, 1)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        return Verdict((self.head(x.flatten(1)),))


def test_penalties_look_at_images_before_they_are_augmented() -> None:
    critic = Linear()
    judged = court(Techniques(augment=Doubling()), Rules(r1=1.0), critic, image=(2, 1, 1))
    scene = judged.staged(critic, torch.randn(5, 2, 1, 1), torch.randn(5, 2, 1, 1), None, Clock())
    size = critic.head.weight.square().sum()
    torch.testing.assert_close(judged.referee.penalties(scene)["r1"], 4 * size / 2)


def test_packs_are_augmented_image_by_image_and_judged_together() -> None:
    critic = Linear(6)
    judged = court(Techniques(augment=Doubling(), pack=3), critic=critic, image=(2, 1, 1))
    real = torch.randn(6, 2, 1, 1)
    scene = judged.staged(critic, real, torch.randn(6, 2, 1, 1), None, Clock())
    assert judged.judge(critic, None, Clock())(scene.real).logits[0].shape == (2, 1)
    assert judged.augment.seen == (6, 2, 1, 1)
    torch.testing.assert_close(scene.judge(scene.real).score, critic(2 * real.view(2, 6)).score)


def test_packs_need_whole_groups_however_a_batch_is_divided() -> None:
    recipe = recipe_of("points", "", techniques=Techniques(pack=2))
    engine_of("points", "", recipe, accumulate=2)
    with pytest.raises(ValueError, match="judges 2 samples at once, and 1 at a time do not make such groups"):
        engine_of("points", "", recipe, accumulate=4)


class Spotter(nn.Module):
    """Knows its training images, all white, unless their brightness was changed."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        return Verdict((self.scale * (0.5 - 1e3 * (x.mean((1, 2, 3)) - 1).abs()),))


class White:
    """White images."""

    size, roles = 64, frozenset({"image"})

    def batch(self, index: int) -> Batch:
        return Batch(image=torch.ones(self.size, 1, 8, 8))


def spotting(ada: Ada, rounds: int, loss: str = "hinge", critic_steps: int = 1) -> Engine:
    networks = {"generator": Generator((1, 8, 8)), "critic": Spotter()}
    cast = Cast(
        networks,
        dict.fromkeys(networks, STILL),
        Rules(loss),
        None,
        rounds,
        techniques=Techniques(augment=ada),
        image=(1, 8, 8),
        batch=64,
    )
    return Engine(Synthesis(SynthesisSettings(latent=3, critic_steps=critic_steps), cast), White())


def strength(engine: Engine) -> float:
    augment = engine.game.court.augment
    assert isinstance(augment, AdaptiveAugment)
    return float(augment.p)


def test_ada_finds_the_strength_at_which_its_target_is_met() -> None:
    """Here the mean sign is 1 - 2p, so 0.6 is met at p = 0.2."""
    found = []
    engine = spotting(Ada(operations=("brightness",), images_to_full=256 * 100), 200)
    for _ in range(50):
        engine.run(4)
        found.append(strength(engine))
    assert found[:10] == pytest.approx([0.01 * (n + 1) for n in range(10)], abs=1e-6)
    assert sum(found[30:]) / 20 == pytest.approx(0.2, abs=0.03)


def test_ada_listens_through_every_critic_step_and_survives_a_checkpoint() -> None:
    ada = Ada(operations=("brightness",), images_to_full=256 * 100)
    whole, first, second = (spotting(ada, 40, critic_steps=3) for _ in range(3))
    whole.run()
    assert strength(whole) == pytest.approx(0.2, abs=0.03)  # after 120 updates of the critic, so 30 moves
    first.run(17)
    restore(second, state_of(first))
    assert strength(second) == strength(first) > 0
    second.run()
    assert same(snapshot(whole.game.court), snapshot(second.game.court))


def test_a_schedule_listens_to_nobody() -> None:
    engine = spotting(Ada(adaptive=False, limit=0.5, images_to_full=64 * 20), 12, "relativistic")
    engine.run()
    assert strength(engine) == pytest.approx(0.5 * 12 / 20)


def test_the_sign_is_that_of_the_loss() -> None:
    """Least squares parts at a half."""
    journal = Journal()
    networks = {"generator": Generator(), "critic": Linear()}
    nn.init.zeros_(networks["critic"].head.weight)
    nn.init.constant_(networks["critic"].head.bias, 0.3)
    cast = Cast(networks, dict.fromkeys(networks, STILL), Rules("least_squares"), None, 1)
    Engine(Synthesis(SynthesisSettings(latent=3), cast), points(), watchers=[journal]).run()
    assert journal.of("critic")[0]["sign/real"] == -1


def inputs_of(engine: Engine) -> list[Tensor]:
    """What the critic is shown from now on."""
    seen: list[Tensor] = []
    engine.game.critic.register_forward_hook(lambda module, given, answer: seen.append(given[0].detach().clone()))
    return seen


@pytest.mark.parametrize("reuse", [True, False])
def test_the_lazy_penalty_is_paid_on_the_past_fakes_just_shown(reuse: bool) -> None:
    rules = Rules("hinge", r2=1.0, lazy=4)
    game = SynthesisSettings(latent=4, reuse=reuse)
    techniques = Techniques(replay=BATCH, replay_share=1.0)
    engine = engine_of("points", "", recipe_of("points", "", rules, techniques, rounds=8, game=game))
    engine.run(3)
    engine.run(1)
    seen = inputs_of(engine)
    engine.run(1)
    _, shown, paid, newest = seen
    assert torch.equal(shown, paid)
    assert not torch.equal(shown, newest)  # the generator learns from its own new fakes


@pytest.mark.parametrize("techniques", [{"replay": 10}, {"historical": 1.0}, {"noise": 0.2}, {"top_k": 0.4}])
def test_resuming_is_exact(techniques: dict[str, Any]) -> None:
    recipe = recipe_of("points", "concat", techniques=Techniques(**techniques), rounds=8)
    whole, second = resumed("points", "concat", recipe, 4)
    assert same(snapshot(whole.game), snapshot(second.game))
    if whole.game.court.pool is not None:
        assert torch.equal(whole.game.court.pool.samples, second.game.court.pool.samples)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("rule", ["sgd", "adam"])
@pytest.mark.parametrize("loss", ["minimax", "nonsaturating", "wasserstein"])
def test_the_unrolled_gradient_is_that_of_finite_differences(loss: str, rule: str) -> None:
    judged = court(Techniques(unroll=3, unroll_rule=rule, unroll_rate=0.05), Rules(loss, drift=0.1))
    real, start, direction = torch.randn(3, 5, 2)

    def value(t: Tensor) -> Tensor:
        return judged.generator(real, start + t * direction, None, Clock())["adversarial"]

    (slope,) = torch.autograd.grad(value(at := torch.zeros((), requires_grad=True)), at)
    small = torch.tensor(1e-5)
    measured = (value(small) - value(-small)) / (2 * small)
    torch.testing.assert_close(slope, measured.detach(), rtol=1e-5, atol=1e-10)
    plain = court(Techniques(), Rules(loss), judged.critic)
    (first_order,) = torch.autograd.grad(
        plain.generator(real, start + at * direction, None, Clock())["adversarial"], at
    )
    assert not torch.allclose(slope, first_order, rtol=1e-3)


def test_looking_ahead_leaves_no_trace() -> None:
    """Neither weights nor statistics of the critic move in the generator's turn, and only what happened is reported."""
    journal, plain = Journal(), Journal()
    for watcher, techniques in ((journal, Techniques(unroll=2)), (plain, Techniques())):
        recipe = recipe_of("dcgan", "", Rules("hinge", drift=0.1), techniques, spectral_norm=("critic",))
        engine = engine_of("dcgan", "", recipe, watchers=[watcher])
        engine.run(1)
        assert [set(readings) for readings in watcher.of("generator")] == [
            {"adversarial", "loss", "gradient/generator"}
        ]
    assert [set(readings) for _, readings in journal.turns] == [set(readings) for _, readings in plain.turns]
    engine = engine_of("dcgan", "", recipe_of("dcgan", "", techniques=Techniques(unroll=2)))
    chunks = engine.draw()
    turns = {turn.title: turn for turn in engine.stages[0].turns}
    before = snapshot(engine.game.critic)
    engine.gradients(turns["generator"], chunks)
    assert same(before, snapshot(engine.game.critic))
    assert all(parameter.grad is None for parameter in engine.game.critic.parameters())


def test_ever_fewer_fakes_count() -> None:
    judged = court(Techniques(top_k=0.5, top_k_start=0.2))
    shares = [judged.keep(Clock(images=done, total=10)) for done in (0, 2, 6, 10)]
    assert shares == pytest.approx([1.0, 1.0, 0.75, 0.5])
    fake = torch.randn(8, 2, requires_grad=True)
    judged.generator(torch.randn(8, 2), fake, None, Clock(images=10, total=10))["adversarial"].backward()
    counted = fake.grad.abs().sum(1) > 0
    best = judged.critic(fake).score.topk(4).indices
    assert set(counted.nonzero().flatten().tolist()) == set(best.tolist())


def test_weights_are_paid_for_by_both_players_and_followed_at_each_update() -> None:
    journal = Journal()
    game = SynthesisSettings(latent=4, critic_steps=3)
    techniques = Techniques(orthogonal=1e-2, historical=1.0)
    engine = engine_of("points", "", recipe_of("points", "", techniques=techniques, game=game), watchers=[journal])
    engine.run()
    for player, updates, part in (("critic", 12, engine.game.court), ("generator", 4, engine.game.forger)):
        paid = journal.of(player)
        assert len(paid) == updates
        assert all({"orthogonal", "historical"} <= set(readings) for readings in paid)
        assert paid[0]["historical"] == 0
        assert paid[-1]["historical"] > 0
        assert part.weights.past.updates == updates


def test_clipped_critics_stay_clipped_and_may_be_consistent() -> None:
    game = SynthesisSettings(latent=4, clip=0.05, warmup_rounds=1, warmup_critic_steps=3)
    recipe = recipe_of("dcgan", "", Rules("wasserstein", consistency=10.0), game=game, rounds=6)
    engine = engine_of("dcgan", "", recipe)
    for _ in range(3):
        assert max(float(parameter.detach().abs().max()) for parameter in engine.game.critic.parameters()) <= 0.050001
        engine.run(1)


@pytest.mark.parametrize(
    ("case", "conditioning", "rules", "techniques", "sentence"),
    [
        ("points", "", {}, {"augment": Ada()}, "ada augments images, and these are points"),
        ("dcgan", "", {"adversarial": "relativistic"}, {"augment": Ada()}, "ada listens to the sign"),
        ("dcgan", "", {"adversarial": "wasserstein"}, {"augment": Ada()}, "set techniques.augment.adaptive=false"),
        ("points", "", {"consistency": 10.0}, {}, "consistency mirrors and shifts images"),
        ("points", "concat", {}, {"pack": 2}, "a label belongs to one sample"),
        ("points", "", {}, {"pack": 2, "top_k": 0.5}, "top_k picks single fakes"),
        ("points", "", {"adversarial": "relativistic_average"}, {"top_k": 0.5}, "set it to 1"),
        ("dcgan", "", {"r1": 1.0}, {"unroll": 1}, "differentiates the critic three times"),
        ("dcgan", "", {"reconstruction": 1.0}, {}, "needs a critic with decoders"),
    ],
)
def test_what_does_not_go_together_is_refused(
    case: str, conditioning: str, rules: dict[str, Any], techniques: dict[str, Any], sentence: str
) -> None:
    recipe = recipe_of(case, conditioning, Rules(**rules), Techniques(**techniques))
    with pytest.raises(ValueError, match=sentence):
        engine_of(case, conditioning, recipe)


@pytest.mark.parametrize("rules", [{"lazy": 16}, {}])
def test_unrolling_with_penalties_works_otherwise(rules: dict[str, int]) -> None:
    techniques = Techniques(unroll=1, unroll_through=bool(rules))
    recipe = recipe_of("dcgan", "", Rules("hinge", r1=1.0, **rules), techniques, rounds=1)
    engine_of("dcgan", "", recipe).run()
    assert CASES["dcgan"].shape == (3, 16, 16)


@pytest.mark.parametrize("penalty", ["r1", "gp"])
def test_clip_and_slopes_are_two_bounds(penalty: str) -> None:
    recipe = recipe_of("points", "", Rules(**{penalty: 1.0}), game=SynthesisSettings(latent=4, clip=0.01))
    with pytest.raises(ValueError, match=f"clip and {penalty} both bound the critic"):
        engine_of("points", "", recipe)
