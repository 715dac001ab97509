"""What networks saw of real images, kept between runs: it is the dear half of a score, and always the same."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, distributed

from ..data.cache import cache_folder, cache_trouble
from .looking import Readable, look
from .moments import Moments
from .sets import Extractor, Seen

FORMAT = 1
KEPT = ("features", "logits")
"""What is stored beside the moments, where a metric asked for it; images are cheap to read again."""


def remembered(
    images: Readable,
    extractor: Extractor,
    *,
    keep: frozenset[str] = frozenset(),
    progress: Callable[[int], None] | None = None,
) -> Seen:
    """As `look`, from the cache where the same network has seen the same images before.

    ValueError and OSError as there, and OSError where the cache cannot be written.
    """
    file = cache_file(images.fingerprint, extractor)
    found = recall(file, keep)
    if not everywhere(found is not None):
        found = look(images, extractor, keep=keep, progress=progress)
        if not distributed_rank():
            store(file, found)
        everywhere(True)  # nobody asks again before it is there
        return found
    assert found is not None
    if "images" in keep:
        whole, _ = images.read(0, images.count)
        found = replace(found, images=whole)
    return replace(found, names=images.names, fingerprint=images.fingerprint)


def cache_file(fingerprint: str, extractor: Extractor) -> Path:
    """Where it is kept what this network saw of this set."""
    facts = json.dumps([FORMAT, fingerprint, extractor.name, extractor.weights, extractor.resize])
    return cache_folder() / "seen" / f"{blake2b(facts.encode(), digest_size=10).hexdigest()}.safetensors"


def recall(file: Path, keep: frozenset[str]) -> Seen | None:
    """What is stored there; None where it is missing, damaged, or lacks rows that are asked for."""
    try:
        with safe_open(file, "pt") as opened:
            stored = set(opened.keys())
            wanted = {key for key in KEPT if key in keep} & {*stored, *opened.metadata()["has"].split()}
            if not wanted <= stored:
                return None
            parts = {key: opened.get_tensor(key) for key in wanted | {"mean", "scatter"} | (stored & {"labels"})}
            count = int(opened.metadata()["count"])
    except (OSError, SafetensorError, KeyError, ValueError, TypeError):
        return None
    moments = Moments(count, parts.pop("mean"), parts.pop("scatter"))
    return Seen(count, moments, parts.get("features"), parts.get("logits"), parts.get("labels"))


def store(file: Path, seen: Seen) -> None:
    """Put it there in one piece."""
    parts: dict[str, Tensor] = {"mean": seen.moments.mean, "scatter": seen.moments.scatter}
    rows = {"features": seen.features, "logits": seen.logits, "labels": seen.labels}
    parts |= {name: tensor for name, tensor in rows.items() if tensor is not None}
    has = "features" if seen.logits is None else "features logits"
    put(file, lambda part: save_file(parts, part, {"count": str(seen.count), "has": has}))


def put(file: Path, write: Callable[[Path], object]) -> None:
    """A file that is whole or absent. OSError with one sentence where the cache cannot be written."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.partial")
    try:
        with cache_trouble():
            file.parent.mkdir(parents=True, exist_ok=True)
            write(part)
            with open(part, "rb") as written:
                os.fsync(written.fileno())
            os.replace(part, file)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def distributed_rank() -> int:
    return distributed.get_rank() if distributed.is_available() and distributed.is_initialized() else 0


def everywhere(here: bool) -> bool:
    """Whether it is so in all processes: caches of several machines may differ."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return here
    answers = list[bool]([False] * distributed.get_world_size())
    distributed.all_gather_object(answers, here)
    return all(answers)
