"""The value that the chart template draws: places in per cent of the plot area.

Percentages instead of pixels, so that one drawing fits any width while text and line widths
keep their size. Lines are the exception: SVG wants plain numbers there, so their points count
0 to 1000 in both directions. The y axis points down, as in SVG.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

STYLES = 8  # colours, and as many symbols and dashes


def shape(style: int) -> int:
    """Symbol of a style. Past the eighth the colours repeat, but with another symbol each."""
    return (style + style // STYLES) % STYLES


@dataclass(frozen=True)
class Tick:
    """A place on an axis, in per cent, with its text. Minor ones are left out on a phone."""

    at: float
    text: str
    minor: bool = False


@dataclass(frozen=True)
class Line:
    """A polyline; `points` in thousandths of the plot area. `fill` closes it to the bottom."""

    points: str
    style: int
    name: str = ""
    fill: bool = False


@dataclass(frozen=True)
class Mark:
    """A symbol. `kind` is a CSS class that says more about it ("wrong")."""

    x: float
    y: float
    style: int
    title: str = ""
    kind: str = ""

    @property
    def shape(self) -> int:
        return shape(self.style)


@dataclass(frozen=True)
class Bar:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    style: int
    title: str = ""


@dataclass(frozen=True)
class Rule:
    """A labelled straight line across the plot, at a place of the x or the y axis."""

    axis: str
    at: float
    text: str


@dataclass(frozen=True)
class Key:
    """One entry of a legend: "line", "mark" or "bar" in a style."""

    name: str
    style: int
    form: str = "line"
    kind: str = ""

    @property
    def shape(self) -> int:
        return shape(self.style)


@dataclass(frozen=True)
class Plot:
    """A chart. `y_label` and `x_label` include the unit in brackets."""

    title: str
    desc: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    height: int = 220
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    bars: tuple[Bar, ...] = ()
    rules: tuple[Rule, ...] = ()
    legend: tuple[Key, ...] = field(default=())
    kind: str = ""


@dataclass(frozen=True)
class Scale:
    """Linear map of [low, high] to 0..100 per cent; `flip` for a y axis."""

    low: float
    high: float
    flip: bool = False

    def __call__(self, value: float) -> float:
        share = 100.0 * (value - self.low) / (self.high - self.low)
        return round(100.0 - share if self.flip else share, 2)

    def ticks(self, count: int = 5, factor: float = 1.0) -> tuple[Tick, ...]:
        """Round places; the printed number is the value times `factor`."""
        places = nice(self.low * factor, self.high * factor, count)
        step = places[1] - places[0] if len(places) > 1 else 1.0
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        return tuple(
            Tick(self(p / factor), f"{p:,.{digits}f}".replace("-", "−"), minor=bool(i % 2))
            for i, p in enumerate(places)
        )


def nice(low: float, high: float, count: int) -> list[float]:
    """Multiples of 1, 2 or 5 × 10ⁿ within [low, high], about `count` of them."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)] or [low]


def extent(values: Iterable[float], pad: float = 0.05, zero: bool = False) -> tuple[float, float]:
    """Smallest and largest finite value with a margin; never an empty span."""
    finite = [v for v in values if math.isfinite(v)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    margin = pad * (high - low)
    return (low if zero and low == 0 else low - margin), high + margin


def polyline(xs: Sequence[float], ys: Sequence[float], x: Scale, y: Scale) -> str:
    """Points of a Line; samples that are not finite are left out."""
    return " ".join(
        f"{x(a) * 10:.0f},{y(b) * 10:.0f}"
        for a, b in zip(xs, ys, strict=True)
        if math.isfinite(a) and math.isfinite(b)
    )


def steps(edges: Sequence[float], heights: Sequence[float], x: Scale, y: Scale) -> str:
    """Outline of a histogram: one flat piece per bin, down to zero at both ends."""
    xs = [edges[0]]
    ys = [0.0]
    for left, right, value in zip(edges[:-1], edges[1:], heights, strict=True):
        xs += [left, right]
        ys += [value, value]
    return polyline([*xs, edges[-1]], [*ys, 0.0], x, y)
