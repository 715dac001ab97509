"""Mistakes that can be known before the first round, planted in data, networks and settings, for the lint to name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sparring.data.feed import Source
from sparring.data.open import open_source
from sparring.doctor.lint import lint
from sparring.play.game import Batch, Game
from sparring.recipes.assemble import assemble
from sparring.settings import assign

from .beginnings import BEGIN
from .plants import Tampered
from .table import HEALTHY


class Spoilt:
    """A source whose batches somebody changes."""

    def __init__(self, source: Source, change: Callable[[Batch, torch.Generator], Batch]):
        self.source, self.change = source, change
        self.name, self.shape, self.classes, self.count = source.name, source.shape, source.classes, source.count
        self.fingerprint = source.fingerprint

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> Tampered:
        return Tampered(self.source.feed(batch, seed=seed), self.change)

    def facts(self) -> dict[str, object]:
        return self.source.facts()


def images(change: Callable[[Tensor], Tensor]) -> Callable[[Source], Source]:
    return lambda source: Spoilt(source, lambda batch, dice: Batch(**{**batch.tensors, "image": change(batch.image)}))


def labels(change: Callable[[Tensor], Tensor]) -> Callable[[Source], Source]:
    return lambda source: Spoilt(source, lambda batch, dice: Batch(image=batch.image, label=change(batch.label)))


def by_class(source: Source) -> Source:
    """As a folder is listed: one class after the other."""
    order = torch.argsort(source.labels(range(source.count)), stable=True)
    return Listed(source, order)


class Listed(Spoilt):
    """Images in a fixed order."""

    def __init__(self, source: Source, order: Tensor):
        super().__init__(source, lambda batch, dice: batch)
        self.order = order

    def feed(self, batch: int, *, seed: int, rank: int = 0, world: int = 1, device: str = "cpu") -> ListedFeed:
        return ListedFeed(self.source, self.order, batch)


class ListedFeed:
    def __init__(self, source: Source, order: Tensor, size: int):
        self.source, self.order, self.size, self.roles = source, order, size, frozenset({"image", "label"})

    def batch(self, index: int) -> Batch:
        rows = self.order[(torch.arange(self.size) + index * self.size) % len(self.order)].numpy()
        return Batch(image=self.source.images(rows).float() / 127.5 - 1, label=self.source.labels(rows))


def squash(game: Game) -> None:
    """The critic ends in a sigmoid."""

    def squashed(module, args, found):
        return replace(found, logits=tuple(head.sigmoid() for head in found.logits))

    game.critic.register_forward_hook(squashed)


def detach(game: Game) -> None:
    """The generator gives away what no gradient leads back from."""
    game.generator.register_forward_hook(lambda module, args, made: made.detach())


@dataclass(frozen=True)
class Fault:
    """One mistake in one set-up."""

    mistake: str
    begin: str
    rule: str
    """The lint that names it."""
    changes: tuple[str, ...] = ()
    data: Callable[[Source], Source] | None = None
    networks: Callable[[Game], None] | None = None


FAULTS = (
    *(Fault("data in [0, 1]", begin, "wrong-range", data=images(lambda x: (x + 1) / 2))
      for begin in ("heads", "digits dense")),
    Fault("data in [0, 255]", "heads residual", "wrong-range", data=images(lambda x: (x + 1) * 127.5)),
    *(Fault("no shuffle", begin, "sorted-data", data=by_class) for begin in ("digits labelled", "digits projected")),
    *(Fault("red and blue exchanged", begin, "swapped-channels", data=images(lambda x: x.flip(1)))
      for begin in ("heads", "heads dense")),
    *(Fault("double sigmoid", begin, "double-sigmoid", networks=squash) for begin in ("ring", "digits", "heads dense")),
    Fault("batch norm with a gradient penalty", "digits dense", "batch-norm-with-penalty", ("rules.gp=10",)),
    Fault("batch norm with a gradient penalty", "heads", "batch-norm-with-penalty",
          ("rules.adversarial=wasserstein", "rules.gp=10", "rules.r1=0")),
    *(Fault("detached generator", begin, "detached-generator", networks=detach)
      for begin in ("ring", "digits", "heads residual")),
    *(Fault("constant data", begin, "constant-data", data=images(torch.zeros_like)) for begin in ("ring", "heads")),
    *(Fault("labels off by one", begin, "wrong-labels", data=labels(lambda y: y + 1))
      for begin in ("digits labelled", "digits projected")),
)  # fmt: skip


def found(fault: Fault) -> dict[str, str]:
    """What the lint says of it: lint -> severity."""
    return linted(assign(BEGIN[fault.begin](), fault.changes), fault)


def linted(recipe, fault: Fault | None = None) -> dict[str, str]:
    source = open_source(recipe.data)
    game = assemble(recipe, source.shape, len(source.classes))
    if fault and fault.networks:
        fault.networks(game)
    if fault and fault.data:
        source = fault.data(source)
    return {one.rule: one.severity for one in lint(recipe, source, game)}


def rows() -> Iterator[list[str]]:
    """The table of faults: mistake, set-up, the lint that names it, its severity, and what else was said."""
    for fault in FAULTS:
        said = found(fault)
        others = [name for name, severity in said.items() if name != fault.rule and severity == "alarm"]
        yield [fault.mistake, fault.begin, fault.rule, said.get(fault.rule, "**not found**"), ", ".join(others)]


def healthy_alarms() -> dict[str, list[str]]:
    """Alarms of the lint about healthy set-ups, by patient."""
    said = {patient.id: linted(patient.recipe) for patient in HEALTHY if not patient.foreign}
    return {name: [lint for lint, severity in one.items() if severity == "alarm"] for name, one in said.items()}
