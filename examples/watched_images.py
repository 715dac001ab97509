"""A plain PyTorch DCGAN on digits, watched by the doctor, with a mistake that can be switched on.

python watched_images.py --out runs/digits                  # then: sparring doctor runs/digits
python watched_images.py --out runs/half --forget-range     # pictures in [0, 1], a generator in [-1, 1]
"""

from __future__ import annotations

import argparse

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import sparring
from sparring.data.open import open_source
from sparring.data.settings import DataSettings
from sparring.doctor.lint import lint_modules
from sparring.doctor.words import terminal

LATENT, WIDTH = 32, 16


def pictures(forget_range: bool) -> Tensor:
    """Digits (n, 1, 16, 16), in [-1, 1] unless that is forgotten."""
    source = open_source(DataSettings(spec="builtin:digits", size=16, labels="none"))
    pixels = source.feed(1600, seed=0).batch(0).image  # in [-1, 1]
    return (pixels + 1) / 2 if forget_range else pixels


def generator() -> nn.Module:
    return nn.Sequential(
        nn.Linear(LATENT, 4 * WIDTH * 16), nn.Unflatten(1, (4 * WIDTH, 4, 4)), nn.BatchNorm2d(4 * WIDTH), nn.ReLU(),
        nn.ConvTranspose2d(4 * WIDTH, 2 * WIDTH, 4, 2, 1), nn.BatchNorm2d(2 * WIDTH), nn.ReLU(),
        nn.ConvTranspose2d(2 * WIDTH, 1, 4, 2, 1), nn.Tanh(),
    )  # fmt: skip


def critic() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 2 * WIDTH, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(2 * WIDTH, 4 * WIDTH, 4, 2, 1),
        nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(4 * WIDTH * 16, 1),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a DCGAN on digits, and let the doctor watch.")
    parser.add_argument("--out", required=True, help="folder for what the doctor writes; must not exist yet")
    parser.add_argument("--forget-range", action="store_true", help="leave the pictures in [0, 1]")
    parser.add_argument("--only-lint", action="store_true", help="look at networks and data, and do not train")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()

    torch.manual_seed(0)
    dice, real = torch.Generator().manual_seed(1), pictures(options.forget_range)
    G, D = generator(), critic()
    if options.only_lint:
        for finding in lint_modules(G, D, real, latent=LATENT):
            print(terminal(finding))
        return
    optimiser_G, optimiser_D = (torch.optim.Adam(net.parameters(), 2e-4, betas=(0.5, 0.999)) for net in (G, D))
    vitals = sparring.Vitals(
        options.out,
        generator=G, critic=D, real=real, latent=LATENT, generator_optimiser=optimiser_G,
        critic_optimiser=optimiser_D, loss="nonsaturating", batch=options.batch, rounds=options.steps,
    )  # fmt: skip

    for _ in range(options.steps):
        fake = G(torch.randn(options.batch, LATENT))

        optimiser_D.zero_grad()
        on_real, on_fake = D(real[torch.randint(len(real), (options.batch,), generator=dice)]), D(fake.detach())
        loss_D = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
        loss_D.backward()
        optimiser_D.step()

        optimiser_G.zero_grad()
        loss_G = F.softplus(-D(fake)).mean()
        loss_G.backward()
        optimiser_G.step()

        for finding in vitals.step(critic_loss=loss_D, generator_loss=loss_G, real_logits=on_real, fake_logits=on_fake):
            print(f"{finding.severity}: {finding.title}")


if __name__ == "__main__":
    main()
