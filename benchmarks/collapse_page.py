"""The table and the pictures of benchmarks/collapse.py."""

from __future__ import annotations

import argparse
import statistics

import cells
import contest
import numpy as np
import torch

INTRODUCTION = """# Collapse on handwritten digits

A plain GAN set up so that it collapses, and what mends it with the same networks and as many images. Both networks are
fully connected (generator 128, 256 and 512 units with batch norm, critic 256 and 128), the noise has 32 numbers, the
batch 64, the loss is the non-saturating one, and Adam runs at 1e-3 with betas (0.8, 0.999). This set-up was searched
for: with beta1 0.9 the plain GAN's only class is noise, with 0.5 or 0 it recovers. Each critic is shown {images:,}
images of MNIST's 5,000 in builtin:mnist-5k (28 pixels, enlarged to 32). Every method changes nothing but itself; the
rows that name betas show what the optimiser of the papers of WGAN-GP and R3GAN does alone and with them. Samples are
those of the averaged generator.

A small convolutional network, trained once on half of the images, names {accuracy:.1%} of the other half rightly. It
says which digit each of 5,000 samples shows. *Covered*: digits with at least 1% of the samples, a tenth of their fair
share. *KL*: of the shares of digits to equal shares (0 = equal). *FD*: Fréchet distance in the last hidden features of
that network to the held-out half: how well the digits are drawn. Mean ± standard deviation over seeds.

    python benchmarks/collapse.py
"""
READING = """

The plain GAN draws two to five digits and gives nearly all samples to one. The Wasserstein loss with gradient penalty,
and the relativistic loss with R1 and R2, each with its paper's optimiser, draw all ten in every run, in nearly equal
shares, and far better. Packing, minibatch discrimination and spectral normalisation alone do not help here: under this
much momentum their generators end with two or three blurred shapes, or with noise. Methods with one run are there
to be seen, and not to be ranked.
"""
STACKED = """

## Stacked digits

Three random digits as the three colours of one image: 1,000 modes, each found if one of 26,000 samples shows it. The
protocol is PacGAN's, scaled down: DCGAN of width 16 instead of 64, {images:,} images instead of 6.4 million, digits of
builtin:mnist-5k instead of MNIST's 60,000, 32 pixels, Adam at 2e-4. 26,000 draws from equal shares have a KL of 0.02.

"""
PUBLISHED = """

Published (modes, KL): DCGAN 78.9 and 4.50, PacDCGAN2 1000 and 0.06 (Lin et al. 2018); DCGAN 99 and 3.40, ALI 16 and
5.40, Unrolled 48.7 and 4.32, VEEGAN 150 and 2.95 (Srivastava et al. 2017).
"""


def write(options: argparse.Namespace) -> None:
    """Everything that is published, from the cells that are there."""
    there = cells.finished(options.out)
    text = INTRODUCTION.format(images=options.images, accuracy=options.accuracy) + "\n"
    digits = gathered(there, "digits")
    head = ["method", "covered#", "10/10 in#", "KL#", "largest share#", "FD#"]
    text += cells.table(head, [digits_row(name, runs) for name, runs in digits.items()])
    text += READING + sheets(options, "digits", list(digits))
    stacked = gathered(there, "stacked")
    if stacked:
        text += STACKED.format(images=options.stacked_images)
        head = ["method", "modes of 1,000#", "KL#", "seconds#", "seeds#"]
        text += cells.table(head, [stacked_row(name, runs) for name, runs in stacked.items()])
        text += PUBLISHED + sheets(options, "stacked", list(stacked))
    cells.publish("collapse", {"classifier_accuracy": options.accuracy, "digits": digits, "stacked": stacked}, text)


def gathered(there: dict[str, cells.Facts], name: str) -> dict[str, list[cells.Facts]]:
    """The runs of each method, in the order in which they were found."""
    found = dict[str, list[cells.Facts]]()
    for cell, facts in there.items():
        first, method, _ = cell.split("/")
        if first == name:
            found.setdefault(method, []).append(facts)
    order = ["plain", *sorted(method for method in found if method != "plain")]
    return {method: found[method] for method in order if method in found}


def spread(values: list[float], form: str) -> str:
    if not values:
        return ""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.fmean(values):{form}} ± {deviation:{form}}"


def column(runs: list[cells.Facts], key: str) -> list[float]:
    return [float(run[key]) for run in runs if key in run]  # type: ignore[arg-type]


def digits_row(name: str, runs: list[cells.Facts]) -> list[str]:
    covered = column(runs, "covered")
    every = f"{sum(one == 10 for one in covered)} of {len(runs)}"
    largest = [max(run["shares"]) for run in runs if "shares" in run]  # type: ignore[type-var]
    share = f"{100 * statistics.fmean(largest):.0f}%" if largest else ""
    kl, distance = spread(column(runs, "kl"), ".3f"), spread(column(runs, "frechet"), ".1f")
    return [name, spread(covered, ".1f"), every, kl, share, distance]


def stacked_row(name: str, runs: list[cells.Facts]) -> list[str]:
    times = spread(column(runs, "training_seconds"), ".0f").split(" ")[0]
    return [name, spread(column(runs, "covered"), ".0f"), spread(column(runs, "kl"), ".2f"), times, str(len(runs))]


def sheets(options: argparse.Namespace, name: str, methods: list[str]) -> str:
    """20 samples of each method's first seed, in one row."""
    seed = options.seeds[0] if name == "digits" else options.stacked_seeds[0]
    rows = []
    for method in methods:
        file = options.out / f"{name}_{method}_{seed}.npz"
        if file.exists():
            images = torch.from_numpy(np.load(file)["samples"]).float() / 127.5 - 1
            rows.append((method, [contest.sheet(images[:40], 20)]))
    if not rows:
        return ""
    contest.save(contest.arrange(rows, [""], margin=150), cells.PICTURES / f"collapse-{name}.png")
    return f"\n\n![Samples of every method, seed {seed}](../pictures/collapse-{name}.png)\n"
