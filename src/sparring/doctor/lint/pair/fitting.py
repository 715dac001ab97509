"""Whether generator, critic and data fit each other at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from ....run.sentences import brief
from ...findings import Claim
from ..check import Lint, number, says
from .pair import Pair, tensor_of

REFUSALS = (RuntimeError, ValueError, TypeError, IndexError)
"""What torch raises where shapes, types or labels do not fit."""


def misfit(pair: Pair) -> Claim | None:
    """Shapes that do not go together."""
    try:
        made = tuple(pair.fake.shape)
    except REFUSALS as error:
        return says(f"The generator cannot be called with noise of shape {tuple(pair.z.shape)}: {brief(error)}")
    if made != tuple(pair.real.shape):
        return says(
            f"The generator makes samples of shape {made[1:]}, and the data has {tuple(pair.real.shape[1:])}: the "
            "discriminator tells them apart by that, or cannot be called with both."
        )
    if pair.critic is None:
        return None
    try:
        with torch.no_grad():
            answers = [len(pair.verdict), len(pair.answers(pair.fake))]
    except REFUSALS as error:
        return says(f"The discriminator cannot be called with samples of shape {made}: {brief(error)}")
    wanted = len(pair.real) // pair.pack
    if answers != [wanted, wanted]:
        return says(
            f"The discriminator gives {answers[0]} answers to {wanted} samples: it mixes them up, or takes the mean "
            "itself. It must answer each one."
        )
    return None


def undefined(pair: Pair) -> Claim | None:
    """Numbers that are none."""
    if not pair.real.isfinite().all():
        return says("The data has values that are infinite or undefined; every loss on them is, too.")
    made = [pair.fake] if pair.critic is None else [pair.fake, pair.verdict]
    share = 1 - torch.cat([x.flatten() for x in made]).isfinite().float().mean().item()
    if not share:
        return None
    with torch.no_grad(), first_undefined(pair) as where:
        pair.fakes()
        if pair.critic is not None:
            pair.answers(pair.real)
    return says(
        "The networks answer with infinite or undefined numbers before anything is "
        f"trained{where[0] if where else ''}. No training mends that.",
        number("share of undefined numbers", share, 0.0),
    )


@contextmanager
def first_undefined(pair: Pair) -> Iterator[list[str]]:
    """Filled with where the first undefined number comes from."""
    found: list[str] = []

    def watch(name: str) -> object:
        def look(part: nn.Module, given: object, said: object) -> None:
            try:
                ill = not tensor_of(said).isfinite().all()
            except TypeError:
                return
            if ill and not found:
                found.append(f", first in {name} ({type(part).__name__})")

        return look

    networks = {"the generator": pair.generator, "the discriminator": pair.critic}
    handles = [
        part.register_forward_hook(watch(f"{role}'s {name}" if name else role))  # type: ignore[arg-type]
        for role, network in networks.items()
        if network is not None
        for name, part in network.named_modules()
    ]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


FITTING: tuple[Lint[Pair], ...] = (
    Lint(
        "wrong-shape",
        "alarm",
        "The networks do not fit each other or the data",
        "Networks that are called in another way than G(z) and D(x), with labels behind where there are any.",
        ("code-fix",),
        misfit,
    ),
)

SOUND: tuple[Lint[Pair], ...] = (
    Lint(
        "undefined-at-start",
        "alarm",
        "Undefined numbers before training",
        "Nothing: undefined numbers stay undefined.",
        ("code-fix",),
        undefined,
    ),
)
