"""Networks that are not ours, called as their own loops call them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from ..play.adversarial import Adversarial, ranking
from ..play.game import Readings
from ..play.scene import Sample, Verdict
from .case import Setup
from .findings import Finding
from .hands import Hand
from .lint import lint_modules
from .looking import untouched
from .patient import SEED, Patient, Reals
from .setups import BATCH_NORMS, SPECTRAL_NORMS, has

T = TypeVar("T")
CERTAIN = 1e-6
"""Probabilities are kept so far from 0 and 1, whose logits are infinite."""
SHOWN, TRIED = 512, 8
"""Samples that are looked through, and that networks are tried on, before the first round."""


def patient_of(
    generator: nn.Module,
    critic: nn.Module | None,
    average: nn.Module | None,
    latent: int | tuple[int, ...],
    loss: str,
    probabilities: bool,
    classes: int,
) -> Patient:
    """Players that are called with a label where there are classes, and answer with a tensor or a tuple of them."""
    shape = (latent,) if isinstance(latent, int) else latent

    def called(network: nn.Module, given: Sample, y: Tensor | None) -> object:
        return network(given, y) if classes and y is not None else network(given)

    def judge(network: nn.Module, sample: Sample, y: Tensor | None) -> Verdict:
        return verdict(called(network, sample, y), probabilities)

    def forge(network: nn.Module, z: Tensor, y: Tensor | None) -> Tensor:
        made = called(network, z, y)
        assert isinstance(made, Tensor)
        return made

    networks = {"generator": generator} | ({"critic": critic} if critic else {})
    return Patient(
        generator=generator,
        critic=critic if loss else None,
        average=average,
        noise=lambda count, dice: torch.randn(count, *shape, generator=dice),
        adversarial=loss,
        forge=forge,
        judge=judge,
        players={name: [p for p in one.parameters() if p.requires_grad] for name, one in networks.items()},
        idle=frozenset(networks),  # loops clear gradients when they like; hands know
        classes=classes,
        device=next(generator.parameters()).device,
    )


def verdict(answer: object, probabilities: bool) -> Verdict:
    """What a critic's answer means; the first tensor of several counts."""
    if isinstance(answer, Sequence):
        answer = answer[0]
    assert isinstance(answer, Tensor)
    return Verdict((answer.logit(CERTAIN) if probabilities else answer,))


def logits(real: Tensor | None, fake: Tensor | None, probabilities: bool, loss: Adversarial | None) -> Readings:
    """What is known of a critic by what it said of reals and fakes (n, ...)."""
    scores = {
        name: verdict(given.detach(), probabilities).score.float()
        for name, given in (("real", real), ("fake", fake))
        if given is not None
    }
    found = {f"logit/{name}": score.mean() for name, score in scores.items()}
    if "real" in scores:
        found["sign/real"] = scores["real"].sign().mean()
    if len(scores) == 2:
        found["auc"] = ranking(scores["real"], scores["fake"])
        if loss:
            found["accuracy"] = loss.accuracy(scores["real"], scores["fake"])
    return found


def by_name(generator: T | None, critic: T | None) -> dict[str, T]:
    """What there is of each player, by its name."""
    return {name: one for name, one in (("generator", generator), ("critic", critic)) if one is not None}


def setup_of(networks: Mapping[str, nn.Module], hands: Mapping[str, Hand], real: Tensor | None) -> Setup:
    """What networks, optimisers and data say of themselves."""
    return Setup(
        bounded="critic" in networks and has((networks["critic"],), SPECTRAL_NORMS),
        count=None if real is None else len(real),
        points=real is not None and real.dim() == 2,
        rates={name: hand.rate for name, hand in hands.items()},
        momentum={name: hand.momentum for name, hand in hands.items()},
        batch_norm=frozenset(name for name, one in networks.items() if has((one,), BATCH_NORMS)),
    )


def device_of(*networks: nn.Module | None) -> torch.device:
    """Where the first of their weights lies."""
    return next((weight.device for one in networks if one for weight in one.parameters()), torch.device("cpu"))


def faults(who: Patient, reals: Reals, setup: Setup, probabilities: bool) -> list[Finding]:
    """What is known to go wrong with these networks and data before the first round; nothing where it cannot be tried.

    Nothing is changed, and no random number of the loop's is used.
    """
    if who.critic is None:
        return []
    with untouched(who.device), contextlib.suppress(RuntimeError, ValueError, TypeError, IndexError):
        return lint_modules(
            who.generator,
            who.critic,
            reals.samples[:SHOWN],
            labels=None if reals.labels is None else reals.labels[:SHOWN],
            classes=setup.classes,
            latent=who.noise(TRIED, torch.Generator().manual_seed(SEED)),
            loss=setup.adversarial,
            probabilities=probabilities,
            setup=setup,
        )
    return []
