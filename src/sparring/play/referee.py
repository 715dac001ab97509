"""Applies the rules to a scene: the only place where losses, penalties and class terms meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .adversarial import ADVERSARIAL, ranking
from .game import Batch, Clock, Losses, Readings, Turn, report
from .penalties import PENALTIES
from .scene import Judge, Sample, Scene, Verdict, full, mean


@dataclass(frozen=True)
class Rules:
    """What the players of one game want. Every weight is a switch: 0 means off."""

    adversarial: str = "nonsaturating"
    """Loss: minimax, nonsaturating, least_squares, wasserstein, hinge, relativistic, relativistic_average."""
    r1: float = 0.0
    """Half the squared gradient norm of the critic at real samples (gamma of StyleGAN)."""
    r2: float = 0.0
    """The same at generated samples."""
    gp: float = 0.0
    """WGAN-GP: the gradient norm between real and generated samples is pulled to 1."""
    gp0: float = 0.0
    """The squared gradient norm on the same lines is pulled to 0."""
    dragan: float = 0.0
    """DRAGAN: the gradient norm around real samples is pulled to 1."""
    drift: float = 0.0
    """Squared logits on real samples; keeps Wasserstein scores comparable over time (ProGAN uses 0.001)."""
    lecam: float = 0.0
    """LeCam: logits are pulled to the running mean of the other kind; for small data."""
    lecam_warmup: int = 1000
    """Critic updates before LeCam's term counts; earlier its running means mean nothing."""
    classes: float = 1.0
    """Weight of the class term in the critic on real samples; only for critics with an auxiliary classifier."""
    classes_fake: float = 0.0
    """Weight of the class term in the critic on generated samples, as in the first AC-GAN."""
    classes_generator: float = 1.0
    """Weight of the class term in the generator."""
    lazy: int = 1
    """Pay the penalties only every n-th round, multiplied by n and by the critic's updates per round."""

    def __post_init__(self) -> None:
        if self.adversarial not in ADVERSARIAL:
            raise ValueError(f"there is no adversarial loss {self.adversarial!r}; known: {', '.join(ADVERSARIAL)}")
        for field in fields(self):
            if isinstance(weight := getattr(self, field.name), float | int) and weight < 0:
                raise ValueError(f"{field.name} must not be negative, and is {weight}")
        if self.lazy < 1:
            raise ValueError(f"lazy counts rounds and must be at least 1, and is {self.lazy}")
        if self.lecam and ADVERSARIAL[self.adversarial].threshold is None:
            raise ValueError(f"lecam needs logits with a fixed zero, which {self.adversarial} does not have")

    @property
    def penalties(self) -> dict[str, float]:
        """The penalties in force and their weights."""
        return {name: weight for name in PENALTIES if (weight := getattr(self, name))}


class Referee(nn.Module):
    """One per critic: its rules, and the little state some rules carry, so it is saved with the game."""

    anchors: Tensor
    updates: Tensor

    def __init__(self, rules: Rules, name: str = ""):
        super().__init__()
        self.rules, self.loss = rules, ADVERSARIAL[rules.adversarial]
        self.prefix = f"{name}/" if name else ""
        self.register_buffer("anchors", torch.zeros(2))  # running mean logit on real, on fake
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def critic(self, scene: Scene) -> Losses:
        """The critic's terms; the penalties are among them unless they are lazy."""
        real, fake = verdict(scene.judge, scene.real), verdict(scene.judge, scene.fake)
        self.watch(real.score.detach(), fake.score.detach())
        terms = {"adversarial": over_heads(self.loss.critic, real, fake)}
        terms |= self.classes(real, scene.label, self.rules.classes)
        if fake_classes := self.classes(fake, scene.label, self.rules.classes_fake):
            terms["classes_fake"] = fake_classes["classes"]
        if self.rules.drift:
            terms["drift"] = self.rules.drift * over_heads(lambda r, f: r.square().mean(), real, fake)
        if self.rules.lecam:
            terms["lecam"] = self.rules.lecam * over_heads(self.lecam, real, fake)
        if self.rules.lazy == 1:
            return self.named(terms) | self.penalties(scene)
        return self.named(terms)

    def penalties(self, scene: Scene) -> Losses:
        return self.named(
            {
                name: weight * PENALTIES[name](scene.judge, scene.real, scene.fake)
                for name, weight in self.rules.penalties.items()
            }
        )

    def generator(self, scene: Scene, weight: float = 1.0) -> Losses:
        """The generator's terms; `weight` scales the adversarial one."""
        fake = verdict(scene.judge, scene.fake)
        real = verdict(scene.judge, scene.real) if self.loss.relativistic else fake
        terms = {"adversarial": weight * over_heads(self.loss.generator, fake, real)}
        return self.named(terms | self.classes(fake, scene.label, self.rules.classes_generator))

    def classes(self, answer: Verdict, label: Tensor | None, weight: float) -> Losses:
        """Both players of AC-GAN minimise the cross-entropy."""
        if answer.classes is None or label is None or not weight:
            return {}
        return {"classes": weight * F.cross_entropy(full(answer.classes), label)}

    def lecam(self, real: Tensor, fake: Tensor) -> Tensor:
        """Tseng et al. 2021; mind the crossing: reals are held to the running mean of fakes."""
        started = (self.updates >= self.rules.lecam_warmup).to(real.dtype)
        mean_real, mean_fake = self.anchors.to(real)
        return started * (F.relu(real - mean_fake).square().mean() + F.relu(mean_real - fake).square().mean())

    def tend(self, readings: Readings) -> None:
        """Follow the logits after a critic's update, with values already averaged over all processes."""
        if not self.rules.lecam:
            return
        names = (f"{self.prefix}logit/real", f"{self.prefix}logit/fake")
        newest = torch.stack([readings[name] for name in names]).to(self.anchors)
        self.anchors.lerp_(newest, 0.01)
        self.updates.add_(1)

    def watch(self, real: Tensor, fake: Tensor) -> None:
        """Report mean scores, accuracy at the loss's own threshold, and AUC."""
        report(f"{self.prefix}logit/real", real.mean())
        report(f"{self.prefix}logit/fake", fake.mean())
        report(f"{self.prefix}accuracy", self.loss.accuracy(real, fake))
        report(f"{self.prefix}auc", ranking(real, fake))

    def named(self, terms: Losses) -> Losses:
        return {self.prefix + name: term for name, term in terms.items()}


SceneOf = Callable[[Batch, Clock], Scene]


def critic_turns(
    player: str,
    *courts: tuple[Referee, SceneOf],
    repeat: int = 1,
    lends: tuple[str, ...] = (),
    after: Callable[[Readings], None] | None = None,
) -> tuple[Turn, ...]:
    """A critic's update and, for courts whose rules are lazy, a rarer update for their penalties alone.

    `repeat` updates in a row (n_critic). Several courts of one critic need referees of different names.
    """
    names = [referee.prefix for referee, _ in courts]
    assert len(set(names)) == len(names), f"referees of one critic share a name, so their terms would: {names}"

    def play(batch: Batch, clock: Clock) -> Losses:
        return {k: v for referee, scene in courts for k, v in referee.critic(scene(batch, clock)).items()}

    def tend(readings: Readings) -> None:
        for referee, _ in courts:
            referee.tend(readings)
        if after:
            after(readings)

    turns = [Turn((player,), play, repeat=repeat, lends=lends, after=tend)]
    lazy: dict[int, list[tuple[Referee, SceneOf]]] = {}
    for referee, scene in courts:
        if referee.rules.lazy > 1 and referee.rules.penalties:
            lazy.setdefault(referee.rules.lazy, []).append((referee, scene))
    for every, debtors in lazy.items():

        def pay(batch: Batch, clock: Clock, debtors: list[tuple[Referee, SceneOf]] = debtors) -> Losses:
            return {k: v for referee, scene in debtors for k, v in referee.penalties(scene(batch, clock)).items()}

        name = f"{player} penalties" if len(lazy) == 1 else f"{player} penalties, every {every}"
        # One update stands for all that this critic made since the last: `every` rounds of `repeat` updates.
        turns.append(Turn((player,), pay, name=name, every=every, gain=every * repeat))
    return tuple(turns)


def verdict(judge: Judge, sample: Sample) -> Verdict:
    """The judge's answer with logits wide enough for any loss."""
    answer = judge(sample)
    return Verdict(tuple(full(head) for head in answer.logits), answer.features, answer.classes)


def over_heads(loss: Callable[[Tensor, Tensor], Tensor], one: Verdict, other: Verdict) -> Tensor:
    """The mean over heads, so that one more scale does not silently weigh more."""
    return mean([loss(a, b) for a, b in zip(one.logits, other.logits, strict=True)])
