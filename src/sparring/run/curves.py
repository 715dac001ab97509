"""Curves as inline SVG: no script, no fonts, no files; colours come from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 8, 26
BUCKETS = 240
"""A curve is drawn through so many means at most; the spread of what each mean covers is shaded."""

ABSURD = 1e100
"""Numbers beyond are left out: they are on their way to infinity, and so would the axis be."""


@dataclass(frozen=True)
class Frame:
    """The window of values a chart shows."""

    x: tuple[float, float]
    y: tuple[float, float]
    log: bool = False

    def pixels(self, x: float, y: float) -> tuple[float, float]:
        """Pixels from the upper left corner."""
        across = (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1)
        low, high, value = (*self.y, y)
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(y, 1e-300))
        up = (value - low) / ((high - low) or 1)
        up = min(2.0, max(-1.0, up))  # far outside the clipped window all is one
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def chart(
    title: str,
    series: Mapping[str, Points],
    *,
    guide: float | None = None,
    log: bool = False,
    shade: tuple[float, float] | None = None,
) -> str:
    """A figure with one curve per series over images seen; empty text where there is nothing to draw.

    `guide` is a value to draw a line at, `shade` a stretch of images to put a colour behind. What is not finite is left
    out, on a logarithmic scale also what is not positive. The window leaves out the most extreme hundredth at either
    end, so that one spike does not flatten everything else.
    """
    clean = {name: drawable(points, log) for name, points in series.items()}
    clean = {name: points for name, points in clean.items() if len(points) > 1}
    if not clean:
        return ""
    frame = window([p for points in clean.values() for p in points], guide, log)
    curves = [curve(number, points, frame) for number, points in enumerate(clean.values())]
    legend = "".join(
        f'<li><i class="k{number % 6}"></i>{escape(name)} <b>{escape(short(points[-1][1]))}</b></li>'
        for number, (name, points) in enumerate(clean.items())
    )
    label = escape(f"{title}: {', '.join(clean)}", quote=True)
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><ul class="legend">{legend}</ul>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"{shaded(frame, shade)}{axes(frame, guide)}<svg {inner()}>{''.join(curves)}</svg></svg></figure>"
    )


def inner() -> str:
    """Clips curves to the window: a nested image needs no identifiers, which several charts would share."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return f'x="{LEFT}" y="{TOP}" width="{wide}" height="{high}" viewBox="{LEFT} {TOP} {wide} {high}"'


def drawable(points: Points, log: bool) -> list[tuple[float, float]]:
    low = ABSURD**-1 if log else -ABSURD
    return [(x, y) for x, y in points if math.isfinite(x) and low < y < ABSURD]


def window(points: Points, guide: float | None, log: bool) -> Frame:
    """All values but the most extreme hundredth at either end, and the guide."""
    xs, ys = [x for x, _ in points], sorted(y for _, y in points)
    cut = len(ys) // 100
    low, high = ys[cut], ys[-1 - cut]
    if guide is not None:
        low, high = min(low, guide), max(high, guide)
    if log:
        low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high) + 1e-9)
    else:
        margin = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
        low, high = low - margin, high + margin
    return Frame((min(xs), max(xs)), (low, high), log)


def curve(number: int, points: Points, frame: Frame) -> str:
    if len(points) <= BUCKETS:
        return f'<path class="c{number % 6}" d="{path([frame.pixels(*p) for p in points])}"/>'
    middle, upper, lower = [], [], []
    for start in range(BUCKETS):
        part = points[start * len(points) // BUCKETS : (start + 1) * len(points) // BUCKETS]
        x = sum(p[0] for p in part) / len(part)
        ys = sorted(p[1] for p in part)
        middle.append(frame.pixels(x, sum(ys) / len(ys)))
        upper.append(frame.pixels(x, ys[-1 - len(ys) // 10]))
        lower.append(frame.pixels(x, ys[len(ys) // 10]))
    band = f'<path class="b{number % 6}" d="{path([*upper, *reversed(lower)])}Z"/>'
    return f'{band}<path class="c{number % 6}" d="{path(middle)}"/>'


def path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def shaded(frame: Frame, shade: tuple[float, float] | None) -> str:
    if shade is None:
        return ""
    start, end = (frame.pixels(min(max(x, frame.x[0]), frame.x[1]), frame.y[0])[0] for x in shade)
    high = HEIGHT - TOP - BOTTOM
    return f'<rect class="shade" x="{start:.1f}" y="{TOP}" width="{max(end - start, 2):.1f}" height="{high}"/>'


def axes(frame: Frame, guide: float | None) -> str:
    parts = []
    for value in ticks(*frame.y, log=frame.log):
        _, y = frame.pixels(frame.x[0], value)
        parts.append(f'<path class="g" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(short(value))}</text>')
    for value in ticks(*frame.x, count=5):
        x, _ = frame.pixels(value, frame.y[0])
        anchor = "end" if x > WIDTH - 2 * RIGHT else "middle"  # so that the edge cuts nothing off
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{escape(images(value))}</text>')
    if guide is not None:
        _, y = frame.pixels(frame.x[0], guide)
        parts.append(f'<path class="guide" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
    return "".join(parts)


def ticks(low: float, high: float, *, count: int = 4, log: bool = False) -> list[float]:
    """Round values inside the range; powers of ten on a logarithmic scale."""
    if log:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        step = max(1, (last - first) // count)
        return [10.0**power for power in range(first, last + 1, step)]
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    return [round(n * step, 12) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def short(value: float) -> str:
    """Three digits: `0.0123`, `12.3`, `1.2e-5`."""
    if value and (abs(value) < 1e-3 or abs(value) >= 1e5):
        number, power = f"{value:.2e}".split("e")
        return f"{number.rstrip('0').rstrip('.')}e{int(power)}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def images(count: float) -> str:
    """`800`, `25k`, `1.5M`."""
    for limit, letter in ((1e6, "M"), (1e3, "k")):
        if count >= limit:
            return f"{count / limit:.3g}{letter}"
    return f"{count:.0f}"
