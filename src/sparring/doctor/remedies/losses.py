"""Remedies about what the players want: losses, and what bounds the critic."""

from __future__ import annotations

from collections.abc import Iterable

from ...games.inference import InferenceSettings
from ...play.targets import LABELLED, Targets
from ...recipes.recipe import Recipe
from ..case import Setup
from .advice import Advice, number

ONE_CENTRED = ("gp", "gp_one_sided", "dragan")
"""Penalties that pull the critic's slope to 1."""
ZERO_CENTRED = ("r1", "r2", "gp0", "max_gp")
"""Penalties that pull it to 0."""
LARGEST_R1 = 100.0


def gamma(setup: Setup, recipe: Recipe) -> float:
    """Weight of R1: 0.1 for points and up to 32 pixels, and growing with the area as gradients do (StyleGAN3)."""
    side = 0 if setup.points else recipe.data.size or 32
    return 0.1 * max(1.0, (side / 32) ** 2)


def frozen(setup: Setup) -> bool:
    """Whether the critic looks through a network that does not learn, and has a slope of its own."""
    return setup.recipe is not None and setup.recipe.networks["critic"].kind == "projected-critic"


def slopes_mean_something(setup: Setup) -> bool:
    """Whether a penalty on the slope at one sample can be exact: batch norm mixes the samples of a batch."""
    return "critic" not in setup.batch_norm and not frozen(setup)


def unpenalised(setup: Setup) -> bool:
    """Whether R1 can be added. Beside batch norm it is inexact, and yet the best of our small recipes has both."""
    return not frozen(setup) and not {*ONE_CENTRED, *ZERO_CENTRED} & {*setup.penalties}


def can_be_divided(setup: Setup) -> bool:
    """Whether spectral normalisation can bound the critic: not one of whose layers starts at 0."""
    zero = setup.recipe is not None and setup.recipe.networks["critic"].kind == "r3gan-critic"
    return slopes_mean_something(setup) and not zero


def unbound(recipe: Recipe, keep: tuple[str, ...] = ()) -> Iterable[str]:
    """Without whatever bounds the critic now, but for these rules."""
    yield from (f"rules.{name}=0" for name in (*ONE_CENTRED, *ZERO_CENTRED) if name not in keep)
    yield "rules.anneal=1"
    if getattr(recipe.game, "clip", 0):
        yield "game.clip=0"


def another_loss(recipe: Recipe, adversarial: str, scores: bool = False) -> Iterable[str]:
    """The loss, without rules that it cannot have; `scores` are logits that have no zero."""
    yield f"rules.adversarial={adversarial}"
    if recipe.rules.softened and adversarial not in LABELLED:
        clean = Targets()
        yield from (f"rules.targets.{end}={list(getattr(clean, end))}" for end in ("real", "fake"))
        yield "rules.targets.flip=0"
    if scores:
        yield "rules.lecam=0"
        yield "techniques.top_k=1"
        if recipe.techniques.augment.kind == "ada":
            yield "techniques.augment.adaptive=false"
            yield "techniques.augment.limit=0.3"


def nonsaturating(setup: Setup, recipe: Recipe) -> Iterable[str]:
    better = "nonsaturating" if setup.adversarial == "minimax" else setup.adversarial.removesuffix("_faithful")
    return (f"rules.adversarial={better}",)


def r1(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if getattr(recipe.game, "clip", 0):
        yield "game.clip=0"
    yield f"rules.r1={number(gamma(setup, recipe))}"
    if recipe.techniques.unroll and recipe.techniques.unroll_through and "critic" in setup.batch_norm:
        yield "rules.lazy=16"  # in a turn of its own, which nobody differentiates once more


def larger_r1(setup: Setup, recipe: Recipe) -> Iterable[str]:
    for name in ("r1", "r2"):
        if 0 < 5 * setup.penalties.get(name, 0) <= LARGEST_R1:
            yield f"rules.{name}={number(5 * setup.penalties[name])}"


def smaller_penalty(setup: Setup, recipe: Recipe) -> Iterable[str]:
    for name in (*ONE_CENTRED, *ZERO_CENTRED):
        if weight := setup.penalties.get(name, 0):
            yield f"rules.{name}={number(weight / 10)}"


def spectral_norm(setup: Setup, recipe: Recipe) -> Iterable[str]:
    roles = sorted({*recipe.spectral_norm, "critic"})
    yield "spectral_norm=[" + ",".join(f'"{role}"' for role in roles) + "]"
    if getattr(recipe.game, "clip", 0):
        yield "game.clip=0"


def hinge_spectral_norm(setup: Setup, recipe: Recipe) -> Iterable[str]:
    return (*another_loss(recipe, "hinge"), *unbound(recipe), *spectral_norm(setup, recipe))


def least_squares(setup: Setup, recipe: Recipe) -> Iterable[str]:
    return another_loss(recipe, "least_squares")


def relativistic(setup: Setup, recipe: Recipe) -> Iterable[str]:
    weight = number(gamma(setup, recipe))
    yield from another_loss(recipe, "relativistic", scores=True)
    yield from unbound(recipe, keep=("r1", "r2"))
    yield from (f"rules.r1={weight}", f"rules.r2={weight}")


def wgan_gp(setup: Setup, recipe: Recipe) -> Iterable[str]:
    yield from another_loss(recipe, "wasserstein", scores=True)
    yield from unbound(recipe, keep=("gp",))
    yield from (f"rules.gp={0.1 if setup.points else 10}", "rules.lazy=1", "spectral_norm=[]")
    if recipe.train.solver == "alternate":
        yield "game.critic_steps=5"
    for player in recipe.optims:
        yield from (f"optims.{player}.name=adam", f"optims.{player}.beta1=0", f"optims.{player}.beta2=0.9")
        yield f"optims.{player}.lr={1e-3 if setup.points else 1e-4}"


def label_smoothing(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if recipe.rules.targets.real == (1.0, 1.0):
        yield "rules.targets.real=[0.9, 0.9]"


def lecam(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if not recipe.rules.lecam:
        yield from ("rules.lecam=0.3", f"rules.lecam_warmup={min(1000, max(1, setup.rounds // 10))}")


LOSSES = (
    Advice(
        "nonsaturating",
        "Use the generator's loss that does not saturate: against a sure {critic} the other one has no slope.",
        nonsaturating,
        suits=lambda setup: setup.adversarial == "minimax" or setup.adversarial.endswith("_faithful"),
    ),
    Advice(
        "r1",
        "Penalise the {critic}'s slope at real samples (R1): a smoother {critic} leaves the generator a way, and the "
        "game settles instead of circling.",
        r1,
        suits=unpenalised,
    ),
    Advice(
        "larger-r1",
        "Make the penalty on the {critic}'s slope five times larger: it then learns less by heart.",
        larger_r1,
        suits=lambda setup: bool({"r1", "r2"} & {*setup.penalties}),
    ),
    Advice(
        "smaller-penalty",
        "Make the penalty ten times smaller: so large, it keeps the {critic} from learning anything.",
        smaller_penalty,
        suits=lambda setup: bool({*ONE_CENTRED, *ZERO_CENTRED} & {*setup.penalties}),
    ),
    Advice(
        "spectral-norm",
        "Bound the {critic} by spectral normalisation, which keeps its slope within reason at no great cost.",
        spectral_norm,
        suits=lambda setup: can_be_divided(setup) and not {*ONE_CENTRED} & {*setup.penalties},
        from_start=True,
    ),
    Advice(
        "hinge-spectral-norm",
        "Change to the hinge loss with spectral normalisation: the {critic} stops where it is sure enough.",
        hinge_spectral_norm,
        suits=can_be_divided,
        from_start=True,
    ),
    Advice(
        "wgan-gp",
        "Change to the Wasserstein loss with a gradient penalty, whose slope does not vanish when the {critic} is "
        "good; it takes several updates of the critic for one of the generator.",
        wgan_gp,
        suits=lambda setup: slopes_mean_something(setup) and "gp" not in setup.penalties,
        from_start=True,
    ),
    Advice(
        "least-squares",
        "Change to the least-squares loss, which still pulls samples that the {critic} is sure about.",
        least_squares,
        suits=lambda setup: not setup.adversarial.startswith("least_squares"),
        from_start=True,
    ),
    Advice(
        "relativistic-r1-r2",
        "Change to the relativistic loss with penalties on real samples and on fakes (R3GAN): each fake is compared "
        "with a real sample, so that dropping a kind of sample does not pay.",
        relativistic,
        suits=slopes_mean_something,
        from_start=True,
    ),
    Advice(
        "label-smoothing",
        "Let the {critic} aim for 0.9 instead of 1 on real samples, so that it never gets quite sure.",
        label_smoothing,
        suits=lambda setup: setup.adversarial in LABELLED,
    ),
    Advice(
        "lecam",
        "Hold the {critic}'s answers to their running means (LeCam): with few images it then learns less by heart.",
        lecam,
        suits=lambda setup: not setup.critic_only_ranks and not joint(setup),
    ),
)


def joint(setup: Setup) -> bool:
    return setup.recipe is not None and isinstance(setup.recipe.game, InferenceSettings)
