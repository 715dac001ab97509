"""Every metric, called as the command line calls it: with what it needs, what it welcomes, and nothing else."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace

import pytest
import torch
from torch import Tensor

from sparring.metrics.features import choose_extractor
from sparring.metrics.moments import moments_of
from sparring.metrics.score import from_json
from sparring.metrics.sets import Beside, Seen, Sets
from sparring.metrics.suite import METRICS, Metric, metrics_named

CLASSES = ("low", "high")
ROWS = frozenset({"features", "logits", "labels", "images"})
SLOW = {"accuracy", "diversity", "ppl"}
"""Their own tests give them fewer steps, paths and pairs."""


def seen(seed: int, count: int = 240) -> Seen:
    dice = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (count, 3, 12, 12), generator=dice).to(torch.uint8)
    labels = torch.arange(count) % 2
    features = torch.randn(count, 6, generator=dice) + labels[:, None]
    logits = torch.eye(2)[labels] * 3 + torch.randn(count, 2, generator=dice)
    return Seen(count, moments_of(features), features, logits, labels, images)


@dataclass
class Toy:
    latent: int = 4
    classes: tuple[str, ...] = ()

    def noise(self, n: int, *, seed: int = 0) -> Tensor:
        return torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return z[:, :3, None, None].tanh().expand(-1, -1, 12, 12) * z[:, 3:, None, None].sigmoid()


def sets_for(metric: Metric, *, welcome: bool) -> Sets:
    wanted = metric.needs | (metric.welcome if welcome else frozenset())
    if pairs := wanted & {"source", "target", "returned"}:
        wanted = wanted | {"images"}
    dropped = dict.fromkeys(ROWS - wanted)
    fake, real, held = (replace(seen(seed), **dropped) for seed in range(3))
    return Sets(
        fake,
        real if "real" in wanted else None,
        held if "held_out" in wanted else None,
        choose_extractor("pixels"),
        Toy() if "maker" in wanted else None,
        classes=CLASSES,
        beside=Beside(**{name: seen(place).images for place, name in enumerate(sorted(pairs), start=3)}),
    )


@pytest.mark.parametrize("welcome", [False, True])
@pytest.mark.parametrize("name", [name for name in METRICS if name not in SLOW])
def test_every_metric_gives_whole_scores_from_what_it_asks_for(name: str, welcome: bool) -> None:
    metric = METRICS[name]
    if not welcome or metric.welcome:
        scores = metric.measure(sets_for(metric, welcome=welcome))
        assert scores
        for score in scores:
            assert math.isfinite(score.value)
            assert score.low <= score.value <= score.high or math.isnan(score.low)
            assert from_json(json.loads(json.dumps(score.as_json()))).name == score.name
            assert not score.protocol.differences(score.protocol)
        again = metric.measure(sets_for(metric, welcome=welcome))
        assert [one.value for one in again] == [one.value for one in scores]


def test_names_are_those_of_the_entries() -> None:
    assert all(name == metric.name for name, metric in METRICS.items())
    assert list(METRICS) == sorted(METRICS)
    with pytest.raises(ValueError, match="no metric 'fdi'"):
        metrics_named(["fdi"])
