"""The table and the pictures of benchmarks/modes.py."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping

import cells
import contest
import numpy as np
from PIL import Image

from sparring.data.points import Points

# Lin et al. 2018, table 1 (10 runs each): modes of 8, % of high quality, reverse KL; then the same for the grid.
PACGAN = {
    "GAN": ((6.3, 98.2, 0.45), (17.3, 94.8, 0.70)),
    "ALI": ((6.6, 97.6, 0.36), (24.1, 95.7, 0.14)),
    "PacGAN2": ((7.9, 95.6, 0.07), (23.8, 91.3, 0.13)),
    "PacGAN3": ((7.8, 97.7, 0.10), (24.6, 94.2, 0.06)),
    "PacGAN4": ((7.8, 95.9, 0.07), (24.8, 93.6, 0.04)),
}
# Srivastava et al. 2017: modes of 8, % of high quality; then the same for the grid.
VEEGAN = {
    "GAN": ((1.0, 99.3), (3.3, 0.5)),
    "ALI": ((2.8, 0.13), (15.8, 1.6)),
    "Unrolled": ((7.6, 35.6), (23.6, 16.0)),
    "VEEGAN": ((8.0, 52.9), (24.6, 40.0)),
}
SIDE, SURFACES = 96, ("nonsaturating", "wgan (clip)", "wgan-gp", "gan + r1", "rpgan + r1 + r2", "gan + spectral norm")
Rows = Mapping[str, Mapping[str, cells.Facts]]
Sets = Mapping[str, Points]
INTRODUCTION = """# Modes of 2-D mixtures

A ring of 8 Gaussians (radius 1, sigma 0.01) and a grid of 25 ({{-4,-2,0,2,4}} in both directions, sigma 0.05), as in
PacGAN (Lin et al. 2018). Of 2,500 samples those within three sigma of a mode are of high quality (HQ); a mode with at
least one of them is found. The reverse KL compares the modes' shares of the HQ samples with equal shares (0 = equal).
Numbers are means over seeds, ± one standard deviation; `8/8 in` counts the seeds that found every mode.

**Not the published set-up:** the published runs take 400,000 updates of networks of 400 and 5 x 200 units, more than
two hours each on one core. The table is of runs of {steps:,} critic updates, batches of 100, with narrower networks: a
generator of 3 x 128 units with ReLU, a critic of 3 x 128 units with leaky ReLU, noise from N(0, I) in the plane, Adam
at 1e-3 without momentum. Points are drawn afresh, and not from a fixed 100,000. The first columns of each set are of
the latest weights, as in the papers; `averaged` is of a copy that averages the weights over half-lives of 20,000
points, which turns most of what circles around the modes into what sits on them. Weights of penalties were tuned a
little on seed 100 (r1 and r2 of 0.1 and 0.01). Set-ups that papers publish for these tasks stand in a table of their
own. Samples come from the generator in evaluation mode. VEEGAN and ALI judge pairs, so their critic and encoder are
others: two layers of 128. Rows with fewer seeds were not all finished: `of 1` is one run, and no more than a glance.

    python benchmarks/modes.py   # the runs below took {hours:.1f} hours on 2 cores; stopped, it goes on
    python benchmarks/modes.py --publish
"""
READING = """
## What it shows

- **Holding the critic flat works.** With R1 the averaged generator finds all 8 and all 25 modes in 5 of 5 seeds; the
  zero-centred penalty between the samples does the same. RpGAN with R1 and R2, WGAN-GP and even the plain loss find
  the whole ring, but on the grid only the first comes near (23.8 of 25). 4,000 updates are few for 25 modes, and its
  penalties are weaker (0.01); which of the two it is was not tried.
- **Averaging is worth as much as a penalty here.** Under the plain loss the latest weights lose three modes of the
  ring in one seed of five, and 29% of the samples lie between modes; the averaged ones lose none, and 7%. So the ring
  does not separate methods any more when generators are averaged, and the grid does.
- **What papers claim and this table does not show.** PacGAN finds more modes of the grid than the plain GAN in its
  own set-up and after a hundred times as many updates; here packs learn more slowly (4% of high quality after 4,000
  updates). VEEGAN is ahead of nothing at this length. Looking ahead through five steps of Adam fails in its one run;
  the common learning rate of 1e-3 is ten times its authors' for the critic, and their own set-up was not run.
- **What may be set up badly.** DRAGAN has its published weight of 10 here and fails in its one run; at 1 its toy
  finds the ring in 3 of 3 seeds. So do the toys of the f-GANs with an R1 of 1, where KL, Hellinger and reverse KL
  fail without.
- f-GAN's `gan` and `js` are left out: their practical generator has the gradient of the plain loss.
"""


def write(options: argparse.Namespace, methods: Mapping[str, object], sets: Sets, reach: Mapping[str, float]) -> None:
    """Everything that is published, from the cells that are there."""
    there = cells.finished(options.out)
    rows = {method: {name: found(there, name, method) for name in sets} for method in methods}
    rows = {method: row for method, row in rows.items() if any(row.values())}
    own = [method for method in rows if "own" in method or "published" in method]
    hours = sum(float(facts["seconds"]) for facts in there.values()) / options.workers / 3600
    text = INTRODUCTION.format(steps=options.steps, hours=hours)
    text += "\n## One set-up for all\n\n" + table([m for m in rows if m not in own], rows, sets)
    if own:
        text += "\n\n## Set-ups as published for these tasks\n\n" + table(own, rows, sets)
    text += "\n" + READING.rstrip() + published() + pictures(options, list(rows), sets, reach)
    cells.publish("modes", {"steps": options.steps, "seeds": options.seeds, "methods": rows}, text)


def found(there: Mapping[str, cells.Facts], name: str, method: str) -> cells.Facts:
    """Means and spreads over the seeds of one method on one set; empty where there is no run."""
    runs = [facts for cell, facts in there.items() if cell.rpartition("/")[0] == f"{name}/{method}"]
    whole = [facts for facts in runs if "broke" not in facts]
    if not whole:
        return {"runs": len(runs), "broke": len(runs)} if runs else {}
    facts: cells.Facts = {"runs": len(runs), "broke": len(runs) - len(whole)}
    kinds = ("modes", "high_quality", "reverse_kl", "averaged_modes", "averaged_high_quality", "seconds")
    for what in kinds:
        values = [float(one[what]) for one in whole if one[what] is not None]
        if values:
            facts[what] = round(statistics.fmean(values), 4)
            facts[f"{what}_spread"] = round(statistics.stdev(values), 4) if len(values) > 1 else 0.0
    for kind in ("modes", "averaged_modes"):
        facts[f"all_{kind}"] = [one[kind] for one in whole]
    return facts


def table(names: list[str], rows: Rows, sets: Sets) -> str:
    head = ["method"]
    for name, points in sets.items():
        n = len(points.centres)
        head += [f"{name}: modes of {n}#", "% HQ#", "reverse KL#", "averaged: modes#", f"{n}/{n} in#", "% HQ#"]
    lines = []
    for method in names:
        line = [method]
        for name, points in sets.items():
            line += columns(rows[method][name], len(points.centres))
        lines.append([*line, seconds(rows[method])])
    return cells.table([*head, "seconds#"], lines)


def columns(facts: cells.Facts, modes: int) -> list[str]:
    if not facts:
        return [""] * 6
    if "modes" not in facts:
        return ["numbers broke down", "", "", "", f"0 of {facts['runs']}", ""]
    every = sum(one == modes for one in facts["all_averaged_modes"])
    kl = f"{facts['reverse_kl']:.2f}" if "reverse_kl" in facts else "-"
    latest = [spread(facts, "modes"), f"{100 * facts['high_quality']:.0f}", kl]
    averaged = spread(facts, "averaged_modes")
    return [*latest, averaged, f"{every} of {facts['runs']}", f"{100 * facts['averaged_high_quality']:.0f}"]


def spread(facts: cells.Facts, what: str) -> str:
    return f"{facts[what]:.1f} ± {facts[f'{what}_spread']:.1f}"


def seconds(row: Mapping[str, cells.Facts]) -> str:
    times = [float(facts["seconds"]) for facts in row.values() if "seconds" in facts]
    return f"{statistics.fmean(times):.0f}" if times else ""


def published() -> str:
    """What the papers report, after 20 times as many updates."""
    names = ("GAN", "ALI", "Unrolled", "VEEGAN", "PacGAN2", "PacGAN3", "PacGAN4")
    head = ["paper's name", "reported by", "ring: modes of 8#", "% HQ#", "reverse KL#"]
    head += ["grid: modes of 25#", "% HQ#", "reverse KL#"]
    lines = [[n, "PacGAN", *PACGAN[n][0], *PACGAN[n][1]] for n in names if n in PACGAN]
    lines += [[n, "VEEGAN", *VEEGAN[n][0], "", *VEEGAN[n][1], ""] for n in names if n in VEEGAN]
    return "\n\n## What papers report\n\n" + cells.table(head, sorted(lines, key=lambda line: names.index(line[0])))


def pictures(options: argparse.Namespace, methods: list[str], sets: Sets, reach: Mapping[str, float]) -> str:
    """Samples over training for every method, and the critics of a few; the Markdown that shows them."""
    text = "\n\n## Samples over training, and what critics see\n"
    for name in sets:
        rows, critics = list[tuple[str, list[Image.Image]]](), list[tuple[str, Image.Image]]()
        titles = list[str]()
        for method in methods:
            file = options.out / f"{name}_{method}_{options.seeds[0]}.npz"
            if not file.exists():
                continue
            seen = np.load(file)
            titles = [key for key in seen.files if key != "surface"]
            rows.append((method, [contest.scatter(seen[key], reach[name], SIDE, (20, 60, 130)) for key in titles]))
            if "surface" in seen.files and method in SURFACES:
                critics.append((method, contest.surface(seen["surface"], 150)))
        if not rows:
            continue
        shares = [f"{100 * float(key):.0f}% of the run" for key in titles]
        contest.save(contest.arrange(rows, shares, margin=150), cells.PICTURES / f"modes-{name}.png")
        text += f"\n![Samples over training on the {name}](../pictures/modes-{name}.png)\n"
        if critics:
            line = [("", [picture for _, picture in critics])]
            contest.save(
                contest.arrange(line, [method for method, _ in critics], 4), cells.PICTURES / f"critics-{name}.png"
            )
            text += "\nLogits of the critic at the end of the run, low in blue and high in red:\n"
            text += f"\n![Critics on the {name}](../pictures/critics-{name}.png)\n"
    return text
