"""The metrics of features as the suite knows them: names, protocols, intervals and warnings."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from sparring.metrics.extrapolation import extrapolate, fitted, sizes_for
from sparring.metrics.frechet import frechet_of, gaussian_of_rows
from sparring.metrics.frechet_score import frechet_score
from sparring.metrics.moments import moments_of
from sparring.metrics.score import Score
from sparring.metrics.sets import Seen, Sets
from sparring.metrics.suite import METRICS, metrics_named


@dataclass(frozen=True)
class Network:
    name: str = "inception"
    dims: int = 6
    weights: str = "abc"
    resize: str = "tf1 bilinear to 299"

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor | None]:
        raise AssertionError("what was seen is seen")


def rows(n: int, dims: int = 6, *, seed: int = 0) -> Tensor:
    return torch.randn(n, dims, generator=torch.Generator().manual_seed(seed))


def seen(features: Tensor, **more: Tensor) -> Seen:
    return Seen(len(features), moments_of(features), features, fingerprint="f", **more)  # type: ignore[arg-type]


def sets(n: int = 300, m: int = 300, dims: int = 6) -> Sets:
    return Sets(seen(rows(m, dims, seed=1) * 1.3 + 0.2), seen(rows(n, dims)), extractor=Network(dims=dims), seed=3)


def measured(name: str, what: Sets) -> dict[str, Score]:
    (metric,) = metrics_named([name])
    return {score.name: score for score in metric.measure(what)}


def labelled(what: Sets) -> Sets:
    assert what.real is not None
    real, fake = (replace(part, labels=torch.arange(part.count) % 3) for part in (what.real, what.fake))
    return replace(what, real=real, fake=fake, classes=("ant", "bee", "cat"))


@pytest.mark.parametrize(
    ("metric", "names"),
    [
        ("fid", ["fid"]),
        ("kid", ["kid"]),
        ("prdc", ["precision", "recall", "density", "coverage"]),
        ("fid-infinity", ["fid-infinity"]),
    ],
)
def test_every_score_carries_its_protocol_and_an_interval(metric: str, names: list[str]) -> None:
    found = measured(metric, sets(300, 280))
    assert list(found) == names
    for score in found.values():
        protocol = score.protocol
        assert (protocol.features, protocol.weights, protocol.resize) == ("inception", "abc", "tf1 bilinear to 299")
        assert (protocol.real, protocol.fake, protocol.reference, protocol.seed) == (300, 280, "f", 3)
        assert score.low <= score.value <= score.high
        assert score.low < score.high
        assert score.interval
    assert "real" in METRICS[metric].needs


def test_the_fields_names_are_for_the_fields_features_only() -> None:
    for network, end in ((Network(name="effnet-lite0"), "effnet-lite0"), (Network(resize="none"), "inception")):
        other = replace(sets(), extractor=network)
        assert list(measured("fid", other)) == [f"fd-{end}"]
        assert list(measured("kid", other)) == [f"kd-{end}"]
        assert list(measured("fid-infinity", other)) == [f"fd-infinity-{end}"]
    clean = replace(sets(), extractor=Network(resize="clean bicubic to 299"))
    (score,) = measured("fid", clean).values()
    with pytest.raises(ValueError, match="measured differently: resize"):
        score.beats(measured("fid", sets())["fid"])


def test_the_distance_is_that_of_the_features_with_and_without_them() -> None:
    what = sets()
    assert what.real is not None
    (score,) = frechet_score(what)
    assert score.value == pytest.approx(frechet_of(rows(300), rows(300, seed=1) * 1.3 + 0.2), rel=1e-5)
    bare = replace(what, fake=replace(what.fake, features=None), real=replace(what.real, features=None))
    (again,) = frechet_score(bare)
    assert again.value == pytest.approx(score.value, rel=1e-12)
    assert again.low == again.high == again.value


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_interval_of_the_distance_is_as_wide_as_chance(scale: float) -> None:
    real = seen(rows(4000))
    values, widths = [], []
    for seed in range(40):
        (score,) = frechet_score(Sets(seen(rows(400, seed=seed + 1) * scale + 0.5), real, extractor=Network()))
        values.append(score.value)
        widths.append(score.high - score.low)
    spread = float(torch.tensor(values).std())
    assert sum(widths) / len(widths) == pytest.approx(2 * 1.96 * spread, rel=0.35)


def test_weak_protocols_say_so() -> None:
    (few,) = frechet_score(sets(2100, 40, dims=48))
    assert any("40 samples in 48 dimensions: the covariance is rank-deficient" in line for line in few.warnings)
    assert any("fewer than 2,000" in line for line in few.warnings)
    (some,) = frechet_score(sets(2100, 2100))
    assert some.warnings == ("fewer than 10,000 samples (2,100): the distance is biased upwards",)
    assert any("subsets of 150" in line for line in measured("kid", sets())["kid"].warnings)
    assert any("as many of either" in line for line in measured("prdc", sets(50, 60))["recall"].warnings)
    (line,) = measured("fid-infinity", sets(300, 60, dims=48)).values()
    assert any("not a line" in text for text in line.warnings)
    (copy,) = frechet_score(replace(sets(), fake=seen(rows(300))))
    assert any("rounding" in text for text in copy.warnings)


def test_the_inception_score_needs_classes() -> None:
    what = sets()
    with pytest.raises(ValueError, match="needs a feature network that classifies"):
        measured("inception-score", what)
    sure = replace(what, fake=replace(what.fake, logits=1e3 * torch.eye(10).repeat(30, 1)))
    found = measured("inception-score", sure)["is"]
    assert found.value > 8
    assert (found.protocol.real, found.protocol.fake, found.protocol.reference) == (0, 300, "")
    assert any("too high below 10,000" in line for line in found.warnings)
    other = measured("inception-score", replace(sure, extractor=Network(name="classifier")))["is-classifier"]
    assert any("compares only with itself" in line for line in other.warnings)


def test_extrapolation_takes_the_bias_away() -> None:
    real, fake = gaussian_of_rows(rows(20_000, 16)), rows(1500, 16, seed=1) + 0.2
    line = extrapolate(fake, real)
    assert line.slope > 0
    assert line.distances[-1] == pytest.approx(0.64, rel=0.35)
    assert abs(line.value - 0.64) < abs(line.distances[-1] - 0.64) + 0.01
    assert line == extrapolate(fake, real)
    assert line != extrapolate(fake, real, seed=1)


def test_a_line_through_points_on_a_line() -> None:
    line = fitted((100, 200, 400), [3 + 50 / n for n in (100, 200, 400)])
    assert (line.value, line.slope) == pytest.approx((3, 50))
    assert line.error == pytest.approx(0, abs=1e-6)


def test_sizes_stay_above_the_dimensions_where_they_can() -> None:
    assert sizes_for(50_000, 2048)[0] == 5_000
    assert sizes_for(50_000, 2048)[-1] == 50_000
    assert sizes_for(10_000, 2048)[0] == 4096
    assert sizes_for(3_000, 2048)[0] == 1_500
    with pytest.raises(ValueError, match="at least 50 samples"):
        extrapolate(rows(49), gaussian_of_rows(rows(60)))


def test_scores_of_each_class_and_their_mean() -> None:
    what = labelled(sets(300, 240))
    found = measured("fid-per-class", what)
    assert list(found) == ["fid[ant]", "fid[bee]", "fid[cat]", "fid-per-class"]
    each = [found[f"fid[{name}]"] for name in what.classes]
    bee = frechet_of(rows(300)[1::3], (rows(240, seed=1) * 1.3 + 0.2)[1::3])
    assert each[1].value == pytest.approx(bee, rel=1e-5)
    assert (each[1].protocol.real, each[1].protocol.fake) == (100, 80)
    assert found["fid-per-class"].value == pytest.approx(sum(score.value for score in each) / 3)
    assert found["fid-per-class"].protocol.fake == 240
    assert len(measured("kid-per-class", what)) == 4
    assert list(measured("prdc-per-class", what))[-4:] == [
        "precision-per-class", "recall-per-class", "density-per-class", "coverage-per-class",
    ]  # fmt: skip


def test_classes_with_too_few_are_named_and_left_out() -> None:
    what = labelled(sets(300, 240))
    assert what.fake.labels is not None
    only = torch.where(what.fake.labels == 2, 1, what.fake.labels)
    found = measured("fid-per-class", replace(what, fake=replace(what.fake, labels=only)))
    assert list(found) == ["fid[ant]", "fid[bee]", "fid-per-class"]
    assert any("left out" in line and "cat" in line for line in found["fid-per-class"].warnings)
    with pytest.raises(ValueError, match="need labels, and the samples have none"):
        measured("fid-per-class", replace(what, fake=replace(what.fake, labels=None)))
    with pytest.raises(ValueError, match="no class has"):
        measured("fid-per-class", replace(what, fake=replace(what.fake, labels=only + 7)))


@pytest.mark.parametrize("name", ["fid", "kid", "prdc", "fid-infinity"])
def test_what_cannot_be_measured_is_refused(name: str) -> None:
    what = sets()
    with pytest.raises(ValueError, match="real images"):
        measured(name, replace(what, real=None))
    with pytest.raises(ValueError, match=r"at least two|more than 5"):
        measured(name, replace(what, fake=seen(rows(1))))


def test_rank_deficient_sets_give_numbers() -> None:
    flat = rows(60, 2) @ rows(2, 12, seed=5)
    what = Sets(seen(flat[:30]), seen(flat[30:]), extractor=Network(dims=12))
    for name in ("fid", "kid", "prdc"):
        for score in measured(name, what).values():
            assert all(math.isfinite(number) for number in (score.value, score.low, score.high))
