"""A trained translator: from images to images."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.feed import Feed, Source
from ..data.maps import one_hot
from ..data.open import open_source
from ..games.casting import FromNoise
from ..games.domains import DomainsSettings
from ..games.styles import StylesSettings
from ..networks import stargan, stargan2
from ..networks.network import Translating
from ..networks.stargan2 import joined
from ..play.machine import choose_device
from ..recipes.recipe import Recipe
from . import grid
from .bundle import Card, read_bundle, read_card
from .folder import RunFolder
from .handles import Synthesizer, build, load, undisturbed, weights_of
from .official import Untold, is_official, read_official
from .sentences import brief
from .tiling import in_tiles, refuse_tiles

KIND = "translator"


class Bank:
    """Sources, or images where there are none beside them, by number: of data that a translator is watched on."""

    def __init__(self, source: Source):
        self.source = source
        self.stream: Feed | None = None

    def sources(self, numbers: Tensor) -> Tensor:
        """Those of these numbers (n,): (n, channels, height, width) in [-1, 1]."""
        self.stream = self.stream or self.source.feed(1, seed=0)
        batches = [self.stream.batch(number) for number in numbers.tolist()]
        return torch.cat([one.source if "source" in one.roles else one.image for one in batches])


class Translator:
    """A trained translator; `card` says all that is known of the weights, `shape` is one translated image's.

    To be watched and measured as a generator of noise is, it has a `bank` of sources: its "noise" is their numbers.
    """

    def __init__(self, network: nn.Module, card: Card, device: torch.device | None = None, bank: Bank | None = None):
        game, settings = card.recipe.game, card.recipe.networks["generator"]
        if isinstance(game, FromNoise):
            raise ValueError(f"a game of kind {game.kind!r} makes samples from noise and translates nothing")
        self.network = network.eval().requires_grad_(False)
        self.card, self.device, self.bank = card, device or torch.device("cpu"), bank
        self.shape, self.source = card.shape, game.shape(card.shape, len(card.classes)).source or card.shape
        self.classes = card.classes if isinstance(game, (DomainsSettings, StylesSettings)) else ()
        # Of StarGAN v2's that follows from the size it was built for.
        sized = network if isinstance(network, stargan2.Styled) else settings
        self.multiple = sized.multiple if isinstance(sized, Translating) else 1
        self.maps = card.recipe.data.source_labels
        self.edges = bool(self.maps) and self.source[0] > self.maps
        self.channels = 1 + self.edges if self.maps else self.source[0]

    def __repr__(self) -> str:
        sides = " to ".join("x".join(map(str, shape)) for shape in (self.source, self.shape))
        return f"Translator({self.card.recipe.name}, {sides}, {self.card.trained.images:,} images)"

    @torch.no_grad()
    def translate(self, images: Tensor, *, label: str | None = None, batch: int = 8, tile: int = 0) -> Tensor:
        """Images (n, height, width, channels) uint8 of any one size, translated: the same size, uint8, on the CPU.

        Of label maps there is one channel, the labels, and a second where edges are wanted, 255 there and else 0.
        What is missing to a size that the network takes is mirrored and cut off again. `label` is the wanted domain,
        where there are several; of StarGAN's attributes several can be wanted at once, a+b. `tile` above 0 is the side
        of the squares that larger images are translated in. ValueError for other shapes, for an unknown label, for a
        size that a network of one size does not take, and for tiles where a layer looks at the whole image.
        """
        if images.dim() != 4 or images.shape[3] != self.channels or images.dtype != torch.uint8:
            shape = " x ".join(str(side) for side in images.shape)
            raise ValueError(f"a translator takes images (n, height, width, {self.channels}) of bytes, not {shape}")
        if tile:
            refuse_tiles(self.network, tile, self.multiple)
        wanted, parts = self.wanted(label), list[Tensor]()
        for part in images.split(batch):
            bytes_ = part.permute(0, 3, 1, 2).to(self.device)
            x = one_hot(bytes_, self.maps, self.edges) if self.maps else bytes_.float().div(127.5).sub(1)
            y = None if wanted is None else wanted.expand(len(x), *wanted.shape[1:]).to(self.device)
            parts.append(grid.to_bytes(self.padded(x, y, tile)))
        return torch.cat(parts) if parts else torch.zeros((0, *images.shape[1:3], self.shape[0]), dtype=torch.uint8)

    def wanted(self, label: str | None) -> Tensor | None:
        """The domain (1,), or attributes (1, classes) where several are joined. ValueError for what is not known."""
        names = [label] if label is None or label in self.classes else label.split("+")
        several = len(names) > 1 and isinstance(self.network, stargan.Generator)
        if bool(self.classes) != (label is not None) or (label is not None and not set(names) <= set(self.classes)):
            known = ", ".join(self.classes) or "none"
            raise ValueError(f"the domain to translate into is one of: {known}; and {label!r} was given")
        if label is None:
            return None
        if len(names) > 1 and not several:
            raise ValueError(f"this translator knows one domain at a time, and {label} are {len(names)}")
        numbers = torch.tensor([self.classes.index(str(name)) for name in names])
        return torch.zeros(1, len(self.classes)).index_fill_(1, numbers, 1) if several else numbers

    def padded(self, x: Tensor, y: Tensor | None, tile: int = 0) -> Tensor:
        """Translated at the next size that the network takes, whole or in tiles."""

        def paint(part: Tensor) -> Tensor:
            with undisturbed(self.device):
                return self.network(part, y)

        height, width = x.shape[2:]
        below, right = -height % self.multiple, -width % self.multiple
        mode = "reflect" if below < height and right < width else "replicate"
        x = F.pad(x, (0, right, 0, below), mode=mode) if below or right else x
        made = in_tiles(paint, x, tile, self.multiple) if tile and tile < max(x.shape[2:]) else paint(x)
        return made[:, :, :height, :width]

    def noise(self, n: int, *, seed: int = 0, truncation: float = 1.0) -> Tensor:
        """Numbers (n,) int64 of sources in the bank. There is no `truncation` here, and 1 says so."""
        if truncation != 1:
            raise ValueError("truncation is of noise, and a translator starts from images: leave it at 1")
        return torch.arange(n) + seed % 2**20 * 2**20

    def latents(self, n: int, *, seed: int = 0, truncation: float = 1.0) -> Tensor:
        """The same as `noise`."""
        return self.noise(n, seed=seed, truncation=truncation)

    def labels(self, n: int, *, seed: int = 0) -> Tensor | None:
        """Domains (n,) int64 to translate into, drawn evenly; None where there is one only."""
        if not self.classes:
            return None
        return torch.randint(len(self.classes), (n,), generator=torch.Generator().manual_seed(seed % 2**63))

    def sources(self, z: Tensor) -> Tensor:
        """The bank's sources (n, channels, height, width) in [-1, 1] of these numbers. ValueError without a bank."""
        if self.bank is None:
            raise ValueError("a translator makes nothing of noise: give it images, through translate()")
        return self.bank.sources(z)

    @torch.no_grad()
    def decode(self, z: Tensor, y: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """What becomes of the sources of these numbers: (n, *shape) in [-1, 1], on the translator's device."""
        x = self.sources(z).to(self.device)
        with undisturbed(self.device):
            return self.network(x, None if y is None else y.to(self.device))


Handle = Synthesizer | Translator
"""Whatever a run trains, ready to be looked at."""


def kind_of(recipe: Recipe) -> str:
    """What can be done with a recipe's weights, as their card says it."""
    return "synthesizer" if isinstance(recipe.game, FromNoise) else KIND


def handle_of(network: nn.Module, card: Card, device: torch.device, bank: Bank) -> Handle:
    """Of a network in training."""
    if isinstance(card.recipe.game, FromNoise):
        return Synthesizer(network, card, device)
    return Translator(network, card, device, bank)


def load_translator(path: Path | str, *, device: str = "auto", untold: Untold = Untold()) -> Translator:  # noqa: B008
    """The translator of a bundle file, of a run (its best weights, or else its last), or of official weights.

    `untold` is of official weights only, which are recognised by their names and sizes. ValueError with one sentence
    for anything that holds none. Nothing in the file is ever executed.
    """
    file = weights_of(Path(path))
    if is_official(file):
        network, card = read_official(file, untold)
        return Translator(network.to(choose_device(device)), card, choose_device(device))
    if untold.part or untold.changes:
        raise ValueError(f"{file} says all about itself: parts and settings are for official weights")
    return with_role(Path(path), "generator", device)


def load_inverse(path: Path | str, *, device: str = "auto") -> Translator | None:
    """The way back, where a game learned one and the file keeps it; else None. Errors as `load_translator`."""
    if is_official(weights_of(Path(path))):
        return None
    tensors, card = read_bundle(weights_of(Path(path)))
    kept = "inverse" in card.recipe.networks and any(name.startswith("inverse.") for name in tensors)
    return with_role(Path(path), "inverse", device) if kept else None


def with_role(path: Path, role: str, device: str) -> Translator:
    """The translator that has this role in its recipe."""
    file = weights_of(path)
    tensors, card = read_bundle(file)
    if card.kind != KIND:
        raise ValueError(f"{file} holds a {card.kind!r} and no translator")
    roles = {"generator": role, "mapping": "mapping"}
    try:
        known = {part: name for part, name in roles.items() if name in card.recipe.networks}
        network = joined({part: build(card, name, of_role(tensors, name)) for part, name in known.items()})
    except (ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ValueError(f"the weights in {file} do not fit the network it describes: {brief(error)}") from None
    chosen = choose_device(device)
    return Translator(network.to(chosen), card, chosen)


def of_role(tensors: dict[str, Tensor], role: str) -> dict[str, Tensor]:
    return {name.removeprefix(f"{role}."): t for name, t in tensors.items() if name.startswith(f"{role}.")}


def load_watched(run: Path, *, device: str = "auto") -> Handle:
    """Whatever a run trained, ready to be looked at: a translator starts from the run's own data. Errors as `load`."""
    if read_card(weights_of(run)).kind != KIND:
        return load(run, device=device)
    translator = load_translator(run, device=device)
    translator.bank = Bank(open_source(RunFolder.open(run).recipe.data))
    return translator


def next_line(run: Path | str, recipe: Recipe) -> str:
    """How to use what a run trained, as people type it."""
    if kind_of(recipe) == KIND:
        return f"sparring translate {run} photos/ translated/"
    return f"sparring sample {run} -n 64 --out grid.png"
