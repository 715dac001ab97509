"""Which rules and techniques cannot be combined, said before anything is trained."""

from __future__ import annotations

from torch import nn

from ..networks.joint import Critic as JointCritic
from ..play.adversarial import ADVERSARIAL
from ..play.consistency import IMAGES_ONLY
from ..techniques.ada import Ada
from .casting import Cast
from .refusals_of_images import Shown, refuse_colours, refuse_matching
from .trying import tried


def refuse(cast: Cast, clip: float = 0.0, shown: Shown = "images") -> None:
    """ValueError with one sentence if these rules and techniques do not go together, or not with the data."""
    if shown == "codes":
        refuse_pairs(cast)
    elif isinstance(cast.networks["critic"], JointCritic):
        raise ValueError("joint-critic judges pairs of z and image, and this game shows images: choose another critic")
    rules, techniques, loss = cast.rules, cast.techniques, ADVERSARIAL[cast.rules.adversarial]
    images = len(cast.image) != 1
    if not images and (moved := [name for name in IMAGES_ONLY if name in rules.penalties]):
        raise ValueError(f"{moved[0]} mirrors and shifts images, and these samples are points; set it to 0")
    slopes = [name for name in rules.penalties if name not in IMAGES_ONLY]
    if clip and slopes:
        raise ValueError(f"clip and {slopes[0]} both bound the critic; set game.clip or rules.{slopes[0]} to 0")
    normed = any(isinstance(module, nn.modules.batchnorm._NormBase) for module in cast.networks["critic"].modules())
    if slopes and rules.lazy == 1 and normed and techniques.unroll and techniques.unroll_through:
        raise ValueError(
            f"unrolling through {slopes[0]} differentiates the critic three times, which its batch or instance norm "
            "cannot be; use a critic without it, rules.lazy=16 or techniques.unroll_through=false"
        )
    if techniques.augment.kind != "none" and not images:
        raise ValueError(
            f"{techniques.augment.kind} augments images, and these are points; set techniques.noise instead"
        )
    if isinstance(techniques.augment, Ada) and techniques.augment.adaptive and loss.threshold is None:
        raise ValueError(
            f"ada listens to the sign of the critic's logits, which means nothing under {rules.adversarial}; "
            "set techniques.augment.adaptive=false and a limit such as 0.3"
        )
    if isinstance(techniques.augment, Ada) and images and cast.image and cast.image[0] not in (1, 3):
        refuse_colours(cast, techniques.augment)
    if techniques.pack > 1:
        refuse_packs(cast)
    if techniques.top_k < 1 and loss.relativistic:
        raise ValueError(
            f"top_k picks fakes by their logits, which mean nothing alone under {rules.adversarial}; set it to 1"
        )
    if rules.matching:
        refuse_matching(cast, shown)
    if rules.reconstruction and tried(cast, "critic").rebuild is None:
        raise ValueError("reconstruction needs a critic with decoders, such as fastgan; set rules.reconstruction to 0")


def refuse_packs(cast: Cast) -> None:
    """What a critic of packs cannot do."""
    if cast.classes:
        raise ValueError(
            "a label belongs to one sample and a pack has several: set data.labels=none, or techniques.pack=1"
        )
    if cast.techniques.top_k < 1:
        raise ValueError("top_k picks single fakes, and a critic of packs judges several at once; leave one of them")


def refuse_pairs(cast: Cast) -> None:
    """What cannot be done where the critic judges pairs (z, image)."""
    techniques = cast.techniques
    if not isinstance(cast.networks["critic"], JointCritic):
        raise ValueError("this game shows its critic pairs of z and image: set networks.critic.kind=joint-critic")
    images = {
        "techniques.augment": techniques.augment.kind != "none",
        "techniques.replay": techniques.replay,
        "techniques.pack": techniques.pack > 1,
        "techniques.style_mixing": techniques.style_mixing,  # an image of two styles has no z
        **{f"rules.{name}": getattr(cast.rules, name) for name in (*IMAGES_ONLY, "reconstruction")},
    }
    for name in [name for name, on in images.items() if on]:
        raise ValueError(f"{name} works on images alone, and this critic judges pairs of z and image; leave it out")


def refuse_halves(cast: Cast, layer: int | None) -> None:
    """What cannot be done where half of the fakes are reconstructions, compared in this layer of the critic."""
    if cast.techniques.diversity:
        raise ValueError("techniques.diversity compares fakes from noise, and half of these are reconstructions")
    if cast.techniques.pack > 1:
        raise ValueError("techniques.pack joins samples of one kind, and half of these are reconstructions; set 1")
    if tried(cast, "encoder").log_variance is None:
        raise ValueError("this game needs an encoder that says a Gaussian: set networks.encoder.stochastic=true")
    if layer is not None and layer >= (held := len(tried(cast, "critic").features)):
        raise ValueError(f"layer is {layer}, and this critic shows features 0 to {held - 1} only")
