"""Reference vectors and how they are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

HERE = Path(__file__).resolve().parent / "vectors"
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "golden"


@dataclass(frozen=True)
class Case:
    """One official network: its weights by official key, inputs and outputs."""

    weights: dict[str, Tensor]
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]

    @property
    def changed(self) -> set[str]:
        """Official keys that one forward in training mode changes; the values behind them are those before it."""
        start = "train.state."
        return {key.removeprefix(start) for key in self.outputs if key.startswith(start)}


def case(name: str) -> Case:
    """From this folder, or from beside the repository; skips the test where it is in neither."""
    file = next(
        (folder / f"{name}.safetensors" for folder in (HERE, BESIDE) if (folder / f"{name}.safetensors").is_file()),
        None,
    )
    if file is None:
        pytest.skip(f"the reference vectors {name} are not here")
    parts: dict[str, dict[str, Tensor]] = {"w": {}, "in": {}, "out": {}}
    for key, tensor in load_file(file).items():
        kind, _, rest = key.partition("/")
        parts[kind][rest] = tensor
    return Case(parts["w"], parts["in"], parts["out"])


def error(ours: Tensor, theirs: Tensor) -> float:
    """The largest difference, relative to the largest value."""
    assert ours.shape == theirs.shape
    return float((ours.detach().double() - theirs.double()).abs().max() / theirs.double().abs().max().clamp(min=1e-30))


def moved(network: nn.Module, forward: Callable[[], object]) -> set[str]:
    """Our keys that this call changes."""
    before = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    forward()
    return {key for key, tensor in network.state_dict().items() if not torch.equal(tensor, before[key])}
