"""The f-GAN family (Nowozin et al. 2016): a lower bound of each f-divergence of data p from fakes q.

D_f = E_q f(p/q) is at least E_p g(v) - E_q f*(g(v)) for any critic's logit v; it is reached where g(v) = f'(p/q).
`g` puts logits into the domain of the conjugate f*, and `conjugate` is f*(g(v)) simplified, as computing one after
the other overflows. A logit above `threshold`, where g(v) = f'(1), means "real".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

LIMIT = 10.0


@dataclass(frozen=True)
class Divergence:
    """What a logit says about the density ratio, and the conjugate of that."""

    g: Callable[[Tensor], Tensor]
    conjugate: Callable[[Tensor], Tensor]
    threshold: float = 0.0


def exponential(v: Tensor) -> Tensor:
    """The exponential of v up to v = 10, and its tangent beyond.

    One wild logit would otherwise outweigh a batch, or overflow. Cut off there instead, it would have no gradient and
    so never come back.
    """
    return v.clamp(max=LIMIT).exp() * (1 + F.relu(v - LIMIT))


LOG2 = math.log(2)

DIVERGENCES: dict[str, Divergence] = {
    # KL(p, q) covers the modes of p.
    "kl": Divergence(lambda v: v, lambda v: exponential(v) / math.e, threshold=1.0),
    # KL(q, p) seeks them.
    "reverse_kl": Divergence(lambda v: -exponential(-v), lambda v: v - 1),
    "pearson": Divergence(lambda v: v, lambda v: v.square() / 4 + v),
    # Squared, without the half that some definitions have.
    "hellinger": Divergence(lambda v: 1 - exponential(-v), lambda v: exponential(v) - 1),
    # Twice the Jensen-Shannon divergence.
    "js": Divergence(lambda v: LOG2 - F.softplus(-v), lambda v: F.softplus(v) - LOG2),
    # The same less log 4: the first GAN.
    "gan": Divergence(lambda v: -F.softplus(-v), F.softplus),
}


def bound(divergence: Divergence, real: Tensor, fake: Tensor) -> Tensor:
    """The bound (0-d) from logits on real and on fake samples: what the critic maximises."""
    return divergence.g(real).mean() - divergence.conjugate(fake).mean()
