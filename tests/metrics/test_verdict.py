from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen, Sets
from sparring.metrics.verdict import evidence, verdict

DICE = torch.Generator().manual_seed(0)
CENTRES = 3 * torch.randn(10, 16, generator=DICE)
MODE = torch.randint(10, (3500,), generator=DICE)
TRAIN, HELD, FRESH = (torch.randn(3500, 16, generator=DICE) + CENTRES[MODE]).split([2000, 750, 750])
NOISE = torch.randn(750, 16, generator=DICE)
FRESH_MODE = MODE[2750:]


def samples(case: str) -> Tensor:
    match case:
        case "copies":
            return TRAIN[:750] + 0.05 * NOISE
        case "loose copies":
            return TRAIN[:750] + 0.5 * NOISE
        case "half copied":
            return torch.cat([TRAIN[:375] + 0.05 * NOISE[:375], FRESH[375:]])
        case "shrunk":
            return CENTRES[FRESH_MODE] + 0.5 * (FRESH - CENTRES[FRESH_MODE])
        case "half of the modes":
            return FRESH[FRESH_MODE < 5].repeat(3, 1)[:750] + 0.02 * NOISE
        case "one image":
            return FRESH[:1] + 0.02 * NOISE
        case "twenty training images":
            return TRAIN[:20].repeat(38, 1)[:750] + 0.02 * NOISE
        case "noise":
            return 8 * NOISE
        case _:
            return FRESH


WANTED = {
    "fresh": "healthy",
    "copies": "copy",
    "loose copies": "copy",
    "half copied": "copy",
    "shrunk": "collapse",
    "half of the modes": "collapse",
    "one image": "collapse",
    "twenty training images": "collapse",
    "noise": "unlike",
}


@pytest.mark.parametrize("case", WANTED)
def test_the_verdict_of_known_cases(case: str) -> None:
    assert evidence(samples(case), TRAIN, HELD).kind == WANTED[case]


def test_no_score_alone_tells_them_apart() -> None:
    """The distance prefers copies to fresh samples; nearest neighbours take a shrunk set for copies."""
    fresh, copies, shrunk = (evidence(samples(case), TRAIN, HELD) for case in ("fresh", "copies", "shrunk"))
    assert copies.distance < fresh.distance
    assert copies.recall >= fresh.recall
    assert shrunk.near
    assert copies.near
    assert not fresh.near


def seen(features: Tensor) -> Seen:
    return Seen(len(features), moments_of(features), features=features)


def test_a_score_says_what_it_rests_on() -> None:
    (score,) = verdict(Sets(seen(samples("copies")), seen(TRAIN), seen(HELD)))
    assert (score.value, score.interval) == (1.0, "copy")
    assert score.warnings[0].startswith("copy: ")
    assert "C_T" in score.warnings[-1]
    with pytest.raises(ValueError, match="none are held out"):
        verdict(Sets(seen(FRESH), seen(TRAIN)))
    with pytest.raises(ValueError, match=r"at least 100 samples, .* 750, 2000 and 50"):
        verdict(Sets(seen(FRESH), seen(TRAIN), seen(HELD[:50])))
