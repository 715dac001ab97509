"""The tables and the pictures of benchmarks/quality.py."""

from __future__ import annotations

import argparse
import statistics

import cells
import contest
import numpy as np
import torch

PEER = "example"
INTRODUCTION = """# Quality in equal time on a CPU

Every run trains on one half of a set for the same time on one thread; what it draws then is compared with the other
half by the Fréchet distance (FD, lower is better; not an FID: the features are other ones, named below). The time is
the processor's: on an idle core that of the clock. Every recipe and the peer got the same sweep of learning rates
first, in shorter runs with a seed of its own; the table shows runs at the best of them, mean ± standard deviation over
seeds. The peer is the well-known PyTorch DCGAN example, written plainly: batch 64, width 64, learning rate 2e-4, beta1
0.5, no averaged copy.

    python benchmarks/quality.py --sweep && python benchmarks/quality.py && python benchmarks/quality.py --publish

What each recipe is, to the last setting, stands in `benchmarks/candidates.py`. Ours are drawn from the averaged copy
in evaluation mode, as users get them, the peer's as it trains. Learning rates that fall towards the end need the length
of the run: it is estimated from a trial whose time, a thirtieth more, is not counted.
"""
FEATURES = {
    "digits": "Digits: 32x32, MNIST's 5,000 in builtin:mnist-5k, half to train on. Features: the last hidden layer\n"
    "(128) of a small network that names held-out digits (`benchmarks/digits.py`).",
    "heads": "Heads: 64x64 in colour, the 10,000 of builtin:avatars, half to train on. Features: the last (320) of\n"
    "EfficientNet-Lite0, averaged over positions, images enlarged to 128.",
}


def write(options: argparse.Namespace) -> None:
    """Everything that is published, from the cells that are there."""
    there = cells.finished(options.out)
    text = INTRODUCTION
    results: cells.Facts = {"budgets": options.budgets, "floors": options.floors}
    for name in options.sets:
        rows = ranked(there, name)
        text += f"\n## {name.capitalize()}\n\n{FEATURES[name]}\n"
        sweep, final = (options.budgets[name][kind] for kind in ("sweep", "final"))
        text += (
            f"Runs of {final[0]:.0f} seconds and {final[1]:,} samples; in the sweep {sweep[0]:.0f} and {sweep[1]:,}. "
            f"The training half itself has {options.floors[name]:.1f}.\n\n"
        )
        text += table(rows) + sheets(options, name, rows) + sweep_table(there, name)
        results[name] = {"final": rows, "sweep": sweeps(there, name)}
    cells.publish("quality", results, text)


def ranked(there: dict[str, cells.Facts], name: str) -> list[cells.Facts]:
    """One row for each recipe and rate, the best first."""
    runs = dict[tuple[str, str], list[cells.Facts]]()
    for cell, facts in there.items():
        kind, of, method, factor, _ = cell.split("/")
        if (kind, of) == ("final", name):
            runs.setdefault((method, factor), []).append(facts)
    rows = list[cells.Facts]()
    for (method, factor), found in runs.items():
        values = [float(one["frechet"]) for one in found if "frechet" in one]  # type: ignore[arg-type]
        shown = [float(one["images"]) for one in found if "images" in one]  # type: ignore[arg-type]
        row: cells.Facts = {"recipe": method, "factor": factor, "runs": len(found), "broke": len(found) - len(values)}
        if values:
            row |= {"frechet": statistics.fmean(values), "images": statistics.fmean(shown), "each": values}
            row["spread"] = statistics.stdev(values) if len(values) > 1 else 0.0
        rows.append(row)
    rows.sort(key=lambda row: float(row.get("frechet", "inf")))  # type: ignore[arg-type]
    return rows


def table(rows: list[cells.Facts]) -> str:
    """Ratios to the peer at its published rate, and at its best."""
    peers = {row["factor"]: row["frechet"] for row in rows if row["recipe"] == PEER and "frechet" in row}
    published, tuned = peers.get("1.0"), min(peers.values(), default=None)
    head = ["recipe", "rate times#", "FD#", "of the peer, published#", "of the peer, tuned#", "images shown#"]
    lines = []
    for row in rows:
        name = f"**{row['recipe']} (peer)**" if row["recipe"] == PEER else row["recipe"]
        if "frechet" not in row:
            lines.append([name, row["factor"], "numbers broke down", "", "", ""])
            continue
        ratios = [f"{row['frechet'] / peer:.2f}" if peer else "" for peer in (published, tuned)]
        distance = f"{row['frechet']:.1f} ± {row['spread']:.1f}"
        lines.append([name, row["factor"], distance, *ratios, f"{row['images']:,.0f}"])
    return cells.table(head, lines)


def sweeps(there: dict[str, cells.Facts], name: str) -> dict[str, dict[str, float]]:
    """recipe -> factor -> distance."""
    found = dict[str, dict[str, float]]()
    for cell, facts in there.items():
        kind, of, method, factor, _ = cell.split("/")
        if (kind, of) == ("sweep", name):
            found.setdefault(method, {})[factor] = float(facts.get("frechet", "nan"))  # type: ignore[arg-type]
    return found


def sweep_table(there: dict[str, cells.Facts], name: str) -> str:
    found = sweeps(there, name)
    factors = sorted({factor for one in found.values() for factor in one}, key=float)
    lines = [[m, *(f"{one[f]:.1f}" if f in one else "" for f in factors)] for m, one in found.items()]
    head = ["recipe", *(f"rate x {factor}#" for factor in factors)]
    end = "\n\nWhere the highest rate was the best, a higher one may be better still: none was tried.\n"
    return "\nThe sweep:\n\n" + cells.table(head, lines) + end


def sheets(options: argparse.Namespace, name: str, rows: list[cells.Facts]) -> str:
    """Samples of every recipe's first seed."""
    columns, shown = (24, 48) if name == "digits" else (12, 12), []
    for row in rows:
        file = options.out / f"final_{name}_{row['recipe']}_{row['factor']}_{options.seeds[0]}.npz"
        if file.exists():
            images = torch.from_numpy(np.load(file)["samples"]).float() / 127.5 - 1
            shown.append((f"{row['recipe']} x{row['factor']}", [contest.sheet(images[: columns[1]], columns[0])]))
    if not shown:
        return "\n"
    contest.save(contest.arrange(shown, [""], margin=170), cells.PICTURES / f"quality-{name}.png")
    return f"\n\n![Samples, the best recipe first](../pictures/quality-{name}.png)\n"
