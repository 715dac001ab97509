"""Two processes that share each global batch give what one process gives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from tests.play.pair import CASES, alone, everything, together
from torch import Tensor, distributed, multiprocessing, nn

from sparring.play.machine import Machine
from sparring.play.parallel import SynchronisedBatchNorm, synchronise_batch_norm_
from sparring.play.state import restore

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two processes found, in all cases; starting them is the dear part."""
    folder = tmp_path_factory.mktemp("pair")
    multiprocessing.spawn(together, args=(folder,), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


def apart(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    assert one.keys() == other.keys()
    return max(float((one[name] - other[name]).abs().max()) for name in one if one[name].numel())


@pytest.mark.parametrize("name", CASES)
def test_two_processes_equal_one(name: str, both: list[dict[str, Any]]) -> None:
    engine = alone(CASES[name])
    assert apart(both[0][name], everything(engine)) < 1e-12
    assert apart(both[0][name], both[1][name]) == 0.0
    assert len(engine.events) == len(both[0]["events"][name]) == len(CASES[name].broken)


@pytest.mark.parametrize("name", CASES)
def test_one_process_goes_on_for_two(name: str, both: list[dict[str, Any]]) -> None:
    whole, engine = alone(CASES[name]), CASES[name].engine(Machine())
    restore(engine, both[0][f"{name}, half"])
    engine.run()
    assert apart(everything(engine), everything(whole)) < 1e-12


def test_every_process_says_whose_part_was_broken(both: list[dict[str, Any]]) -> None:
    first, second = (found["events"]["broken numbers"][0] for found in both)
    assert first == (
        "skipped an update of critic: "
        "the same batch computed again is finite, so the fault is random, or another process's or the machine's"
    ) or first.startswith("skipped an update of critic: the output of 'critic.")  # through the synchronised norms
    assert second == "skipped an update of critic: the data's 'image' is not finite"


def test_local_statistics_are_averaged_when_saved(both: list[dict[str, Any]]) -> None:
    (before, after), (before_other, after_other) = (found["local"] for found in both)
    names = [name for name in before if "running" in name]
    assert len(names) == 6  # mean and variance in the generator, its average, and the critic
    for name in names:
        assert not torch.equal(before[name], before_other[name])
        assert torch.allclose(after[name], (before[name] + before_other[name]) / 2)
    assert apart(after, after_other) == 0.0


def test_resuming_with_noise_of_their_own(both: list[dict[str, Any]]) -> None:
    for found in both:
        whole, interrupted = found["dropout"]
        assert apart(whole, interrupted) == 0.0


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("momentum", [0.1, 0.0, None])
def test_a_synchronised_layer_alone_is_batch_norm(
    training: bool, momentum: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed, "all_reduce", lambda tensor: None)  # nobody else is there
    plain, layer = (nn.Sequential(nn.BatchNorm2d(3, momentum=momentum)) for _ in range(2))
    nn.init.normal_(plain[0].weight)
    layer.load_state_dict(plain.state_dict())
    for module in (plain, layer):
        module.train(training)
    synchronise_batch_norm_(layer, 1)
    assert isinstance(layer[0], SynchronisedBatchNorm)
    assert layer[0].training == training
    x = torch.randn(6, 3, 4, 4)
    for _ in range(2):
        assert torch.allclose(plain(x), layer(x))
    assert plain.state_dict().keys() == layer.state_dict().keys()
    assert apart(dict(plain.state_dict()), dict(layer.state_dict())) < 1e-12
