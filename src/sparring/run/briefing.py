"""What is about to happen, told before it starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from ..data.feed import Source
from ..data.pairs import PairSource
from ..play.game import Game, Turn
from ..play.machine import Machine
from ..play.optim import Optim
from ..recipes.preset import Facts
from ..recipes.recipe import Recipe
from ..techniques.settings import Techniques

WEIGHTED = ("path_length", "style_mixing", "diversity", "orthogonal", "historical")


@dataclass(frozen=True)
class Briefing:
    """Titled lines for people, and warnings."""

    lines: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]

    def text(self) -> str:
        """As printed: titles to the left, continuations indented, warnings at the end."""
        wide = max(len(title) for title, _ in self.lines)
        told = [f"{title:<{wide}}  {line}" for title, line in self.lines]
        return "\n".join([*told, *(f"Warning: {warning}" for warning in self.warnings)])


def facts_of(source: Source) -> Facts:
    """What a data set tells before anything is trained on it."""
    facts = Facts(tuple(source.shape), len(source.classes), source.count)
    if not isinstance(source, PairSource):
        return facts
    return replace(facts, source=source.sources.shape[0], paired=source.sources.paired)


def brief(
    recipe: Recipe,
    source: Source,
    game: Game,
    machine: Machine,
    rate: float | None = None,
    deadline_seconds: float | None = None,
    warnings: Sequence[str] = (),
) -> Briefing:
    """What a run is about to do; `rate` in images per second, None where nobody measured it."""
    facts = facts_of(source)
    seconds = recipe.train.images / rate if rate else None
    lines = [
        *titled("data", about_data(recipe, source)),
        *titled("networks", about_networks(recipe, game)),
        *titled("turns", (about_turn(turn) for stage in game.stages() for turn in stage.turns)),
        *titled("rules", [about_rules(recipe)]),
        *titled("techniques", about_techniques(recipe)),
        *titled("optimisers", about_optimisers(recipe)),
        *titled("machine", [about_machine(recipe, machine)]),
        *titled("length", [about_length(recipe, facts, rate, seconds, deadline_seconds)]),
    ]
    return Briefing(tuple(lines), tuple(warnings))


def titled(title: str, lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines):
        yield ("" if number else title), line


def about_data(recipe: Recipe, source: Source) -> Iterator[str]:
    facts = source.facts()
    if len(source.shape) == 1:
        yield f"{source.name}: endless points in {source.shape[0]} dimensions"
    else:
        count = f"{source.count:,}" if source.count is not None else "a stream of"
        yield f"{source.name}: {count} images of {'x'.join(str(side) for side in source.shape)}"
    if isinstance(source, PairSource):
        pairs = "each from its own source" if source.sources.paired else "from sources that are no pairs"
        yield f"{pairs}, {source.sources.title}, {'x'.join(map(str, source.sources.shape))}"
    held, broken = facts.get("held_out"), facts.get("broken")
    if held:
        yield f"{held:,} more are held out"
    if broken:
        yield f"{broken} broken, left out"
    if source.classes:
        names = ", ".join(source.classes[:6]) + (", ..." if len(source.classes) > 6 else "")
        yield f"{len(source.classes)} classes: {names}"
    if len(source.shape) == 3 and recipe.data.flip:
        yield "half of them are shown mirrored"
    notes = facts.get("notes")
    yield from (str(note) for note in notes) if isinstance(notes, list) else ()


def about_networks(recipe: Recipe, game: Game) -> Iterator[str]:
    kinds = {role: network.kind for role, network in recipe.networks.items()}
    for name, player in game.players().items():
        count = sum(parameter.numel() for parameter in player.parameters())
        extras = ["spectral norm"] if name in recipe.spectral_norm else []
        if player.average:
            extras.append(f"averaged copy with a half-life of {player.average.half_life_images:,.0f} images")
        yield ", ".join([f"{name}: {kinds.get(name, name)}, {count:,} parameters", *extras])


def about_turn(turn: Turn) -> str:
    often = "every round" if turn.every == 1 else f"every {turn.every} rounds"
    times = f", {turn.repeat} times, each on a fresh batch" if turn.repeat > 1 else ""
    gain = f", its loss x {turn.gain:g}" if turn.gain != 1 else ""
    return f"{turn.title}: {often}{times}{gain}"


def about_rules(recipe: Recipe) -> str:
    rules = recipe.rules
    extras = {**rules.penalties, **{name: value for name in ("drift", "lecam") if (value := getattr(rules, name))}}
    told = [f"{rules.adversarial} loss", *(f"{name} {weight:g}" for name, weight in extras.items())]
    if rules.lazy > 1 and rules.penalties:
        told.append(f"penalties every {rules.lazy} rounds")
    return ", ".join(told)


def about_techniques(recipe: Recipe) -> Iterator[str]:
    """One line of those that are on; none where none is."""
    standard, chosen = Techniques(), recipe.techniques
    names = ("noise", "pack", "replay", "unroll", "top_k", *WEIGHTED)
    told = [f"{name} {getattr(chosen, name):g}" for name in names if getattr(chosen, name) != getattr(standard, name)]
    augment = [chosen.augment.kind] if chosen.augment.kind != "none" else []
    minibatch = [f"minibatch discrimination {recipe.minibatch.measures}"] if recipe.minibatch.measures else []
    virtual = [f"virtual batch norm in the {' and '.join(recipe.virtual_norm)}"] if recipe.virtual_norm else []
    if everything := [*augment, *told, *minibatch, *virtual]:
        yield ", ".join(everything)


def about_optimisers(recipe: Recipe) -> Iterator[str]:
    same: dict[str, list[str]] = {}
    for player, optim in recipe.optims.items():
        same.setdefault(about_optimiser(optim), []).append(player)
    for told, players in same.items():
        yield f"{' and '.join(players)}: {told}"


def about_optimiser(optim: Optim) -> str:
    told = [f"{optim.name}, learning rate {optim.lr:g}"]
    if optim.name in ("adam", "adamw"):
        told.append(f"betas {optim.beta1:g} and {optim.beta2:g}")
    if optim.schedule != "constant":
        told.append(f"{optim.schedule} decay")
    if optim.clip_norm:
        told.append(f"gradient norm at most {optim.clip_norm:g}")
    return ", ".join(told)


def about_machine(recipe: Recipe, machine: Machine) -> str:
    threads = torch.get_num_threads()
    device = f"cpu with {threads} thread{'s' * (threads > 1)}" if machine.device.type == "cpu" else str(machine.device)
    told = f"{device}, {machine.precision}, batch {recipe.train.batch}"
    if recipe.train.accumulate > 1:
        told += f" in {recipe.train.accumulate} parts"
    if machine.world > 1:
        told += f" over {machine.world} processes"
    return f"{told}, seed {recipe.train.seed}"


def about_length(
    recipe: Recipe, facts: Facts, rate: float | None, seconds: float | None, deadline_seconds: float | None
) -> str:
    if deadline_seconds is not None:
        return f"{duration(deadline_seconds)}, or {recipe.train.images:,} images if they fit"
    told = f"{recipe.train.images:,} images"
    if facts.count:
        told += f" (each one {recipe.train.images / facts.count:.1f} times)"
    if rate and seconds:
        told += f", about {duration(seconds)} at {rate:,.0f} images/s"
    return told


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3.5 h`, `2.1 days`: as exact as an estimate is."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:.1f} days"
