"""What can be changed, as settings of the recipe at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ...settings import telling
from ..case import Setup
from ..findings import Remedy
from .looks import LOOKS
from .losses import LOSSES
from .networks import NETWORKS
from .plans import PLANS
from .rates import RATES
from .words import WORDS

Prescribe = Callable[[Setup], Remedy | None]
"""None where the change is made already, or means nothing in this set-up."""

REMEDIES: Mapping[str, Prescribe] = {
    advice.name: advice for advice in (*RATES, *LOSSES, *NETWORKS, *LOOKS, *PLANS, *WORDS)
}


def prescribed(names: Iterable[str], setup: Setup) -> tuple[Remedy, ...]:
    """Those of these remedies that mean something here, in the same order, and only with settings that differ.

    Where two come to the same settings, the first is kept.
    """
    kept, recipe = dict[object, Remedy](), setup.recipe
    for remedy in (found for name in names if (found := REMEDIES[name](setup))):
        changes = telling(recipe, remedy.changes) if recipe else remedy.changes
        kept.setdefault(changes or remedy.name, replace(remedy, changes=changes))
    return tuple(kept.values())
