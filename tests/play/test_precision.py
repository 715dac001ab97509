"""Reduced precision, loss scales and compiling."""

from __future__ import annotations

import shutil

import pytest
import torch
from tests.play.arena import OTHERS, Journal, Stream, fitting, furthest, play, points, synthesis
from torch import distributed, nn

from sparring.play import machine as machines
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock, Game, Losses, Player, Stage, Turn
from sparring.play.machine import Machine, choose_device, choose_precision, join_processes, step_seconds
from sparring.play.optim import Optim
from sparring.play.penalties import PENALTIES
from sparring.play.referee import Rules
from sparring.play.solvers import SOLVERS

BF16, FP16 = Machine(precision="bf16"), Machine(precision="fp16")


@pytest.mark.parametrize("lazy", [1, 2])
@pytest.mark.parametrize("name", PENALTIES)
def test_half_precision_trains_with_penalties(name: str, lazy: int) -> None:
    shape, stream = fitting(name)
    game, journal = synthesis(Rules("hinge", lazy=lazy, **{name: 1.0}), 4, norm=True, shape=shape), Journal()
    play(game, stream(), machine=BF16, watchers=[journal])
    assert all(value.dtype == torch.float32 for _, readings in journal.turns for value in readings.values())
    assert all(bool(value.isfinite()) for _, readings in journal.turns for value in readings.values())
    assert all(parameter.dtype == torch.float32 for parameter in game.parameters())


@pytest.mark.parametrize("name", OTHERS)
def test_half_precision_trains_other_games(name: str) -> None:
    game, shapes = OTHERS[name]
    rules = Rules("hinge") if name == "sequence" else Rules("hinge", gp=1.0)
    play(game(rules), Stream(4, shapes), machine=BF16)


def test_networks_compute_in_half_precision_and_losses_do_not() -> None:
    seen: list[torch.dtype] = []
    game = synthesis(rounds=1)
    game.critic.heads[0].register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    journal = Journal()
    play(game, points(), machine=BF16, watchers=[journal])
    assert set(seen) == {torch.bfloat16}
    assert journal.of("critic")[0]["adversarial"].dtype == torch.float32


class Overflowing(Game):
    """One player whose gradients are too large for a loss scale above some number."""

    def __init__(self, size: float):
        super().__init__()
        self.part, self.other, self.size = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False), size
        self.register_buffer("tended", torch.zeros(()))

    def players(self) -> dict[str, Player]:
        return {
            "part": Player((self.part,), Optim("sgd", lr=1 / self.size)),
            "other": Player((self.other,), Optim("sgd", lr=1.0)),
        }

    def stages(self) -> tuple[Stage, ...]:
        return (Stage("only", (Turn(("part",), self.steep), Turn(("other",), self.gentle)), 8),)

    def steep(self, batch: Batch, clock: Clock) -> Losses:
        return {"steep": self.part.weight.mean() * self.size}

    def gentle(self, batch: Batch, clock: Clock) -> Losses:
        return {"gentle": self.other.weight.mean()}


@pytest.mark.parametrize(("solver", "steps"), [("alternate", 1), ("simultaneous", 1), ("extragradient", 3)])
def test_loss_scales_fall_until_the_gradients_fit(solver: str, steps: int) -> None:
    game = Overflowing(2.0**114)  # times 2^14 is beyond float32, times 2^13 is not
    engine = Engine(game, Stream(2, {"image": (1,)}), machine=FP16, solver=SOLVERS[solver])
    start = game.part.weight.detach().clone(), game.other.weight.detach().clone()
    engine.run(1)
    assert torch.equal(game.part.weight, start[0])  # overflowed: no step
    assert torch.allclose(game.other.weight, start[1] - 1)  # its own scale, its own step
    engine.run(3)
    assert torch.allclose(game.part.weight, start[0] - steps)  # extragradient finds the scale twice as fast
    assert torch.allclose(game.other.weight, start[1] - 4)
    assert engine.scalers["part"].get_scale() == 2.0**13
    assert engine.scalers["other"].get_scale() == 2.0**16


def test_unscaled_gradients_are_what_is_measured_and_clipped() -> None:
    found = []
    for machine in (Machine(), FP16):
        torch.manual_seed(0)
        game, journal = Overflowing(3.0), Journal()
        game.players = lambda game=game: {  # type: ignore[method-assign]
            name: Player((getattr(game, name),), Optim("sgd", lr=1.0, clip_norm=0.5)) for name in ("part", "other")
        }
        play(game, Stream(2, {"image": (1,)}), 2, machine=machine, watchers=[journal])
        found.append((float(game.part.weight.detach()), float(journal.of("part")[0]["gradient/part"])))
    assert found[0] == pytest.approx(found[1])
    assert found[0][1] == 3.0


def test_fp16_trains_a_game_with_penalties() -> None:
    whole, scaled = (synthesis(Rules("hinge", r1=1.0, gp=1.0, lazy=2), 3) for _ in range(2))
    scaled.load_state_dict(whole.state_dict())
    play(whole, points())
    play(scaled, points(), machine=FP16)
    assert furthest(whole, scaled) < 0.05


COMPILED = Rules("hinge", r1=1.0, gp=1.0)


def compiled(backend: str, rules: Rules) -> tuple[Game, Game]:
    torch.compiler.reset()
    eager, game = synthesis(rules, 3, norm=True), synthesis(rules, 3, norm=True)
    game.load_state_dict(eager.state_dict())
    play(eager, points())
    for module in (game.generator, game.critic):
        module.compile(backend=backend)
    play(game, points())
    torch.compiler.reset()
    return eager, game


# Dynamo looks at the gradient of lent fakes, which are no leaves, and warns of its own doing.
dynamo = pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")


@dynamo
@pytest.mark.parametrize("lazy", [1, 2])
def test_compiled_networks_learn_the_same_with_penalties(lazy: int) -> None:
    eager, game = compiled("aot_eager", Rules("hinge", r1=1.0, gp=1.0, lazy=lazy))
    assert furthest(eager, game) < 1e-5


@dynamo
@pytest.mark.slow
@pytest.mark.skipif(not any(map(shutil.which, ("c++", "g++", "clang++"))), reason="compiling needs a C++ compiler")
def test_the_engine_compiles() -> None:
    torch.compiler.reset()
    eager, game = synthesis(COMPILED, 3), synthesis(COMPILED, 3)
    game.load_state_dict(eager.state_dict())
    play(eager, points())
    play(game, points(), compile=True)
    assert game.critic._compiled_call_impl is not None
    assert furthest(eager, game) < 1e-4
    torch.compiler.reset()


def test_devices_are_chosen_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device() == torch.device("cpu")
    with pytest.raises(ValueError, match="there is no device 'tpu'; use auto, cpu, cuda or mps"):
        choose_device("tpu")
    with pytest.raises(ValueError, match="this machine's PyTorch has no cuda; use --device cpu"):
        choose_device("cuda:1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert choose_device() == torch.device("cuda:3")
    assert choose_device("cuda:1") == torch.device("cuda:1")


def test_precision_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    for seconds, best in (({"fp32": 1.0, "bf16": 0.5}, "bf16"), ({"fp32": 1.0, "bf16": 0.9}, "fp32")):
        monkeypatch.setattr(
            machines, "step_seconds", lambda device, precision, limit=0.0, seconds=seconds: seconds[precision]
        )
        choose_precision.cache_clear()  # it measures once a process
        assert choose_precision(cpu) == best == choose_precision(cpu)
    choose_precision.cache_clear()
    assert choose_precision(cpu, "bf16") == "bf16"
    with pytest.raises(ValueError, match="fp16 is not for training on a CPU"):
        choose_precision(cpu, "fp16")
    with pytest.raises(ValueError, match="there is no precision 'fp8'; use auto, fp32, bf16 or fp16"):
        choose_precision(cpu, "fp8")


def test_measuring_takes_a_moment() -> None:
    assert 0 < step_seconds(torch.device("cpu"), "fp32") < 60
    assert 0 < step_seconds(torch.device("cpu"), "bf16", limit=0.0) < 60


@pytest.mark.parametrize("rank", [0, 1])
def test_one_process_measures_for_all(rank: int, monkeypatch: pytest.MonkeyPatch) -> None:
    joined: list[str] = []
    said = torch.tensor(list(machines.TYPES).index("bf16"))
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", str(rank))
    monkeypatch.setattr(distributed, "init_process_group", lambda backend, device_id: joined.append(backend))
    monkeypatch.setattr(distributed, "broadcast", lambda tensor, source: tensor.copy_(said) if rank else None)
    monkeypatch.setattr(machines, "choose_precision", lambda device, name: "bf16" if rank == 0 else pytest.fail(name))
    machine = join_processes("cpu")
    assert (machine.rank, machine.world, machine.precision) == (rank, 2, "bf16")
    assert joined == ["gloo"]


def test_one_process_is_a_machine_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    machine = join_processes("cpu", "fp32")
    assert (machine.rank, machine.world, machine.precision) == (0, 1, "fp32")
    assert not machine.asynchronous
    assert not machine.scales
    assert FP16.scales
