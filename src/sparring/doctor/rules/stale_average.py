"""The averaged generator, whose samples people get, lags far behind the weights that are trained."""

from __future__ import annotations

from ..case import Now
from ..conditions import BUGS, lately
from ..findings import Claim, evidence_of
from ..looks import lagging, settled, stale
from ..rule import Rule
from ..series import Series


def stale_average(now: Now, distance: Series, distance_raw: Series) -> Claim | None:
    if not settled(now) or not stale(now, distance, distance_raw):
        return None
    raw, average = lately(distance_raw, now).median, lately(distance, now).median
    return Claim((evidence_of("distance", distance, average, lagging(raw), "above"),))


STALE_AVERAGE = Rule(
    id="stale-average",
    severity="warning",
    title="The averaged generator lags behind",
    sentence=(
        "Samples come from an average of the generator's weights over the past, and it is still far from the weights "
        "themselves: its half-life is too long for a run of this length, so good training is not seen."
    ),
    refute="Samples of the average that catch up while the run goes on.",
    remedies=("shorter-ema",),
    check=stale_average,
    consequence_of=BUGS,
)
