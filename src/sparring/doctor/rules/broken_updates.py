"""Numbers became infinite or undefined."""

from __future__ import annotations

import numpy as np

from ..case import Now
from ..conditions import LOOKS, lately
from ..findings import Claim, evidence_of
from ..rule import Rule
from ..series import Series


def broken_updates(
    now: Now, nonfinite: Series | None = None, critic_loss: Series | None = None, generator_loss: Series | None = None
) -> Claim | None:
    for name, losses in (("critic_loss", critic_loss), ("generator_loss", generator_loss)):
        if losses is not None and np.isnan(losses.values[-LOOKS:]).all():
            undefined = float(np.isnan(lately(losses, now).values).sum())
            return Claim((evidence_of(name, losses, undefined, 0.0, "above", "undefined values"),), severity="alarm")
    if nonfinite is not None and np.isnan(nonfinite.last):
        return Claim((evidence_of("nonfinite", nonfinite, 1.0, 0.0, "above", "and the run ended"),), severity="alarm")
    if nonfinite is None or not lately(nonfinite, now).above(0):
        return None
    skipped = float(np.nansum(lately(nonfinite, now).values))
    evidence = evidence_of("nonfinite", nonfinite, skipped, 0.0, "above", "in the last window")
    return Claim((evidence,), severity="alarm" if nonfinite.since(now.rounds, LOOKS).above(0) == 1 else None)


BROKEN_UPDATES = Rule(
    id="broken-updates",
    severity="warning",
    title="Updates were infinite or undefined",
    sentence=(
        "Some updates could not be made because their numbers were infinite or undefined. Such numbers come from "
        "learning rates that are too high, from penalties in half precision, or from a division by zero, and once "
        "they are in the weights nothing can be saved."
    ),
    refute="Half precision with a loss scale: a few overflows in the beginning are how the scale is found.",
    remedies=("lower-rates", "clip-gradients", "restore-best", "default-rates", "code-fix"),
    early=True,
    check=broken_updates,
)
