"""A residual GAN with hinge loss, spectral normalisation and averaged weights, complete in one file.

    python resnet_hinge.py --steps 1000 --samples samples.png --save weights.pt

Nothing is imported but PyTorch and the data. Against the DCGAN beside this file, four ideas are new:

* residual blocks, so gradients have a short way through deep networks (networks of Miyato et al. 2018);
* spectral normalisation: each weight matrix of the critic is divided by its largest singular value, so that the
  critic cannot become arbitrarily steep (Miyato et al. 2018);
* the hinge loss: the critic stops caring about samples that it judges rightly by a margin of 1 (Lim and Ye 2017);
* samples come from an average over the generator's recent weights, which jump about less than the newest
  (Yazici et al. 2019), with a half-life counted in images (Karras et al. 2020).
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torchvision.utils import save_image

SIZE = 32  # pixels
LATENT = 128  # length of the noise vector z


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


def spread(weight: Tensor) -> Tensor:
    """The 4x4 kernel that is a 3x3 kernel in its four places, added up."""
    corners = [F.pad(weight, (left, 1 - left, top, 1 - top)) for left in (0, 1) for top in (0, 1)]
    return (corners[0] + corners[1]) + (corners[2] + corners[3])


def conv_of_doubled(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """conv(F.interpolate(x, scale_factor=2)) at 4/9 of the cost.

    Doubling makes squares of four equal pixels, so each output pixel needs only 2x2 different inputs, not 3x3.
    """
    kernel = spread(conv.weight.flip(2, 3)).transpose(0, 1)
    return F.conv_transpose2d(x, kernel, conv.bias, stride=2, padding=1)


def pooled_conv(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """F.avg_pool2d(conv(x), 2) at 4/9 of the cost: the mean of four 3x3 windows is one 4x4 window."""
    return F.conv2d(x, spread(conv.weight) / 4, conv.bias, stride=2, padding=1)


class UpBlock(nn.Module):
    """(n, width, h, w) -> (n, width, 2h, 2w)."""

    def __init__(self, width: int):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.shortcut = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = conv_of_doubled(F.relu(self.norm1(x)), self.conv1)
        h = self.conv2(F.relu(self.norm2(h)))
        # A 1x1 convolution and doubling may change places; the convolution costs a quarter at the smaller size.
        return h + F.interpolate(self.shortcut(x), scale_factor=2)


class Generator(nn.Module):
    """(n, LATENT) -> (n, channels, 32, 32) in [-1, 1]: a dense start at 4x4, then three blocks that double."""

    def __init__(self, width: int, channels: int):
        super().__init__()
        self.dense = nn.Linear(LATENT, width * 16)
        self.blocks = nn.Sequential(UpBlock(width), UpBlock(width), UpBlock(width))
        self.norm = nn.BatchNorm2d(width)
        self.head = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        h = self.blocks(self.dense(z).unflatten(1, (-1, 4, 4)))
        return self.head(F.relu(self.norm(h))).tanh()


class DownBlock(nn.Module):
    """(n, inputs, h, w) -> (n, outputs, h/2, w/2), or the same size where it does not halve."""

    def __init__(self, inputs: int, outputs: int, halve: bool, first: bool = False):
        super().__init__()
        self.halve, self.first = halve, first
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if halve else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        # The first block sees the image itself: rectifying it would throw away every dark pixel.
        h = self.conv1(x if self.first else F.relu(x))
        h = F.relu(h)
        if not self.halve:
            return self.conv2(h) + self.shortcut(x)
        return pooled_conv(h, self.conv2) + self.shortcut(F.avg_pool2d(x, 2))


class Critic(nn.Module):
    """(n, channels, 32, 32) -> (n, 1): one number per image, high where it looks real. No norm, no sigmoid."""

    def __init__(self, width: int, channels: int):
        super().__init__()
        self.blocks = nn.Sequential(
            DownBlock(channels, width, halve=True, first=True),
            DownBlock(width, width, halve=True),
            DownBlock(width, width, halve=False),
            DownBlock(width, width, halve=False),
        )
        self.head = nn.Linear(width, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(F.relu(self.blocks(x)).sum((2, 3)))


def initialise(network: nn.Module) -> None:
    """Glorot's uniform distribution; the ReLU before a 3x3 convolution in a block halves the variance, so gain 2."""
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            inside = name.endswith((".conv1", ".conv2"))
            nn.init.xavier_uniform_(layer.weight, math.sqrt(2) if inside else 1.0)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


class SpectralNorm(nn.Module):
    """W -> W / sigma, where sigma is the largest singular value of W as a matrix of (outputs, everything else).

    Power iteration finds it: u and v turn towards the leading singular vectors a little with every use, which
    is enough because W moves slowly.
    """

    def __init__(self, weight: Tensor):
        super().__init__()
        matrix = weight.detach().flatten(1)
        u = F.normalize(torch.randn(len(matrix)), dim=0)
        for _ in range(15):
            u, v = self.turn(matrix, u)
        self.register_buffer("u", u)
        self.register_buffer("v", v)

    @staticmethod
    @torch.no_grad()
    def turn(matrix: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        v = F.normalize(matrix.mT @ u, dim=0)
        return F.normalize(matrix @ v, dim=0), v

    def forward(self, weight: Tensor) -> Tensor:
        matrix = weight.flatten(1)
        u, v = self.turn(matrix, self.u)
        if self.training:
            self.u.copy_(u)
            self.v.copy_(v)
        return weight / torch.dot(u, matrix @ v)  # the gradient goes through W on both sides of the fraction


def normalise(network: nn.Module) -> None:
    for layer in list(network.modules()):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            parametrize.register_parametrization(layer, "weight", SpectralNorm(layer.weight))


@torch.no_grad()
def follow(average: nn.Module, newest: nn.Module, batch: int, images: int) -> None:
    """Move the averaged weights, and the averaged batch-norm statistics, towards the newest.

    After 10,000 images an old weight counts half; early in training the half-life is a twentieth of the images
    seen so far, or the average would remember the random start for too long.
    """
    half_life = min(10_000.0, 0.05 * images)
    step = 1 - 0.5 ** (batch / half_life)
    for old, new in zip(average.state_dict().values(), newest.state_dict().values(), strict=True):
        old.lerp_(new, step) if old.is_floating_point() else old.copy_(new)


def build(seed: int, width: int, channels: int) -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(seed)
    G = Generator(width, channels)
    initialise(G)
    D = Critic(width, channels)
    initialise(D)
    normalise(D)
    # The same numbers with the channels innermost in memory: faster convolutions.
    return G.to(memory_format=torch.channels_last), D.to(memory_format=torch.channels_last)


def train(images: Tensor, steps: int, batch: int, seed: int, width: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    """Train on `images` (n, channels, 32, 32) in [-1, 1]; returns generator, critic and averaged generator."""
    G, D = build(seed, width, images.shape[1])
    average = copy.deepcopy(G)
    adam = {"lr": 2e-4, "betas": (0.5, 0.999), "fused": True}
    optimiser_G = torch.optim.Adam(G.parameters(), **adam)
    optimiser_D = torch.optim.Adam(D.parameters(), **adam)
    dice = torch.Generator().manual_seed(seed)  # for the noise alone, so nothing else moves it
    start = time.perf_counter()

    for step, real in zip(range(1, steps + 1), endless(images, batch, seed), strict=False):
        # One set of fakes serves both: D looks at their values, and G then learns through their graph.
        fake = G(torch.randn(batch, LATENT, generator=dice))

        # D's turn: real images above +1, fakes below -1, and nothing to gain beyond.
        optimiser_D.zero_grad()
        on_real, on_fake = D(real), D(fake.detach())
        loss_D = F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()
        loss_D.backward()
        optimiser_D.step()

        # G's turn, with D frozen; G's own loss has no hinge.
        D.requires_grad_(False)
        optimiser_G.zero_grad()
        loss_G = -D(fake).mean()
        loss_G.backward()
        optimiser_G.step()
        D.requires_grad_(True)
        follow(average, G, batch, step * batch)

        if step == 1 or step % 100 == 0:
            seconds = time.perf_counter() - start
            # A critic that knows nothing has a loss of 2.
            print(
                f"step {step}  D {loss_D.item():.3f}  G {loss_G.item():+.3f}  "
                f"D(real) {on_real.mean().item():+.2f}  D(fake) {on_fake.mean().item():+.2f}  "
                f"{step * batch / seconds:.0f} images/s"
            )
    return G, D, average


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a residual GAN on handwritten digits.")
    parser.add_argument("--steps", type=int, default=1000, help="updates of each network")
    parser.add_argument("--batch", type=int, default=64, help="images per update")
    parser.add_argument("--seed", type=int, default=0, help="seed of weights, noise and order")
    parser.add_argument("--width", type=int, default=32, help="channels of every block; published: 256 in G, 128 in D")
    parser.add_argument("--save", metavar="FILE", help="write the averaged generator's weights here")
    parser.add_argument("--samples", metavar="FILE", help="write a picture of 64 samples here")
    options = parser.parse_args()

    *_, average = train(digits(), options.steps, options.batch, options.seed, options.width)
    if options.save:
        torch.save(average.state_dict(), options.save)
    if options.samples:
        with torch.no_grad():
            z = torch.randn(64, LATENT, generator=torch.Generator().manual_seed(options.seed))
            save_image(average.eval()(z), options.samples, normalize=True, value_range=(-1, 1))


if __name__ == "__main__":
    main()
