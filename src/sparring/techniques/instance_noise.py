"""Instance noise: what the critic is shown is blurred with noise that fades as training goes on."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from ..play import chance
from ..play.scene import Judge, Sample, Verdict, leaves, like

Decay = Literal["linear", "exponential", "constant"]
REST = 0.01  # what exponential decay has left at its end, which it then drops


def noisy(judge: Judge, deviation: float) -> Judge:
    """A judge behind fresh N(0, deviation) noise on every sample it is shown (Sønderby et al. 2017).

    Put it around real and fake samples alike, in both players' turns, and never when measuring. 0 is the judge itself.
    """
    if not deviation:
        return judge

    def judge_noisy(sample: Sample) -> Verdict:
        return judge(like(sample, [blurred(part, deviation) for part in leaves(sample)]))

    return judge_noisy


def blurred(part: Tensor, deviation: float) -> Tensor:
    return part + deviation * chance.normal(tuple(part.shape), part.device).to(part.dtype)


def faded(start: float, progress: float, end: float = 1.0, decay: Decay = "linear") -> float:
    """The deviation at `progress` (0..1) of training, from `start` down to 0 at `end` (0..1, usually 0.3 to 1).

    Exponential decay reaches a hundredth at `end` and is 0 from there on; constant noise never fades.
    """
    if start < 0 or not 0 < end <= 1:
        raise ValueError(f"noise starts at 0 or above and ends at a share in (0, 1], not {start} and {end}")
    if decay == "constant":
        return start
    share = progress / end
    if share >= 1:
        return 0.0
    return start * (1 - share) if decay == "linear" else float(start * REST**share)
