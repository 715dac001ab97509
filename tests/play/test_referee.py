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
from sparring.play.game import Batch, Clock, reporting
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


def seen(count: int = 8) -> tuple[Scene, Tensor]:
    """A scene whose fakes carry a graph; the first of two features is the score, the second sorts otherwise."""
    fake = torch.randn(count, 2, requires_grad=True)
    scene = Scene(lambda x: Verdict((x[:, :1], 2 * x[:, :1]), (x,), classes=x), torch.randn(count, 2), fake)
    return scene, fake


@pytest.mark.parametrize("name", sorted(name for name, loss in ADVERSARIAL.items() if not loss.relativistic))
def test_dropped_fakes_teach_nothing(name: str) -> None:
    scene, fake = seen()
    best = fake.detach()[:, 0].topk(2).indices
    Referee(Rules(name)).generator(scene, keep=0.25)["adversarial"].backward()
    assert fake.grad is not None
    assert set(fake.grad[:, 0].nonzero().flatten().tolist()) == set(best.tolist())
    kept = Scene(scene.judge, scene.real, fake.detach()[best].requires_grad_(True))
    Referee(Rules(name)).generator(kept)["adversarial"].backward()
    assert torch.allclose(fake.grad[best], kept.fake.grad)  # the mean is over those that are kept


def test_keeping_all_is_no_choice_and_one_is_always_kept() -> None:
    scene, fake = seen()
    referee = Referee(Rules("hinge", feature_matching=1.0))
    whole = referee.generator(scene)
    assert all(torch.equal(whole[name], term) for name, term in referee.generator(scene, keep=1.0).items())
    assert torch.allclose(referee.generator(scene, keep=0.01)["adversarial"], -1.5 * fake[:, 0].max())


def test_class_terms_count_the_kept_fakes_alone() -> None:
    scene, fake = seen()
    label = torch.tensor([0, 1, 1, 0, 1, 0, 0, 1])
    best = fake.detach()[:, 0].topk(4).indices
    terms = Referee(Rules("hinge")).generator(Scene(scene.judge, scene.real, fake, label), keep=0.5)
    assert torch.allclose(terms["classes"], F.cross_entropy(fake[best], label[best]))


@pytest.mark.parametrize("name", sorted(name for name, loss in ADVERSARIAL.items() if loss.relativistic))
def test_relativistic_losses_cannot_choose(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} compares fakes with real samples, so top-k cannot choose some"):
        Referee(Rules(name)).generator(seen()[0], keep=0.5)


def test_features_are_matched_by_their_means() -> None:
    scene, fake = seen()
    term = Referee(Rules(feature_matching=3.0)).generator(scene)["feature_matching"]
    gap = scene.real.mean(0) - fake.mean(0)
    assert torch.allclose(term, 3 * gap.square().sum())
    (grad,) = torch.autograd.grad(term, fake)
    assert torch.allclose(grad, (-6 * gap / len(fake)).expand_as(fake))
    shuffled = Scene(scene.judge, scene.real, scene.real[torch.randperm(len(fake))])
    assert Referee(Rules(feature_matching=3.0)).generator(shuffled)["feature_matching"] < 1e-12


def test_feature_matching_teaches_the_generator_and_leaves_the_critic() -> None:
    journal = Journal()
    game = synthesis(Rules("hinge", feature_matching=10.0), 2)
    play(game, points(), watchers=[journal])
    assert all("feature_matching" in readings for readings in journal.of("generator"))
    assert not any("feature_matching" in readings for readings in journal.of("critic"))
    with pytest.raises(ValueError, match="feature_matching needs a critic that shows features"):
        Referee(Rules(feature_matching=1.0)).generator(constant(1.0, 2.0))


def test_the_critic_rebuilds_real_samples_when_asked() -> None:
    asked: list[Tensor] = []

    def judge(x: Sample) -> Verdict:
        assert isinstance(x, Tensor)

        def rebuild() -> Tensor:
            asked.append(x)
            return x.abs().mean()

        return Verdict((x[:, :1],), rebuild=rebuild)

    scene = Scene(judge, torch.full((4, 1), 3.0), torch.full((4, 1), 5.0))
    assert "reconstruction" not in Referee(Rules("hinge")).critic(scene)
    Referee(Rules("hinge", reconstruction=2.0)).generator(scene)
    assert not asked
    assert float(Referee(Rules("hinge", reconstruction=2.0)).critic(scene)["reconstruction"]) == 6.0
    assert len(asked) == 1
    with pytest.raises(ValueError, match="reconstruction needs a critic with decoders, such as fastgan"):
        Referee(Rules(reconstruction=1.0)).critic(constant(1.0, 2.0))


def test_the_sign_of_real_scores_is_reported() -> None:
    scene = Scene(lambda x: Verdict((x,)), torch.tensor([[2.0], [1.0], [0.5], [-3.0]]), torch.ones(4, 1))
    with reporting() as readings:
        Referee(Rules()).critic(scene)
    assert float(readings["sign/real"]) == 0.5


@pytest.mark.parametrize("lazy", [1, 2])
def test_the_turns_know_how_far_the_run_is(lazy: int) -> None:
    referee = Referee(Rules("wasserstein", r1=1.0, anneal=0.2, lazy=lazy))
    judge, batch = Critic(), Batch(image=torch.randn(4, 2))
    turns = critic_turns("critic", (referee, lambda batch, clock: Scene(judge, batch.image, -batch.image)))
    start, end = (turns[lazy - 1].loss(batch, Clock(images=images, total=100))["r1"] for images in (0, 100))
    assert torch.allclose(end, 0.2 * start)


def test_further_terms_join_the_ordinary_turn() -> None:
    referee, judge, batch = Referee(Rules(r1=1.0, lazy=2)), Critic(), Batch(image=torch.randn(4, 2))
    turns = critic_turns(
        "critic",
        (referee, lambda batch, clock: Scene(judge, batch.image, -batch.image)),
        extra=lambda batch, clock: {"weights": torch.tensor(float(clock.images))},
    )
    assert float(turns[0].loss(batch, Clock(images=3))["weights"]) == 3.0
    assert set(turns[1].loss(batch, Clock())) == {"r1"}
