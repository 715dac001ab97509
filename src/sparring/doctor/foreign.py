"""A hook for any training loop: it watches, asks the rules, and writes a folder for `sparring doctor`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ..play.adversarial import ADVERSARIAL
from ..play.game import Clock, Readings, Turn
from ..run import atomic
from ..run.folder import RunFolder, free
from ..run.journal import Lines
from ..run.tally import Tally, six_digits
from ..settings import from_json, nearest, to_json
from .case import Case, Now, Setup
from .findings import Finding
from .hands import hands_of
from .meter import Meter, moment
from .patient import Patient, Reals
from .reading import Notes, noted
from .record import keep, write_findings
from .rule import examine
from .rules import RULES
from .strangers import by_name, device_of, faults, logits, patient_of, setup_of
from .vitals import SHARE
from .vitals import Vitals as Looks

SETUP = "setup.json"
FORMAT = 1
CRITIC, GENERATOR = (Turn((name,), lambda batch, clock: {}) for name in ("critic", "generator"))
Number = Tensor | float
STEPS = 0.5
"""Of the time that watching may take, at most so much is for what each step gives; else it is measured more rarely."""
FREE_SECONDS = 1.0
"""What may be taken in any case: runs of seconds are hardly worth saving on."""


class Vitals:
    """Watches a GAN being trained by any PyTorch loop, and says what goes wrong.

    Everything but `out` may be left out; the more is given, the more can be said. `generator`, `critic`, `real` and
    `latent` together allow to look at samples: `real` are training samples (n, ...) as the networks see them, some
    hundreds or more, `held_out` others that are not trained on, and `latent` is the shape of the noise of one sample.
    With `labels` and `classes` the networks are called with a label behind the sample or noise. With its optimiser a
    player's gradients, learning rate and updates are known. `loss` is one of `sparring.play.adversarial.ADVERSARIAL`;
    `probabilities` says that the critic ends in a sigmoid. `rounds` are the planned updates of the generator.

    Nothing that it does changes the training: no weight, no statistic, no random number. ValueError for a folder that
    is taken, or an unknown loss.
    """

    def __init__(
        self,
        out: Path | str,
        *,
        generator: nn.Module | None = None,
        critic: nn.Module | None = None,
        real: Tensor | None = None,
        held_out: Tensor | None = None,
        labels: Tensor | None = None,
        classes: int = 0,
        latent: int | tuple[int, ...] = 0,
        average: nn.Module | None = None,
        generator_optimiser: Optimizer | None = None,
        critic_optimiser: Optimizer | None = None,
        loss: str = "",
        probabilities: bool = False,
        penalties: Mapping[str, float] | None = None,
        critic_steps: int = 1,
        batch: int = 64,
        rounds: int = 10_000,
        share: float = SHARE,
    ):
        self.folder, self.device, self.probabilities = RunFolder(Path(out)), device_of(generator, critic), probabilities
        self.hands = hands_of(by_name(generator_optimiser, critic_optimiser), meter := Meter())
        self.setup = replace(
            setup_of(by_name(generator, critic), self.hands, real),
            adversarial=known(loss),
            penalties=dict(penalties or {}),
            critic_steps=critic_steps,
            batch=batch,
            rounds=rounds,
            classes=classes,
        )
        self.begin(meter, share)
        self.looks: Looks | None = None
        if generator is not None and real is not None and latent:
            self.patient = patient_of(generator, critic, average, latent, loss, probabilities, classes)
            self.reals = Reals(real, labels, held_out, None, len(real))
            self.looks = Looks(self.some, rounds, batch, points=self.setup.points, share=share, meter=meter)
            self.new = keep(self.findings, faults(self.patient, self.reals, self.setup, probabilities))

    def begin(self, meter: Meter, share: float) -> None:
        """Make the folder, and set all counters to 0."""
        self.meter, self.share = meter, share
        self.rounds = self.examined = 0
        self.began = time.monotonic()
        self.stepping = self.asking = 0.0  # seconds of all steps, and of the newest examination
        self.measures = True  # in this round
        self.notes, self.tally = Notes(self.setup.batch), Tally(self.setup.rounds)
        self.findings = dict[str, Finding]()
        self.new: list[Finding] = []  # that nobody has been told yet
        path = self.folder.path
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ValueError(f"{path} is taken; watch into another folder, e.g. {free(path)}")
        with atomic.explained(path):
            path.mkdir(parents=True, exist_ok=True)
        atomic.write_text(path / SETUP, json.dumps({"format": FORMAT, "setup": to_json(self.setup)}, indent=2) + "\n")
        self.journal, self.vitals = Lines(self.folder.journal), Lines(self.folder.vitals)

    def step(
        self,
        *,
        critic_loss: Number | None = None,
        generator_loss: Number | None = None,
        real_logits: Tensor | None = None,
        fake_logits: Tensor | None = None,
        penalty: Number | None = None,
    ) -> list[Finding]:
        """After each update of the generator: what was measured in this round; what was found for the first time.

        `critic_loss` is without its penalties, and `penalty` is these, weighted. What the critic says, (n, ...), is
        what it said before its update.
        """
        start = moment()
        self.rounds += 1
        if self.measures:
            critic = self.numbers({"adversarial": critic_loss, "penalty": penalty})
            said = logits(real_logits, fake_logits, self.probabilities, self.setup.loss)
            self.take_in(CRITIC, critic | {name: one.to(self.device) for name, one in said.items()})
            self.take_in(GENERATOR, self.numbers({"adversarial": generator_loss}))
        if self.tally.round_over() and self.affordable:
            self.line()
        # The first round of each line of the journal, and others while there is time.
        self.measures = not self.tally.in_line or self.affordable
        for hand in self.hands.values():
            hand.measures = self.measures
        self.stepping += self.meter.pay(start)
        found, start = self.look(), moment()
        due = self.rounds - self.examined >= Now(self.rounds, 0.0, self.setup.rounds).window
        afforded = self.meter.spent + self.asking <= FREE_SECONDS + self.share * self.meter.trained
        if found or self.new or (due and afforded):
            self.examine()
            self.asking = self.meter.pay(start)
        told, self.new = self.new, []
        return told

    @property
    def affordable(self) -> bool:
        """Whether steps have taken no more than their part of the time."""
        spent = self.stepping + sum(hand.seconds for hand in self.hands.values())
        return spent <= FREE_SECONDS + STEPS * self.share * self.meter.trained

    def take_in(self, turn: Turn, readings: Readings) -> None:
        """What was measured in one player's turn."""
        hand = self.hands.get(turn.title)
        gradient = hand.gradient() if hand else None
        if gradient is not None:
            readings[f"gradient/{turn.title}"] = gradient.to(self.device)
        self.tally(Clock(), turn, readings)

    def numbers(self, given: Mapping[str, Number | None]) -> Readings:
        return {
            name: torch.as_tensor(value).detach().float().mean().to(self.device)
            for name, value in given.items()
            if value is not None
        }

    def line(self) -> None:
        """Write down what was measured since the line before."""
        rates = {name: hand.rate for name, hand in self.hands.items()}
        record = self.stamped("round") | {"readings": self.tally.means(), "learning_rates": rates}
        self.journal.append(record)
        self.notes.journal(record)

    def look(self) -> bool:
        """Look at the players, if it is time to; whether anything was seen."""
        found = {}
        if self.looks:
            found = self.looks.round_over(float(self.rounds), self.meter.trained, self.players)
        for name, hand in self.hands.items():
            hand.updates = 0
            if found and hand.still is not None:
                found[f"{name}_still"] = hand.still
            hand.asked = hand.asked or bool(found) or self.rounds == 1
        if found:
            values = {name: six_digits(value) for name, value in found.items()}
            record = self.stamped("look") | {"rounds": self.rounds, "values": values}
            self.vitals.append(record)
            self.notes.vitals(record)
        return bool(found)

    def players(self) -> Patient:
        """The players now."""
        return replace(self.patient, updates={n: hand.updates for n, hand in self.hands.items()})

    def some(self, count: int, held: int) -> Reals:
        """The first real samples."""
        labels, held_out = self.reals.labels, self.reals.held_out
        return Reals(
            self.reals.samples[:count].detach().float().cpu(),
            None if labels is None else labels[:count].cpu(),
            None if held_out is None else held_out[:held].detach().float().cpu(),
            None,
            self.reals.count,
        )

    def examine(self) -> None:
        """Ask the rules, and keep what they say."""
        self.examined = self.rounds
        self.new += keep(self.findings, examine(self.notes.case(self.setup), RULES))
        write_findings(self.folder.findings, self.rounds * self.setup.batch, self.findings.values())

    def stamped(self, kind: str) -> dict[str, object]:
        seconds = round(time.monotonic() - self.began, 3)
        return {"kind": kind, "images": self.rounds * self.setup.batch, "seconds": seconds}


def known(loss: str) -> str:
    """The name of a loss. ValueError if there is none of this name."""
    if loss and loss not in ADVERSARIAL:
        raise ValueError(f"there is no loss {loss!r}.{nearest(loss, ADVERSARIAL)} Known: {', '.join(ADVERSARIAL)}.")
    return loss


def case_of_folder(path: Path) -> Case:
    """The case of a folder that `Vitals` wrote. ValueError with one sentence if it is damaged."""
    try:
        data = json.loads((path / SETUP).read_text(encoding="utf-8"))
        setup = from_json(Setup, data["setup"])
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{path / SETUP} is damaged: {error}") from None
    return noted(RunFolder(path), setup.batch).case(setup)
