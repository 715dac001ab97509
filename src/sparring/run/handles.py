"""What a trained network can do, with types, ranges and sizes that can be relied on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..games.casting import FromNoise
from ..networks.style import StyleGenerator
from ..play.machine import choose_device
from ..recipes.assemble import network_of
from ..settings import nearest
from . import grid
from .bundle import Card, read_bundle
from .folder import RunFolder
from .sentences import brief

BLOCK = 64
"""Rows of noise drawn at a time, so that the first samples of a seed are the same however many are asked for."""

Label = int | str
Draw = Callable[[torch.Generator], Tensor]


class Synthesizer:
    """A trained generator: from noise, and a label where there is one, to images or points.

    `card` says all that is known of the weights; `shape` is one sample's, `classes` the labels' names.
    """

    def __init__(self, network: nn.Module, card: Card, device: torch.device | None = None):
        game = card.recipe.game
        if not isinstance(game, FromNoise):
            raise ValueError(f"a game of kind {game.kind!r} does not make samples from noise alone")
        self.latent, self.prior = game.latent, game.prior
        self.network = network.eval().requires_grad_(False)
        self.card, self.device = card, device or torch.device("cpu")
        self.shape, self.classes = card.shape, card.classes

    def __repr__(self) -> str:
        sides = "x".join(map(str, self.shape))
        labels = f", {len(self.classes)} classes" if self.classes else ""
        return f"Synthesizer({self.card.recipe.name}, {sides}{labels}, {self.card.trained.images:,} images)"

    def sample(
        self, n: int, *, seed: int = 0, label: Label | None = None, truncation: float = 1.0, batch: int = 64
    ) -> Tensor:
        """`n` samples: images (n, height, width, channels) uint8, or points (n, dimensions) float32; on the CPU.

        The seed decides everything: sample i is the same for every `n`, and up to rounding for every `batch` (how
        many are made at a time). `label`: a class's name or number; None draws one for each sample. `truncation`:
        see `noise`; generators with styles pull these to their mean instead. ValueError for an unknown label or a
        number out of range.
        """
        if batch < 1:
            raise ValueError(f"batch must be at least 1, and is {batch}")
        noise, labels = self.latents(n, seed=seed, truncation=truncation), self.labels(n, label, seed=seed)
        images = len(self.shape) == 3
        empty = torch.zeros((0, *self.shape))
        parts = [grid.to_bytes(empty) if images else empty]
        for start in range(0, n, batch):
            rows = slice(start, start + batch)
            made = self.decode(noise[rows], None if labels is None else labels[rows], truncation)
            parts.append(grid.to_bytes(made) if images else made.float().cpu())
        return torch.cat(parts)

    def noise(self, n: int, *, seed: int = 0, truncation: float = 1.0) -> Tensor:
        """`n` vectors z (n, latent), as in training, on the CPU.

        `truncation` in [0, 1] is the central share of each entry's distribution that is used: 1 is the prior itself,
        smaller is more typical and less varied, 0 is the middle alone. For a normal prior 0.95 keeps |z| <= 2, 0.68
        keeps |z| <= 1 and 0.38 keeps |z| <= 0.5. The distribution is that of drawing again until z is inside
        (Brock et al. 2019), but as a function of the untruncated z: one seed gives one picture at any truncation.
        """
        if n < 0:
            raise ValueError(f"n counts samples and cannot be {n}")
        if not 0 <= truncation <= 1:
            raise ValueError(f"truncation lies between 0 (no variety) and 1 (all of it), and is {truncation}")
        z = in_blocks(n, seed, lambda dice: torch.randn(BLOCK, self.latent, generator=dice))
        uniform = self.prior == "uniform"
        if truncation == 1 and not uniform:
            return z
        central = (torch.special.ndtr(z.double()) - 0.5) * truncation
        return (2 * central if uniform else torch.special.ndtri(central + 0.5)).float()

    def latents(self, n: int, *, seed: int = 0, truncation: float = 1.0) -> Tensor:
        """What `decode` takes with this truncation: `noise`, whole for generators that truncate their styles."""
        noise = self.noise(n, seed=seed, truncation=truncation)
        return self.noise(n, seed=seed) if isinstance(self.network, StyleGenerator) else noise

    def labels(self, n: int, label: Label | None = None, *, seed: int = 0) -> Tensor | None:
        """`n` labels (n,) int64: all `label`, or drawn evenly; None where the network has no classes."""
        if not self.classes:
            if label is not None:
                raise ValueError(f"this network was trained without labels, so {label!r} means nothing to it")
            return None
        if label is not None:
            return torch.full((n,), self.number(label))
        count = len(self.classes)
        return in_blocks(n, seed + 2**32, lambda dice: torch.randint(count, (BLOCK,), generator=dice))

    def number(self, label: Label) -> int:
        """The number of a class. ValueError with the nearest name if there is none."""
        if isinstance(label, str) and label in self.classes:
            return self.classes.index(label)
        if isinstance(label, int) or label.isdecimal():
            if 0 <= int(label) < len(self.classes):
                return int(label)
            raise ValueError(f"labels are numbered 0 to {len(self.classes) - 1}, and {label} is none of them")
        known = f" Known: {', '.join(self.classes[:20])}{', ...' if len(self.classes) > 20 else ''}."
        raise ValueError(f"there is no label {label!r}.{nearest(label, self.classes) or known}")

    @torch.no_grad()
    def decode(self, z: Tensor, y: Tensor | None = None, truncation: float = 1.0) -> Tensor:
        """The network's own output (n, *shape), images in [-1, 1], on its device; random streams are left alone.

        `truncation` is that of styles, where the generator has them. A network that still grows shows small images;
        they come enlarged.
        """
        z, y = z.to(self.device), None if y is None else y.to(self.device)
        with undisturbed(self.device):
            made = self.network(z, y, truncation) if isinstance(self.network, StyleGenerator) else self.network(z, y)
        return self.whole(made)

    @property
    def styled(self) -> bool:
        """Whether there are styles between noise and image."""
        return isinstance(self.network, StyleGenerator)

    @torch.no_grad()
    def styles(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Styles w (n, layers, style) of noise z (n, latent). ValueError for a network without styles."""
        with undisturbed(self.device):
            return self.style_network().mapping(z.to(self.device), None if y is None else y.to(self.device))

    @torch.no_grad()
    def draw(self, styles: Tensor) -> Tensor:
        """Images (n, *shape) of styles, with the same noise maps in every call. ValueError as above."""
        with undisturbed(self.device):
            return self.whole(self.style_network().synthesis(styles.to(self.device)))

    def style_network(self) -> StyleGenerator:
        """The network itself. ValueError where it has no styles."""
        if not isinstance(self.network, StyleGenerator):
            raise ValueError(f"{self.card.recipe.name} makes images of noise directly, without styles between")
        return self.network

    def whole(self, made: Tensor) -> Tensor:
        """A growing network's small images enlarged to the full size."""
        small = made.dim() == 4 and made.shape[1:] != self.shape
        return F.interpolate(made, self.shape[1:], mode="nearest") if small else made

    def save_grid(
        self, path: Path | str, n: int = 64, *, seed: int = 0, label: Label | None = None, truncation: float = 1.0
    ) -> None:
        """A picture of `n` samples in rows, or of points as a scatter. OSError if it cannot be written."""
        samples = self.sample(n, seed=seed, label=label, truncation=truncation)
        picture = grid.grid(samples) if len(self.shape) == 3 else grid.scatter(samples)
        grid.save(picture, Path(path))


def load(path: Path | str, *, device: str = "auto") -> Synthesizer:
    """The network of a bundle file, or of a run: its best weights, or else its last.

    ValueError with one sentence for anything that holds no network. Nothing in the file is ever executed.
    """
    file = weights_of(Path(path))
    tensors, card = read_bundle(file)
    if card.kind == "translator":
        raise ValueError(f"{file} holds a translator, which makes images of images: sparring.load_translator opens it")
    if card.kind != "synthesizer":
        raise ValueError(f"{file} holds a {card.kind!r}, which this version of sparring cannot use; update it")
    role = "generator"
    weights = {name.removeprefix(f"{role}."): t for name, t in tensors.items() if name.startswith(f"{role}.")}
    try:
        network = build(card, role, weights)
    except (ValueError, RuntimeError, KeyError, TypeError) as error:
        raise ValueError(f"the weights in {file} do not fit the network it describes: {brief(error)}") from None
    chosen = choose_device(device)
    return Synthesizer(network.to(chosen), card, chosen)


def weights_of(path: Path) -> Path:
    """The file itself, or a run's best weights, or else its last. ValueError where a run has none yet."""
    if not path.is_dir():
        return path
    run = RunFolder.open(path)
    for file in (run.best, run.last):
        if file.is_file():
            return file
    raise ValueError(f"the run {path} has no weights yet; it saves them at its first checkpoint")


def build(card: Card, role: str, weights: dict[str, Tensor]) -> nn.Module:
    """The described network with these weights, in single precision."""
    recipe = card.recipe
    shape = recipe.game.shape(card.shape, len(card.classes))
    # A first one without memory: a description that asks for more than the file holds costs nothing.
    with torch.device("meta"):
        needed = sum(parameter.numel() for parameter in recipe.networks[role].build(shape).parameters())
    held = sum(tensor.numel() for tensor in weights.values())
    if needed > held:
        raise ValueError(f"the network has {needed:,} parameters and the file {held:,} numbers")
    with undisturbed(torch.device("cpu")):
        network = network_of(recipe, role, card.shape, len(card.classes))
    network.load_state_dict(weights, strict=True)
    return network


@contextmanager
def undisturbed(device: torch.device) -> Iterator[None]:
    """Random draws inside are always the same, and the streams outside go on as if nothing had happened."""
    state = torch.mps.get_rng_state() if device.type == "mps" else None
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(0)
        yield
    if state is not None:
        torch.mps.set_rng_state(state)


def in_blocks(n: int, seed: int, draw: Draw) -> Tensor:
    """The first `n` rows of an endless stream of blocks."""
    dice = torch.Generator().manual_seed(seed % 2**63)
    return torch.cat([draw(dice) for _ in range(-(-n // BLOCK) or 1)])[:n]
