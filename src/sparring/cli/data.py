"""`sparring data`: what there is to train on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from .flags import parse
from .voice import Voice

if TYPE_CHECKING:
    from ..data.feed import Source

VERBS = {
    "list": "built-in sets, and what the cache holds",
    "inspect": "count, sizes, duplicates, balance and warnings of a data set, with a contact sheet",
    "pack": "prepare a data set ahead of training",
    "clear": "remove everything from the cache; your own files stay",
}

Spec = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="SPEC", help_behavior_hint="")]
SPEC = "A folder, builtin:NAME, torchvision:NAME, hf:NAME, or tar shards."


@dataclass(frozen=True)
class List:
    """List the built-in data sets, and what is packed in the cache."""

    json: bool = False
    """Print JSON."""


@dataclass(frozen=True)
class Inspect:
    """Say what a data set is like and what to think about before training on it."""

    spec: Spec = ""
    """A folder, builtin:NAME, torchvision:NAME, hf:NAME, or tar shards."""
    json: bool = False
    """Print JSON."""


@dataclass(frozen=True)
class Pack:
    """Pack a data set into the cache, as the first training on it would do."""

    spec: Spec = ""
    """A folder, builtin:NAME, torchvision:NAME, hf:NAME, or tar shards."""
    json: bool = False
    """Print JSON."""


@dataclass(frozen=True)
class Clear:
    """Remove everything from the cache; it is made again when it is needed."""

    json: bool = False
    """Print JSON."""


def run(arguments: Sequence[str]) -> int:
    """Run one of the verbs below `data`, and return the exit status."""
    verb = arguments[0] if arguments else "--help"
    if verb in ("-h", "--help"):
        print(help_text())
        return 0
    if verb not in VERBS:
        from ..settings import nearest

        raise ValueError(f"there is no verb `data {verb}`.{nearest(verb, VERBS)} There are {', '.join(VERBS)}.")
    return {"list": listed, "inspect": inspected, "pack": packed, "clear": cleared}[verb](list(arguments[1:]))


def help_text() -> str:
    verbs = "\n".join(f"  {verb:<8} {line}" for verb, line in VERBS.items())
    usage = f"usage: sparring data [-h] {{{','.join(VERBS)}}} ..."
    return f"{usage}\n\nverbs:\n{verbs}\n\noptions:\n  -h, --help  show this help"


def listed(arguments: list[str]) -> int:
    flags = parse(List, arguments, "sparring data list")
    from ..data.builtin import builtin_sets
    from ..data.cache import cache_folder, cached_packs

    sets, packs = builtin_sets(), cached_packs()
    cached = [vars(pack) for pack in packs]
    lines = ["Built in:"]
    for one in sets:
        count = f"{one['count']:,}" if one["count"] else "endless"
        lines.append(f"  {one['name']!s:<22} {count:>8}  {one['about']}{need(one)}")
    lines += ["", f"Packed in {cache_folder()}:" if packs else f"Nothing is packed in {cache_folder()}."]
    for pack in packs:
        age = time.strftime("%Y-%m-%d", time.localtime(pack.last_used))
        mebibytes = pack.bytes / 2**20
        lines.append(f"  {pack.name:<22} {pack.count:>8,}  {pack.size} pixels, {mebibytes:,.0f} MiB, last used {age}")
    Voice(flags.json).answer({"builtin": sets, "cache": str(cache_folder()), "packed": cached}, "\n".join(lines))
    return 0


def need(one: dict[str, object]) -> str:
    return f" (first: {one['install']})" if one["install"] else ""


def opened(spec: str, voice: Voice) -> Source:
    from ..data.open import open_source
    from ..data.settings import DataSettings
    from ..recipes.choose import sided
    from .packing import packing

    if not spec:
        raise ValueError(f"say which data. {SPEC}")
    with packing(voice) as progress:
        return open_source(DataSettings(spec=spec, flip=not sided(spec)), progress)


def inspected(arguments: list[str]) -> int:
    flags = parse(Inspect, arguments, "sparring data inspect")
    from ..data.inspect import inspect_source

    voice = Voice(flags.json)
    source = opened(flags.spec, voice)
    facts = inspect_source(source) | {"contact_sheet": sheet_of(source)}
    voice.answer(facts, told(facts))
    return 0


def sheet_of(source: Source) -> str | None:
    """Where the contact sheet of a packed set was put."""
    from ..data.packed import PackSource
    from ..data.sheet import contact_sheet, save_png

    if not isinstance(source, PackSource):
        return None
    path = source.pack.folder / "contact_sheet.png"
    save_png(contact_sheet(source), path)
    return str(path)


def told(facts: dict[str, Any]) -> str:
    """Facts line by line; what is empty or long is left out."""
    lines = []
    for name, value in facts.items():
        if name in ("notes", "warnings") or value in (None, "", [], {}) or name.endswith("_named"):
            continue
        lines.append(f"{name.replace('_', ' '):<18} {shown(value)}")
    warnings = facts.get("warnings")
    return "\n".join([*lines, *(f"Warning: {sentence}" for sentence in warnings or ())])


def shown(value: object) -> str:
    if isinstance(value, dict):
        pairs = [f"{name} {shown(one)}" for name, one in value.items()]
        return ", ".join(pairs[:8]) + (", ..." if len(pairs) > 8 else "")
    if isinstance(value, list):
        return ", ".join(map(str, value[:8])) + (", ..." if len(value) > 8 else "")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def packed(arguments: list[str]) -> int:
    flags = parse(Pack, arguments, "sparring data pack")
    voice = Voice(flags.json)
    source = opened(flags.spec, voice)
    facts = source.facts()
    count = f"{source.count:,} images" if source.count is not None else "a stream"
    voice.answer(facts, f"{source.name} is ready: {count} for training, of {'x'.join(map(str, source.shape))}.")
    return 0


def cleared(arguments: list[str]) -> int:
    flags = parse(Clear, arguments, "sparring data clear")
    from ..data.cache import cache_folder, clear_cache

    freed = clear_cache()
    text = f"{freed / 2**20:,.0f} MiB removed from {cache_folder()}."
    Voice(flags.json).answer({"cache": str(cache_folder()), "removed_bytes": freed}, text)
    return 0
