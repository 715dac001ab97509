"""The referee: every rule is paid, in the turn it belongs to, or refused in one sentence."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from tests.play.arena import Critic, Journal, fitting, play, points, synthesis
from torch import Tensor, nn

from sparring.play.adversarial import ADVERSARIAL
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock
from sparring.play.penalties import PENALTIES
from sparring.play.referee import Referee, Rules, critic_turns
from sparring.play.scene import Sample, Scene, Verdict


def constant(real: float, fake: float) -> Scene:
    """A judge that says the first number of each sample."""
    return Scene(lambda x: Verdict((x[:, :1],)), torch.full((4, 1), real), torch.full((4, 1), fake))


def lecam(anchors: tuple[float, float], real: float, fake: float, weight: float = 1.0) -> float:
    referee = Referee(Rules(lecam=weight, lecam_warmup=0))
    referee.anchors.copy_(torch.tensor(anchors))
    return float(referee.critic(constant(real, fake))["lecam"])


def test_lecam_pulls_across() -> None:
    assert lecam((1.0, -1.0), 1.0, -1.0, weight=0.3) == pytest.approx(8 * 0.3)
    assert lecam((1.0, -1.0), -1.0, 1.0) == 0.0  # real at or below the fakes' anchor, fake at or above the reals'
    assert lecam((2.0, 0.0), 1.0, 1.0) == pytest.approx(1 + 1)


def test_lecam_counts_elements_of_logit_maps() -> None:
    referee = Referee(Rules(lecam=1.0, lecam_warmup=0))
    maps = torch.randn(3, 1, 2, 2)
    terms = referee.critic(Scene(lambda x: Verdict((x,)), maps, -maps))
    assert torch.allclose(terms["lecam"], 2 * F.relu(maps).square().mean())


def test_lecam_waits_and_its_anchors_follow() -> None:
    journal = Journal()
    engine = play(synthesis(Rules("hinge", lecam=5.0, lecam_warmup=3), 5), points(), watchers=[journal])
    turns, anchors = journal.of("critic"), torch.zeros(2)
    for number, readings in enumerate(turns):
        assert (readings["lecam"] > 0) == (number >= 3)
        anchors = anchors.lerp(torch.stack([readings["logit/real"], readings["logit/fake"]]), 0.01)
    assert torch.allclose(engine.game.court.referee.anchors, anchors)
    assert int(engine.game.court.referee.updates) == 5


def test_drift_is_the_mean_square_of_real_logits() -> None:
    terms = Referee(Rules("wasserstein", drift=0.5)).critic(constant(3.0, 1.0))
    assert float(terms["drift"]) == pytest.approx(4.5)


@pytest.mark.parametrize("lazy", [1, 2])
@pytest.mark.parametrize("name", PENALTIES)
def test_every_penalty_is_paid(name: str, lazy: int) -> None:
    journal = Journal()
    shape, stream = fitting(name)
    play(synthesis(Rules(**{name: 2.0}, lazy=lazy), 4, shape=shape, steep=9.0), stream(), watchers=[journal])
    payers = journal.of("critic" if lazy == 1 else "critic penalties")
    assert len(payers) == 4 // lazy
    assert all(readings[name] > 0 for readings in payers)
    assert (name in journal.of("critic")[0]) == (lazy == 1)


def test_a_penalty_is_weighed() -> None:
    scene = Scene(Critic(), torch.randn(4, 2), torch.randn(4, 2))
    heavy, light = (Referee(Rules(r1=weight)).penalties(scene)["r1"] for weight in (6.0, 2.0))
    assert torch.allclose(heavy, 3 * light)


def totals(lazy: int, steps: int) -> Tensor:
    """All penalty gradients of 4 rounds, added up with the weights they get; the players rest."""
    game = synthesis(Rules("wasserstein", r1=2.0, lazy=lazy), 4, critic_steps=steps)
    torch.nn.init.zeros_(game.critic.heads[0].bias)
    stream = points()
    engine = Engine(game, stream)
    batch, clock, total = stream.batch(0), Clock(), torch.zeros(())
    for turn in engine.stages[0].turns[:-1]:
        updates = turn.repeat * len(range(0, 4, turn.every))
        paid = turn.loss(batch, clock).get("r1")
        if paid is not None:
            (grad,) = torch.autograd.grad(paid * turn.gain, game.critic.first.weight)
            total = total + updates * grad
    return total


@pytest.mark.parametrize("steps", [1, 3])
def test_lazy_penalties_weigh_as_much_as_diligent_ones(steps: int) -> None:
    torch.manual_seed(1)
    diligent = totals(1, steps)
    torch.manual_seed(1)
    assert diligent.abs().max() > 0
    assert torch.allclose(totals(4, steps), diligent, rtol=1e-5)


def test_a_lazy_game_pays_only_now_and_then() -> None:
    journal = Journal()
    play(synthesis(Rules(r1=1.0, r2=1.0, lazy=3), 7), points(), watchers=[journal])
    assert [title for title, _ in journal.turns] == [
        *("critic", "critic penalties", "generator"),
        *("critic", "generator") * 2,
        *("critic", "critic penalties", "generator"),
        *("critic", "generator") * 2,
        *("critic", "critic penalties", "generator"),
    ]
    assert {"r1", "r2", "loss", "gradient/critic"} == set(journal.of("critic penalties")[0])


def test_courts_with_different_laziness_pay_in_turns_of_their_own() -> None:
    judge = Critic()
    batch = Batch(image=torch.randn(4, 2))
    one, two = Referee(Rules(r1=1.0, lazy=2), "one"), Referee(Rules(gp=1.0, lazy=4), "two")

    def scene(batch: Batch, clock: Clock) -> Scene:
        return Scene(judge, batch.image, -batch.image)

    turns = critic_turns("critic", (one, scene), (two, scene))
    assert [(turn.every, turn.gain) for turn in turns] == [(1, 1.0), (2, 2.0), (4, 4.0)]
    assert [set(turn.loss(batch, Clock())) for turn in turns] == [
        {"one/adversarial", "two/adversarial"},
        {"one/r1"},
        {"two/gp"},
    ]
    assert len({turn.title for turn in turns}) == 3


def test_courts_of_one_name_would_hide_each_other() -> None:
    def scene(batch: Batch, clock: Clock) -> Scene:
        raise AssertionError

    with pytest.raises(AssertionError, match="share a name"):
        critic_turns("critic", (Referee(Rules()), scene), (Referee(Rules()), scene))


def classified(classes: int = 3) -> tuple[Scene, Tensor]:
    odds, label = torch.randn(4, classes), torch.tensor([0, 2, 1, 1])
    return Scene(lambda x: Verdict((x,), classes=odds * x), torch.ones(4, 1), -torch.ones(4, 1), label), odds


def test_both_players_minimise_the_class_term() -> None:
    scene, odds = classified()
    referee = Referee(Rules(classes=2.0, classes_generator=0.1, classes_fake=0.5))
    critic, generator = referee.critic(scene), referee.generator(scene)
    assert torch.allclose(critic["classes"], 2 * F.cross_entropy(odds, scene.label))
    assert torch.allclose(critic["classes_fake"], 0.5 * F.cross_entropy(-odds, scene.label))
    assert torch.allclose(generator["classes"], 0.1 * F.cross_entropy(-odds, scene.label))


def test_class_terms_need_labels_a_classifier_and_a_weight() -> None:
    scene, _ = classified()
    without = Scene(scene.judge, scene.real, scene.fake)
    assert set(Referee(Rules()).critic(without)) == {"adversarial"}
    assert set(Referee(Rules(classes=0.0)).critic(scene)) == {"adversarial"}
    assert set(Referee(Rules()).critic(scene)) == {"adversarial", "classes"}


def test_terms_of_a_named_referee_carry_its_name() -> None:
    referee = Referee(Rules("hinge", r1=1.0), "frame")
    scene = Scene(Critic(), torch.randn(4, 2), torch.randn(4, 2))
    assert set(referee.critic(scene)) == {"frame/adversarial", "frame/r1"}
    assert set(referee.generator(scene)) == {"frame/adversarial"}


def test_one_more_head_weighs_no_more() -> None:
    scene, double = (
        Scene(lambda x, heads=heads: Verdict((x,) * heads), torch.randn(4, 1), torch.randn(4, 1)) for heads in (1, 2)
    )
    double = Scene(double.judge, scene.real, scene.fake)
    for name in sorted(set(ADVERSARIAL) - {"random_hinge"}):  # draws its margins for each head
        referee = Referee(Rules(name))
        assert torch.allclose(referee.critic(scene)["adversarial"], referee.critic(double)["adversarial"])


def test_only_relativistic_generators_see_real_samples() -> None:
    seen: list[Sample] = []

    def judge(x: Sample) -> Verdict:
        seen.append(x)
        assert isinstance(x, Tensor)
        return Verdict((x[:, :1],))

    scene = Scene(judge, torch.zeros(4, 2), torch.ones(4, 2))
    for name, loss in ADVERSARIAL.items():
        seen.clear()
        Referee(Rules(name)).generator(scene)
        assert len(seen) == (2 if loss.relativistic else 1)


def test_the_first_losses_of_a_critic_that_says_nothing() -> None:
    journal = Journal()
    game = synthesis(Rules("nonsaturating"), 1)
    for parameter in game.critic.heads.parameters():
        nn.init.zeros_(parameter)
    play(game, points(), watchers=[journal])
    assert float(journal.of("critic")[0]["adversarial"]) == pytest.approx(2 * math.log(2), abs=1e-6)
    assert float(journal.of("critic")[0]["accuracy"]) == 0.5
    assert float(journal.of("critic")[0]["auc"]) == 0.5


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"adversarial": "hinged"}, "there is no adversarial loss 'hinged'; known: minimax, nonsaturating"),
        ({"lazy": 0}, "lazy counts rounds and must be at least 1, and is 0"),
        ({"r1": -1.0}, "r1 must not be negative, and is -1.0"),
        ({"lecam": 0.3, "adversarial": "wasserstein"}, "lecam needs logits with a fixed zero, which wasserstein"),
        ({"lecam": 0.3, "adversarial": "relativistic"}, "lecam needs logits with a fixed zero, which relativistic"),
    ],
)
def test_impossible_rules_refuse(rules: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Rules(**rules)


def test_every_penalty_has_a_rule_of_its_name() -> None:
    assert set(Rules(**dict.fromkeys(PENALTIES, 1.0)).penalties) == set(PENALTIES)
    assert Rules().penalties == {}
