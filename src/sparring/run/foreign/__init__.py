"""Weights trained elsewhere: official repositories' key names, translated to ours.

Known: DCGAN of the PyTorch examples, the SNGAN and projection-cGAN residual networks of torch-mimicry, SAGAN,
BigGAN and BigGAN-deep of BigGAN-PyTorch, R3GAN, FastGAN and the critic of Projected GAN, and what `style` and
`translators` name.
To add a family, write one file with a function from the official state dict to ours, and name it here.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from . import biggan, dcgan, fastgan, projected, r3gan, resnet, style, translators
from .names import State, Translation
from .spectral import with_spectral_norm

TRANSLATIONS: dict[type[nn.Module], Translation] = {
    kind: translation
    for family in (dcgan, resnet, biggan, r3gan, fastgan, projected, style, translators)
    for kind, translation in family.TRANSLATIONS.items()
}
"""Our network's class -> from the official state dict to ours."""


def load_foreign(module: nn.Module, state: State) -> None:
    """Load an official state dict into our module of the same architecture and sizes.

    Power-iteration vectors of spectral normalisation come along; the module must then have been through
    `spectral_norm_`. ValueError where no translation is known, or where keys or sizes do not match.
    """
    if type(module) not in TRANSLATIONS:
        known = ", ".join(sorted(f"{one.__module__.rpartition('.')[2]} {one.__name__}" for one in TRANSLATIONS))
        raise ValueError(f"no official key names are known for {type(module).__name__}; known: {known}")
    ours = TRANSLATIONS[type(module)](module, state)
    ours = with_spectral_norm(module, ours)
    wanted = module.state_dict()
    complain("lack", wanted.keys() - ours.keys())
    complain("have nothing to do with", ours.keys() - wanted.keys())
    for key, tensor in ours.items():
        if tensor.shape != wanted[key].shape:
            raise ValueError(
                f"{key} is {tuple(tensor.shape)} in these weights and {tuple(wanted[key].shape)} in this network: "
                "build it with the sizes of the weights"
            )
    module.load_state_dict(ours)


def complain(verb: str, keys: Iterable[str]) -> None:
    keys = sorted(keys)
    if keys:
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        raise ValueError(f"these weights {verb} {', '.join(keys[:3])}{more}; is it the same architecture?")


__all__ = ["TRANSLATIONS", "load_foreign"]
