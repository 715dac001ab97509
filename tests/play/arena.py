"""Small networks, streams and games of different structure that the heart is tried on."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.games.casting import Cast
from sparring.games.synthesis import Synthesis, SynthesisSettings
from sparring.play import chance
from sparring.play.engine import Engine
from sparring.play.game import Batch, Clock, Game, Losses, Player, Readings, Stage, Turn
from sparring.play.optim import Average, Optim
from sparring.play.referee import Referee, Rules, critic_turns
from sparring.play.scene import Sample, Scene, Verdict, detached, leaves

ADAM = Optim(lr=1e-2)


class Stream:
    """Seeded normal samples of some shapes; batch `index` is always the same."""

    def __init__(self, size: int, shapes: dict[str, tuple[int, ...]], classes: int = 0, rank: int = 0, world: int = 1):
        self.size, self.shapes, self.classes, self.rank, self.world = size, shapes, classes, rank, world
        self.roles = frozenset(shapes) | ({"label"} if classes else set())
        self.asked: list[int] = []

    def batch(self, index: int) -> Batch:
        self.asked.append(index)
        source = torch.Generator().manual_seed(index)
        tensors = {role: torch.randn(self.size, *shape, generator=source) for role, shape in self.shapes.items()}
        if self.classes:
            tensors["label"] = torch.randint(self.classes, (self.size,), generator=source)
        mine = slice(self.rank * self.size // self.world, (self.rank + 1) * self.size // self.world)
        return Batch(**{role: tensor[mine] for role, tensor in tensors.items()})


class Generator(nn.Module):
    """z (n, latent) -> (n, *shape)."""

    def __init__(self, shape: tuple[int, ...] = (2,), latent: int = 3, classes: int = 0, norm: bool = False):
        super().__init__()
        self.shape = shape
        self.labels = nn.Embedding(classes, latent) if classes else None
        self.first = nn.Linear(latent, 8, bias=not norm)  # a bias before a norm learns from rounding errors alone
        self.norm = nn.BatchNorm1d(8) if norm else nn.Identity()
        self.last = nn.Linear(8, torch.Size(shape).numel())

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        h = z if self.labels is None or y is None else z + self.labels(y)
        return self.last(self.norm(self.first(h)).tanh()).view(-1, *self.shape)


class Critic(nn.Module):
    """A sample of any structure -> Verdict with one logit (n, 1) per head; softplus bends, so penalties have work."""

    def __init__(self, inputs: int = 2, heads: int = 1, classes: int = 0, conditioning: str = "", dropout: float = 0.0):
        super().__init__()
        self.first, self.dropout = nn.Linear(inputs, 8), nn.Dropout(dropout)
        self.heads = nn.ModuleList(nn.Linear(8, 1) for _ in range(heads))
        self.projection = nn.Embedding(classes, 8) if conditioning == "projection" else None
        self.auxiliary = nn.Linear(8, classes) if conditioning == "auxiliary" else None

    def forward(self, x: Sample, y: Tensor | None = None) -> Verdict:
        h = self.dropout(F.softplus(self.first(torch.cat([part.flatten(1) for part in leaves(x)], 1))))
        logits = [head(h) for head in self.heads]
        if self.projection is not None:
            logits = [logit + (self.projection(y) * h).sum(1, keepdim=True) for logit in logits]
        return Verdict(tuple(logits), (h,), None if self.auxiliary is None else self.auxiliary(h))


class Patches(nn.Module):
    """Images -> Verdict with two heads of logit maps, as multi-scale patch critics give."""

    def __init__(self, channels: int = 3):
        super().__init__()
        self.first, self.last = nn.Conv2d(channels, 4, 3, 2, 1), nn.Conv2d(4, 1, 3, 1, 1)

    def forward(self, x: Tensor) -> Verdict:
        h = F.softplus(self.first(x))
        return Verdict((self.last(h), self.last(F.avg_pool2d(h, 2))), (h,))


def synthesis(
    rules: Rules = Rules(),  # noqa: B008 - frozen
    rounds: int = 4,
    *,
    classes: int = 0,
    conditioning: str = "",
    norm: bool = False,
    heads: int = 1,
    dropout: float = 0.0,
    average: Average | None = None,
    optim: Optim = ADAM,
    **options: object,
) -> Synthesis:
    """The library's own game on points in the plane."""
    networks = {
        "generator": Generator(classes=classes, norm=norm),
        "critic": Critic(heads=heads, classes=classes, conditioning=conditioning, dropout=dropout),
    }
    optims = {"generator": optim, "critic": optim}
    return Synthesis(SynthesisSettings(latent=3, **options), Cast(networks, optims, rules, average, rounds, classes))


class Paired(Game):
    """Source to target, with an encoder that learns together with the generator; critics see the source beside."""

    needs = frozenset({"source", "target"})

    def __init__(self, rules: Rules, rounds: int = 2):
        super().__init__()
        self.generator, self.encoder, self.critic = nn.Conv2d(6, 3, 3, 1, 1), nn.Conv2d(3, 3, 1), Patches(6)
        self.referee, self.rounds = Referee(rules), rounds

    def players(self) -> dict[str, Player]:
        return {
            "generator": Player((self.generator,), ADAM, Average()),
            "encoder": Player((self.encoder,), ADAM),
            "critic": Player((self.critic,), Optim("sgd", lr=1e-3)),
        }

    def stages(self) -> tuple[Stage, ...]:
        imitate = Turn(("generator", "encoder"), self.pixel_loss, name="imitation")
        turns = (*critic_turns("critic", (self.referee, self.scene)), Turn(("generator", "encoder"), self.pair_loss))
        return (Stage("imitate", (imitate,), 1), Stage("adversarial", turns, self.rounds))

    def paint(self, batch: Batch) -> Tensor:
        return self.generator(torch.cat([batch.source, self.encoder(batch.target)], 1)).tanh()

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        def judge(x: Sample) -> Verdict:
            assert isinstance(x, Tensor)
            return self.critic(torch.cat([batch.source, x], 1))

        return Scene(judge, batch.target, self.paint(batch))

    def pixel_loss(self, batch: Batch, clock: Clock) -> Losses:
        return {"pixel": F.mse_loss(self.paint(batch), batch.target)}

    def pair_loss(self, batch: Batch, clock: Clock) -> Losses:
        return self.referee.generator(self.scene(batch, clock), weight=0.1) | self.pixel_loss(batch, clock)


class Cycle(Game):
    """Two domains: the translators play first and leave their fakes to two courts of one player."""

    needs = frozenset({"a", "b"})

    def __init__(self, rules: Rules, rounds: int = 2):
        super().__init__()
        self.a_to_b, self.b_to_a = nn.Conv2d(3, 3, 3, 1, 1), nn.Conv2d(3, 3, 3, 1, 1)
        self.critic_a, self.critic_b = Patches(), Patches()
        self.referee_a, self.referee_b = Referee(rules, "a"), Referee(rules, "b")
        self.rounds = rounds

    def players(self) -> dict[str, Player]:
        return {
            "translators": Player((self.a_to_b, self.b_to_a), ADAM),
            "critics": Player((self.critic_a, self.critic_b), ADAM),
        }

    def stages(self) -> tuple[Stage, ...]:
        courts = critic_turns("critics", (self.referee_a, self.scene_a), (self.referee_b, self.scene_b))
        return (Stage("adversarial", (Turn(("translators",), self.translator_loss), *courts), self.rounds),)

    def translator_loss(self, batch: Batch, clock: Clock) -> Losses:
        fake_b, fake_a = self.a_to_b(batch.a).tanh(), self.b_to_a(batch.b).tanh()
        batch.memo.update(fake_a=fake_a.detach(), fake_b=fake_b.detach())
        return {
            **self.referee_a.generator(Scene(self.critic_a, batch.a, fake_a)),
            **self.referee_b.generator(Scene(self.critic_b, batch.b, fake_b)),
            "cycle": 10 * F.l1_loss(self.b_to_a(fake_b), batch.a) + 10 * F.l1_loss(self.a_to_b(fake_a), batch.b),
        }

    def scene_a(self, batch: Batch, clock: Clock) -> Scene:
        return Scene(self.critic_a, batch.a, batch.memo["fake_a"])

    def scene_b(self, batch: Batch, clock: Clock) -> Scene:
        return Scene(self.critic_b, batch.b, batch.memo["fake_b"])


class Inference(Game):
    """Samples are pairs of latent and point; generator and inverse move in one turn."""

    needs = frozenset({"image"})

    def __init__(self, rules: Rules, rounds: int = 2):
        super().__init__()
        self.generator, self.inverse, self.critic = Generator(), Generator((3,), latent=2), Critic(5)
        self.referee, self.rounds = Referee(rules), rounds

    def players(self) -> dict[str, Player]:
        return {
            "generator": Player((self.generator,), ADAM),
            "inverse": Player((self.inverse,), ADAM),
            "critic": Player((self.critic,), ADAM),
        }

    def stages(self) -> tuple[Stage, ...]:
        turns = (*critic_turns("critic", (self.referee, self.scene)), Turn(("generator", "inverse"), self.pair_loss))
        return (Stage("adversarial", turns, self.rounds),)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        z = chance.normal((len(batch), 3))
        return Scene(self.critic, (self.inverse(batch.image), batch.image), (z, self.generator(z)))

    def pair_loss(self, batch: Batch, clock: Clock) -> Losses:
        scene = self.scene(batch, clock)
        terms = self.referee.generator(Scene(self.critic, detached(scene.real), scene.fake))
        other = self.referee.generator(Scene(self.critic, detached(scene.fake), scene.real))
        return terms | {"inverse": other["adversarial"]}


class Frames(nn.Module):
    """Videos (n, channels, time, height, width) or single frames -> Verdict."""

    def __init__(self, time: int):
        super().__init__()
        self.first = nn.Conv3d(2, 4, (time, 3, 3)) if time else nn.Conv2d(2, 4, 3)

    def forward(self, x: Tensor) -> Verdict:
        h = F.softplus(self.first(x))
        return Verdict((h.flatten(1).mean(1, keepdim=True),))


class Video(Game):
    """Two critics, each a player: of single frames and of whole clips."""

    needs = frozenset({"video"})

    def __init__(self, rules: Rules, rounds: int = 2):
        super().__init__()
        self.generator = Generator((2, 3, 4, 4))
        self.frame_critic, self.clip_critic = Frames(0), Frames(3)
        self.frame_referee, self.clip_referee = Referee(rules, "frame"), Referee(rules, "clip")
        self.rounds = rounds

    def players(self) -> dict[str, Player]:
        return {
            "generator": Player((self.generator,), ADAM, Average()),
            "frame_critic": Player((self.frame_critic,), ADAM),
            "clip_critic": Player((self.clip_critic,), Optim("rmsprop", lr=1e-3)),
        }

    def stages(self) -> tuple[Stage, ...]:
        turns = (
            *critic_turns("frame_critic", (self.frame_referee, self.frame_scene)),
            *critic_turns("clip_critic", (self.clip_referee, self.clip_scene)),
            Turn(("generator",), self.generator_loss),
        )
        return (Stage("adversarial", turns, self.rounds),)

    def clip_scene(self, batch: Batch, clock: Clock) -> Scene:
        return Scene(self.clip_critic, batch.video, self.generator(chance.normal((len(batch), 3))))

    def frame_scene(self, batch: Batch, clock: Clock) -> Scene:
        scene, moment = self.clip_scene(batch, clock), chance.integers(3, (len(batch),))
        return Scene(self.frame_critic, frame(scene.real, moment), frame(scene.fake, moment))

    def generator_loss(self, batch: Batch, clock: Clock) -> Losses:
        clip, moment = self.clip_scene(batch, clock), chance.integers(3, (len(batch),))
        still = Scene(self.frame_critic, frame(clip.real, moment), frame(clip.fake, moment))
        return self.clip_referee.generator(clip) | self.frame_referee.generator(still)


def frame(video: Sample, moment: Tensor) -> Tensor:
    assert isinstance(video, Tensor)
    return video[torch.arange(len(video)), :, moment]


class Sequence(Game):
    """Discrete samples: an imitating stage, then policy gradients; a trailing copy belongs to nobody."""

    needs = frozenset({"image"})

    def __init__(self, rules: Rules, rounds: int = 2):
        super().__init__()
        if rules.penalties:
            raise ValueError(f"tokens have no gradient: {', '.join(rules.penalties)} cannot apply to Sequence")
        self.writer, self.trailing, self.critic = nn.Linear(2, 5), nn.Linear(2, 5), Critic(5)
        self.referee, self.rounds = Referee(rules), rounds
        self.register_buffer("entered", torch.zeros(()))

    def players(self) -> dict[str, Player]:
        return {"writer": Player((self.writer,), ADAM), "critic": Player((self.critic,), ADAM)}

    def stages(self) -> tuple[Stage, ...]:
        imitate = Turn(("writer",), self.likelihood, name="imitation", after=self.trail)
        write = Turn(("writer",), self.policy_loss, after=self.trail)
        play = (write, *critic_turns("critic", (self.referee, self.scene)))
        return (
            Stage("imitate", (imitate,), 1, self.enter),
            Stage("nothing", (), 0, self.enter),
            Stage("adversarial", play, self.rounds, self.enter),
        )

    def enter(self) -> None:
        self.entered += 1

    def trail(self, readings: Readings) -> None:
        self.trailing.weight.lerp_(self.writer.weight, 0.5)

    def tokens(self, batch: Batch) -> Tensor:
        return batch.image.sum(1).abs().long().clamp(max=4)

    def likelihood(self, batch: Batch, clock: Clock) -> Losses:
        return {"likelihood": F.cross_entropy(self.writer(batch.image), self.tokens(batch))}

    def written(self, batch: Batch) -> Tensor:
        odds = self.writer(batch.image).softmax(1).cumsum(1)
        return (chance.uniform((len(batch), 1)) > odds).sum(1).clamp(max=4)

    def scene(self, batch: Batch, clock: Clock) -> Scene:
        one_hot = [F.one_hot(t, 5).to(batch.image) for t in (self.tokens(batch), self.written(batch))]
        return Scene(self.critic, one_hot[0], one_hot[1])

    def policy_loss(self, batch: Batch, clock: Clock) -> Losses:
        tokens = self.written(batch)
        reward = self.critic(F.one_hot(tokens, 5).to(batch.image)).score.detach()
        chosen = self.writer(batch.image).log_softmax(1).gather(1, tokens[:, None])[:, 0]
        return {"policy": -(chosen * reward).mean()}


OTHERS: dict[str, tuple[type[Game], dict[str, tuple[int, ...]]]] = {
    "paired": (Paired, {"source": (3, 8, 8), "target": (3, 8, 8)}),
    "cycle": (Cycle, {"a": (3, 8, 8), "b": (3, 8, 8)}),
    "inference": (Inference, {"image": (2,)}),
    "video": (Video, {"video": (2, 3, 4, 4)}),
    "sequence": (Sequence, {"image": (2,)}),
}


def points(size: int = 8, classes: int = 0, rank: int = 0, world: int = 1) -> Stream:
    return Stream(size, {"image": (2,)}, classes, rank, world)


def snapshot(module: nn.Module) -> dict[str, Tensor]:
    return {name: held.detach().clone() for name, held in module.state_dict().items() if isinstance(held, Tensor)}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def furthest(one: nn.Module, other: nn.Module) -> float:
    """The largest difference between two equal modules' floating-point state."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return max(float((a - b).abs().max()) for a, b in pairs if a.is_floating_point())


class Journal:
    """A watcher that keeps everything."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, Readings]] = []

    def __call__(self, clock: Clock, turn: Turn, readings: Readings) -> None:
        self.turns.append((turn.title, readings))

    def of(self, title: str) -> list[Readings]:
        return [readings for name, readings in self.turns if name == title]

    @property
    def names(self) -> set[str]:
        return {name for _, readings in self.turns for name in readings}


def play(game: Game, stream: Stream, rounds: int | None = None, **options: object) -> Engine:
    """An engine that has played."""
    engine = Engine(game, stream, **options)
    engine.run(rounds)
    return engine
