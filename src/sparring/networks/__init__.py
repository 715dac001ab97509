"""Architectures by kind. A package adds one through the entry-point group `sparring.networks`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..registry import Registry, choice
from .animegan import AnimeganCritic, AnimeganGenerator
from .biggan import BigganCritic, BigganGenerator
from .biggan_deep import BigganDeepCritic, BigganDeepGenerator
from .cyclegan import CycleganGenerator
from .dcgan import DcganCritic, DcganGenerator
from .dcgan_dense import DcganDenseCritic, DcganDenseGenerator
from .fastgan import FastganCritic, FastganGenerator
from .joint import JointCritic, JointEncoder
from .mlp import MlpCritic, MlpGenerator
from .multiscale import MultiscaleCritic
from .network import Conditioning, Network, Shape
from .patchgan import PatchCritic, PixelCritic
from .pix2pixhd import Pix2pixhdGenerator
from .progan import ProganCritic, ProganGenerator
from .projected import ProjectedCritic
from .quarter import QuarterGenerator
from .r3gan import R3ganCritic, R3ganGenerator
from .resnet import ResnetCritic, ResnetGenerator
from .retouch import RetouchGenerator
from .rrdb import RrdbGenerator
from .spade import SpadeEncoder, SpadeGenerator
from .stargan import StarganCritic, StarganGenerator
from .stargan2 import Stargan2Critic, Stargan2Generator, Stargan2Mapping, Stargan2StyleEncoder
from .stylegan import StyleganCritic, StyleganGenerator
from .stylegan2 import Stylegan2Critic, Stylegan2Generator
from .stylegan3 import Stylegan3Generator
from .ugatit import UgatitCritic, UgatitGenerator
from .unet import UnetGenerator
from .vaegan import VaeganCritic, VaeganEncoder, VaeganGenerator

NETWORKS: Registry[type[Any]] = Registry(
    "network",
    "sparring.networks",
    {
        "mlp-generator": MlpGenerator,
        "mlp-critic": MlpCritic,
        "dcgan-generator": DcganGenerator,
        "dcgan-critic": DcganCritic,
        "dcgan-dense-generator": DcganDenseGenerator,
        "dcgan-dense-critic": DcganDenseCritic,
        "resnet-generator": ResnetGenerator,
        "resnet-critic": ResnetCritic,
        "progan-generator": ProganGenerator,
        "progan-critic": ProganCritic,
        "stylegan-generator": StyleganGenerator,
        "stylegan-critic": StyleganCritic,
        "stylegan2-generator": Stylegan2Generator,
        "stylegan2-critic": Stylegan2Critic,
        "stylegan3-generator": Stylegan3Generator,
        "biggan-generator": BigganGenerator,
        "biggan-critic": BigganCritic,
        "biggan-deep-generator": BigganDeepGenerator,
        "biggan-deep-critic": BigganDeepCritic,
        "r3gan-generator": R3ganGenerator,
        "r3gan-critic": R3ganCritic,
        "fastgan-generator": FastganGenerator,
        "fastgan-critic": FastganCritic,
        "projected-critic": ProjectedCritic,
        "vaegan-encoder": VaeganEncoder,
        "vaegan-generator": VaeganGenerator,
        "vaegan-critic": VaeganCritic,
        "encoder": JointEncoder,
        "joint-critic": JointCritic,
        "unet-generator": UnetGenerator,
        "retouch-generator": RetouchGenerator,
        "patch-critic": PatchCritic,
        "pixel-critic": PixelCritic,
        "cyclegan-generator": CycleganGenerator,
        "pix2pixhd-generator": Pix2pixhdGenerator,
        "multiscale-critic": MultiscaleCritic,
        "spade-generator": SpadeGenerator,
        "spade-encoder": SpadeEncoder,
        "ugatit-generator": UgatitGenerator,
        "ugatit-critic": UgatitCritic,
        "quarter-generator": QuarterGenerator,
        "rrdb-generator": RrdbGenerator,
        "animegan-generator": AnimeganGenerator,
        "animegan-critic": AnimeganCritic,
        "stargan-generator": StarganGenerator,
        "stargan-critic": StarganCritic,
        "stargan2-generator": Stargan2Generator,
        "stargan2-mapping": Stargan2Mapping,
        "stargan2-encoder": Stargan2StyleEncoder,
        "stargan2-critic": Stargan2Critic,
    },
)
"""Kind -> settings class."""

if TYPE_CHECKING:
    AnyNetwork = Network
else:
    AnyNetwork = choice(NETWORKS)
    """Settings of any registered network, told apart by `kind` when they are read from JSON."""

__all__ = ["NETWORKS", "AnyNetwork", "Conditioning", "Network", "Shape"]
