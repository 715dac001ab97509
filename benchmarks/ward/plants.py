"""What breaks a session: one function a mistake, each called once, before the first round or at its onset."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.data.packed import PackSource, to_float
from sparring.data.points import Points
from sparring.play.game import Batch, Clock, Losses, Turn
from sparring.play.referee import verdict
from sparring.play.scene import Scene, Verdict, detached
from sparring.run.session import Session
from sparring.techniques.diffaugment import cutout, share, translation

HALF = 65504.0
"""The largest number of half precision."""
Plant = Callable[[Session, float], None]
"""Does its damage to a session; the number says how much, and each plant what it counts."""


class Tampered:
    """A feed whose batches somebody changes; `change` draws from a generator that follows from the batch's number."""

    def __init__(self, feed, change: Callable[[Batch, torch.Generator], Batch]):
        self.feed, self.change, self.roles, self.size = feed, change, feed.roles, feed.size

    def batch(self, index: int) -> Batch:
        return self.change(self.feed.batch(index), torch.Generator().manual_seed(index))


def tamper(session: Session, change: Callable[[Tensor, torch.Generator], Tensor], role: str = "image") -> None:
    """Change what the networks are shown, and not what the doctor holds the fakes against."""

    def changed(batch: Batch, dice: torch.Generator) -> Batch:
        return Batch(**{**batch.tensors, role: change(batch.tensors[role], dice)})

    session.engine.feed = Tampered(session.engine.feed, changed)


def rewrite(session: Session, title: str, change: Callable[[Turn], Turn]) -> None:
    engine = session.engine
    engine.stages = tuple(
        replace(stage, turns=tuple(change(turn) if turn.title == title else turn for turn in stage.turns))
        for stage in engine.stages
    )


def generators(session: Session) -> list[nn.Module]:
    """The network that learns and its averaged copy."""
    learner = session.engine.learners["generator"]
    return [*learner.player.modules, *(learner.average.copies if learner.average else ())]


def feed_of(session: Session, source) -> None:
    train = session.recipe.train
    session.engine.feed = source.feed(train.batch, seed=train.seed)


# The data.


def half_range(session: Session, amount: float) -> None:
    """Images in [0, 1] for a generator that ends in a tanh."""
    tamper(session, lambda image, dice: (image + 1) / 2)


def swap(session: Session, amount: float) -> None:
    """Red and blue change places on the way to the networks."""
    tamper(session, lambda image, dice: image.flip(1))


def leak(session: Session, amount: float) -> None:
    """Real images alone are moved and get holes."""

    def augmented(image: Tensor, dice: torch.Generator) -> Tensor:
        n, side = len(image), image.shape[-1]
        reach = share(side, 0.125)
        rows, columns = (torch.randint(-reach, reach + 1, (n,), generator=dice) for _ in range(2))
        image = translation(image, rows, columns)
        rows, columns = (torch.randint(0, side, (n,), generator=dice) for _ in range(2))
        return cutout(image, rows, columns, (side // 2, side // 2))

    tamper(session, augmented)


def scramble(session: Session, amount: float) -> None:
    """The labels of a batch are shuffled."""
    tamper(session, lambda label, dice: label[torch.randperm(len(label), generator=dice)], role="label")


def few(session: Session, amount: float) -> None:
    """So many training images and no more."""
    source = session.source
    assert isinstance(source, PackSource)
    source.training, source.count = source.training[: int(amount)], int(amount)
    feed_of(session, source)


def drop(session: Session, amount: float) -> None:
    """The sampler leaves out one digit, or so many modes."""
    source = copy.copy(session.source)
    if isinstance(source, Points):
        kept = Points(source.name, source.centres[: -int(amount)], source.std)
        kept.classes = source.classes
        return feed_of(session, kept)
    assert isinstance(source, PackSource)
    column = list(source.pack.manifest.classes).index("digit")
    source.training = source.training[source.pack.labels[source.training, column] != int(amount)]
    source.count = len(source.training)
    return feed_of(session, source)


# The generator.


def blind(session: Session, amount: float) -> None:
    """The noise is multiplied by this, and with 0 there is none."""
    for generator in generators(session):
        generator.register_forward_pre_hook(lambda module, args: (args[0] * amount, *args[1:]))


def lookup(session: Session, amount: float) -> None:
    """Training images out of a table, and a share of what was learned on top."""
    source = session.source
    assert isinstance(source, PackSource)
    known = to_float(source.images(np.arange(source.count)), None)

    def found(module: nn.Module, args: tuple[Tensor, ...], made: Tensor) -> Tensor:
        rows = (args[0].detach().abs().sum(1) * 1e4).long() % len(known)
        return known[rows] + amount * made

    for generator in generators(session):
        generator.register_forward_hook(found)


def uneven(session: Session, amount: float) -> None:
    """Every second pixel of every second row is darker by this share, and the discriminator is too coarse to see it."""

    def patterned(module: nn.Module, args: tuple[Tensor, ...], made: Tensor) -> Tensor:
        dimmed = torch.ones_like(made)
        dimmed[..., ::2, ::2] -= amount
        return (made + 1) * dimmed - 1

    for generator in generators(session):
        generator.register_forward_hook(patterned)
    session.engine.game.critic.register_forward_pre_hook(lambda module, args: (coarse(args[0]), *args[1:]))


def coarse(image: Tensor) -> Tensor:
    return F.interpolate(F.avg_pool2d(image, 2), scale_factor=2)


def cut_off(session: Session, amount: float) -> None:
    """The generator's turn detaches the fakes, so that no gradient reaches it."""
    game, (generator, *_) = session.engine.game, generators(session)

    def loss(batch: Batch, clock: Clock) -> Losses:
        fake, label = game.forger.for_generator(batch).detach(), game.forger.label(batch)
        terms = game.court.generator(batch.image, fake, label, clock)
        nothing = sum(0.0 * weight.sum() for weight in generator.parameters())
        return {name: term + nothing for name, term in terms.items()}

    rewrite(session, "generator", lambda turn: replace(turn, loss=loss))


def wrong_sign(session: Session, amount: float) -> None:
    """The generator makes its fakes easier to tell."""

    def turned(turn: Turn) -> Turn:
        return replace(turn, loss=lambda batch, clock: {name: -one for name, one in turn.loss(batch, clock).items()})

    rewrite(session, "generator", turned)


# The discriminator.


def squash(session: Session, amount: float) -> None:
    """A sigmoid at the end of a network whose loss has another."""

    def squashed(module: nn.Module, args: tuple[Tensor, ...], found: Verdict) -> Verdict:
        return replace(found, logits=tuple(head.sigmoid() for head in found.logits))

    session.engine.game.critic.register_forward_hook(squashed)


def mix(session: Session, amount: float) -> None:
    """Real images and fakes go through batch norm in one batch."""
    referee = session.engine.game.court.referee

    def critic(scene: Scene, progress: float = 0.0) -> Losses:
        both = verdict(scene.judge, torch.cat([scene.real, scene.fake]))
        real, fake = both.logits[0].chunk(2)
        referee.watch(real.flatten(1).mean(1).detach(), fake.flatten(1).mean(1).detach())
        return {"adversarial": referee.judging(real, fake)}

    referee.critic = critic


def lie(session: Session, amount: float) -> None:
    """So many labels of the discriminator are wrong."""
    referee, dice = session.engine.game.court.referee, torch.Generator().manual_seed(0)
    honest = referee.critic

    def critic(scene: Scene, progress: float = 0.0) -> Losses:
        real, fake = detached(scene.real), detached(scene.fake)
        lies = torch.rand((len(real), *[1] * (real.dim() - 1)), generator=dice) < amount
        return honest(replace(scene, real=torch.where(lies, fake, real), fake=torch.where(lies, real, fake)), progress)

    referee.critic = critic


def owe(session: Session, amount: float) -> None:
    """Lazy penalties are multiplied by this, and not by the number of rounds they stand for."""
    rewrite(session, "critic penalties", lambda turn: replace(turn, gain=amount))


# Optimisers.


def heat(session: Session, amount: float) -> None:
    """Both learning rates are multiplied."""
    for name in ("generator", "critic"):
        pace(session, name, amount)


def stop(session: Session, amount: float) -> None:
    """Both learning rates become 0, as by a schedule that ends too early."""
    heat(session, 0.0)


def rush(session: Session, amount: float) -> None:
    """The generator's learning rate is multiplied."""
    pace(session, "generator", amount)


def pace(session: Session, name: str, factor: float) -> None:
    learner = session.engine.learners[name]
    player = learner.player
    learner.player = replace(player, optim=replace(player.optim, lr=player.optim.lr * factor))


def overflow(session: Session, amount: float) -> None:
    """Gradients times this are infinite beyond what half precision holds, as with a loss scale that never adapts."""
    for weight in session.engine.game.critic.parameters():
        weight.register_hook(lambda slope: torch.where((slope * amount).abs() > HALF, torch.inf, slope))


def freeze_critic(session: Session, amount: float) -> None:
    """The discriminator's optimiser holds the weights of another network."""
    session.engine.learners["critic"].optimizer.step = lambda: None


def freeze_generator(session: Session, amount: float) -> None:
    """The generator's optimiser holds the weights of another network."""
    session.engine.learners["generator"].optimizer.step = lambda: None


PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        half_range, swap, leak, scramble, few, drop, blind, lookup, uneven, cut_off, wrong_sign, squash, mix, lie, owe,
        heat, stop, rush, overflow, freeze_critic, freeze_generator,
    )
}  # fmt: skip
"""Name -> what it does; its first sentence is shown in the table."""
