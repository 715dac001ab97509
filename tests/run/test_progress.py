"""What is shown while a run goes on, and what showing costs."""

from __future__ import annotations

import io

import pytest
import torch
from rich.console import Console

from sparring.play.game import Clock, Turn
from sparring.run import progress as module
from sparring.run.progress import Progress, judged_by

CRITIC = Turn(("critic",), lambda batch, clock: {})
GENERATOR = Turn(("generator",), lambda batch, clock: {})
READINGS = {
    name: torch.tensor(value)
    for name, value in {
        "adversarial": 1.25, "r1": 0.5, "loss": 1.75, "accuracy": 0.75, "auc": 0.9, "logit/real": 0.4,
        "gradient/critic": 2.0,
    }.items()
}  # fmt: skip


class Clockwork:
    """A clock that a test turns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.now = 100.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)


def played(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, seconds: float, step: float = 0.01) -> tuple[str, int]:
    """Output of a run of this length in rounds of `step` seconds, and how often numbers were fetched."""
    clock, out, fetched = Clockwork(monkeypatch), io.StringIO(), 0
    console = Console(file=out, force_terminal=terminal, width=150)
    progress = Progress("nonsaturating", console)
    fetch = progress.fetch

    def counted() -> None:
        nonlocal fetched
        fetched += 1
        fetch()

    monkeypatch.setattr(progress, "fetch", counted)
    rounds = int(seconds / step)
    with progress:
        for number in range(1, rounds + 1):
            clock.now += step
            for turn in (CRITIC, GENERATOR):
                progress(Clock(images=64 * number, total=64 * rounds), turn, READINGS)
    return out.getvalue(), fetched


def test_numbers_leave_the_device_at_most_four_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    _, fetched = played(monkeypatch, terminal=True, seconds=10)
    assert 30 <= fetched <= 41


def test_terminal_shows_speed_terms_accuracy_and_gradients(monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = played(monkeypatch, terminal=True, seconds=2)
    assert "images/s" in text
    assert "adversarial 1.25, r1 0.5, accuracy 0.75, gradient 2" in text
    assert "auc" not in text


def test_without_a_terminal_lines_are_few_and_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = played(monkeypatch, terminal=False, seconds=3600, step=1.0)
    lines = text.splitlines()
    assert 10 <= len(lines) <= 40
    assert "\x1b" not in text
    assert lines[-1].startswith("100%  230,400 of 230,400 images, 64 images/s; critic: adversarial 1.25")
    assert "left" in lines[0]
    assert "left" not in lines[-1]


def test_run_without_a_round_says_nothing() -> None:
    out = io.StringIO()
    with Progress("hinge", Console(file=out)):
        pass
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("loss", "shown"),
    [
        ("nonsaturating", "accuracy"),
        ("least_squares", "accuracy"),
        ("relativistic", "accuracy"),
        ("wasserstein", "auc"),
    ],
)
def test_losses_without_a_threshold_are_judged_by_auc(loss: str, shown: str) -> None:
    assert judged_by(loss) == shown


def test_turns_are_shown_in_the_order_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    text, _ = played(monkeypatch, terminal=False, seconds=10)
    assert text.index("critic:") < text.index("generator:")


def test_notes_of_others_stay_in_the_display_and_are_lines_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    Clockwork(monkeypatch)
    out = io.StringIO()
    live = Progress("hinge", Console(file=out, force_terminal=True, width=100))
    for text in ("one", "two", "three", "two", "four"):
        live.note(text)
    assert live.notes == ["three", "two", "four"]
    live(Clock(images=64, total=128), CRITIC, READINGS)
    console = Console(width=100)
    with console.capture() as capture:
        console.print(live.display())
    assert "three\ntwo\nfour" in capture.get()
    Progress("hinge", Console(file=out, width=100)).note("[doctor] one line")
    assert out.getvalue() == "[doctor] one line\n"
