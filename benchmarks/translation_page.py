"""The tables and the pictures of benchmarks/translation.py."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterable, Mapping

import cells
import contest
import numpy as np
import torch
from torch import Tensor

INTRODUCTION = """# Translation in equal time on a CPU

Every run gets the same {seconds:.0f} seconds of one core (of the processor, so that other work does not count). Seeds:
{seeds}; in brackets is the range. Images of 64 pixels. What {samples:,} held-out sources become is compared with the
held-out targets in the features of EfficientNet-Lite0 (the last 320, averaged over positions, images enlarged to 128):
FD is Fréchet's distance (no FID, as the features are other ones), KD the kernel's in thousands; of both, lower is
better.

    python benchmarks/translation.py && python benchmarks/translation.py --publish

Networks are narrow (what changes stands in `benchmarks/translation.py`); everything else is as the recipes have it,
batches of one included. Minutes of one core are very little for these methods, which their authors trained for days on
a graphics card: this says what to take when there is no more.
"""
ABOUT = {
    "pairs": """## Pairs: lines to cartoon heads

L1 in levels of 255 and PSNR in dB, to the head that the lines are of; `lines` is the L1 of the result's own lines to
the given ones.
""",
    "unpaired": """## Without pairs: one style of heads to another

`follows` is the correlation of colours (4x4 means of the picture) with the source's: 0 would be a head that has nothing
to do with it. `cycle` is the L1 in levels of 255 after there and back, where there is a way back.
""",
}
COLUMNS = {
    "pairs": {"frechet": "FD#", "kernel": "KD#", "l1": "L1#", "psnr": "PSNR#", "lines": "lines#"},
    "unpaired": {"frechet": "FD#", "kernel": "KD#", "follows": "follows#", "cycle": "cycle#"},
}
DIGITS = {"psnr": 1, "follows": 2}
Shown = Mapping[str, tuple[Tensor, Tensor]]


def write(
    options: argparse.Namespace,
    methods: Mapping[str, Iterable[str]],
    references: Mapping[str, cells.Facts],
    shown: Shown,
) -> None:
    """Everything that is published, from the cells that are there."""
    there = cells.finished(options.out)
    text = INTRODUCTION.format(seconds=options.seconds, seeds=len(options.seeds), samples=options.samples)
    results: cells.Facts = {"seconds": options.seconds, "samples": options.samples, "references": dict(references)}
    for name, named in methods.items():
        rows = {m: [f for cell, f in there.items() if cell.startswith(f"{name}/{m}/")] for m in named}
        results[name] = {method: average(found, name) for method, found in rows.items() if found}
        text += f"\n{ABOUT[name]}\n{table(name, rows, references)}\n{picture(options, name, named, shown[name])}"
    cells.publish("translation", results, text)


def average(found: list[cells.Facts], name: str) -> cells.Facts:
    """Each number's mean and all of its values."""
    columns = (*COLUMNS[name], "images")
    values = {c: [float(str(one[c])) for one in found if c in one] for c in columns}
    return {c: {"mean": statistics.fmean(each), "each": each} for c, each in values.items() if each}


def table(name: str, rows: Mapping[str, list[cells.Facts]], references: Mapping[str, cells.Facts]) -> str:
    lines = []
    for method, found in rows.items():
        if found:
            numbers = [cell([float(str(one[c])) for one in found if c in one], c) for c in COLUMNS[name]]
            shown = statistics.fmean(float(str(one["images"])) for one in found)
            lines.append([method, *numbers, f"{shown:,.0f}"])
    for label, facts in references.items():
        if label.startswith(f"{name}, "):
            numbers = [cell([float(str(facts[c]))] if c in facts else [], c) for c in COLUMNS[name]]
            lines.append([f"*{label.removeprefix(f'{name}, ')}*", *numbers, ""])
    return cells.table(["method", *COLUMNS[name].values(), "images shown#"], lines)


def cell(values: list[float], column: str) -> str:
    """The mean, and the range where there are several."""
    digits = DIGITS.get(column, 1)
    if not values:
        return "-"
    spread = f" ({min(values):.{digits}f} to {max(values):.{digits}f})" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.{digits}f}{spread}"


def picture(options: argparse.Namespace, name: str, methods: Iterable[str], shown: tuple[Tensor, Tensor]) -> str:
    """Held-out sources and what the first seed makes of them; pairs have the right answer below."""
    sources, targets = shown
    rows = [("source", [contest.sheet(sources, len(sources))])]
    for method in methods:
        file = options.out / f"{name}_{method}_{options.seeds[0]}.npz"
        if file.exists():
            made = torch.from_numpy(np.load(file)["made"]).float() / 127.5 - 1
            rows.append((method, [contest.sheet(made, len(made))]))
    rows.append(("right answer" if name == "pairs" else "real targets", [contest.sheet(targets, len(targets))]))
    contest.save(contest.arrange(rows, [""]), cells.PICTURES / f"translation-{name}.png")
    return f"\n![Held-out sources and what becomes of them, first seed](../pictures/translation-{name}.png)\n"
