"""From the files of a run to a case: its set-up, and its signals over rounds and images."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..recipes.preset import Facts
from ..run.folder import RunFolder
from ..run.score_lines import QUICK
from .case import Case, Setup
from .series import Numbers, Series
from .setups import setup_of
from .signals import SIGNALS

Record = Mapping[str, Any]
CRITIC = {
    "critic_loss": "adversarial",
    "real_logit": "logit/real",
    "fake_logit": "logit/fake",
    "sign_real": "sign/real",
    "accuracy": "accuracy",
    "auc": "auc",
    "critic_gradient": "gradient/critic",
}
"""Signal -> reading of the discriminator's turn."""
GENERATOR = {"generator_loss": "adversarial", "generator_gradient": "gradient/generator"}
NOT_PENALTIES = {"adversarial", "loss", "classes", "classes_fake", "reconstruction", "accuracy", "auc"}


class Notes:
    """Signals as they come in, line by line; `pace` is real images in a round."""

    def __init__(self, pace: float):
        self.pace = pace
        self.newest: dict[str, list[tuple[float, float, float]]] = {}  # signal -> (rounds, images, value)
        self.noted: dict[str, Numbers] = {}  # signal -> the same of all before, (n, 3)
        self.skipped = 0

    def add(self, images: float, values: Mapping[str, object], rounds: float | None = None) -> None:
        """Values after so many images; None and what else is no number is undefined."""
        rounds = images / self.pace if rounds is None else rounds
        for name, value in values.items():
            if name in SIGNALS:
                number = float(value) if isinstance(value, int | float) else math.nan
                self.newest.setdefault(name, []).append((rounds, images, number))

    def journal(self, record: Record) -> None:
        """A line of the journal."""
        images = record.get("images", 0)
        sentence = str(record.get("sentence", "")) if record.get("kind") == "event" else ""
        if sentence.startswith("skipped an update"):
            self.skipped += 1
        elif "non-finite" in sentence:  # the run ended with it
            self.add(images, {"nonfinite": None})
        if record.get("kind") == "round":
            self.add(images, {**turn_signals(record), "nonfinite": self.skipped})
            self.skipped = 0

    def vitals(self, record: Record) -> None:
        """A line of vitals.jsonl."""
        self.add(record.get("images", 0), record.get("values", {}), record.get("rounds"))

    def score(self, record: Record) -> None:
        """A line of scores.jsonl."""
        images = record.get("images", 0)
        if QUICK in record:
            self.add(images, {"score": record[QUICK]})
        if record.get("kind") == "scores" and record.get("by") == "training":
            scores = {str(one.get("name")): one.get("value") for one in record.get("scores", ())}
            chosen = [value for name, value in scores.items() if name == "kid" or name.startswith("kd-")]
            if chosen:
                self.add(images, {"real_score": chosen[0]})

    def case(self, setup: Setup) -> Case:
        """All that was noted."""
        for name, rows in self.newest.items():
            new = np.array(rows, dtype=np.float64)
            self.noted[name] = np.concatenate([self.noted[name], new]) if name in self.noted else new
        self.newest = {}
        return Case(setup, {name: Series(*rows.T) for name, rows in self.noted.items()})


def turn_signals(record: Record) -> dict[str, object]:
    """Signals of a line of the journal that says what was measured."""
    turns: Mapping[str, Mapping[str, object]] = record.get("readings", {})
    rates: Mapping[str, object] = record.get("learning_rates", {})
    found = {f"{name}_rate": rates[name] for name in ("critic", "generator") if name in rates}
    critic = turns.get("critic", {})
    found |= {signal: critic[name] for signal, name in CRITIC.items() if name in critic}
    makers = (readings for title, readings in turns.items() if title == "generator" or "gradient/generator" in readings)
    maker = next((one for one in makers if "adversarial" in one), {})
    found |= {signal: maker[name] for signal, name in GENERATOR.items() if name in maker}
    lazy = [readings for title, readings in turns.items() if title.startswith("critic penalties")]
    paid = [one["gradient/critic"] for one in lazy if "gradient/critic" in one]
    found |= {"penalty_gradient": paid[0]} if paid else {}
    terms = [
        value
        for title, readings in turns.items()
        if title == "critic" or title.startswith("critic penalties")
        for name, value in readings.items()
        if "/" not in name and name not in NOT_PENALTIES
    ]
    numbers = [float(term) if isinstance(term, int | float) else math.nan for term in terms]
    return found | ({"penalty": sum(numbers)} if numbers else {})


def records(path: Path) -> Iterator[Record]:
    """The lines of a file that can be read; none where there is no file."""
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


def case_of(path: Path | str) -> Case:
    """The case of a run's folder, as far as it has come. ValueError if this is no run."""
    folder = RunFolder.open(path)
    plans = [line["plan"] for line in records(folder.journal) if line.get("kind") == "plan" and line.get("plan")]
    plan = plans[-1] if plans else {}
    setup = setup_of(folder.recipe, facts_of(plan))
    rounds = plan.get("rounds") or setup.rounds
    images = plan.get("images") or folder.recipe.train.images
    return noted(folder, images / max(rounds, 1)).case(setup)


def noted(folder: RunFolder, pace: float) -> Notes:
    """All that the files of a run hold."""
    notes = Notes(pace)
    for note, path in ((notes.journal, folder.journal), (notes.vitals, folder.vitals), (notes.score, folder.scores)):
        for record in records(path):
            note(record)
    return notes


def facts_of(plan: Record) -> Facts:
    """What the plan of a run says of its data; what a run has by default, if it has no plan yet."""
    data: Mapping[str, Any] = plan.get("data", {})
    if not data:
        return Facts()
    return Facts(tuple(data["shape"]), len(data.get("classes") or ()), data.get("training", data.get("count")))
