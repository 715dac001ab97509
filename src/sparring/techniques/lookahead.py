"""Looking ahead: the critic as it will be some updates from now (Unrolled GAN, Metz et al. 2017)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call

from ..play.scene import Verdict

Critic = Callable[..., Verdict]
Rule = Literal["sgd", "adam"]
BETA1, BETA2, EPSILON = 0.5, 0.999, 1e-8


def lookahead(
    critic: nn.Module,
    loss: Callable[[Critic], Tensor],
    steps: int,
    rate: float,
    rule: Rule = "sgd",
    through: bool = True,
) -> Critic:
    """The critic after `steps` more updates down `loss`, as a function that is differentiable through them all.

    `loss` maps a critic to its loss (0-d), on samples of which the fake ones carry the generator's graph; it is called
    once per step, so whether each step sees new samples is its affair. The module itself keeps its weights and its
    buffers: batch-norm statistics and power iterations of the inner steps are dropped. Inner Adam starts without
    moments, with betas 0.5 and 0.999. `through=False` does not differentiate the updates themselves, only the
    judgement at their end: cheaper, and another method. Cost and memory grow with `steps`; 0 is the critic itself.
    """
    if steps < 0 or rate <= 0:
        raise ValueError(f"looking ahead takes 0 or more steps at a positive rate, not {steps} at {rate}")
    if not steps:
        return critic
    weights = {name: p.detach().requires_grad_(True) for name, p in critic.named_parameters()}
    buffers = {name: buffer.detach().clone() for name, buffer in critic.named_buffers()}

    def judge_with(state: dict[str, Tensor]) -> Critic:
        def judge(*inputs: Any) -> Verdict:
            answer: Verdict = functional_call(critic, (state, buffers), inputs)
            return answer

        return judge

    first, second = dict[str, Tensor](), dict[str, Tensor]()
    for step in range(1, steps + 1):
        now = loss(judge_with(weights))
        slopes = torch.autograd.grad(now, list(weights.values()), create_graph=through, allow_unused=True)
        moved = dict[str, Tensor]()
        for (name, weight), slope in zip(weights.items(), slopes, strict=True):
            if slope is None:
                moved[name] = weight
                continue
            if rule == "adam":
                first[name] = BETA1 * first.get(name, 0.0) + (1 - BETA1) * slope
                second[name] = BETA2 * second.get(name, 0.0) + (1 - BETA2) * slope.square()
                # The constant stands under the root: outside, the derivative would be infinite where a slope is 0.
                scale = (second[name] / (1 - BETA2**step) + EPSILON**2).sqrt()
                slope = first[name] / (1 - BETA1**step) / scale
            moved[name] = weight - rate * slope
        weights = moved if through else {name: w.detach().requires_grad_(True) for name, w in moved.items()}
    return judge_with(weights)
