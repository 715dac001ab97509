"""Whom to name: BibTeX for what a recipe is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("citations.bib")

GAN, SALIMANS, WGAN = "goodfellow2014generative", "salimans2016improved", "arjovsky2017wasserstein"
PROGAN, STYLEGAN, STYLEGAN2 = "karras2018progressive", "karras2019style", "karras2020analyzing"

PIX2PIX, CYCLEGAN, PIX2PIXHD = "isola2017image", "zhu2017unpaired", "wang2018high"

WORKS: dict[str, tuple[str, ...]] = {
    # Losses.
    "minimax": (GAN,),
    "nonsaturating": (GAN,),
    "least_squares": ("mao2017least",),
    "least_squares_centred": ("mao2017least",),
    "wasserstein": (WGAN,),
    "hinge": ("lim2017geometric",),
    "random_hinge": ("lim2017geometric", "liu2021towards"),
    "relativistic": ("jolicoeur2019relativistic",),
    "fgan": ("nowozin2016fgan",),
    # Penalties and other rules.
    "r1": ("mescheder2018which",),
    "r2": ("mescheder2018which",),
    "gp": ("gulrajani2017improved",),
    "gp_one_sided": ("gulrajani2017improved", "petzka2018regularization"),
    "max_gp": ("zhou2019lipschitz",),
    "gp0": ("thanhtung2019improving",),
    "dragan": ("kodali2017convergence",),
    "consistency": ("zhang2020consistency",),
    "consistency_fake": ("zhao2021improved",),
    "drift": (PROGAN,),
    "lecam": ("tseng2021regularizing",),
    "classes": ("odena2017conditional",),
    "classes_fake": ("odena2017conditional",),
    "feature_matching": (SALIMANS,),
    "matching": (PIX2PIXHD,),
    "reconstruction": ("liu2021towards",),
    "targets": ("szegedy2016rethinking", SALIMANS),
    "lazy": (STYLEGAN2,),
    "anneal": ("huang2024gan",),
    "clip": (WGAN,),
    # Networks, and how they learn of the label.
    "mlp": (GAN,),
    "dcgan": ("radford2016unsupervised",),
    "dcgan-dense": ("radford2016unsupervised",),
    "resnet": ("miyato2018spectral",),
    "progan": (PROGAN,),
    "stylegan": (STYLEGAN, "huang2017arbitrary"),
    "stylegan2": (STYLEGAN2,),
    "stylegan3": ("karras2021alias",),
    "biggan": ("brock2019large", "zhang2019self"),
    "biggan-deep": ("brock2019large", "zhang2019self"),
    "r3gan": ("huang2024gan",),
    "fastgan": ("liu2021towards",),
    "projected": ("sauer2021projected", "tan2019efficientnet"),
    "vaegan": ("larsen2016autoencoding",),
    "joint": ("dumoulin2017adversarially",),
    "encoder": ("dumoulin2017adversarially",),
    "unet": (PIX2PIX,),
    "retouch": (PIX2PIX, "pathak2016context"),
    "patch": (PIX2PIX,),
    "pixel": (PIX2PIX,),
    "cyclegan": (CYCLEGAN, "johnson2016perceptual"),
    "pix2pixhd": (PIX2PIXHD,),
    "multiscale": (PIX2PIXHD,),
    "quarter": ("shi2016real", "lim2017enhanced"),
    "rrdb": ("wang2018esrgan",),
    "spade": ("park2019semantic",),
    "ugatit": ("kim2020ugatit",),
    "animegan": ("chen2020animegan",),
    "stargan": ("choi2018stargan",),
    "stargan2": ("choi2020stargan",),
    "concat": ("mirza2014conditional",),
    "projection": ("miyato2018cgans",),
    "auxiliary": ("odena2017conditional",),
    "conditional_norm": ("devries2017modulating",),
    "attention": ("zhang2019self",),
    # Games.
    "growing": (PROGAN,),
    "inference": ("dumoulin2017adversarially", "donahue2017adversarial"),
    "autoencoding": ("larsen2016autoencoding", "kingma2014auto"),
    "paired": (PIX2PIX,),
    "cycle": (CYCLEGAN,),
    "onesided": ("park2020contrastive",),
    "domains": ("choi2018stargan",),
    # Techniques.
    "spectral_norm": ("miyato2018spectral",),
    "virtual_norm": (SALIMANS,),
    "minibatch": (SALIMANS,),
    "historical": (SALIMANS,),
    "diffaugment": ("zhao2020differentiable",),
    "ada": ("karras2020training",),
    "noise": ("sonderby2017amortised", "arjovsky2017towards"),
    "pack": ("lin2018pacgan",),
    "replay": ("shrivastava2017learning",),
    "unroll": ("metz2017unrolled",),
    "top_k": ("sinha2020topk",),
    "path_length": (STYLEGAN2,),
    "style_mixing": (STYLEGAN,),
    "diversity": ("mao2019mode",),
    "orthogonal": ("brock2017neural", "brock2019large"),
    "ttur": ("heusel2017gans",),
    "ema": ("yazici2019unusual",),
    # Optimisers and solvers.
    "adam": ("kingma2015adam",),
    "adamw": ("loshchilov2019decoupled",),
    "extragradient": ("gidel2019variational",),
}
"""Name of a loss, penalty, family of networks or technique -> keys of the papers it comes from."""


def cited(names: Iterable[str]) -> tuple[str, ...]:
    """The keys of what these names stand for, in their order, each once.

    A name is a key itself, or names a loss, a penalty, a network (`dcgan-critic`), a technique or an optimiser. A
    variant counts as what it varies (`fgan_kl` as `fgan`); what nobody needs to be named for adds nothing.
    """
    known = bibliography()
    return tuple(dict.fromkeys(key for name in names for key in ((name,) if name in known else works(name))))


def works(name: str) -> tuple[str, ...]:
    """The longest beginning that is known decides, so that variants need no entry of their own."""
    while name and name not in WORKS:
        name = name[: max(name.rfind("_"), name.rfind("-"), 0)]
    return WORKS.get(name, ())


def bibtex(keys: Iterable[str]) -> str:
    """The entries of these keys, ready for a .bib file. ValueError for an unknown key."""
    known = bibliography()
    for key in keys:
        if key not in known:
            raise ValueError(f"there is no citation {key!r}")
    return "\n\n".join(known[key] for key in keys)


@cache
def bibliography() -> dict[str, str]:
    """Key -> BibTeX entry, in reading order."""
    return {key: entry for entry in entries(FILE.read_text("utf-8")) for key in re.findall(r"^@\w+\{(\w+),", entry)}


def entries(text: str) -> Iterator[str]:
    """Entries of a .bib file are set apart by empty lines."""
    return (part.strip() for part in text.split("\n\n") if part.strip())
