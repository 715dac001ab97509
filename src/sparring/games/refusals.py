"""Which rules and techniques cannot be combined, said before anything is trained."""

from __future__ import annotations

from ..play.adversarial import ADVERSARIAL
from ..techniques.ada import Ada
from .casting import Cast


def refuse(cast: Cast, clip: float = 0.0) -> None:
    """ValueError with one sentence if these rules and techniques do not go together, or not with the data."""
    rules, techniques, loss = cast.rules, cast.techniques, ADVERSARIAL[cast.rules.adversarial]
    images = len(cast.image) != 1
    if clip and (penalties := [*rules.penalties]):
        raise ValueError(f"clip and {penalties[0]} both bound the critic; set game.clip or rules.{penalties[0]} to 0")
    if techniques.augment.kind != "none" and not images:
        raise ValueError(
            f"{techniques.augment.kind} augments images, and these are points; set techniques.noise instead"
        )
    if isinstance(techniques.augment, Ada) and techniques.augment.adaptive and loss.threshold is None:
        raise ValueError(
            f"ada listens to the sign of the critic's logits, which means nothing under {rules.adversarial}; "
            "set techniques.augment.adaptive=false and a limit such as 0.3"
        )
    if (rules.consistency or rules.consistency_fake) and not images:
        raise ValueError("consistency compares images with moved and mirrored ones, and these are points; set it to 0")
    if techniques.pack > 1:
        refuse_packs(cast)
    if techniques.top_k < 1 and loss.relativistic:
        raise ValueError(
            f"top_k picks fakes by their logits, which mean nothing alone under {rules.adversarial}; set it to 1"
        )


def refuse_packs(cast: Cast) -> None:
    """What a critic of packs cannot do."""
    size, techniques = cast.techniques.pack, cast.techniques
    if cast.classes:
        raise ValueError("a label belongs to one sample and a pack has several: train without labels, or pack=1")
    if cast.batch % size:
        raise ValueError(f"a batch of {cast.batch} does not make packs of {size}: choose a multiple of it")
    if techniques.top_k < 1:
        raise ValueError("top_k picks single fakes, and a critic of packs judges several at once; leave one of them")
