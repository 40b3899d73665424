"""Points: the feature map, accuracy per subject, reliability of the probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..data import FeatureMap, GroupValues, MapPoint, ReliabilityBin
from .plot import Bar, Key, Line, Mark, Plot, Scale, Tick, extent

ROW_PX = 30
ROW_NAME = 13  # characters beside a row


def feature_map(map_: FeatureMap) -> Plot:
    """Every class in its own colour and shape; misclassified windows ringed and on top."""
    found = {p.label for p in map_.points}
    classes = [c for c in map_.classes if c in found] or sorted(found)
    style = {name: i for i, name in enumerate(classes)}
    x = Scale(*extent(p.x for p in map_.points))
    y = Scale(*extent(p.y for p in map_.points), flip=True)
    ordered = sorted(map_.points, key=lambda p: not p.correct)
    names = [
        f"{axis} ({100 * share:.0f} % of variance)"
        for axis, share in zip(map_.axes, map_.explained, strict=True)
    ]
    keys = tuple(Key(name, i, "mark") for name, i in style.items())
    wrong = sum(not p.correct for p in map_.points)
    judged = f"; {wrong} are misclassified and ringed" if map_.judged else ""
    return Plot(
        title=f"Feature map ({map_.method})",
        desc=f"{len(map_.points)} windows of {len(classes)} {map_.kind}{judged}",
        x_label=names[0],
        y_label=names[1],
        x_ticks=x.ticks(6),
        y_ticks=y.ticks(6),
        height=460,
        marks=tuple(
            Mark(x(p.x), y(p.y), style[p.label], _describe(p), "" if p.correct else "wrong")
            for p in ordered
        ),
        legend=(*keys, Key("misclassified", -1, "ring")) if map_.judged else keys,
        kind="scatter",
    )


def _describe(point: MapPoint) -> str:
    found = "" if point.correct else f", taken for {point.predicted}"
    who = f", subject {point.subject}" if point.subject else ""
    where = f", {point.recording} at {point.start_s:.1f} s" if point.recording else ""
    return f"{point.label}{found}{who}{where}"


@dataclass(frozen=True)
class Judged:
    """What a figure of groups is: its name, its unit as printed, and how it is written."""

    name: str
    unit: str
    factor: float = 1.0
    digits: int = 1

    def __call__(self, value: float) -> str:
        return f"{self.factor * value:.{self.digits}f} {self.unit}".rstrip()

    @property
    def axis(self) -> str:
        return f"{self.name} ({self.unit})" if self.unit else self.name


ACCURACY, AREA = Judged("accuracy", "%", 100.0), Judged("area under the ROC curve", "", 1.0, 3)


def groups(
    rows: Sequence[GroupValues], kind: str, mean: float, judged: Judged = ACCURACY,
    share: bool = True,
) -> Plot:  # fmt: skip
    """One row per held-out group, one dot per seed, a bar from the lowest to the highest.

    Args:
        share: whether the figure ends at 1, else it begins at 0.
    """
    every = [v for row in rows for v in row.values]
    if share:
        x = Scale(max(0.0, min([*every, mean]) - 0.08), 1.0)
    else:
        x = Scale(0.0, max([*every, mean, 1e-9]) * 1.08)
    height = 100.0 / max(len(rows), 1)
    marks, bars, ticks = [], [], []
    for i, row in enumerate(rows):
        centre = (i + 0.5) * height
        average = sum(row.values) / len(row.values)
        left, right = x(min(row.values)), x(max(row.values))
        text = f"{kind} {row.group}: mean {judged(average)}, {row.windows} windows"
        ticks.append(Tick(centre, _short(kind, row.group)))
        bars.append(Bar(left, centre - 0.18 * height, right - left, 0.36 * height, 0, text))
        marks += [Mark(x(v), centre, 0, judged(v), "seed") for v in row.values]
        marks.append(Mark(x(average), centre, 3, text, "mean"))
    centre = x(mean)
    return Plot(
        title=f"{judged.name[:1].upper()}{judged.name[1:]} per {kind}",
        desc=f"{judged.name} on each {kind} by a model that never saw it; one dot per seed",
        x_label=judged.axis,
        y_label="",
        x_ticks=x.ticks(5, judged.factor),
        y_ticks=tuple(ticks),
        height=ROW_PX * max(len(rows), 1),
        bars=tuple(bars),
        marks=tuple(marks),
        lines=(Line(f"{centre * 10:.0f},0 {centre * 10:.0f},1000", 6, "mean of all"),),
        legend=(
            Key("one seed", 0, "mark", "seed"),
            Key("mean", 3, "mark", "mean"),
            Key("lowest to highest", 0, "bar"),
            Key(f"mean of all, {judged(mean)}", 6),
        ),
        kind="rows",
    )


def _short(kind: str, group: str) -> str:
    """The name of a row as there is room for it; the chart's title says the kind."""
    full = f"{kind} {group}"
    if len(full) <= ROW_NAME:
        return full
    return group if len(group) <= ROW_NAME else f"{group[: ROW_NAME - 1]}…"


def reliability(bins: Sequence[ReliabilityBin]) -> Plot:
    """How often the classifier is right when it says it is p sure; ideal is the diagonal."""
    x, y = Scale(0.0, 1.0), Scale(0.0, 1.0, flip=True)
    used = [b for b in bins if b.windows]
    return Plot(
        title="Reliability of the probabilities",
        desc="share of right windows per bin of the top probability; ideal is the diagonal",
        x_label="top probability (%)",
        y_label="right (%)",
        x_ticks=x.ticks(5, 100.0),
        y_ticks=y.ticks(5, 100.0),
        height=240,
        bars=tuple(
            Bar(
                x(b.low) + 0.4, y(b.accuracy), x(b.high) - x(b.low) - 0.8, 100 - y(b.accuracy), 0,
                f"said {100 * b.confidence:.0f} %, right {100 * b.accuracy:.0f} %, "
                f"{b.windows} windows",
            )
            for b in used
        ),
        marks=tuple(Mark(x(b.confidence), y(b.accuracy), 1, "", "mean") for b in used),
        lines=(Line("0,1000 1000,0", 6, "ideal"),),
        legend=(
            Key("right", 0, "bar"), Key("mean probability of the bin", 1, "mark", "mean"),
            Key("ideal", 6),
        ),
    )  # fmt: skip
