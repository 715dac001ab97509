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
    # RpGAN, Jolicoeur-Martineau 2018; with r1 and r2 it is R3GAN's loss (Huang et al. 2024).
    "relativistic": Adversarial(
        lambda r, f: F.softplus(f - r).mean(),
        lambda f, r: F.softplus(r - f).mean(),
        relativistic=True,
        threshold=None,
        right=lambda r, f: (r > f).float().mean(),
    ),
    # RaGAN, Jolicoeur-Martineau 2018, with the authors' half.
    "relativistic_average": Adversarial(
        lambda r, f: (F.softplus(f.mean() - r).mean() + F.softplus(f - r.mean()).mean()) / 2,
        lambda f, r: (F.softplus(r.mean() - f).mean() + F.softplus(r - f.mean()).mean()) / 2,
        relativistic=True,
        threshold=None,
        right=lambda r, f: ((r > f.mean()).float().mean() + (f < r.mean()).float().mean()) / 2,
    ),
}
