"""Set-ups known to go wrong are named; healthy ones are not."""

from __future__ import annotations

import pytest

from sparring.doctor.findings import Finding
from sparring.doctor.lint.check import found
from sparring.doctor.lint.plan import PLAN, SETUP
from sparring.doctor.lint.plan.plan import Plan
from sparring.doctor.remedies import REMEDIES
from sparring.doctor.setups import setup_of
from sparring.recipes import RECIPES, Facts
from sparring.recipes.assemble import assemble
from sparring.settings import assign

FACTS = Facts((3, 16, 16), 0, 5000)
NARROW = ("networks.generator.width=4", "networks.critic.width=4")
SMALL = ("networks.generator.widths=[16]", "networks.critic.widths=[16]")
BOUND = ('spectral_norm=["critic"]',)


def findings(
    name: str,
    *changes: str,
    facts: Facts = FACTS,
    classes: tuple[str, ...] = (),
    world: int = 1,
    seconds: float | None = None,
) -> list[Finding]:
    recipe = assign(RECIPES[name].make(facts), [*(SMALL if name == "gan" else NARROW), "data.flip=false", *changes])
    game = assemble(recipe, facts.shape, facts.classes)
    setup = setup_of(recipe, facts, game)
    players = {name: player.modules for name, player in game.players().items()}
    plan = Plan(recipe, facts, setup, players, classes, world, seconds)
    return [*found(SETUP, setup, setup), *found(PLAN, plan, setup)]


def grave(found: list[Finding]) -> dict[str, str]:
    """Warnings and alarms: sentences by lint."""
    return {one.rule: one.sentence for one in found if one.severity != "info"}


def severities(name: str, *changes: str, facts: Facts = FACTS) -> dict[str, str]:
    return {one.rule: one.severity for one in findings(name, *changes, facts=facts)}


@pytest.mark.parametrize("name", ["dcgan", "dcgan-r1", "resnet-hinge", "gan"])
def test_presets_on_enough_data_need_no_warning(name: str) -> None:
    assert grave(findings(name, seconds=3600.0)) == {}


@pytest.mark.parametrize(
    ("name", "changes", "rule", "part"),
    [
        ("dcgan", ("rules.gp=10",), "batch-norm-with-penalty", "penalty gp"),
        ("dcgan", ("rules.r1=1", "rules.dragan=1"), "batch-norm-with-penalty", "penalty r1 and dragan"),
        ("dcgan", ('spectral_norm=["critic"]',), "batch-norm-with-spectral-norm", "undoes the bound"),
        ("resnet-hinge", ("spectral_norm=[]",), "unbounded-critic", "Nothing bounds the discriminator"),
        ("gan", ("rules.adversarial=wasserstein",), "unbounded-critic", "needs a bounded critic"),
        ("dcgan", ("train.batch=8",), "small-batch-with-batch-norm", "sees only 8 images"),
        ("dcgan", ("train.batch=32", "train.accumulate=4"), "small-batch-with-batch-norm", "sees only 8 images"),
        ("dcgan", ("train.batch=6000",), "batch-above-data", "larger than the whole set"),
        ("gan", (*BOUND, "rules.gp=10", "rules.r1=1"), "penalties-disagree", "slope to 1 and r1 to 0"),
        (
            "gan",
            (
                *BOUND,
                "rules.r1=10",
            ),
            "tamed-twice",
            "both tame the discriminator",
        ),
        (
            "gan",
            (
                *BOUND,
                "game.clip=0.01",
            ),
            "clip-with-spectral-norm",
            "Clipping changes the weights",
        ),
        (
            "gan",
            (*BOUND, "techniques.augment.kind=ada", "rules.consistency=10"),
            "augmented-twice",
            "ada and consistency",
        ),
        ("gan", (*BOUND, "techniques.top_k=0.5", "minibatch.measures=8"), "top-k-in-company", "picks single fakes"),
        ("gan", (*BOUND, "techniques.noise=0.1", "rules.r1=1"), "noise-with-penalty", "Instance noise and r1"),
        ("gan", (*BOUND, "techniques.diversity=1", "train.accumulate=2"), "divided-batch", "diversity looks at one"),
        ("gan", (*BOUND, "rules.adversarial=relativistic_average", "train.accumulate=2"), "divided-batch", "average"),
        ("gan", ("rules.r1=5000",), "strong-penalty", "far above"),
        ("gan", (*BOUND, "rules.r1=1", "rules.lazy=64"), "rare-penalty", "one of 64 rounds"),
        ("gan", ("game.critic_steps=5",), "odd-critic-steps", "learns 5 times"),
        ("gan", ("game.critic_steps=5", "rules.adversarial=minimax"), "saturating-loss", "hardly has a gradient"),
        ("gan", ("optims.critic.lr=0",), "no-rate", "discriminator is 0"),
        ("gan", ("optims.generator.lr=0.1", "optims.critic.lr=0.1"), "odd-rate", "0.1"),
        ("gan", ('optims.critic.name="sgd"',), "odd-rate", "hardly move"),
        ("gan", ("optims.critic.lr=1e-5", "optims.generator.lr=1e-3"), "rates-apart", "generator learns 100 times"),
        ("gan", ("optims.critic.warmup_images=600000",), "endless-warm-up", "never reaches"),
        ("gan", ("optims.critic.beta1=0.9",), "high-momentum", "0.9 for the discriminator"),
        ("gan", ("game.latent=2",), "short-noise", "2 numbers"),
        ("gan", ("average.half_life_images=1000000", "average.ramp=0"), "stale-average", "from its beginning"),
        ("gan", ("networks.generator.widths=[512]",), "uneven-players", "parameters"),
        ("gan", ("train.images=2000", "train.batch=16"), "short-run", "2,000 of 5,000"),
        ("gan", ("data.flip=true", "data.spec=builtin:digits"), "mirrored-text", "builtin:digits"),
    ],
)
def test_trouble_is_named(name: str, changes: tuple[str, ...], rule: str, part: str) -> None:
    told = grave(findings(name, *changes))
    assert part in told[rule]


WGAN = ("rules.adversarial=wasserstein",)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ((*WGAN, "rules.gp=10", "optims.critic.beta1=0.9"), ["momentum-with-wasserstein"]),
        ((*WGAN, "game.clip=0.01", "optims.critic.beta1=0.5", "game.critic_steps=5"), ["momentum-with-clip"]),
        ((*WGAN, "game.clip=0.01", "optims.critic.beta1=0"), ["odd-critic-steps"]),
        ((*WGAN, "rules.gp=10", "rules.lazy=8", "optims.critic.beta1=0"), ["rare-penalty"]),
    ],
)
def test_trouble_with_the_wasserstein_loss(changes: tuple[str, ...], rules: list[str]) -> None:
    assert list(grave(findings("gan", *changes))) == rules


@pytest.mark.parametrize(
    "changes",
    [
        (*WGAN, "rules.gp=10", "optims.critic.beta1=0"),
        (*WGAN, "game.clip=0.01", "game.critic_steps=5", 'optims.critic.name="rmsprop"', "optims.critic.lr=2e-4"),
        ("rules.adversarial=hinge", "rules.r1=1"),
        ("rules.adversarial=hinge", "rules.r1=1", "rules.r2=1", "techniques.noise=0.05"),
        ("rules.targets.real=[0.9,0.9]",),
        ("optims.critic.lr=8e-4",),
        ('optims.critic.name="sgd"', "optims.critic.lr=0.02"),
        ("rules.adversarial=hinge", "rules.r1=1", "game.critic_steps=5"),
        ("average.half_life_images=1000000",),  # it grows with the run
    ],
)
def test_healthy_set_ups_are_fine(changes: tuple[str, ...]) -> None:
    assert grave(findings("gan", *changes)) == {}


def test_what_is_only_worth_knowing_is_no_warning() -> None:
    assert severities("dcgan", "rules.r1=1")["batch-norm-with-penalty"] == "info"
    assert severities("dcgan")["uniform-noise"] == "info"
    assert severities("gan", "rules.targets.fake=[0.1,0.1]")["odd-targets"] == "info"
    assert severities("gan", "average.half_life_images=0")["no-average"] == "info"
    assert severities("gan", facts=Facts((3, 16, 16), 0, 1000))["shown-often"] == "info"


def test_a_weak_penalty_is_worth_knowing() -> None:
    assert severities("gan", "rules.gp=0.01")["weak-penalty"] == "info"


REMEDIED = [
    ("gan", ("data.flip=true", "data.spec=builtin:digits"), "mirrored-text", "data.flip=false"),
    ("gan", ("game.prior=uniform",), "uniform-noise", "game.prior=normal"),
    ("gan", (*BOUND, "game.clip=0.01"), "clip-with-spectral-norm", "game.clip=0"),
    ("gan", ("rules.gp=10", "rules.r1=1"), "penalties-disagree", "rules.r1=0"),
    ("gan", ("rules.r1=1", "rules.lazy=64"), "rare-penalty", "rules.lazy=16"),
    ("gan", ("techniques.diversity=1", "train.accumulate=2"), "divided-batch", "train.accumulate=1"),
    ("gan", ("rules.targets.fake=[0.1,0.1]",), "odd-targets", "rules.targets.fake=[0, 0]"),
    ("gan", ("optims.critic.warmup_images=600000",), "endless-warm-up", "optims.critic.warmup_images=0"),
    ("gan", ("techniques.augment.kind=ada", "rules.consistency=10"), "augmented-twice", "rules.consistency=0"),
    ("gan", ("train.images=2000", "train.batch=16"), "short-run", "train.images=50000"),
]


@pytest.mark.parametrize(("name", "changes", "rule", "change"), REMEDIED)
def test_a_remedy_clears_what_it_is_for(name: str, changes: tuple[str, ...], rule: str, change: str) -> None:
    (sick,) = [one for one in findings(name, *changes) if one.rule == rule]
    assert change in sick.remedies[0].changes
    assert rule not in {one.rule for one in findings(name, *changes, *sick.remedies[0].changes)}


def test_what_can_never_be_right_is_an_alarm() -> None:
    assert severities("gan", *WGAN)["unbounded-critic"] == "alarm"
    assert severities("gan", "optims.generator.lr=0")["no-rate"] == "alarm"
    assert severities("dcgan", "train.batch=4", "train.accumulate=4")["small-batch-with-batch-norm"] == "alarm"


def test_few_images_and_few_per_class() -> None:
    assert "400 images are few" in grave(findings("gan", facts=Facts((3, 16, 16), 0, 400)))["few-images"]
    few = grave(findings("gan", facts=Facts((3, 16, 16), 100, 1000)))["few-per-class"]
    assert "about 10 images per class" in few


def test_digits_are_known_by_the_names_of_their_classes() -> None:
    digits, facts = tuple("0123456789"), Facts((3, 16, 16), 10, 5000)
    assert "mirrored-text" in grave(findings("gan", "data.flip=true", facts=facts, classes=digits))
    cats = tuple(f"cat {number}" for number in range(10))
    assert "mirrored-text" not in grave(findings("gan", "data.flip=true", facts=facts, classes=cats))


def test_processes_without_synchronised_batch_norm() -> None:
    changes = ("train.batch=32", "train.synchronise_batch_norm=false")
    told = grave(findings("dcgan", *changes, world=4))
    assert "sees only 8 images" in told["small-batch-with-batch-norm"]
    assert grave(findings("dcgan", "train.batch=32", world=4)) == {}


def test_runs_of_days() -> None:
    assert "about 3 days" in grave(findings("gan", seconds=3 * 86_400.0))["run-of-days"]


def test_points_are_endless() -> None:
    assert findings("gan", facts=Facts((2,))) == []


def test_findings_have_numbers_words_and_remedies() -> None:
    (one,) = [one for one in findings("gan", "optims.critic.beta1=0.9") if one.rule == "high-momentum"]
    assert one.evidence[0].value == 0.9
    assert one.remedies[0].name == "lower-momentum"
    assert one.refute.endswith(".")


def test_lints_have_names_of_their_own_and_known_remedies() -> None:
    lints = [*SETUP, *PLAN]
    assert len({lint.id for lint in lints}) == len(lints)
    assert {name for lint in lints for name in lint.remedies} <= set(REMEDIES)
