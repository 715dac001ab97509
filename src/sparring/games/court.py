"""The critic's half of a game: its rules, and every technique that changes what it is shown."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ..play.game import Batch, Clock, Losses, Readings, Turn, reporting
from ..play.referee import Referee, SceneOf, critic_turns
from ..play.scene import Judge, Sample, Scene, Verdict, added, detached
from ..techniques.ada import AdaptiveAugment
from ..techniques.instance_noise import faded, noisy
from ..techniques.lookahead import Critic, lookahead
from ..techniques.packing import pack, unpack
from ..techniques.replay import Replay
from ..techniques.weights import WeightTerms
from .casting import Cast
from .refusals import Shown, refuse


class Court(nn.Module):
    """One critic before which real and fake samples meet; the state of its techniques is saved with the game.

    `player` is the critic's role where a game has several; its terms then carry that name in front.
    """

    def __init__(self, cast: Cast, clip: float = 0.0, shown: Shown = "images", player: str = "critic"):
        super().__init__()
        self.held = (cast.networks[player],)  # in a tuple: the game itself has it as a module
        refuse(replace(cast, networks={**cast.networks, "critic": self.critic}), clip, shown)
        self.player, self.cast, self.techniques, self.clip = player, cast, cast.techniques, clip
        self.referee = Referee(cast.rules, "" if player == "critic" else player)
        self.augment = self.techniques.augment.build()
        size, share = self.techniques.replay, self.techniques.replay_share
        self.pool = Replay(size, share) if size else None
        self.weights = WeightTerms(self.critic, self.techniques)
        self.clamp()

    @property
    def critic(self) -> nn.Module:
        return self.held[0]

    def turns(self, scene_of: SceneOf, repeat: int = 1, lends: tuple[str, ...] = ()) -> tuple[Turn, ...]:
        """The critic's turns, penalties included, before the scenes that `scene_of` sets."""
        return critic_turns(
            self.player, (self.referee, scene_of), repeat=repeat, lends=lends, after=self.tend, extra=self.weight_terms
        )

    def scene(self, batch: Batch, real: Sample, fake: Sample, label: Tensor | None, clock: Clock) -> Scene:
        """What the critic sees in its own turns; of past fakes, each of a batch's turns sees the same."""
        fake = detached(fake)
        if self.pool is not None and isinstance(fake, Tensor):
            shown = f"{self.referee.prefix}shown"
            if shown not in batch.memo:
                batch.memo[shown] = self.pool(fake, label)
            fake = batch.memo[shown]
        return self.staged(self.critic, real, fake, label, clock)

    def generator(self, real: Sample, fake: Sample, label: Tensor | None, clock: Clock, weight: float = 1.0) -> Losses:
        """The generator's terms before this critic, or before the one that it will be some updates from now."""
        critic = self.foreseen(real, fake, label, clock) if self.techniques.unroll else self.critic
        scene = self.staged(critic, real, fake, label, clock)
        return self.referee.generator(scene, weight, keep=self.keep(clock))

    def staged(self, critic: Critic, real: Sample, fake: Sample, label: Tensor | None, clock: Clock) -> Scene:
        """The scene before this critic, with packed samples where the critic judges packs."""
        size = self.techniques.pack
        return Scene(self.judge(critic, label, clock), pack(real, size), pack(fake, size), label)

    def judge(self, critic: Critic, label: Tensor | None, clock: Clock) -> Judge:
        """The critic behind augmentation and noise, which work on single samples, and before packs."""
        size, seen = self.techniques.pack, self.techniques.augment.kind != "none"

        def look(sample: Sample) -> Verdict:
            if seen and isinstance(sample, Tensor):
                sample = pack(self.augment(unpack(sample, size)), size)
            return critic(sample, label)

        t = self.techniques
        return noisy(look, faded(t.noise, clock.images / clock.total, t.noise_end, t.noise_decay))

    def foreseen(self, real: Sample, fake: Sample, label: Tensor | None, clock: Clock) -> Critic:
        """The critic after some more updates on this very scene, differentiable with respect to the fakes."""

        def loss(critic: Critic) -> Tensor:
            # What it measures is not what happened; and a compiled network cannot be differentiated twice.
            with reporting(), torch.compiler.set_stance("force_eager"):
                scene = self.staged(critic, real, fake, label, clock)
                return added(list(self.referee.critic(scene, clock.images / clock.total).values()))

        t = self.techniques
        rate = t.unroll_rate or self.cast.optims[self.player].lr
        return lookahead(self.critic, loss, t.unroll, rate, t.unroll_rule, t.unroll_through)

    def keep(self, clock: Clock) -> float:
        """The share of fakes that the generator learns from now: it falls linearly."""
        start, over = self.techniques.top_k_start, clock.images / clock.total
        fallen = max(0.0, over - start) / max(1 - start, 1e-8)
        return 1 - (1 - self.techniques.top_k) * min(1.0, fallen)

    def weight_terms(self, batch: Batch, clock: Clock) -> Losses:
        return self.weights(self.critic)

    def tend(self, readings: Readings) -> None:
        """After each of the critic's updates."""
        self.clamp()
        self.weights.follow(self.critic)
        if isinstance(self.augment, AdaptiveAugment):
            self.augment.adapt(readings[f"{self.referee.prefix}sign/real"], self.cast.batch)

    def clamp(self) -> None:
        """Keep the weights of a clipped critic within their bound."""
        for parameter in self.critic.parameters() if self.clip else ():
            parameter.data.clamp_(-self.clip, self.clip)
