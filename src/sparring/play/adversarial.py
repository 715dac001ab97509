"""Adversarial losses: what critic and generator want, as functions of logits.

Conventions: r, f are logits on real and fake samples, high means real, both players minimise, terms are
means over all elements, and nothing is halved unless the source does so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from . import chance
from .divergences import DIVERGENCES, Divergence, bound


@dataclass(frozen=True)
class Adversarial:
    """One adversarial loss and how to read its critic."""

    critic: Callable[[Tensor, Tensor], Tensor]  # (real, fake)
    generator: Callable[[Tensor, Tensor], Tensor]  # (fake, real); only relativistic losses read `real`
    relativistic: bool = False  # the generator's side reads the real logits, and logits have no zero
    threshold: float | None = 0.0  # a logit above it means "real"; None = logits have no such point
    right: Callable[[Tensor, Tensor], Tensor] | None = None  # (real, fake): share of right verdicts without one

    def accuracy(self, real: Tensor, fake: Tensor) -> Tensor:
        """Share of right verdicts, 0..1, with this loss's own threshold; P(real > fake) where it has none.

        Takes scores, (n,) each. Relativistic losses compare what they were trained to compare.
        """
        if self.right:
            return self.right(real, fake)
        if self.threshold is None:
            return ranking(real, fake)
        return ((real > self.threshold).float().mean() + (fake <= self.threshold).float().mean()) / 2


def ranking(real: Tensor, fake: Tensor) -> Tensor:
    """AUC of scores, the probability that a random real sample is above a random fake one; ties count half."""
    ordered = fake.sort().values
    below = torch.searchsorted(ordered, real) + torch.searchsorted(ordered, real, right=True)  # ties once
    return below.float().mean() / (2 * len(ordered))


def pairs(real: Tensor, fake: Tensor) -> Tensor:
    """Share of pairs in which the real sample has the higher score."""
    return (real > fake).float().mean()


def averages(real: Tensor, fake: Tensor) -> Tensor:
    """Share of samples on their own side of the other kind's mean."""
    return ((real > fake.mean()).float().mean() + (fake < real.mean()).float().mean()) / 2


def margin(logits: Tensor) -> Tensor:
    """FastGAN's margins: uniform in [0.8, 1), one per logit."""
    return 0.8 + 0.2 * chance.uniform(tuple(logits.shape), logits.device).to(logits.dtype)


def relativistic(critic: Callable[[Tensor, Tensor], Tensor], right: Callable[[Tensor, Tensor], Tensor]) -> Adversarial:
    """The generator wants what the critic wants, with real and fake exchanged."""
    return Adversarial(critic, critic, relativistic=True, threshold=None, right=right)


def variational(divergence: Divergence, faithful: bool) -> Adversarial:
    """The critic raises the bound. A faithful generator lowers it; a practical one raises g(v) (section 3.2)."""
    wanted = divergence.conjugate if faithful else divergence.g
    return Adversarial(
        lambda r, f: -bound(divergence, r, f), lambda f, r: -wanted(f).mean(), threshold=divergence.threshold
    )


ADVERSARIAL: dict[str, Adversarial] = {
    # Goodfellow et al. 2014. The generator's gradient vanishes where the critic is sure; for study.
    "minimax": Adversarial(
        lambda r, f: F.softplus(-r).mean() + F.softplus(f).mean(),
        lambda f, r: -F.softplus(f).mean(),
    ),
    # Goodfellow et al. 2014, the form used in practice; "logistic" in StyleGAN, "flip the labels" in tip lists.
    "nonsaturating": Adversarial(
        lambda r, f: F.softplus(-r).mean() + F.softplus(f).mean(),
        lambda f, r: F.softplus(-f).mean(),
    ),
    # Mao et al. 2017 with the (0, 1, 1) code: the critic's optimum is p / (p + q) as a raw output.
    "least_squares": Adversarial(
        lambda r, f: ((r - 1).square().mean() + f.square().mean()) / 2,
        lambda f, r: (f - 1).square().mean() / 2,
        threshold=0.5,
    ),
    # The same with the (-1, 1, 0) code: an optimal critic makes the generator minimise Pearson's chi squared.
    "least_squares_centred": Adversarial(
        lambda r, f: ((r - 1).square().mean() + (f + 1).square().mean()) / 2,
        lambda f, r: f.square().mean() / 2,
    ),
    # Arjovsky et al. 2017. Needs a Lipschitz bound: clip, gp or spectral normalisation.
    "wasserstein": Adversarial(
        lambda r, f: f.mean() - r.mean(),
        lambda f, r: -f.mean(),
        threshold=None,
    ),
    # Lim & Ye 2017; the generator's side is not hinged.
    "hinge": Adversarial(
        lambda r, f: F.relu(1 - r).mean() + F.relu(1 + f).mean(),
        lambda f, r: -f.mean(),
    ),
    # Liu et al. 2021 (FastGAN's code).
    "random_hinge": Adversarial(
        lambda r, f: F.relu(margin(r) - r).mean() + F.relu(margin(f) + f).mean(),
        lambda f, r: -f.mean(),
    ),
    # RpGAN, Jolicoeur-Martineau 2018; with r1 and r2 it is R3GAN's loss (Huang et al. 2024).
    "relativistic": relativistic(lambda r, f: F.softplus(f - r).mean(), pairs),
    "relativistic_hinge": relativistic(lambda r, f: F.relu(1 - (r - f)).mean(), pairs),
    # RaGAN, Jolicoeur-Martineau 2018, all with the half of the authors' code.
    "relativistic_average": relativistic(
        lambda r, f: (F.softplus(f.mean() - r).mean() + F.softplus(f - r.mean()).mean()) / 2, averages
    ),
    "relativistic_average_hinge": relativistic(
        lambda r, f: (F.relu(1 - (r - f.mean())).mean() + F.relu(1 + (f - r.mean())).mean()) / 2, averages
    ),
    "relativistic_average_least_squares": relativistic(
        lambda r, f: ((r - f.mean() - 1).square().mean() + (f - r.mean() + 1).square().mean()) / 2, averages
    ),
    # Nowozin et al. 2016: `fgan_kl` and so on, and the same with `_faithful` behind.
    **{
        f"fgan_{name}{end}": variational(divergence, faithful)
        for end, faithful in (("", False), ("_faithful", True))
        for name, divergence in DIVERGENCES.items()
    },
}
