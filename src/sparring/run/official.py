"""Translators of other people's: official weights, recognised and wrapped as if they were a bundle of ours."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from ..data.settings import DataSettings
from ..games.domains import DomainsSettings
from ..games.paired import PairedSettings
from ..games.styles import StylesSettings
from ..networks.network import Shape, Translating
from ..networks.patchgan import PatchCritic
from ..networks.stargan2 import Stargan2StyleEncoder, joined
from ..play.optim import Optim
from ..recipes.recipe import Recipe
from ..settings import assign
from .bundle import KEY, Card
from .foreign import load_foreign
from .foreign.recognise import Recognised, recognise
from .handles import undisturbed

PICKLED = (".pth", ".pt", ".ckpt", ".bin", ".tar")
KNOWN = "pix2pix, CycleGAN, CUT, pix2pixHD, SPADE, U-GAT-IT, AnimeGANv2, StarGAN and StarGAN v2"


@dataclass(frozen=True)
class Untold:
    """What official weights do not say of themselves."""

    part: str = ""  # the translator that is meant, where a file holds several
    changes: tuple[str, ...] = ()  # name=value: settings of the network
    edges: bool = False  # the last channel of its source is edges between things, and no label


def is_official(file: Path) -> bool:
    """Whether this file is no bundle, but may hold weights all the same."""
    if file.suffix.lower() in PICKLED:
        return file.is_file()
    try:
        with safetensors.safe_open(file, "pt") as opened:
            return KEY not in (opened.metadata() or {})
    except (OSError, safetensors.SafetensorError):
        return False


def read_official(file: Path, untold: Untold) -> tuple[nn.Module, Card]:
    """The network of official weights, and a card for it that says how they were read.

    Nothing in the file is executed. ValueError with one sentence for anything unknown.
    """
    states = {name: renamed(one) for name, one in parts(file).items()}
    mapping = states.get("mapping_network")
    weights, found = chosen(states, file, untold.part) if mapping is None else faceless(states, file)
    try:
        settings: Any = assign(found.network, untold.changes)
        shape = whole(found.shape, settings.multiple) if isinstance(settings, Translating) else found.shape
        with undisturbed(torch.device("cpu")):
            network = settings.build(shape)
            styles = found.mapping.build(shape) if found.mapping else None
        load_foreign(network, weights)
        if styles is not None and mapping is not None:
            load_foreign(styles, mapping)
            network = joined({"generator": network, "mapping": styles})
    except ValueError as error:
        raise ValueError(f"{file} looks like {found.title}, and does not fit it: {error}") from None
    said = " ".join(untold.changes) or found.untold
    return network, card_of(replace(found, network=settings, shape=shape, untold=said), untold.edges)


def whole(shape: Shape, multiple: int) -> Shape:
    """The same with sides that are multiples: a setting may ask for larger ones than usual."""
    image, source = ((one[0], *(side + -side % multiple for side in one[1:])) for one in (shape.image, shape.source))
    return replace(shape, image=image, source=source)


def faceless(states: dict[str, dict[str, Tensor]], file: Path) -> tuple[dict[str, Tensor], Recognised]:
    """StarGAN v2's translator. ValueError where it has filters for aligned faces around."""
    weights = states.get("generator", {})
    found = recognise(weights, states["mapping_network"])
    if found is None or "fan" in states or any("hpf" in key for key in weights):
        raise ValueError(
            f"{file} is a StarGAN v2 with filters for aligned faces (w_hpf above 0), or damaged; without them, as for "
            "animals, it could be used"
        )
    return weights, found


def card_of(found: Recognised, edges: bool) -> Card:
    """As if it were a run's: the game says what is translated, and who plays it against is of no account."""
    game: Any = PairedSettings(source_channels=found.shape.source[0])
    networks: dict[str, Any] = {"generator": found.network, "critic": PatchCritic()}
    if found.mapping:
        game = StylesSettings(latent=found.shape.latent)
        networks |= {"mapping": found.mapping, "encoder": Stargan2StyleEncoder()}
    elif found.shape.classes:
        game = DomainsSettings()
    recipe = Recipe(
        name=found.title,
        networks=networks,
        game=game,
        optims={name: Optim(lr=2e-4) for name in game.players},
        data=DataSettings(source_labels=found.shape.source[0] - edges if found.labels else 0),
    )
    classes = tuple(str(number) for number in range(found.shape.classes))
    words = f"Official weights of {found.title}{found.untold and f', read with {found.untold}'}."
    return Card(recipe, found.shape.image, kind="translator", classes=classes, weights="raw", card=words)


def parts(file: Path) -> dict[str, dict[str, Tensor]]:
    """State dicts by name; a file that is one itself calls it by no name."""
    try:
        if file.suffix.lower() == ".safetensors":
            data: Any = safetensors.torch.load_file(file)
        else:
            data = torch.load(file, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, safetensors.SafetensorError):
        raise ValueError(
            f"{file} cannot be read as tensors alone: it is damaged, or holds objects that would have to be executed, "
            "which is never done"
        ) from None
    if not isinstance(data, dict):
        raise ValueError(f"{file} holds a {type(data).__name__} and no weights by name")
    found = {"": data} | {name: one for name, one in data.items() if isinstance(one, dict)}
    return {str(name): {key: t for key, t in one.items() if isinstance(t, Tensor)} for name, one in found.items()}


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Names without what data parallelism puts in front, in single precision."""
    wrapped = all(key.startswith("module.") for key in state)
    plain = {key.removeprefix("module.") if wrapped else key: tensor for key, tensor in state.items()}
    return {key: tensor.float() if tensor.is_floating_point() else tensor for key, tensor in plain.items()}


def chosen(states: dict[str, dict[str, Tensor]], file: Path, part: str) -> tuple[dict[str, Tensor], Recognised]:
    """The one translator of a file, or the one that is named. ValueError where there is none, or no telling which."""
    known = {name: (state, found) for name, state in states.items() if (found := recognise(state))}
    if not known:
        raise ValueError(
            f"{file} holds weights with names that no known translator has; known are generators of {KNOWN}, in their "
            "authors' names"
        )
    names = ", ".join(name for name in known if name)
    if part and part not in known:
        raise ValueError(f"{file} holds no translator called {part!r}{f'; it holds {names}' if names else ''}")
    if not part and len(known) > 1:
        raise ValueError(f"{file} holds several translators: say --part, one of {names}")
    return known[part] if part else next(iter(known.values()))
