"""Which techniques stand around the players, as one group of settings; all are off unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from torch import nn

from ..registry import Registry, choice
from ..settings import settings
from .ada import Ada
from .diffaugment import DiffAugment
from .instance_noise import Decay
from .lookahead import Rule


class Augment(Protocol):
    """Settings of an augmentation: frozen dataclass, `kind` is its name in the registry."""

    @property
    def kind(self) -> str: ...

    def build(self) -> nn.Module:
        """A module from images (n, channels, h, w) in [-1, 1] to augmented ones of the same shape."""
        ...


@settings
class NoAugment:
    """The critic sees images as they are."""

    kind: Literal["none"] = "none"

    def build(self) -> nn.Module:
        return nn.Identity()


AUGMENTS: Registry[type] = Registry(
    "augmentation", "sparring.augments", {"none": NoAugment, "diffaugment": DiffAugment, "ada": Ada}
)
"""Kind -> settings class."""

if TYPE_CHECKING:
    AnyAugment = Augment
else:
    AnyAugment = choice(AUGMENTS)


@settings
class Techniques:
    """What stands around the players. Each number is a switch: its default means off."""

    augment: AnyAugment = NoAugment()
    """What the critic sees of real and generated images: as they are, or augmented alike."""
    noise: float = 0.0
    """Standard deviation of instance noise on whatever the critic sees, at the start of the run."""
    noise_end: float = 1.0
    """Share of the run, 0..1, at which instance noise has faded."""
    noise_decay: Decay = "linear"
    """How it fades."""
    pack: int = 1
    """Samples the critic judges at once (PacGAN: 2 to 4)."""
    replay: int = 0
    """Past fakes kept and shown to the critic again (50 in CycleGAN)."""
    replay_share: float = 0.5
    """Probability, 0..1, that a past fake is shown in the place of a new one."""
    unroll: int = 0
    """Critic updates the generator looks ahead through (Unrolled GAN: 5 to 10); each costs about one more update."""
    unroll_rate: float = 0.0
    """Learning rate of those updates; 0 = the critic's own."""
    unroll_rule: Rule = "sgd"
    """Optimiser of those updates."""
    unroll_through: bool = True
    """Differentiate through them, as published."""
    top_k: float = 1.0
    """Share of the fakes, those with the highest logits, that the generator learns from at the end of the run."""
    top_k_start: float = 0.0
    """Share of the run, 0..1, after which top_k begins to fall from 1."""
    path_length: float = 0.0
    """Weight of path length regularisation, every 4th round on half the batch (StyleGAN2: 2)."""
    style_mixing: float = 0.0
    """Probability, 0..1, that a fake is made from two styles (StyleGAN: 0.9)."""
    diversity: float = 0.0
    """Weight of the mode-seeking term, which pulls apart images of different noise (MSGAN: 1)."""
    orthogonal: float = 0.0
    """Weight of orthogonal regularisation of both players (BigGAN: 1e-4)."""
    historical: float = 0.0
    """Weight of historical averaging of both players (Salimans et al.: 1)."""

    def __post_init__(self) -> None:
        for name in (
            "noise",
            "replay",
            "unroll",
            "unroll_rate",
            "path_length",
            "diversity",
            "orthogonal",
            "historical",
        ):
            if getattr(self, name) < 0:
                raise ValueError(f"techniques.{name} must not be negative, and is {getattr(self, name)}")
        for name in ("replay_share", "top_k_start", "style_mixing"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"techniques.{name} is a share, 0..1, and is {getattr(self, name)}")
        for name in ("noise_end", "top_k"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"techniques.{name} is a share above 0 and up to 1, and is {getattr(self, name)}")
        if self.pack < 1:
            raise ValueError(f"techniques.pack counts samples and must be at least 1, and is {self.pack}")
