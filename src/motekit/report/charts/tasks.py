"""Charts of regressors and detectors: told against true, and the ROC curve."""

from __future__ import annotations

from ..data import Detection, ErrorPoint, Errors
from ..formats import unit
from .plot import Key, Line, Mark, Plot, Rule, Scale, extent, polyline


def told(errors: Errors) -> Plot:
    """Each held-out window: what is true, and what the binary told; ideal is the diagonal."""
    low, high = extent(v for p in errors.points for v in (p.true, p.told))
    x, y = Scale(low, high), Scale(low, high, flip=True)
    counted = f" ({unit(errors.unit)})" if errors.unit else ""
    return Plot(
        title="Told and true",
        desc=f"{len(errors.points)} held-out windows; ideal is the diagonal",
        x_label=f"true{counted}",
        y_label=f"told{counted}",
        x_ticks=x.ticks(6),
        y_ticks=y.ticks(6),
        height=360,
        lines=(Line("0,1000 1000,0", 6, "ideal"),),
        marks=tuple(Mark(x(p.true), y(p.told), 0, _describe(p)) for p in errors.points),
        legend=(Key("one window", 0, "mark"), Key("ideal", 6)),
        kind="scatter",
    )


def _describe(p: ErrorPoint) -> str:
    where = f", {p.recording} at {p.start_s:.1f} s" if p.recording else ""
    return f"told {p.told:.4g}, true {p.true:.4g}{where}"


def roc(detection: Detection) -> Plot:
    """How many anomalies are found for how many false alarms; chance is the diagonal."""
    x, y, points = Scale(0.0, 1.0), Scale(0.0, 1.0, flip=True), detection.roc
    rules: tuple[Rule, ...] = ()
    if detection.alarms is not None:
        rules = (Rule("x", x(detection.alarms.value), "threshold"),)
    return Plot(
        title="ROC curve",
        desc="anomalies found for each share of false alarms, all held-out windows together",
        x_label="normal windows that alarm (%)",
        y_label="anomalies found (%)",
        x_ticks=x.ticks(5, 100.0),
        y_ticks=y.ticks(5, 100.0),
        height=300,
        lines=(
            Line(polyline([a for a, _ in points], [b for _, b in points], x, y), 0, "binaries"),
            Line("0,1000 1000,0", 6, "chance"),
        ),
        rules=rules,
        legend=(Key("held-out binaries", 0), Key("chance", 6)),
    )
