"""What the players of one game want."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from .adversarial import ADVERSARIAL
from .penalties import PENALTIES
from .targets import LABELLED, Targets


@dataclass(frozen=True)
class Rules:
    """What the players of one game want. Every weight is a switch: 0 means off."""

    adversarial: str = "nonsaturating"
    """Loss: minimax, nonsaturating, least_squares, least_squares_centred, wasserstein, hinge, random_hinge,
    relativistic, relativistic_hinge, relativistic_average, relativistic_average_hinge,
    relativistic_average_least_squares, or of the f-GAN family fgan_kl, fgan_reverse_kl, fgan_pearson,
    fgan_hellinger, fgan_js, fgan_gan, each also with _faithful behind."""
    targets: Targets = Targets()  # noqa: RUF009 - frozen
    """Softened or flipped labels for the critic; only minimax, nonsaturating and least_squares have labels."""
    r1: float = 0.0
    """Half the squared gradient norm of the critic at real samples (gamma of StyleGAN)."""
    r2: float = 0.0
    """The same at generated samples."""
    gp: float = 0.0
    """WGAN-GP: the gradient norm between real and generated samples is pulled to 1."""
    gp_one_sided: float = 0.0
    """The same where the norm is above 1; smaller ones are left alone."""
    gp0: float = 0.0
    """The squared gradient norm on the same lines is pulled to 0."""
    max_gp: float = 0.0
    """The largest squared gradient norm of a batch on the same lines is pulled to 0."""
    dragan: float = 0.0
    """DRAGAN: the gradient norm around real samples is pulled to 1."""
    consistency: float = 0.0
    """The critic shall say the same of a real image and of its mirrored, shifted copy (CR: 10); images only."""
    consistency_fake: float = 0.0
    """The same for generated images; both together are bCR."""
    anneal: float = 1.0
    """Share of the penalties' weights that is left at `anneal_end`, along a cosine (R3GAN: 0.1)."""
    anneal_end: float = 1.0
    """Share of the run, 0..1, at which the penalties' weights have reached it."""
    drift: float = 0.0
    """Squared logits on real samples; keeps Wasserstein scores comparable over time (ProGAN uses 0.001)."""
    lecam: float = 0.0
    """LeCam: logits are pulled to the running mean of the other kind; for small data."""
    lecam_warmup: int = 1000
    """Critic updates before LeCam's term counts; earlier its running means mean nothing."""
    reconstruction: float = 0.0
    """How well the critic must rebuild real images from its features; only for critics with decoders (FastGAN: 1)."""
    feature_matching: float = 0.0
    """The generator matches the batch's mean of the critic's last features (Salimans et al. 2016)."""
    matching: float = 0.0
    """The generator matches, map by map, what the critic sees in the very image it should have made (pix2pixHD and
    SPADE: 10); games of pairs only."""
    classes: float = 1.0
    """Weight of the class term in the critic on real samples; only for critics with an auxiliary classifier."""
    classes_fake: float = 0.0
    """Weight of the class term in the critic on generated samples, as in the first AC-GAN."""
    classes_generator: float = 1.0
    """Weight of the class term in the generator."""
    lazy: int = 1
    """Pay the penalties only every n-th round, multiplied by n and by the critic's updates per round."""

    def __post_init__(self) -> None:
        if self.adversarial not in ADVERSARIAL:
            raise ValueError(f"there is no adversarial loss {self.adversarial!r}; known: {', '.join(ADVERSARIAL)}")
        for field in fields(self):
            if isinstance(weight := getattr(self, field.name), float | int) and weight < 0:
                raise ValueError(f"{field.name} must not be negative, and is {weight}")
        if self.lazy < 1:
            raise ValueError(f"lazy counts rounds and must be at least 1, and is {self.lazy}")
        for name in ("anneal", "anneal_end"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share above 0 and up to 1, and is {getattr(self, name)}")
        if self.lecam and ADVERSARIAL[self.adversarial].threshold is None:
            raise ValueError(f"lecam needs logits with a fixed zero, which {self.adversarial} does not have")
        if self.softened and self.adversarial not in LABELLED:
            raise ValueError(
                f"{self.adversarial} has no labels to smooth or flip; losses that have: {', '.join(LABELLED)}"
            )

    @property
    def softened(self) -> bool:
        """Whether the critic's labels are anything but 1 and 0."""
        return self.targets != Targets()

    @property
    def penalties(self) -> dict[str, float]:
        """The penalties in force and their weights at the start of the run."""
        return {name: weight for name in PENALTIES if (weight := getattr(self, name))}

    def left(self, progress: float) -> float:
        """The share of the penalties' weights at `progress` (0..1) of the run."""
        fall = min(1.0, progress / self.anneal_end)
        return self.anneal + (1 - self.anneal) * (1 + math.cos(math.pi * fall)) / 2
