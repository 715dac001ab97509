"""Batches, clocks, turns and players."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sparring.play import chance
from sparring.play.game import Batch, Clock, Player, Stage, Turn, report, reporting
from sparring.play.optim import Optim


def test_a_batch_knows_its_roles() -> None:
    batch = Batch(image=torch.zeros(4, 2), label=torch.zeros(4))
    assert batch.roles == {"image", "label"}
    assert len(batch) == 4
    assert batch.image.shape == (4, 2)
    with pytest.raises(AttributeError, match=r"this batch has no 'video', only \['image', 'label'\]"):
        _ = batch.video


def test_a_batch_has_tensors_of_one_length() -> None:
    with pytest.raises(ValueError, match=r"a batch needs tensors of one length, not \{'image': 4, 'label': 3\}"):
        Batch(image=torch.zeros(4, 2), label=torch.zeros(3))
    with pytest.raises(ValueError, match="a batch needs at least one tensor"):
        Batch()


def test_chunks_are_equal_and_in_order() -> None:
    batch = Batch(image=torch.arange(6), label=torch.arange(6) * 10)
    parts = batch.chunks(3)
    assert [part.image.tolist() for part in parts] == [[0, 1], [2, 3], [4, 5]]
    assert [part.label.tolist() for part in parts] == [[0, 10], [20, 30], [40, 50]]
    assert batch.chunks(1) == [batch]
    with pytest.raises(ValueError, match="a batch of 6 cannot be split into 4 equal parts"):
        batch.chunks(4)


def test_chunks_share_the_memo_but_for_graphs() -> None:
    batch = Batch(image=torch.arange(4))
    batch.memo = {"z": torch.arange(4), "fake": torch.ones(4, requires_grad=True)}
    parts = batch.chunks(2)
    assert [part.memo["z"].tolist() for part in parts] == [[0, 1], [2, 3]]
    assert all("fake" not in part.memo for part in parts)


def test_a_clock_tells_progress() -> None:
    assert Clock(round=3, length=4).progress == 0.75


def test_a_turn_is_called_after_its_players() -> None:
    assert Turn(("generator", "encoder"), lambda batch, clock: {}).title == "generator+encoder"
    assert Turn(("critic",), lambda batch, clock: {}, name="penalties").title == "penalties"


def test_a_stage_counts_the_batches_it_draws() -> None:
    def turn(repeat: int = 1, every: int = 1) -> Turn:
        return Turn(("critic",), lambda batch, clock: {}, repeat=repeat, every=every)

    assert Stage("plain", (turn(), turn()), 5).batches == 5
    assert Stage("n_critic", (turn(repeat=3), turn()), 5).batches == 15
    assert Stage("rare", (turn(repeat=3, every=2), turn()), 5).batches == 5 + 2 * 3


def test_shared_parameters_count_once() -> None:
    one = nn.Linear(2, 2)
    two = nn.Sequential(one, nn.Linear(2, 2))
    assert len(Player((one, two, one), Optim()).parameters()) == 4


def test_reports_go_to_whoever_listens() -> None:
    report("unheard", torch.ones(()))
    with reporting() as outer:
        report("outer", torch.ones((), requires_grad=True))
        with reporting() as inner:
            report("inner", torch.ones(()))
    assert set(outer) == {"outer"}
    assert set(inner) == {"inner"}
    assert not outer["outer"].requires_grad


@pytest.mark.parametrize(
    "draw",
    [
        lambda n: chance.normal((n, 3)),
        lambda n: chance.uniform((n, 3)),
        lambda n: chance.symmetric((n, 3)),
        lambda n: chance.integers(10, (n, 3)),
    ],
)
def test_draws_do_not_depend_on_the_split(draw: object) -> None:
    def rows(parts: int) -> torch.Tensor:
        found = []
        for part in range(parts):
            with chance.share(torch.Generator().manual_seed(5), part, parts):
                found.append(draw(12 // parts))
        return torch.cat(found)

    assert torch.equal(rows(1), rows(3))
    assert torch.equal(rows(1), rows(4))
    assert not torch.equal(draw(12), draw(12))  # outside a turn, plain draws


def test_ranges_of_draws() -> None:
    uniform, symmetric, whole = chance.uniform((999,)), chance.symmetric((999,)), chance.integers(4, (999,))
    assert (uniform.min() >= 0, uniform.max() < 1, uniform.min() < 0.1, uniform.max() > 0.9) == (True,) * 4
    assert (symmetric.min() >= -1, symmetric.max() < 1, symmetric.min() < -0.8) == (True,) * 3
    assert set(whole.tolist()) == {0, 1, 2, 3}
    assert whole.dtype == torch.int64
