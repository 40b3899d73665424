"""Curves over time: the signals of a class, learning curves, score distributions."""

from __future__ import annotations

from collections.abc import Sequence

from ..data import AnomalyScores, LearningCurves, SignalExcerpt
from ..formats import number, unit
from .plot import Key, Line, Plot, Rule, Scale, extent, polyline, steps


def signals(excerpts: Sequence[SignalExcerpt]) -> tuple[Plot, ...]:
    """One small plot per class, all of one unit on one scale, so that they can be compared."""
    spans = {
        name: extent(v for e in excerpts if e.unit == name for row in e.values for v in row)
        for name in {e.unit for e in excerpts}
    }
    return tuple(_signal(excerpt, *spans[excerpt.unit]) for excerpt in excerpts)


def _signal(excerpt: SignalExcerpt, low: float, high: float) -> Plot:
    samples = max((len(row) for row in excerpt.values), default=0)
    seconds = [i / excerpt.rate_hz for i in range(samples)]
    x, y = Scale(0.0, max(samples, 1) / excerpt.rate_hz), Scale(low, high, flip=True)
    by = f"subject {excerpt.subject}, " if excerpt.subject else ""
    return Plot(
        title=excerpt.label,
        desc=f"{by}recording {excerpt.recording}, {excerpt.rate_hz:g} Hz",
        x_label="time (s)",
        y_label=f"{_sensor(excerpt)} ({unit(excerpt.unit)})",
        x_ticks=x.ticks(5),
        y_ticks=y.ticks(4),
        height=130,
        lines=tuple(
            Line(polyline(seconds[: len(row)], row, x, y), i, name)
            for i, (name, row) in enumerate(zip(excerpt.channels, excerpt.values, strict=True))
        ),
        kind="signal",
    )


def _sensor(excerpt: SignalExcerpt) -> str:
    return "acceleration" if excerpt.unit in ("m/s2", "m/s²", "g") else "value"


def channel_legend(excerpts: Sequence[SignalExcerpt]) -> tuple[Key, ...]:
    """One legend for all small plots."""
    names = excerpts[0].channels if excerpts else ()
    return tuple(Key(name, i) for i, name in enumerate(names))


def learning(curves: LearningCurves) -> tuple[Plot, ...]:
    """One plot per panel ("loss", "accuracy"), curves of one panel on one pair of axes."""
    panels = dict.fromkeys(curve.panel for curve in curves.curves)
    return tuple(_panel(curves, panel) for panel in panels)


def _panel(curves: LearningCurves, panel: str) -> Plot:
    mine = [c for c in curves.curves if c.panel == panel and c.values]
    longest = max((len(c.values) for c in mine), default=1)
    counted = mine[0].unit if mine else ""
    fraction = counted == "fraction" or (panel == "accuracy" and not counted)
    low, high = extent((v for c in mine for v in c.values), zero=not fraction)
    x = Scale(1.0, float(max(longest, 2)))
    y = Scale(low, min(high, 1.0) if fraction else high, flip=True)
    rules: tuple[Rule, ...] = ()
    if curves.best_epoch is not None:
        rules = (Rule("x", x(curves.best_epoch), f"kept: {curves.step} {curves.best_epoch}"),)
    shown = unit(counted)
    return Plot(
        title=panel.capitalize(),
        desc=f"{panel} per {curves.step}: {', '.join(c.name for c in mine)}",
        x_label=curves.step,
        y_label=f"{panel} ({shown})" if shown else f"{panel} (no unit)",
        x_ticks=x.ticks(5),
        y_ticks=y.ticks(5, 100.0 if fraction else 1.0),
        lines=tuple(
            Line(polyline([float(n + 1) for n in range(len(c.values))], c.values, x, y), i, c.name)
            for i, c in enumerate(mine)
        ),
        rules=rules,
        legend=tuple(Key(c.name, i) for i, c in enumerate(mine)),
    )


def anomaly(scores: AnomalyScores) -> Plot:
    """Outlines of the score distributions with the calibrated threshold."""
    x = Scale(scores.edges[0], scores.edges[-1])
    top = max((s for h in scores.sets for s in h.shares), default=1.0)
    y = Scale(0.0, top * 1.08 or 1.0, flip=True)
    return Plot(
        title="Anomaly scores",
        desc="share of windows per score bin: " + ", ".join(h.name for h in scores.sets),
        x_label=f"anomaly score ({scores.unit})",
        y_label="windows in the bin (%)",
        x_ticks=x.ticks(6),
        y_ticks=y.ticks(4, 100.0),
        height=240,
        lines=tuple(
            Line(steps(scores.edges, h.shares, x, y), i, h.name, fill=True)
            for i, h in enumerate(scores.sets)
        ),
        rules=(
            Rule("x", x(scores.threshold.value), f"threshold {number(scores.threshold.value)}"),
        ),
        legend=tuple(Key(h.name, i) for i, h in enumerate(scores.sets)),
    )
