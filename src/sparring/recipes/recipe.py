"""A recipe: the whole configuration of a run, as one frozen object that is saved as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from ..data.settings import DataSettings
from ..games import AnyGame
from ..games.casting import FromNoise
from ..games.inference import InferenceSettings
from ..games.synthesis import SynthesisSettings
from ..networks import AnyNetwork
from ..play.optim import Average, Optim
from ..play.referee import Rules
from ..settings import nearest, settings
from ..techniques.minibatch import Minibatch
from ..techniques.settings import Techniques


@settings
class TrainSettings:
    """How long, how much at once, and on what."""

    images: int = 500_000
    """Real images the critic is shown over the whole run."""
    batch: int = 64
    """Images per update, over all processes."""
    seed: int = 0
    """Seed of the weights, the noise and the order of the data."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:N or mps."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """auto measures the device and takes reduced precision only where it is faster."""
    accumulate: int = 1
    """Micro-batches per update: the same result (but for batch norm) in less memory."""
    solver: Literal["alternate", "simultaneous", "extragradient"] = "alternate"
    """How the players' gradients become updates."""
    compile: bool = False
    """Compile the networks with torch.compile; penalties stay uncompiled."""
    on_nonfinite: Literal["stop", "skip"] = "stop"
    """What to do with an update whose numbers are infinite or undefined."""
    synchronise_batch_norm: bool = True
    """With several processes, batch norm sees the whole batch."""

    def __post_init__(self) -> None:
        for name in ("images", "batch", "accumulate"):
            if getattr(self, name) < 1:
                raise ValueError(f"train.{name} must be at least 1, and is {getattr(self, name)}")


@settings
class WatchSettings:
    """What is looked at and kept while a run goes on."""

    grids: int = 30
    """Sample grids over the whole run, more densely at its start."""
    grid: int = 64
    """Samples in a grid, all from one fixed noise."""
    checkpoint_seconds: float = 300.0
    """Seconds between checkpoints."""
    keep_images: int = 0
    """Also keep a bundle every so many images; 0 = only the last and the best."""
    keep_resumes: int = 3
    """States kept to go back to, a twentieth of the run apart, where time and disk allow; 0 = none."""
    tensorboard: bool = True
    """Write TensorBoard event files."""
    doctor: bool = True
    """Look at the players while they train, and say what is wrong."""
    doctor_share: float = 0.025
    """Of the training time that this may take."""

    def __post_init__(self) -> None:
        if not 0 < self.doctor_share <= 1:
            raise ValueError(f"watch.doctor_share is a share above 0 and up to 1, and is {self.doctor_share}")


@settings
class Recipe:
    """Everything that determines a run."""

    name: str
    """The preset this recipe began as."""
    networks: dict[str, AnyNetwork]
    """Architectures by role."""
    game: AnyGame = SynthesisSettings()
    """The kind of play and its settings."""
    rules: Rules = Rules()
    """Losses and penalties."""
    optims: dict[str, Optim] = field(default_factory=dict)
    """Optimisers by player."""
    average: Average = Average()
    """The averaged copy of the generator that samples are made with."""
    spectral_norm: tuple[str, ...] = ()
    """Roles whose networks get spectral normalisation."""
    virtual_norm: tuple[str, ...] = ()
    """Roles of generators whose batch norms look at a fixed reference batch instead (Salimans et al. 2016)."""
    minibatch: Minibatch = Minibatch()
    """Minibatch discrimination on the critic."""
    techniques: Techniques = Techniques()
    """Augmentation, packing, replay and whatever else stands around the players."""
    data: DataSettings = DataSettings()
    """The data set and its preparation."""
    train: TrainSettings = TrainSettings()
    """Length, batch, seed, device."""
    watch: WatchSettings = WatchSettings()
    """Sample grids and checkpoints."""

    def __post_init__(self) -> None:
        match_names("networks", self.networks, self.game.networks)
        match_names("optims", self.optims, self.game.players)
        for setting, roles in {"spectral_norm": self.spectral_norm, "virtual_norm": self.virtual_norm}.items():
            for role in roles:
                if role not in self.networks:
                    raise ValueError(f"{setting} names {role!r}, but the networks are {', '.join(self.networks)}")
        if self.virtual_norm and not isinstance(self.game, FromNoise):
            raise ValueError(
                "virtual_norm takes its reference from noise, and this game starts from images; leave it out"
            )
        if strangers := [role for role in self.virtual_norm if role != "generator"]:
            raise ValueError(
                f"virtual_norm takes its reference from noise, so it is for generators, not {strangers[0]}"
            )
        if self.minibatch.measures and isinstance(self.game, InferenceSettings):
            raise ValueError("minibatch compares images, and this game's critic judges pairs; set minibatch.measures=0")


def match_names(setting: str, given: Mapping[str, object], wanted: tuple[str, ...]) -> None:
    """ValueError unless exactly the wanted names are given."""
    strange, missing = sorted(set(given) - set(wanted)), [name for name in wanted if name not in given]
    if strange:
        raise ValueError(f"{setting} has {strange[0]!r}, which this game does not know.{nearest(strange[0], wanted)}")
    if missing:
        raise ValueError(f"{setting} lacks {', '.join(missing)}")
