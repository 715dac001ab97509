"""DCGAN on handwritten digits, complete in one file: nothing is imported but PyTorch and the data.

    python dcgan.py --steps 1000 --samples samples.png --save weights.pt

Two networks play against each other. The critic D learns to tell real images from the generator's; the generator G
learns to make D take its images for real. Both follow Radford, Metz and Chintala, "Unsupervised Representation
Learning with Deep Convolutional Generative Adversarial Networks" (2016):

* strided convolutions instead of pooling, no fully connected hidden layers;
* batch norm in both networks, but neither at G's output nor at D's input;
* ReLU and a final tanh in G, leaky ReLU in D;
* weights start from N(0, 0.02), and Adam runs at 2e-4 with beta1 = 0.5.

The loss is the non-saturating one of Goodfellow et al. (2014), written on logits:
D minimises softplus(-D(x)) + softplus(D(G(z))), and G minimises softplus(-D(G(z))).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torchvision.utils import save_image

SIZE = 32  # pixels
LATENT = 100  # length of the noise vector z


def digits() -> Tensor:
    """1,797 real handwritten digits, (n, 1, 32, 32) in [-1, 1]."""
    small = torch.from_numpy(load_digits().images).float()[:, None] / 16  # 8x8, 0..16 in the source
    large = F.interpolate(small, size=(SIZE, SIZE), mode="bicubic", align_corners=False)
    return large.clamp(0, 1) * 2 - 1


def endless(images: Tensor, batch: int, seed: int) -> Iterator[Tensor]:
    """Batches for ever; every image once before any comes again."""
    dice = torch.Generator().manual_seed(seed)
    while True:
        for picks in torch.randperm(len(images), generator=dice).split(batch):
            if len(picks) == batch:
                yield images[picks]


def generator(width: int, channels: int) -> nn.Module:
    """(n, LATENT, 1, 1) -> (n, channels, 32, 32) in [-1, 1]: from 1x1 over 4, 8 and 16 to 32 pixels."""

    def stage(inputs: int, outputs: int, stride: int, padding: int) -> nn.Module:
        return nn.Sequential(
            # Batch norm subtracts the mean, so a bias before it would do nothing.
            nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )

    return nn.Sequential(
        stage(LATENT, 4 * width, 1, 0),
        stage(4 * width, 2 * width, 2, 1),
        stage(2 * width, width, 2, 1),
        nn.ConvTranspose2d(width, channels, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


def critic(width: int, channels: int) -> nn.Module:
    """(n, channels, 32, 32) -> (n, 1, 1, 1): one logit per image, high where it looks real. No sigmoid."""

    def stage(inputs: int, outputs: int) -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.LeakyReLU(0.2, inplace=True),
        )

    return nn.Sequential(
        nn.Conv2d(channels, width, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        stage(width, 2 * width),
        stage(2 * width, 4 * width),
        nn.Conv2d(4 * width, 1, 4, 1, 0, bias=False),
    )


def initialise(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    if isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


def build(seed: int, width: int, channels: int) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(seed)
    G = generator(width, channels).apply(initialise)
    D = critic(width, channels).apply(initialise)
    # The same numbers with the channels innermost in memory: faster convolutions.
    return G.to(memory_format=torch.channels_last), D.to(memory_format=torch.channels_last)


def train(images: Tensor, steps: int, batch: int, seed: int, width: int) -> tuple[nn.Module, nn.Module]:
    """Train on `images` (n, channels, 32, 32) in [-1, 1]; returns the generator and the critic."""
    G, D = build(seed, width, images.shape[1])
    adam = {"lr": 2e-4, "betas": (0.5, 0.999), "fused": True}
    optimiser_G = torch.optim.Adam(G.parameters(), **adam)
    optimiser_D = torch.optim.Adam(D.parameters(), **adam)
    dice = torch.Generator().manual_seed(seed)  # for the noise alone, so nothing else moves it
    start = time.perf_counter()

    for step, real in zip(range(1, steps + 1), endless(images, batch, seed), strict=False):
        # One set of fakes serves both: D looks at their values, and G then learns through their graph.
        fake = G(torch.randn(batch, LATENT, generator=dice)[:, :, None, None])

        # D's turn. Real and fake images go through it apart, so each kind has its own batch statistics.
        optimiser_D.zero_grad()
        on_real, on_fake = D(real), D(fake.detach())
        loss_D = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
        loss_D.backward()
        optimiser_D.step()

        # G's turn. D is frozen: its gradients would be thrown away, and they cost a third of this backward pass.
        D.requires_grad_(False)
        optimiser_G.zero_grad()
        loss_G = F.softplus(-D(fake)).mean()
        loss_G.backward()
        optimiser_G.step()
        D.requires_grad_(True)

        if step == 1 or step % 100 == 0:
            seconds = time.perf_counter() - start
            # 1.386 = 2 ln 2 is D's loss when it knows nothing, 0.693 G's when D knows nothing.
            print(
                f"step {step}  D {loss_D.item():.3f}  G {loss_G.item():.3f}  "
                f"D(real) {on_real.mean().item():+.2f}  D(fake) {on_fake.mean().item():+.2f}  "
                f"{step * batch / seconds:.0f} images/s"
            )
    return G, D


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a DCGAN on handwritten digits.")
    parser.add_argument("--steps", type=int, default=1000, help="updates of each network")
    parser.add_argument("--batch", type=int, default=64, help="images per update")
    parser.add_argument("--seed", type=int, default=0, help="seed of weights, noise and order")
    parser.add_argument("--width", type=int, default=32, help="channels at 16x16; the paper has 64 at half of the size")
    parser.add_argument("--save", metavar="FILE", help="write the generator's weights here")
    parser.add_argument("--samples", metavar="FILE", help="write a picture of 64 samples here")
    options = parser.parse_args()

    G, _ = train(digits(), options.steps, options.batch, options.seed, options.width)
    if options.save:
        torch.save(G.state_dict(), options.save)
    if options.samples:
        with torch.no_grad():
            # Evaluation mode: batch norm uses the statistics gathered in training, so samples do not depend
            # on each other.
            z = torch.randn(64, LATENT, generator=torch.Generator().manual_seed(options.seed))
            save_image(G.eval()(z[:, :, None, None]), options.samples, normalize=True, value_range=(-1, 1))


if __name__ == "__main__":
    main()
