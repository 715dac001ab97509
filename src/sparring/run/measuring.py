"""Real metrics while training goes on: distances in the features of a deep network, as often as there is time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch

from ..data.feed import Source
from ..metrics.looking import Readable
from ..metrics.moments import moments_of
from ..metrics.remembered import cache_file, recall, store
from ..metrics.score import Score
from ..metrics.sets import Extractor, Seen, Sets
from .journal import Lines
from .score_lines import Measured, best, chooses
from .subjects import Samples, training_set
from .translating import Handle

WATCHED = ("fid", "kid", "prdc")
SHARE_OF_IMAGES = 0.1
"""Scores are due every so much of the run ..."""
SHARE_OF_SECONDS = 0.05
"""... but all of them together take no more than this share of the time so far; the cheap score has its own 5%."""
LEAST_SECONDS = 5.0
"""What must be at hand before the network is even loaded, since nobody knows yet how long that takes."""
SAMPLES = (4096, 2048, 1024, 512, 256)
"""Real and generated images of a score: the largest number that the whole run can afford. With fewer than the last,
there are fewer scores."""
TRIAL = 16
AT_ONCE = 32
SEED = 77_000
"""Of the choice of real images and of the noise: the same at every score."""


class Measuring:
    """Scores samples against the same real images each time; the best kernel distance chooses the best weights.

    A score is compared with none of another protocol: where features, samples or data changed between two sessions
    of a run, the first score of the new protocol begins anew.
    """

    def __init__(self, source: Source, total: int, path: Path, device: torch.device | None = None):
        self.source, self.total, self.lines = source, total, Lines(path)
        self.device = device or torch.device("cpu")
        self.step = max(1, int(total * SHARE_OF_IMAGES))
        self.next = self.step  # images
        self.spent, self.cost = 0.0, 0.0  # seconds; a cost of 0 is not yet known
        self.samples = 0  # not yet chosen
        self.images_scored = -1
        self.possible = len(source.shape) == 3
        self.extractor: Extractor | None = None
        self.real: Seen | None = None
        line = best(path)
        self.best: Score | None = line.chooser if line else None

    def due(self, handle: Callable[[], Handle], images: int, seconds: float, final: bool = False) -> bool:
        """Whether it is time for scores, and there is time for them. `handle` makes a network for a trial."""
        if not self.possible or images in (0, self.images_scored) or (images < self.next and not final):
            return False
        if not self.cost and SHARE_OF_SECONDS * seconds - self.spent >= LEAST_SECONDS:
            start = time.perf_counter()
            self.prepare(handle(), SHARE_OF_SECONDS * seconds / images * self.total)
            self.spent += time.perf_counter() - start
        return self.possible and 0 < self.cost <= SHARE_OF_SECONDS * seconds - self.spent

    def prepare(self, handle: Handle, affordable: float) -> None:
        """Load the network, and settle how many samples the seconds that this run can afford are good for."""
        self.extractor = best_network(self.device)
        self.possible = self.extractor.name != "pixels"  # there the cheap score sees more
        if not self.possible:
            return
        trial = training_set(self.source, TRIAL, SEED)
        self.look(trial, 1)  # warms up
        start = time.perf_counter()
        self.look(trial)
        halfway = time.perf_counter()
        self.look(Samples(handle, trial.count, labels=trial.labels, seed=SEED))
        known = time.perf_counter()
        dice = torch.Generator().manual_seed(SEED)
        rows = [torch.randn(SAMPLES[-1], self.extractor.dims, generator=dice) for _ in range(2)]
        self.compared(*(Seen(len(one), moments_of(one), one) for one in rows))
        comparing = time.perf_counter() - known
        self.settle((halfway - start) / trial.count, (known - halfway) / trial.count, comparing, affordable)

    def settle(self, a_real: float, a_fake: float, comparing: float, affordable: float) -> None:
        """Choose the number of samples, where it is not chosen yet, and foretell what the first score costs.

        Seconds: to look at a real image and at a fake, to compare the fewest samples, and those there are in all.
        """

        def cost(samples: int, scores: float) -> float:
            pairs = (samples / SAMPLES[-1]) ** 2
            return samples * (a_real + scores * a_fake) + scores * comparing * pairs

        if not self.samples:
            fits = (n for n in SAMPLES if cost(n, 1 / SHARE_OF_IMAGES) <= affordable - self.spent)
            self.samples = next(fits, SAMPLES[-1])
        self.cost = cost(self.samples, 1.0)

    def measure(self, handle: Handle, images: int, seconds: float) -> tuple[tuple[Score, ...], bool]:
        """The scores, and whether these weights are the best so far; a line of scores.jsonl says both."""
        start = time.perf_counter()
        self.real = self.real or self.real_images()
        known = time.perf_counter()
        fake = self.look(Samples(handle, self.samples, labels=self.real.labels, seed=SEED))
        scores = self.compared(fake, self.real)
        better = self.improves(scores)
        self.cost = time.perf_counter() - known
        self.spent += time.perf_counter() - start
        self.next, self.images_scored = (images // self.step + 1) * self.step, images
        self.lines.append(Measured(images, seconds, scores, best=better).as_json())
        return scores, better

    def compared(self, fake: Seen, real: Seen) -> tuple[Score, ...]:
        """All scores of these samples."""
        from ..metrics.suite import metrics_named  # brings scikit-learn along, which short runs never need

        sets = Sets(fake=fake, real=real, extractor=self.extractor, seed=SEED)
        return tuple(score for metric in metrics_named(WATCHED) for score in metric.measure(sets))

    def improves(self, scores: Iterable[Score]) -> bool:
        """Whether the score that chooses is the best of its protocol; it is then remembered."""
        score = next((one for one in scores if chooses(one)), None)
        if score is None:
            return False
        same = self.best and self.best.name == score.name and not self.best.protocol.differences(score.protocol)
        if same and self.best and not score.beats(self.best):
            return False
        self.best = score
        return True

    def real_images(self) -> Seen:
        """Seen once, and remembered for other sessions and runs on the same data."""
        assert self.extractor is not None
        images = training_set(self.source, self.samples, SEED)
        file = cache_file(images.fingerprint, self.extractor)
        found = recall(file, frozenset({"features"}))
        if found is None:
            found = self.look(images)
            with suppress(OSError):  # a cache that cannot be written is no reason to end a run
                store(file, found)
        return replace(found, fingerprint=images.fingerprint)

    def look(self, images: Readable, count: int | None = None) -> Seen:
        """On this process alone: the others of a run wait for it, and take no part."""
        assert self.extractor is not None
        count = min(images.count, count or images.count)
        parts, labels = [], []
        for start in range(0, count, AT_ONCE):
            pictures, label = images.read(start, min(start + AT_ONCE, count))
            parts.append(self.extractor(pictures)[0].float().cpu())
            labels += [label] if label is not None else []
        features = torch.cat(parts)
        return Seen(len(features), moments_of(features), features, labels=torch.cat(labels) if labels else None)

    def state_dict(self) -> dict[str, float]:
        return {"spent": self.spent, "samples": self.samples}

    def load_state_dict(self, state: dict[str, float], images: int) -> None:
        """Go on after `images`, with the same account of time and the same number of samples."""
        self.spent, self.samples = state.get("spent", 0.0), int(state.get("samples", 0))
        self.next = (images // self.step + 1) * self.step


def best_network(device: torch.device) -> Extractor:
    """Of what is installed here."""
    from ..metrics.features import choose_extractor  # brings torchvision along

    return choose_extractor("auto", device=str(device))
