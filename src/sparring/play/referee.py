"""Applies the rules to a scene: the only place where losses, penalties and class terms meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .adversarial import ADVERSARIAL, ranking
from .game import Batch, Clock, Losses, Readings, Turn, report
from .penalties import PENALTIES
from .rules import Rules
from .scene import Judge, Sample, Scene, Verdict, added, full, mean
from .targets import softened


class Referee(nn.Module):
    """One per critic: its rules, and the little state some rules carry, so it is saved with the game."""

    anchors: Tensor
    updates: Tensor

    def __init__(self, rules: Rules, name: str = ""):
        super().__init__()
        self.rules, self.loss = rules, ADVERSARIAL[rules.adversarial]
        self.judging = softened(rules.adversarial, rules.targets) if rules.softened else self.loss.critic
        self.prefix = f"{name}/" if name else ""
        self.register_buffer("anchors", torch.zeros(2))  # running mean logit on real, on fake
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def critic(self, scene: Scene, progress: float = 0.0) -> Losses:
        """The critic's terms at `progress` (0..1) of the run; the penalties are among them unless they are lazy."""
        real, fake = verdict(scene.judge, scene.real), verdict(scene.judge, scene.fake)
        self.watch(real.score.detach(), fake.score.detach())
        terms = {"adversarial": over_heads(self.judging, real, fake)}
        terms |= self.classes(real, scene.label, self.rules.classes)
        if fake_classes := self.classes(fake, scene.label, self.rules.classes_fake):
            terms["classes_fake"] = fake_classes["classes"]
        if self.rules.drift:
            terms["drift"] = self.rules.drift * over_heads(lambda r, f: r.square().mean(), real, fake)
        if self.rules.lecam:
            terms["lecam"] = self.rules.lecam * over_heads(self.lecam, real, fake)
        if self.rules.reconstruction:
            terms["reconstruction"] = self.rules.reconstruction * rebuilt(real)
        if self.rules.lazy == 1:
            return self.named(terms) | self.penalties(scene, progress)
        return self.named(terms)

    def penalties(self, scene: Scene, progress: float = 0.0) -> Losses:
        """The penalties alone, with the weights they have at `progress` (0..1) of the run."""
        left = self.rules.left(progress)
        return self.named(
            {
                name: weight * left * PENALTIES[name](scene.judge, scene.real, scene.fake)
                for name, weight in self.rules.penalties.items()
            }
        )

    def generator(self, scene: Scene, weight: float = 1.0, keep: float = 1.0) -> Losses:
        """The generator's terms; `weight` scales the adversarial one.

        `keep` below 1 is top-k (Sinha et al. 2020): only that share of the fakes counts, those with the highest scores
        in the micro-batch. ValueError where a loss compares fakes with real samples.
        """
        fake, label, rules = verdict(scene.judge, scene.fake), scene.label, self.rules
        if keep < 1:
            if self.loss.relativistic:
                raise ValueError(f"{rules.adversarial} compares fakes with real samples, so top-k cannot choose some")
            fake, places = fake.best(keep)
            label = None if label is None else label[places]
        compared = self.loss.relativistic or rules.feature_matching or rules.matching
        real = verdict(scene.judge, scene.real) if compared else fake
        terms = {"adversarial": weight * over_heads(self.loss.generator, fake, real)}
        if rules.feature_matching:
            terms["feature_matching"] = rules.feature_matching * apart(real, fake)
        if rules.matching:
            terms["matching"] = rules.matching * unlike(real, fake)
        return self.named(terms | self.classes(fake, label, rules.classes_generator))

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
        """Report mean scores, the mean sign on real samples and accuracy at the loss's own threshold, and AUC."""
        report(f"{self.prefix}logit/real", real.mean())
        report(f"{self.prefix}logit/fake", fake.mean())
        report(f"{self.prefix}sign/real", (real - (self.loss.threshold or 0.0)).sign().mean())
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
    extra: Callable[[Batch, Clock], Losses] | None = None,
    after: Callable[[Readings], None] | None = None,
) -> tuple[Turn, ...]:
    """A critic's update and, for courts whose rules are lazy, a rarer update for their penalties alone.

    `repeat` updates in a row (n_critic). `extra` gives further terms of the ordinary update. Several
    courts of one critic need referees of different names.
    """
    names = [referee.prefix for referee, _ in courts]
    assert len(set(names)) == len(names), f"referees of one critic share a name, so their terms would: {names}"

    def play(batch: Batch, clock: Clock) -> Losses:
        done = clock.images / clock.total
        terms = {k: v for referee, scene in courts for k, v in referee.critic(scene(batch, clock), done).items()}
        return terms | (extra(batch, clock) if extra else {})

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
            done = clock.images / clock.total
            return {k: v for referee, scene in debtors for k, v in referee.penalties(scene(batch, clock), done).items()}

        name = f"{player} penalties" if len(lazy) == 1 else f"{player} penalties, every {every}"
        # One update stands for all that this critic made since the last: `every` rounds of `repeat` updates.
        turns.append(Turn((player,), pay, name=name, every=every, gain=every * repeat))
    return tuple(turns)


def verdict(judge: Judge, sample: Sample) -> Verdict:
    """The judge's answer with logits wide enough for any loss."""
    answer = judge(sample)
    return replace(answer, logits=tuple(full(head) for head in answer.logits))


def rebuilt(answer: Verdict) -> Tensor:
    """How badly the critic rebuilds what it was shown (0-d)."""
    if answer.rebuild is None:
        raise ValueError("reconstruction needs a critic with decoders, such as fastgan; set rules.reconstruction to 0")
    return full(answer.rebuild())


def apart(real: Verdict, fake: Verdict) -> Tensor:
    """Squared distance (0-d) of the fakes' mean last features from the real samples'."""
    if not (real.features and fake.features):
        raise ValueError("feature_matching needs a critic that shows features; set rules.feature_matching to 0")
    middles = [full(answer.features[-1]).mean(0) for answer in (real, fake)]
    return (middles[0].detach() - middles[1]).square().sum()


def unlike(real: Verdict, fake: Verdict) -> Tensor:
    """Mean absolute differences (0-d) of all features, added up within a scale, averaged over scales."""
    pairs = zip(real.features, fake.features, strict=True)
    return added([(full(r).detach() - full(f)).abs().mean() for r, f in pairs]) / len(fake.logits)


def over_heads(loss: Callable[[Tensor, Tensor], Tensor], one: Verdict, other: Verdict) -> Tensor:
    """The mean over heads, so that one more scale does not silently weigh more."""
    return mean([loss(a, b) for a, b in zip(one.logits, other.logits, strict=True)])
