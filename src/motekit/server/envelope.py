"""Minimum and maximum of a stretch of a stream, bucket by bucket: what a plot of it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.recordings.store import Store

MOST_POINTS = 4096
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stretch:
    """Rows `start` to `stop` (exclusive; -1: the end) of a stream, in `points` buckets."""

    name: str
    sensor: str | None = None
    start: int = 0
    stop: int = -1
    points: int = 1000


def envelope(store: Store, stretch: Stretch) -> dict[str, Any]:
    """The envelope in physical units: `low` and `high`, one list for each channel.

    Bucket i holds rows start + i·n/points to start + (i+1)·n/points of the n rows; values that
    are not finite are left out, and a bucket without a value is null. Raises InputError.
    """
    known = store.facts(stretch.name)["streams"]
    names = [str(stream["sensor"]) for stream in known]
    sensor = stretch.sensor if stretch.sensor is not None else names[0]
    if sensor not in names:
        raise InputError("there is no stream of this sensor", where=stretch.name, value=sensor,
                         way_out=f"it has: {', '.join(names)}")  # fmt: skip
    facts = known[names.index(sensor)]
    rows = int(facts["rows"])
    stop = rows if stretch.stop == -1 else stretch.stop
    if not (0 <= stretch.start < stop <= rows) or not 1 <= stretch.points <= MOST_POINTS:
        raise InputError(
            f"needs 0 ≤ start < stop ≤ {rows} and 1 to {MOST_POINTS} points",
            where=stretch.name, value=(stretch.start, stop, stretch.points),
        )  # fmt: skip
    points = min(stretch.points, stop - stretch.start)
    edges = stretch.start + np.arange(points + 1) * (stop - stretch.start) // points
    low = np.full((points, len(facts["channels"])), np.inf)
    high = -low
    row = 0
    for part in store.parts(stretch.name):
        stream = part.stream(sensor)
        _fold(stream.physical(), row, edges, low, high)
        row += len(stream)
    return {
        "name": stretch.name, "sensor": sensor, "rate_hz": facts["rate_hz"], "rows": rows,
        "start": stretch.start, "stop": stop, "points": points,
        "channels": [{"name": c["name"], "unit": c["unit"]} for c in facts["channels"]],
        "low": _lists(low), "high": _lists(high),
    }  # fmt: skip


def _fold(values: Floats, row: int, edges: npt.NDArray[np.int64], low: Floats, high: Floats
          ) -> None:  # fmt: skip
    """Take the rows from `row` on into the buckets they belong to."""
    first, last = max(int(edges[0]), row), min(int(edges[-1]), row + len(values))
    if first >= last:
        return
    inside = values[first - row : last - row]
    finite = np.isfinite(inside)
    begin = int(np.searchsorted(edges, first, "right")) - 1
    end = int(np.searchsorted(edges, last - 1, "right"))
    starts = np.maximum(edges[begin:end], first) - first
    lows = np.minimum.reduceat(np.where(finite, inside, np.inf), starts, axis=0)
    highs = np.maximum.reduceat(np.where(finite, inside, -np.inf), starts, axis=0)
    low[begin:end] = np.minimum(low[begin:end], lows)
    high[begin:end] = np.maximum(high[begin:end], highs)


def _lists(values: Floats) -> list[list[float | None]]:
    columns = values.T.tolist()
    return [[v if np.isfinite(v) else None for v in column] for column in columns]
