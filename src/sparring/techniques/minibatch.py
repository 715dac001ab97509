"""Minibatch discrimination for any critic."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ..layers.minibatch import MinibatchDiscrimination
from ..play.scene import Verdict
from ..settings import settings


@settings
class Minibatch:
    """Minibatch discrimination on the critic."""

    measures: int = 0
    """Similarities that are compared between the samples of a batch (Salimans et al.: 100 to 300); 0 = off."""
    length: int = 5
    """Numbers in what each similarity compares."""

    def __post_init__(self) -> None:
        if self.measures < 0 or self.length < 1:
            raise ValueError(f"minibatch takes 0 or more measures of length 1 or more, not {self}")


class MinibatchCritic(nn.Module):
    """A critic that also looks at how alike the samples of a batch are (Salimans et al. 2016).

    Similarities of the critic's last features, averaged over positions, go through one linear layer and are added to
    the logit: the same as if the head saw both. `example` is one batch of zeros of the critic's input shape; with it
    the critic runs once, to learn how long its features are. The linear layer starts at 0, so at first the critic
    judges as it did. Samples are no longer judged one by one: packing, top-k selection and per-sample gradients lose
    their meaning, and a batch of one says nothing.
    """

    def __init__(
        self, critic: nn.Module, example: Tensor, label: Tensor | None = None, measures: int = 100, length: int = 5
    ):
        super().__init__()
        self.critic = critic
        training = critic.training
        with torch.no_grad():
            verdict = critic.eval()(example, label)
        critic.train(training)
        if not verdict.features:
            raise ValueError(f"{type(critic).__name__} shows no features, so it cannot compare samples")
        self.similarity = MinibatchDiscrimination(pooled(verdict.features[-1]).shape[1], measures, length)
        self.head = nn.Linear(measures, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Verdict:
        verdict = self.critic(x, y)
        alike = self.head(self.similarity(pooled(verdict.features[-1])))
        logits = tuple(logit + alike.view(-1, *[1] * (logit.dim() - 1)) for logit in verdict.logits)
        return replace(verdict, logits=logits)


def pooled(features: Tensor) -> Tensor:
    return features.flatten(2).mean(2) if features.dim() > 2 else features
