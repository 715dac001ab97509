from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sparring.metrics.bins import bins_of, differences, different_bins, jensen_shannon, ndb, placed
from sparring.metrics.moments import moments_of
from sparring.metrics.sets import Seen, Sets

TRAIN, HELD, FRESH = torch.randn(4000, 8, generator=torch.Generator().manual_seed(0)).split([2000, 1000, 1000])
BINS = bins_of(TRAIN, 50)


def seen(features: Tensor) -> Seen:
    return Seen(len(features), moments_of(features), features=features)


def test_equal_sets_have_no_different_bins() -> None:
    counts = placed(TRAIN, BINS.centres)
    assert torch.equal(counts, BINS.counts)
    assert int(counts.sum()) == 2000
    assert different_bins(counts, counts) == 0
    assert jensen_shannon(counts, counts) == 0.0


def test_order_of_the_sets_changes_only_the_sign() -> None:
    found = placed(FRESH, BINS.centres)
    assert torch.allclose(differences(BINS.counts, found), -differences(found, BINS.counts))
    assert jensen_shannon(BINS.counts, found) == pytest.approx(jensen_shannon(found, BINS.counts))


def test_the_test_of_two_shares_by_hand() -> None:
    """30 of 100 against 20 of 100: pooled a quarter, deviation sqrt(0.1875 / 50)."""
    z = differences(torch.tensor([30, 70]), torch.tensor([20, 80]))
    assert float(z[0]) == pytest.approx(0.1 / (0.1875 / 50) ** 0.5)
    assert float(z.sum()) == pytest.approx(0.0, abs=1e-12)


def test_a_missing_half_is_seen_and_fresh_samples_are_not() -> None:
    fresh = different_bins(BINS.counts, placed(FRESH, BINS.centres)) / 50
    half = different_bins(BINS.counts, placed(FRESH[FRESH[:, 0] > 0], BINS.centres)) / 50
    assert fresh < 0.25 < 0.4 < half


def test_scores_stand_beside_those_of_held_out_images() -> None:
    scores = {s.name: s for s in ndb(Sets(seen(FRESH), seen(TRAIN), seen(HELD)))}
    assert set(scores) == {"ndb", "bins-js", "ndb-held-out"}
    assert dict(scores["ndb"].protocol.settings)["bins"] == 100
    assert scores["ndb"].value == pytest.approx(scores["ndb-held-out"].value, abs=0.12)
    assert scores["bins-js"].low <= scores["bins-js"].value <= scores["bins-js"].high
    few = ndb(Sets(seen(FRESH[:100]), seen(TRAIN[:100])))
    assert "enough for 5 bins only" in few[0].warnings[0]
    with pytest.raises(ValueError, match="at least two of the real images, and there are 1"):
        ndb(Sets(seen(FRESH), seen(TRAIN[:1])))
