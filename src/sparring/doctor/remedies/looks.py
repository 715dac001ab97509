"""Remedies about what the players are shown: augmentation, noise, packs, past fakes, labels."""

from __future__ import annotations

from collections.abc import Iterable

from ...games.autoencoding import AutoencodingSettings
from ...games.domains import DomainsSettings
from ...games.enhancing import EnhancingSettings
from ...games.styles import StylesSettings
from ...recipes.choose import sided
from ...recipes.recipe import Recipe
from ..case import Setup
from .advice import Advice, settings_of
from .losses import ZERO_CENTRED, joint

ADA_RAMP = 20
"""ADA may reach its full strength within this part of the run; its own 500,000 images are more than small runs have."""


def instance_noise(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if not recipe.techniques.noise:
        yield "techniques.noise=0.1"


def remove_noise(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Whatever disturbs the critic: instance noise, dropout, noise in its layers, exchanged labels."""
    if recipe.techniques.noise:
        yield "techniques.noise=0"
    if recipe.rules.targets.flip:
        yield "rules.targets.flip=0"
    for field in ("dropout", "noise"):
        if settings_of(recipe, "critic").get(field):
            yield f"networks.critic.{field}=0"


def diffaugment(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if not recipe.rules.matching:
        yield from ("techniques.augment.kind=diffaugment", *twice(recipe))


def ada(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Its colours are those of single images, and no critic's that sees a source beside them."""
    judged = recipe.game.shape((recipe.data.channels or 3, 64, 64), setup.classes).judged
    if recipe.rules.matching or judged[0] not in (1, 3):
        return
    yield "techniques.augment.kind=ada"
    if setup.critic_only_ranks:
        yield from ("techniques.augment.adaptive=false", "techniques.augment.limit=0.3")
    yield f"techniques.augment.images_to_full={max(1, min(500_000, recipe.train.images // ADA_RAMP))}"
    yield from twice(recipe)


def twice(recipe: Recipe) -> Iterable[str]:
    """Consistency asks for the same as augmentation, so one of them goes."""
    return (f"rules.{name}=0" for name in ("consistency", "consistency_fake") if getattr(recipe.rules, name))


def flip(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if not recipe.data.flip and not sided(recipe.data.spec):
        yield "data.flip=true"


def replay(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Where one kind of fakes is shown: games with two in turn refuse it."""
    two_kinds = isinstance(recipe.game, EnhancingSettings | StylesSettings)  # of fakes
    if not recipe.techniques.replay and not two_kinds:
        yield f"techniques.replay={max(50, 2 * recipe.train.batch)}"


def pack(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Pairs, where batches divide into pairs and the critic takes any number of channels."""
    whole = recipe.train.batch // recipe.train.accumulate % 2 == 0
    halves = isinstance(recipe.game, AutoencodingSettings)  # of its fakes, half are reconstructions
    takes_any = recipe.networks["critic"].kind != "projected-critic"
    if whole and takes_any and not halves and recipe.techniques.pack == 1 and recipe.techniques.top_k == 1:
        yield "techniques.pack=2"


def unroll(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if not recipe.techniques.unroll:
        yield "techniques.unroll=5"


def use_labels(setup: Setup, recipe: Recipe) -> Iterable[str]:
    if recipe.data.labels == "none" and recipe.techniques.pack == 1:
        yield "data.labels=auto"


def no_labels(setup: Setup, recipe: Recipe) -> Iterable[str]:
    """Not where labels are the domains between which is translated."""
    if not isinstance(recipe.game, DomainsSettings | StylesSettings):
        yield "data.labels=none"


def images_alone(setup: Setup) -> bool:
    return not setup.points and not joint(setup)


def unrollable(setup: Setup) -> bool:
    """Looking ahead through a penalty on slopes would differentiate three times, and costs more than it brings."""
    slopes = {"gp", "gp_one_sided", "dragan", *ZERO_CENTRED} & {*setup.penalties}
    return setup.points and not slopes


LOOKS = (
    Advice(
        "instance-noise",
        "Add fading noise to all that the {critic} sees: real samples and fakes then overlap, and it cannot be sure.",
        instance_noise,
    ),
    Advice(
        "remove-noise",
        "Take away what disturbs the {critic} (noise, dropout, exchanged labels): it learns too little.",
        remove_noise,
    ),
    Advice(
        "diffaugment",
        "Show the {critic} real images and fakes augmented alike (DiffAugment), so that it cannot learn few images "
        "by heart.",
        diffaugment,
        suits=lambda setup: images_alone(setup) and setup.augment == "none",
    ),
    Advice(
        "ada",
        "Augment what the {critic} sees, just as much as it learns by heart (ADA).",
        ada,
        suits=lambda setup: images_alone(setup) and setup.augment == "none",
    ),
    Advice(
        "flip",
        "Train on mirrored images too, which doubles the data, where left and right mean the same.",
        flip,
        suits=lambda setup: not setup.points,
    ),
    Advice(
        "replay",
        "Show the {critic} fakes of earlier rounds too, so that the generator cannot go round in circles.",
        replay,
        suits=lambda setup: not joint(setup),
    ),
    Advice(
        "pack",
        "Let the {critic} judge two samples at once (PacGAN), so that fakes that are all alike give themselves away.",
        pack,
        suits=lambda setup: not setup.classes and not joint(setup),
        from_start=True,
    ),
    Advice(
        "unroll",
        "Let the generator look five updates of the {critic} ahead, so that gathering in one place does not pay.",
        unroll,
        suits=unrollable,
    ),
    Advice(
        "use-labels",
        "Tell both players the labels, where the data has any: each class is then asked for by itself.",
        use_labels,
        suits=lambda setup: not setup.classes and not setup.points,
        from_start=True,
    ),
    Advice(
        "no-labels",
        "Leave the labels out: with few images of each class they do more harm than good.",
        no_labels,
        suits=lambda setup: setup.classes > 0,
        from_start=True,
    ),
)
