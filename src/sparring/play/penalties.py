"""Penalties on a judge: `(judge, real, fake) -> Tensor`, unweighted, added to the critic's loss.

All but consistency differentiate the judge with respect to the sample before any augmentation, in full precision
and eagerly. Batch-coupled layers in the critic (batch norm) make a per-sample gradient meaningless. Values grow
with the square of the number of heads and positions, as the gradient is that of the sum of all logits.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from . import chance
from .consistency import inconsistency
from .scene import Judge, Sample, added, full, leaves, like


def slope(judge: Judge, at: Sample) -> Tensor:
    """Squared norm of the judge's gradient, per sample, shape (n,); heads and positions are summed."""
    # A compiled network cannot be differentiated twice.
    with torch.autocast(leaves(at)[0].device.type, enabled=False), torch.compiler.set_stance("force_eager"):
        parts = [full(part).detach().requires_grad_(True) for part in leaves(at)]
        verdict = judge(like(at, parts))
        score = added([head.sum() for head in verdict.logits])
        grads = torch.autograd.grad(score, parts, create_graph=True)
    return added([grad.square().flatten(1).sum(1) for grad in grads])


def norm(judge: Judge, at: Sample) -> Tensor:
    """Per-sample gradient norm; the small constant keeps the derivative finite at 0."""
    return (slope(judge, at) + 1e-12).sqrt()


def between(real: Sample, fake: Sample) -> Sample:
    """Points on the lines from real to fake samples, one random position per sample."""
    mix = chance.uniform((len(leaves(real)[0]),), leaves(real)[0].device)
    pairs = [(full(r).detach(), full(f).detach()) for r, f in zip(leaves(real), leaves(fake), strict=True)]
    return like(real, [torch.lerp(r, f.to(r.dtype), spread(mix, r)) for r, f in pairs])


def near(real: Sample) -> Sample:
    """DRAGAN's neighbourhood: one-sided noise of up to half the batch's deviation, scaled per sample."""
    moved = []
    for part in map(full, leaves(real)):
        noise = chance.uniform(tuple(part.shape), part.device).to(part.dtype)
        share = spread(chance.uniform((len(part),), part.device), part)
        moved.append(part + share * 0.5 * part.std(correction=0) * noise)
    return like(real, moved)


def spread(values: Tensor, over: Tensor) -> Tensor:
    """(n,) values shaped to multiply (n, ...) samples."""
    return values.to(over.dtype).view(-1, *[1] * (over.dim() - 1))


PENALTIES: dict[str, Callable[[Judge, Sample, Sample], Tensor]] = {
    # Mescheder et al. 2018, with StyleGAN's factor one half: r1 is gamma.
    "r1": lambda judge, real, fake: slope(judge, real).mean() / 2,
    "r2": lambda judge, real, fake: slope(judge, fake).mean() / 2,
    # Gulrajani et al. 2017.
    "gp": lambda judge, real, fake: (norm(judge, between(real, fake)) - 1).square().mean(),
    # Petzka et al. 2018: only slopes above 1 are paid for.
    "gp_one_sided": lambda judge, real, fake: F.relu(norm(judge, between(real, fake)) - 1).square().mean(),
    # Thanh-Tung et al. 2019: zero-centred on the same lines.
    "gp0": lambda judge, real, fake: slope(judge, between(real, fake)).mean(),
    # Zhou et al. 2019: the steepest of the micro-batch alone.
    "max_gp": lambda judge, real, fake: slope(judge, between(real, fake)).max(),
    # Kodali et al. 2017, as in the authors' code.
    "dragan": lambda judge, real, fake: (norm(judge, near(real)) - 1).square().mean(),
    # Zhang et al. 2020 (CR) on reals; with the other half it is bCR (Zhao et al. 2021).
    "consistency": lambda judge, real, fake: inconsistency(judge, real),
    "consistency_fake": lambda judge, real, fake: inconsistency(judge, fake),
}
