"""A look at the players: every signal that a probe can give, without changing anything."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
import torch
from torch import Tensor, nn

from ..play.adversarial import ADVERSARIAL
from ..play.scene import Sample, Verdict
from ..run.handles import undisturbed
from ..techniques.packing import pack
from .measures import artefacts, movement, verdicts
from .patient import SEED, Patient, Reals, fitting
from .reference import Reference, measurable
from .setups import BATCH_NORMS, has

AT_ONCE = {"images": 64, "points": 512}
JUDGED = 128
"""Samples of each kind that the discriminator is shown."""
TRIED = 32
"""Samples for what costs more than a glance."""
PEAKED = 8
LEAST_HELD = 8
"""Held-out samples, without which their mean logit means nothing."""
LEAST = 24
"""Real samples without which nothing can be said of fakes."""


class Looking:
    """Looks again and again, with the same noise and the same real samples."""

    def __init__(self, reals: Reals, fakes: int):
        self.reals, self.fakes = reals, fitting(fakes, tuple(reals.samples.shape[1:]))
        self.dice = torch.Generator().manual_seed(SEED)
        self.noise: Tensor | None = None
        self.reference: Reference | None = None
        self.stage: int | None = None
        self.seen: tuple[float, Tensor] | None = None  # at which round, and what, at the look before
        self.raw: Tensor | None = None  # samples of the newest weights

    def look(self, patient: Patient, rounds: float) -> dict[str, float]:
        """The value of every signal that can be measured now; of what is not finite, whatever it is."""
        found: dict[str, float] = {}
        with untouched(patient.device), torch.no_grad():
            self.prepare(patient)
            # What fails here, if only for want of memory, is no reason to end a training.
            with suppress(RuntimeError, ValueError):
                generator = still_copy(patient.generator)
                found |= self.samples(patient, generator, rounds)
                # As training sees them, where that can be done.
                fresh = self.made(patient, generator.train(patient.alone), min(JUDGED, self.fakes))
                found |= self.unlike(fresh)
                if patient.critic is not None:
                    found |= Judgement(self, patient, still_copy(patient.critic), fresh).signals()
        return found

    def prepare(self, patient: Patient) -> None:
        """Draw the noise, and see the real samples as they are shown at this stage."""
        if self.noise is None:
            self.noise = patient.noise(self.fakes, self.dice)
        if self.stage == patient.stage:
            return
        self.stage, self.seen = patient.stage, None
        samples, held = self.presented(patient, self.reals.samples), self.reals.held_out
        held = None if held is None else self.presented(patient, held)
        if len(samples) >= LEAST:
            self.reference = Reference(samples, self.reals.labels, held, self.fakes)

    def presented(self, patient: Patient, real: Tensor) -> Tensor:
        return patient.at_stage(real) if patient.at_stage else real

    def asked(self, patient: Patient) -> Tensor | None:
        """Labels to make samples for, as frequent as those of real samples."""
        labels = self.reals.labels
        if not patient.classes or labels is None:
            return None
        return labels.repeat(-(-self.fakes // len(labels)))[: self.fakes]

    def made(self, patient: Patient, generator: nn.Module, count: int) -> Tensor:
        """The first samples (count, ...) of the noise, on the players' device."""
        assert self.noise is not None
        asked = self.asked(patient)
        parts = []
        at_once = AT_ONCE["images" if self.reals.samples.dim() == 4 else "points"]
        for start in range(0, count, at_once):
            rows = slice(start, min(start + at_once, count))
            y = None if asked is None else asked[rows].to(patient.device)
            parts.append(patient.forge(generator, self.noise[rows].to(patient.device), y).float())
        return torch.cat(parts)

    def samples(self, patient: Patient, generator: nn.Module, rounds: float) -> dict[str, float]:
        """Signals of the samples that people will get, and of how they came about."""
        if self.reference is None:
            return {}
        self.raw, fake = None, self.made(patient, patient.average or generator, self.fakes).cpu()
        if not bool(fake.isfinite().all()):
            return {"distance": float("nan")}
        seen = self.raw = self.reference.eye(fake)
        found = self.reference.compare(fake, seen, self.asked(patient))
        if self.seen and rounds > self.seen[0]:
            found["movement"] = movement.movement(seen, self.seen[1], rounds - self.seen[0])
        self.seen = (rounds, seen)
        if patient.average is not None:
            self.raw = self.reference.eye(self.made(patient, generator, self.fakes))
            found["distance_raw"] = self.reference.distance(self.raw)
        if fake.dim() == 4:
            found["activation_peak"] = artefacts.activation_peak(
                generator, lambda: self.made(patient, generator, PEAKED)
            )
        return measurable(found)

    def unlike(self, fresh: Tensor) -> dict[str, float]:
        """How far samples made in training mode are from those of the same noise in evaluation mode."""
        if self.reference is None or self.raw is None:
            return {}
        return {"mode_gap": movement.shift(self.reference.eye(fresh), self.raw[: len(fresh)])}


class Judgement:
    """What one discriminator says of training samples, held-out samples and fakes."""

    def __init__(self, looking: Looking, patient: Patient, critic: nn.Module, fake: Tensor):
        self.patient, self.critic, self.reals = patient, critic, looking.reals
        self.loss = ADVERSARIAL[patient.adversarial]
        self.encoder = None if patient.encoder is None else still_copy(patient.encoder)
        count = min(len(fake), len(self.reals.samples)) // patient.pack * patient.pack
        device, asked = patient.device, looking.asked(patient)
        labels = self.reals.labels if patient.classes else None
        self.real = looking.presented(patient, self.reals.samples[:count]).to(device)
        self.label = None if labels is None else labels[:count].to(device)
        self.fake = fake[:count]
        self.asked = None if asked is None else asked[:count].to(device)
        assert looking.noise is not None
        self.noise = looking.noise[:count].to(device)
        held = self.reals.held_out
        self.held = None if held is None else looking.presented(patient, held[:JUDGED]).to(device)

    def verdict(self, sample: Sample, label: Tensor | None) -> Verdict:
        return self.patient.judge(self.critic, pack(sample, self.patient.pack), label)

    def found(self, real: Tensor, label: Tensor | None) -> Sample:
        """A real sample as this critic judges it: with its z, where it judges pairs."""
        return real if self.encoder is None else (self.encoder(real, label).sample(), real)

    def paired(self, fake: Tensor, rows: slice) -> Sample:
        return fake if self.encoder is None else (self.noise[rows], fake)

    def signals(self) -> dict[str, float]:
        whole = slice(None)
        real = self.verdict(self.found(self.real, self.label), self.label)
        known, fake = real.score.float(), self.verdict(self.paired(self.fake, whole), self.asked).score.float()
        found = {"training_logit": float(known.mean()), "probe_fake_logit": float(fake.mean())}
        if self.held is not None and len(self.held) >= LEAST_HELD:
            held = self.held[: len(self.held) // self.patient.pack * self.patient.pack]
            labels = self.reals.held_out_labels if self.patient.classes else None
            label = None if labels is None else labels[: len(held)].to(held.device)
            unknown = self.verdict(self.found(held, label), label).score.float()
            means, spread = (float(known.mean()), float(unknown.mean()), float(fake.mean())), float(known.std())
            found |= {"held_out_logit": means[1], "memory_gap": verdicts.memory_gap(*means, spread)}
        if self.label is not None and real.classes is None and self.patient.classes > 1:
            wrong = (self.label + 1) % self.patient.classes
            exchanged = self.verdict(self.found(self.real, self.label), wrong).score.float()
            found["label_effect"] = verdicts.label_effect(known, exchanged)
            found["label_sense"] = verdicts.label_sense(known, exchanged)
        if self.patient.clip:
            found["clipped_share"] = verdicts.clipped_share(self.critic.parameters(), self.patient.clip)
        return found | self.slope() | self.mixed()

    def slope(self) -> dict[str, float]:
        """How strongly fakes are told where to go."""
        rows = slice(TRIED // self.patient.pack * self.patient.pack)
        label, asked = (None if y is None else y[rows] for y in (self.label, self.asked))
        real = self.verdict(self.found(self.real[rows], label), label)

        def judge(fake: Tensor) -> Verdict:
            return self.verdict(self.paired(fake, rows), asked)

        return {"input_gradient": verdicts.input_gradient(judge, self.fake[rows], real, self.loss)}

    def mixed(self) -> dict[str, float]:
        """Whether it matters which samples are in one batch."""
        if not self.patient.alone or not has((self.critic,), BATCH_NORMS):
            return {}
        self.critic.train()
        rows = slice(TRIED // self.patient.pack * self.patient.pack)
        label, asked = (None if y is None else y[rows] for y in (self.label, self.asked))
        real, fake = self.found(self.real[rows], label), self.paired(self.fake[rows], rows)
        both = None if label is None or asked is None else torch.cat([label, asked])

        def judge(sample: Sample) -> Verdict:
            count = len(sample[0] if isinstance(sample, tuple) else sample)
            return self.verdict(sample, both if count > len(self.fake[rows]) else label)

        return {"batch_effect": verdicts.batch_effect(judge, real, fake, self.loss)}


def still_copy(network: nn.Module) -> nn.Module:
    """A copy in evaluation mode that learns nothing."""
    return copy.deepcopy(network).eval().requires_grad_(False)


@contextmanager
def untouched(device: torch.device) -> Iterator[None]:
    """Whatever is drawn inside, all random streams go on as if nothing had happened."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with undisturbed(device):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
