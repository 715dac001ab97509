from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics.memorisation import authentic, copied, data_copying, mann_whitney, memorisation, repeated
from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen, Sets

TRAIN, HELD, FRESH = torch.randn(5000, 16, generator=torch.Generator().manual_seed(0)).split([3000, 1000, 1000])
NOISE = torch.randn(1000, 16, generator=torch.Generator().manual_seed(1))


def samples(kind: str) -> Tensor:
    match kind:
        case "copies":
            return TRAIN[:1000] + 0.05 * NOISE
        case "loose copies":
            return TRAIN[:1000] + 0.5 * NOISE
        case "a tenth copied":
            return torch.cat([TRAIN[:100] + 0.01 * NOISE[:100], FRESH[100:]])
        case "half copied":
            return torch.cat([TRAIN[:500] + 0.05 * NOISE[:500], FRESH[500:]])
        case "too wide":
            return FRESH * 1.5
        case "a little too wide":
            return FRESH * 1.3
        case "shrunk":
            return FRESH * 0.5
        case _:
            return FRESH


def seen(features: Tensor) -> Seen:
    return Seen(len(features), moments_of(features), features=features)


# AuthPct, and C_T with one cell, as published implementations give them for the same distributions.
KNOWN = {
    "fresh": (69.6, -1.1),
    "copies": (0.0, -38.7),
    "loose copies": (5.6, -33.7),
    "half copied": (33.5, -20.0),
    "too wide": (95.8, 33.2),
    "shrunk": (26.6, -35.2),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_authentic_share_and_data_copying_of_known_cases(kind: str) -> None:
    share, z = KNOWN[kind]
    assert 100 * float(authentic(samples(kind), TRAIN).float().mean()) == pytest.approx(share, abs=6)
    assert data_copying(samples(kind), HELD, TRAIN, cells=1).value == pytest.approx(z, abs=2.5)


def test_a_tenth_of_copies_is_noticed_and_fresh_samples_are_not() -> None:
    for cells in (1, 3):
        assert abs(data_copying(FRESH, HELD, TRAIN, cells=cells).value) < 1.5
        assert data_copying(samples("a tenth copied"), HELD, TRAIN, cells=cells).value < -1.5
        assert data_copying(samples("a little too wide"), HELD, TRAIN, cells=cells).value > 8
        assert data_copying(FRESH, HELD, TRAIN, cells=cells).chance == pytest.approx(cells**-0.5, abs=0.05)
        assert data_copying(samples("copies"), HELD, TRAIN, cells=cells).value < -15


@pytest.mark.parametrize(("dims", "share"), [(2, 37), (64, 83)])
def test_fresh_samples_are_not_all_authentic(dims: int, share: float) -> None:
    train, fresh = torch.randn(4000, dims).split([3000, 1000])
    assert 100 * float(authentic(fresh, train).float().mean()) == pytest.approx(share, abs=4)


def test_wide_features_are_projected_first() -> None:
    train, held, fresh = torch.randn(1500, 100).split([700, 400, 400])
    assert abs(data_copying(fresh, held, train).value) < 2
    assert data_copying(train[:400] + 0.1 * torch.randn(400, 100), held, train).value < -10


def test_the_rank_test_of_textbooks() -> None:
    """Ranks by hand: the first five are 2, 3, 5, 7 and 8, so U is 10 of 25 (mean 12.5, deviation 4.787)."""
    first, second = torch.tensor([1.1, 2.0, 4.0, 6.0, 7.0]), torch.tensor([1.0, 3.0, 5.0, 8.0, 9.0])
    assert mann_whitney(first, second) == pytest.approx((10 - 12.5) / 4.78714, abs=1e-4)
    assert mann_whitney(second, first) == pytest.approx(-mann_whitney(first, second))
    assert mann_whitney(torch.ones(9), torch.ones(9)) == 0.0


def test_copies_and_repeats_are_counted() -> None:
    some = torch.cat([TRAIN[:300], FRESH[:700]])
    assert int(copied(some, TRAIN, HELD).sum()) == pytest.approx(307, abs=8)
    assert int(copied(FRESH, TRAIN).sum()) < 60
    assert float(repeated(FRESH, TRAIN).float().mean()) < 0.03
    assert float(repeated(torch.cat([FRESH[:900], FRESH[:100]]), TRAIN).float().mean()) == pytest.approx(0.2, abs=0.02)


def test_scores_name_their_baseline_and_warn_of_copies() -> None:
    scores = {s.name: s for s in memorisation(Sets(seen(samples("copies")), seen(TRAIN), seen(HELD)))}
    assert set(scores) == {"authpct", "authpct-held-out", "c_t", "copies", "repeats"}
    assert scores["authpct"].value < 1 < 60 < scores["authpct-held-out"].value
    assert "closer to training images" in scores["authpct"].warnings[0]
    assert "copies, or a shrunk set" in scores["c_t"].warnings[0]
    assert scores["copies"].value > 95
    fresh = {s.name: s for s in memorisation(Sets(seen(FRESH), seen(TRAIN), seen(HELD)))}
    assert not any(s.warnings for s in fresh.values())
    assert fresh["authpct"].low < fresh["authpct"].value < fresh["authpct"].high
    alone = {s.name: s for s in memorisation(Sets(seen(FRESH), seen(TRAIN)))}
    assert set(alone) == {"authpct", "copies", "repeats"}
    assert "no held-out images" in alone["authpct"].warnings[0]


def test_what_cannot_be_tested_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 20 samples and 20 held-out images, and there are 5 and 1000"):
        data_copying(FRESH[:5], HELD, TRAIN)
    with pytest.raises(ValueError, match="features of the samples, and there are none"):
        memorisation(Sets(Seen(3, moments_of(FRESH[:0])), seen(TRAIN)))
    broken = FRESH.clone()
    broken[3, 2] = torch.nan
    with pytest.raises(ValueError, match="not finite"):
        memorisation(Sets(Seen(1000, moments_of(FRESH), features=broken), seen(TRAIN)))
