"""Keys of the PyTorch examples' DCGAN: one long list, `main.N`."""

from __future__ import annotations

from torch import Tensor, nn

from ...networks import dcgan
from .names import State, Translation, renamed


def generator(module: nn.Module, state: State) -> dict[str, Tensor]:
    """Each stage takes three places: convolution, batch norm, ReLU."""
    names = {f"main.{3 * i + j}": f"stages.{i}.{j}" for i in range(stages(module)) for j in range(2)}
    names[f"main.{3 * stages(module)}"] = "head"
    return renamed(state, names)


def critic(module: nn.Module, state: State) -> dict[str, Tensor]:
    """The first stage has no batch norm, so it takes two places."""
    names = {f"main.{3 * i - 1 + j}": f"stages.{i}.{j}" for i in range(1, stages(module)) for j in range(2)}
    names |= {"main.0": "stages.0.0", f"main.{3 * stages(module) - 1}": "head"}
    return renamed(state, names)


def stages(module: nn.Module) -> int:
    return len(list(module.get_submodule("stages").children()))


TRANSLATIONS: dict[type[nn.Module], Translation] = {dcgan.Generator: generator, dcgan.Critic: critic}
