"""A plain PyTorch GAN on points around a ring, watched by the doctor: the lines with `vitals` are all it takes.

python watched_loop.py --out runs/ring            # then: sparring doctor runs/ring
python watched_loop.py --out runs/ill --generator-rate 5e-3 --critic-rate 1e-5
"""

from __future__ import annotations

import argparse
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import sparring

LATENT = 2


def ring(count: int, dice: torch.Generator) -> Tensor:
    """Points (n, 2) in eight narrow clouds around the origin."""
    angle = torch.randint(8, (count,), generator=dice) * (math.pi / 4)
    return torch.stack([angle.cos(), angle.sin()], 1) + 0.02 * torch.randn(count, 2, generator=dice)


def mlp(outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, outputs)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a GAN on a ring of points, and let the doctor watch.")
    parser.add_argument("--out", required=True, help="folder for what the doctor writes; must not exist yet")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--generator-rate", type=float, default=1e-3)
    parser.add_argument("--critic-rate", type=float, default=1e-3)
    options = parser.parse_args()

    torch.manual_seed(0)
    dice = torch.Generator().manual_seed(1)
    G, D = mlp(2), mlp(1)
    optimiser_G = torch.optim.Adam(G.parameters(), options.generator_rate, betas=(0.5, 0.999))
    optimiser_D = torch.optim.Adam(D.parameters(), options.critic_rate, betas=(0.5, 0.999))
    vitals = sparring.Vitals(
        options.out,
        generator=G,
        critic=D,
        real=ring(1500, dice),
        latent=LATENT,
        generator_optimiser=optimiser_G,
        critic_optimiser=optimiser_D,
        loss="nonsaturating",
        batch=options.batch,
        rounds=options.steps,
    )

    for _ in range(options.steps):
        fake = G(torch.randn(options.batch, LATENT))

        optimiser_D.zero_grad()
        on_real, on_fake = D(ring(options.batch, dice)), D(fake.detach())
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
