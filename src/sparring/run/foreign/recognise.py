"""Which translator official weights belong to, from the names and the sizes of their tensors alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt

from ...layers.norms import Norm
from ...networks import AnyNetwork, Shape
from ...networks.animegan import AnimeganGenerator
from ...networks.cyclegan import CycleganGenerator
from ...networks.pix2pixhd import Pix2pixhdGenerator
from ...networks.spade import SpadeGenerator
from ...networks.stargan import StarganGenerator
from ...networks.stargan2 import Stargan2Generator, Stargan2Mapping
from ...networks.ugatit import UgatitGenerator
from ...networks.unet import UnetGenerator
from .names import State

SIDE = 256  # in pixels, of the images that are named where the weights take any


@dataclass(frozen=True)
class Recognised:
    """Whose weights these are, and the network and sizes that they are of."""

    title: str
    network: AnyNetwork
    shape: Shape
    untold: str = ""  # what these names and sizes leave open, and how it is read
    labels: bool = False  # it starts from label maps
    mapping: Stargan2Mapping | None = None  # makes its styles


def numbers(state: State, pattern: str) -> list[int]:
    """What stands for the group of this pattern in the tensors' names, in rising order."""
    return sorted({int(found[1]) for key in state if (found := re.match(pattern, key))})


def outputs_of(state: State, block: str) -> int:
    """Channels of the last convolution in this list of layers."""
    last = max(numbers(state, rf"{block}\.(\d+)\.weight"))
    return state[f"{block}.{last}.weight"].shape[0]


def sides(inputs: int, outputs: int, side: int, latent: int = 0, classes: int = 0) -> Shape:
    return Shape((outputs, side, side), latent, classes, (inputs, side, side))


def unet(state: State) -> Recognised | None:
    """The U-Nets of pix2pix and of CycleGAN."""
    if "model.model.0.weight" not in state:
        return None
    width, inputs = state["model.model.0.weight"].shape[:2]
    depth = max(key.split(".").count("model") for key in state) - 1
    instance = "model.model.0.bias" in state
    # The authors' pix2pix has batch norm and drops features when it translates, their CycleGAN neither.
    norm: Norm = "instance" if instance else "current"
    network = UnetGenerator(width=width, depth=depth, norm=norm, dropout=0.0 if instance else 0.5)
    untold = "" if instance else "norm=current dropout=0.5 as published; norm=batch dropout=0 is its authors' --eval"
    side = max(SIDE, network.multiple)
    return Recognised("pix2pix U-Net", network, sides(inputs, state["model.model.3.bias"].numel(), side), untold)


def residual(state: State) -> Recognised | None:
    """CycleGAN and CUT halve twice, pix2pixHD more often or with enhancers around."""
    blocks = numbers(state, r"model\.(\d+)\.conv_block\.")
    if not blocks or "model.1.weight" not in state:
        return None
    width, inputs = state["model.1.weight"].shape[:2]
    enhancers = numbers(state, r"model(\d+)_1\.")
    blur = any(key.endswith(".filt") for key in state)
    halvings = (blocks[0] - 4) // (4 if blur else 3)
    if enhancers or halvings != 2:
        return enhanced(state, len(enhancers), halvings, len(blocks))
    dropout = 0.5 if f"model.{blocks[0]}.conv_block.6.weight" in state and not batch_normed(state, blocks[0]) else 0.0
    norm: Norm = "current" if "model.2.weight" in state else "instance"
    network = CycleganGenerator(width=width, blocks=len(blocks), norm=norm, dropout=dropout, blur=blur)
    untold = "norm=current as published; norm=batch is its authors' --eval" if norm == "current" else ""
    return Recognised(
        "CUT" if blur else "CycleGAN ResNet", network, sides(inputs, outputs_of(state, "model"), SIDE), untold
    )


def batch_normed(state: State, block: int) -> bool:
    """Without dropout, the sixth part of a block is its second norm, and no convolution."""
    return state[f"model.{block}.conv_block.6.weight"].dim() == 1


def enhanced(state: State, enhancers: int, halvings: int, blocks: int) -> Recognised:
    """The global part of pix2pixHD, alone or with enhancers around."""
    outermost = f"model{enhancers}_2" if enhancers else "model"
    first = f"model{enhancers}_1.1.weight" if enhancers else "model.1.weight"
    width, inputs = state[first].shape[:2]
    inside = len(numbers(state, r"model1_2\.(\d+)\.conv_block\.")) or 3
    network = Pix2pixhdGenerator(
        width=width, halvings=halvings, blocks=blocks, enhancers=enhancers, enhancer_blocks=inside
    )
    shape = sides(inputs, outputs_of(state, outermost), max(SIDE, network.multiple))
    return Recognised("pix2pixHD", network, shape, labels=inputs not in (1, 3))


def spade(state: State) -> Recognised | None:
    """SPADE, with the encoder's latent vector or without."""
    if "head_0.conv_0.weight_orig" not in state or "conv_img.weight" not in state:
        return None
    outputs, last = state["conv_img.weight"].shape[:2]
    most = "up_4.conv_0.weight_orig" in state
    width, labels = 2 * last if most else last, state["head_0.norm_0.mlp_shared.0.weight"].shape[1]
    batch = any(key.endswith("param_free_norm.running_mean") for key in state)
    network = SpadeGenerator(width=width, doublings=7 if most else 5, norm="batch" if batch else "instance")
    fc = state["fc.weight"]
    latent = fc.shape[1] if fc.dim() == 2 else 0
    start = isqrt(len(fc) // (16 * width)) if latent else SIDE >> 5
    untold = "" if most else "doublings=5 (their `normal`); Cityscapes is `more`, doublings=6"
    return Recognised("SPADE", network, sides(labels, outputs, start << network.doublings, latent), untold, True)


def ugatit(state: State) -> Recognised | None:
    """U-GAT-IT; the full one says for which size."""
    if "DownBlock.1.weight" not in state or "FC.0.weight" not in state:
        return None
    width, inputs = state["DownBlock.1.weight"].shape[:2]
    widest, read = state["FC.0.weight"].shape
    light, blocks = read == widest, len(numbers(state, r"UpBlock1_(\d+)\."))
    side = SIDE if light else 4 * isqrt(read // widest)
    shape = sides(inputs, outputs_of(state, "UpBlock2"), side)
    network = UgatitGenerator(width=width, blocks=blocks, light=light)
    return Recognised(f"U-GAT-IT ({'light' if light else 'full'})", network, shape)


def animegan(state: State) -> Recognised | None:
    """AnimeGANv2, as PyTorch names it."""
    if "block_a.0.1.weight" not in state or "out_layer.0.weight" not in state:
        return None
    width, inputs = state["block_a.0.1.weight"].shape[:2]
    shape = sides(inputs, state["out_layer.0.weight"].shape[0], SIDE)
    untold = "align_corners=true, as the published faces; its authors' script for landscapes takes false"
    return Recognised("AnimeGANv2", AnimeganGenerator(width=width), shape, untold)


def stargan(state: State) -> Recognised | None:
    """StarGAN; as many domains as its first layer has channels too many."""
    blocks = numbers(state, r"main\.(\d+)\.main\.")
    if not blocks:
        return None
    width, inputs = state["main.0.weight"].shape[:2]
    outputs = outputs_of(state, "main")
    shape = sides(outputs, outputs, SIDE, classes=inputs - outputs)
    return Recognised("StarGAN", StarganGenerator(width=width, blocks=len(blocks)), shape)


def stargan2(generator: State, mapping: State) -> Recognised | None:
    """StarGAN v2, without the filters that its networks of faces have around."""
    if "from_rgb.weight" not in generator or "shared.0.weight" not in mapping:
        return None
    width, channels = generator["from_rgb.weight"].shape[:2]
    blocks, (dense, latent) = numbers(generator, r"encode\.(\d+)\."), mapping["shared.0.weight"].shape
    side, widest = 16 << len(blocks) - 2, generator[f"encode.{blocks[-1]}.conv2.weight"].shape[0]
    shape = sides(channels, channels, side, latent, len(numbers(mapping, r"unshared\.(\d+)\.")))
    network = Stargan2Generator(width=width, widest=widest)
    return Recognised("StarGAN v2", network, shape, mapping=Stargan2Mapping(width=dense))


KINDS: tuple[Callable[[State], Recognised | None], ...] = (unet, residual, spade, ugatit, animegan, stargan)


def recognise(state: State, mapping: State | None = None) -> Recognised | None:
    """What these weights are; None where nothing that is known has such names. Sizes are not compared."""
    try:
        if mapping is not None:
            return stargan2(state, mapping)
        return next((found for kind in KINDS if (found := kind(state))), None)
    except (KeyError, IndexError):  # some of the names of a kind, and others missing
        return None
