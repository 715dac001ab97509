"""Training loops that are not Sparring's, watched through `sparring.Vitals`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

import sparring
from sparring.data.open import open_source
from sparring.data.settings import DataSettings

Loop = Callable[[Path, int, bool], None]
"""Trains into a folder with a seed; True = for a few rounds only."""
LATENT, WIDTH, BATCH, ROUNDS, RATE = 16, 128, 64, 800, 1e-3
MARGIN, PULL = 0.3, 0.1
"""Error that fakes should have at least, and the weight of the term that pulls their codes apart."""
SHARE = 1.0
"""Of the training time that watching may take: in a run of seconds it needs more than in any real one."""


def energy(folder: Path, seed: int, quick: bool) -> None:
    """EBGAN (Zhao et al. 2017), from which BEGAN came, on digits: the critic is an autoencoder without any logit.

    Its losses are errors of reconstruction; fakes' codes are pulled apart. BEGAN itself, whose critic only holds the
    ratio of both errors, collapses with networks as small as these.
    """
    torch.manual_seed(seed)
    real = images()
    size, rounds = real[0].numel(), 30 if quick else ROUNDS
    generator, critic = shaped(LATENT, size, real), autoencoder(size, real)
    optimisers = [torch.optim.Adam(one.parameters(), lr=RATE, betas=(0.5, 0.999)) for one in (generator, critic)]
    vitals = sparring.Vitals(
        folder, generator=generator, critic=critic, real=real, latent=LATENT, generator_optimiser=optimisers[0],
        critic_optimiser=optimisers[1], batch=BATCH, rounds=rounds, share=SHARE,
    )  # fmt: skip
    for _ in range(rounds):
        fake = generator(torch.randn(BATCH, LATENT))
        shown = real[torch.randint(len(real), (BATCH,))]
        critic_loss = error(critic, shown).mean() + (MARGIN - error(critic, fake.detach())).relu().mean()
        step(optimisers[1], critic_loss)
        generator_loss = error(critic, fake).mean() + PULL * likeness(critic[:4](fake))
        step(optimisers[0], generator_loss)
        vitals.step(critic_loss=critic_loss, generator_loss=generator_loss)


def images() -> Tensor:
    """Digits of 16 pixels (1200, 1, 16, 16) in [-1, 1]."""
    source = open_source(DataSettings(spec="builtin:digits", size=16, labels="none"))
    return source.feed(1200, seed=0).batch(0).image


def shaped(inputs: int, outputs: int, like: Tensor) -> nn.Sequential:
    """Rows to images of this shape."""
    layers = (nn.Linear(inputs, WIDTH), nn.ELU(), nn.Linear(WIDTH, WIDTH), nn.ELU(), nn.Linear(WIDTH, outputs))
    return nn.Sequential(*layers, nn.Tanh(), nn.Unflatten(1, tuple(like.shape[1:])))


def autoencoder(size: int, like: Tensor) -> nn.Sequential:
    """Four layers to a code, and back."""
    layers = (nn.Flatten(), nn.Linear(size, WIDTH), nn.ELU(), nn.Linear(WIDTH, LATENT))
    return nn.Sequential(*layers, *shaped(LATENT, size, like))


def error(critic: nn.Module, image: Tensor) -> Tensor:
    """Mean squared error of each reconstruction (n,)."""
    return (critic(image) - image).square().mean((1, 2, 3))


def likeness(codes: Tensor) -> Tensor:
    """Mean squared cosine between the codes (n, d) of two samples."""
    turned = codes / codes.norm(dim=1, keepdim=True)
    return ((turned @ turned.T).square().sum() - len(codes)) / (len(codes) * (len(codes) - 1))


def step(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


LOOPS: Mapping[str, Loop] = {"digits energy": energy}
