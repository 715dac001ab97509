"""Published sizes of the large architectures, as numbers of parameters that learn."""

from __future__ import annotations

import pytest
import torch

from sparring.networks import Shape
from sparring.networks.animegan import AnimeganCritic, AnimeganGenerator
from sparring.networks.biggan import BigganCritic, BigganGenerator
from sparring.networks.biggan_deep import BigganDeepCritic, BigganDeepGenerator
from sparring.networks.cyclegan import CycleganGenerator
from sparring.networks.fastgan import FastganGenerator
from sparring.networks.multiscale import MultiscaleCritic
from sparring.networks.patchgan import PatchCritic, PixelCritic
from sparring.networks.pix2pixhd import Pix2pixhdGenerator
from sparring.networks.projected import Heads
from sparring.networks.r3gan import R3ganCritic, R3ganGenerator
from sparring.networks.rrdb import RrdbGenerator
from sparring.networks.spade import SpadeEncoder, SpadeGenerator
from sparring.networks.stargan import StarganCritic, StarganGenerator
from sparring.networks.stargan2 import Stargan2Critic, Stargan2Generator, Stargan2Mapping, Stargan2StyleEncoder
from sparring.networks.ugatit import UgatitCritic, UgatitGenerator
from sparring.networks.unet import UnetGenerator


def shape(size, latent=0, classes=0):
    return Shape((3, size, size), latent, classes)


def translation(source, height, width, latent=0):
    return Shape((3, height, width), latent, source=(source, height, width), shown=source)


SAGAN = BigganGenerator(64, embedding=0, hierarchical=False)
CIFAR = BigganGenerator(64, (), embedding=0, hierarchical=False)
IMAGENET32 = {"widths": (1536,) * 4, "groups": (96,) * 4}
IMAGENET64 = {"widths": (1536,) * 5, "groups": (96,) * 5}
PUBLISHED = {
    "sagan generator 128": (SAGAN, shape(128, 128, 1000), 42_017_412),
    "sagan critic 128": (BigganCritic(64, wide=False), shape(128, classes=1000), 30_010_134),
    "biggan generator 32": (CIFAR, shape(32, 128, 10), 4_304_387),
    "biggan critic 32": (BigganCritic(64, ()), shape(32, classes=10), 4_207_361),
    "biggan critic 32 thin": (BigganCritic(64, (), wide=False), shape(32, classes=10), 3_617_365),
    "biggan generator 128": (BigganGenerator(), shape(128, 120, 1000), 70_433_988),
    "biggan critic 128": (BigganCritic(), shape(128, classes=1000), 87_982_370),
    "biggan generator 256": (BigganGenerator(), shape(256, 140, 1000), 82.2e6),
    "biggan critic 256": (BigganCritic(), shape(256, classes=1000), 99.2e6),
    "biggan-deep generator 128": (BigganDeepGenerator(), shape(128, 128, 1000), 50_244_484),
    "biggan-deep critic 128": (BigganDeepCritic(), shape(128, classes=1000), 34_590_210),
    "r3gan generator 32": (R3ganGenerator(), shape(32, 64), 20.73e6),
    "r3gan critic 32": (R3ganCritic(), shape(32), 20.68e6),
    "r3gan generator 32 cond": (R3ganGenerator(), shape(32, 64, 10), 20_781_952),
    "r3gan critic 32 cond": (R3ganCritic(), shape(32, classes=10), 21_280_512),
    "r3gan generator 64": (R3ganGenerator(), shape(64, 64), 22_429_824),
    "r3gan critic 64": (R3ganCritic(), shape(64), 22_381_440),
    "r3gan generator 256": (R3ganGenerator(), shape(256, 64), 23_057_952),
    "r3gan critic 256": (R3ganCritic(), shape(256), 23_009_568),
    "r3gan generator imagenet 32": (R3ganGenerator(**IMAGENET32), shape(32, 64, 1000), 82.9e6),
    "r3gan critic imagenet 32": (R3ganCritic(**IMAGENET32), shape(32, classes=1000), 86.5e6),
    "r3gan generator imagenet 64": (R3ganGenerator(**IMAGENET64), shape(64, 64, 1000), 103.6e6),
    "r3gan critic imagenet 64": (R3ganCritic(**IMAGENET64), shape(64, classes=1000), 107.2e6),
    "fastgan generator 256": (FastganGenerator(), shape(256, 256), 105_684_175),
    "fastgan generator 256 lite": (FastganGenerator(lite=True), shape(256, 256), 79.4e6),
    "fastgan generator 256 lite 64": (FastganGenerator(64, lite=True), shape(256, 256), 24_037_603),
    "unet 256": (UnetGenerator(), shape(256), 54_413_955),
    "unet 128": (UnetGenerator(depth=7), shape(128), 41_828_995),
    "unet 256 instance": (UnetGenerator(norm="instance"), shape(256), 54_409_603),
    "patch critic of pairs": (PatchCritic(), translation(3, 256, 256), 2_768_705),
    "patch critic": (PatchCritic(norm="instance"), shape(256), 2_764_737),
    "patch critic with blur": (PatchCritic(norm="instance", blur=True), shape(256), 2_764_737),
    "patch critic 16": (PatchCritic(layers=1), translation(3, 256, 256), 139_585),
    "patch critic 34": (PatchCritic(layers=2), translation(3, 256, 256), 666_433),
    "patch critic 142": (PatchCritic(layers=4), translation(3, 256, 256), 6_964_033),
    "patch critic 286": (PatchCritic(layers=5), translation(3, 256, 256), 11_159_361),
    "pixel critic": (PixelCritic(), translation(3, 256, 256), 9_024),
    "pixel critic instance": (PixelCritic(norm="instance"), shape(256), 8_705),
    "cyclegan 9": (CycleganGenerator(), shape(256), 11_378_179),
    "cyclegan 6": (CycleganGenerator(blocks=6), shape(128), 7_837_699),
    "cyclegan 9 batch": (CycleganGenerator(norm="batch"), shape(256), 11_383_427),
    "cut": (CycleganGenerator(blur=True), shape(256), 11_378_179),
    "pix2pixhd global": (Pix2pixhdGenerator(), translation(36, 512, 1024), 182_546_755),
    "pix2pixhd with features": (Pix2pixhdGenerator(), translation(39, 512, 1024), 182_556_163),
    "pix2pixhd local": (Pix2pixhdGenerator(32, enhancers=1), translation(36, 1024, 2048), 182_857_059),
    "pix2pixhd critic": (MultiscaleCritic(), translation(36, 512, 1024), 5_603_202),
    "spade coco": (SpadeGenerator(), translation(184, 256, 256), 97_480_899),
    "spade ade20k": (SpadeGenerator(), translation(151, 256, 256), 96_492_483),
    "spade cityscapes": (SpadeGenerator(doublings=6), translation(36, 256, 512), 93_048_003),
    "spade coco with style": (SpadeGenerator(), translation(184, 256, 256, 256), 112_626_883),
    "spade encoder": (SpadeEncoder(), shape(256, 256), 10_463_424),
    "spade critic coco": (MultiscaleCritic(spectral=True), translation(184, 256, 256), 5_904_514),
    "ugatit full": (UgatitGenerator(light=False), shape(256), 278_959_808),
    "ugatit light": (UgatitGenerator(), shape(256), 10_589_888),
    "ugatit critic": (UgatitCritic(), shape(256), 53_130_176 + 3_290_560),
    "animegan generator": (AnimeganGenerator(), shape(256), 2_143_552),
    "real-esrgan for drawings, scale 1": (RrdbGenerator(), shape(256), 4_467_779 + 45 * 64 * 9),
    "animegan critic": (AnimeganCritic(), shape(256), 1_128_800),
    "stargan generator": (StarganGenerator(), shape(128, classes=5), 8_430_528),
    "stargan critic 128": (StarganCritic(), shape(128, classes=5), 44_762_048),
    "stargan critic 256": (StarganCritic(), shape(256, classes=5), 44_884_928),
    "stargan2 generator": (Stargan2Generator(), shape(256, classes=3), 33_892_995),
    "stargan2 mapping 2": (Stargan2Mapping(), shape(256, 16, 2), 2_438_272),
    "stargan2 mapping 3": (Stargan2Mapping(), shape(256, 16, 3), 3_259_072),
    "stargan2 encoder 2": (Stargan2StyleEncoder(), shape(256, classes=2), 20_916_928),
    "stargan2 encoder 3": (Stargan2StyleEncoder(), shape(256, classes=3), 20_949_760),
    "stargan2 critic 2": (Stargan2Critic(), shape(256, classes=2), 20_852_290),
    "stargan2 critic 3": (Stargan2Critic(), shape(256, classes=3), 20_852_803),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_counts(name):
    settings, asked, published = PUBLISHED[name]
    with torch.device("meta"):  # no memory, no arithmetic
        network = settings.build(asked)
    counted = sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
    assert counted == (published if isinstance(published, int) else pytest.approx(published, abs=0.051e6))


@pytest.mark.parametrize(
    ("channels", "sides", "published"),
    [((64, 128, 256, 512), (64, 32, 16, 8), 7_510_400), ((64, 64, 128, 256), (128, 64, 32, 16), 10.33e6)],
)
def test_published_counts_of_projected_heads(channels, sides, published):
    heads = Heads(channels, sides)
    counted = sum(parameter.numel() for parameter in heads.parameters())
    assert counted == (published if isinstance(published, int) else pytest.approx(published, abs=0.0051e6))
