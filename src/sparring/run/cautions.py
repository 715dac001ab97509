"""Set-ups that are known to go wrong, each told in one sentence before the run starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import nn

from ..games.synthesis import SynthesisSettings
from ..play.game import Game
from ..play.parallel import SynchronisedBatchNorm
from ..recipes.preset import Facts
from ..recipes.recipe import Recipe

FEW_IMAGES = 500
FEW_PER_CLASS = 50
SMALL_BATCH = 16
STRONG = 10.0
"""Weight from which zero-centred penalties leave a spectrally normalised critic little."""
DAY_SECONDS = 86_400


def cautions(recipe: Recipe, facts: Facts, game: Game, world: int = 1, seconds: float | None = None) -> list[str]:
    """Sentences for people; empty where nothing is known to be wrong."""
    players = {name: nn.ModuleList(player.modules) for name, player in game.players().items()}
    return [
        *(about_critic(recipe, players["critic"]) if "critic" in players else ()),
        *about_stacking(recipe),
        *about_batch(recipe, players, world),
        *about_data(recipe, facts),
        *about_time(seconds),
    ]


def about_critic(recipe: Recipe, critic: nn.Module) -> Iterator[str]:
    rules, optim = recipe.rules, recipe.optims["critic"]
    normed = has_batch_norm(critic)
    if rules.penalties and normed:
        yield (
            f"The penalty {' and '.join(rules.penalties)} measures each image's own gradient, but the critic's batch "
            "norm mixes the images of a batch; use a critic without batch norm (resnet-critic)."
        )
    if "critic" in recipe.spectral_norm and normed:
        yield "Batch norm in the critic undoes the bound that spectral normalisation puts on it; use one of the two."
    clipped = isinstance(recipe.game, SynthesisSettings) and recipe.game.clip > 0
    bounded = bool(rules.penalties or "critic" in recipe.spectral_norm or clipped)
    if rules.adversarial == "wasserstein" and not bounded:
        yield "The Wasserstein loss needs a bounded critic; set rules.gp=10, or spectral_norm, or game.clip=0.01."
    if rules.adversarial == "hinge" and not bounded:
        yield "Nothing bounds the critic, and the hinge loss then runs away; set spectral_norm or rules.r1=1."
    if rules.adversarial == "wasserstein" and optim.name in ("adam", "adamw") and optim.beta1 > 0.5:
        yield f"Momentum makes the Wasserstein loss oscillate; lower optims.critic.beta1 from {optim.beta1} to 0."


def about_stacking(recipe: Recipe) -> Iterator[str]:
    """Techniques and rules that work against each other."""
    rules, techniques = recipe.rules, recipe.techniques
    one = [name for name in ("gp", "gp_one_sided", "dragan") if name in rules.penalties]
    zero = [name for name in ("r1", "r2", "gp0", "max_gp") if name in rules.penalties]
    if one and zero:
        yield f"{one[0]} pulls the critic's slope to 1 and {zero[0]} to 0; use one of the two."
    normed = "critic" in recipe.spectral_norm
    if normed and max([getattr(rules, name) for name in zero], default=0) >= STRONG:
        yield f"Spectral normalisation and a strong {zero[0]} both tame the critic, which then teaches little."
    if isinstance(recipe.game, SynthesisSettings) and recipe.game.clip and normed:
        yield "Clipping changes the weights that spectral normalisation has just scaled; use one of the two."
    if techniques.augment.kind != "none" and (rules.consistency or rules.consistency_fake):
        yield f"{techniques.augment.kind} and consistency change images alike, and ask twice for the same."
    if techniques.top_k < 1 and compares_batch(recipe):
        yield "top_k picks single fakes, but this critic compares those of a batch; scores depend on their mates."
    if techniques.noise >= 0.1 and zero:
        yield f"Instance noise and {zero[0]} flatten the critic in the same way; let the noise fade, or lower one."
    exact = recipe.train.accumulate == 1
    parts = {"unroll": techniques.unroll, "top_k": techniques.top_k < 1, "diversity": techniques.diversity}
    if not exact and (coupled := [name for name, on in parts.items() if on]):
        yield f"{coupled[0]} looks at one micro-batch at a time, so train.accumulate changes what it does."


def compares_batch(recipe: Recipe) -> bool:
    """Whether the critic's verdict on a sample depends on the others."""
    critic = recipe.networks["critic"]
    return bool(recipe.minibatch.measures) or bool(getattr(critic, "group", 0) and getattr(critic, "deviations", 1))


def about_batch(recipe: Recipe, players: Mapping[str, nn.Module], world: int) -> Iterator[str]:
    train = recipe.train
    together = train.batch // train.accumulate // (1 if train.synchronise_batch_norm else world)
    normed = [name for name, network in players.items() if has_batch_norm(network)]
    if normed and together < SMALL_BATCH:
        yield (
            f"Batch norm (in the {' and the '.join(normed)}) sees only {together} images at a time; its statistics "
            f"need {SMALL_BATCH} or more."
        )


def about_data(recipe: Recipe, facts: Facts) -> Iterator[str]:
    if facts.count is None or facts.points:
        return
    if facts.count < FEW_IMAGES:
        yield (
            f"{facts.count} images are few: below {FEW_IMAGES} a critic soon knows them by heart, and the generator "
            "copies or collapses; stop early, and prefer the best checkpoint to the last."
        )
    if facts.classes and facts.count / facts.classes < FEW_PER_CLASS:
        each = facts.count // facts.classes
        yield f"There are about {each} images per class; with so few, --set data.labels=none often looks better."
    if recipe.train.batch > facts.count:
        yield f"A batch of {recipe.train.batch} is larger than the whole set of {facts.count} images; lower --batch."


def about_time(seconds: float | None) -> Iterator[str]:
    if seconds is not None and seconds > DAY_SECONDS:
        days = seconds / DAY_SECONDS
        yield f"This run would take about {days:.0f} days here; lower --images or --size, or say --budget 8h."


def has_batch_norm(network: nn.Module) -> bool:
    kinds = (nn.modules.batchnorm._BatchNorm, SynchronisedBatchNorm)
    return any(isinstance(module, kinds) for module in network.modules())
