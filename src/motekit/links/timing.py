"""The true rate of a stream and the jitter of its sampling, in the device's own ticks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
ANCHORS: Final = 600
STEADY_US: Final = 20.0
LEAST: Final = 8  # anchors before a measured period replaces the nominal one
# Upper edges of the jitter histogram, µs; the last bin has none.
JITTER_EDGES_US: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


@dataclass(frozen=True)
class TimingSummary:
    """How regularly a stream is sampled.

    Args:
        rate_hz: samples per device second; None before it can be told.
        jitter_us: (median, 95th percentile, largest) distance of a frame's tick from the
            straight line through the recent ones.
        histogram: frames by distance, see JITTER_EDGES_US.
    """

    rate_hz: float | None
    jitter_us: tuple[float, float, float]
    histogram: tuple[int, ...]


class Timing:
    """Learns ticks per sample from (index, tick) of frames.

    Attributes:
        period: ticks per sample, nominal until it is measured.
        steady: whether the tick at which a frame was complete can be told to STEADY_US.
    """

    def __init__(self, rate_hz: float, tick_hz: int) -> None:
        self._tick_hz = tick_hz
        self.period = tick_hz / rate_hz
        self.steady = False
        self._far: deque[tuple[int, int]] = deque(maxlen=ANCHORS)  # at most one a second
        self._near: deque[tuple[int, int]] = deque(maxlen=ANCHORS)
        self._new: list[tuple[int, int]] = []
        self._histogram = np.zeros(len(JITTER_EDGES_US) + 1, np.int64)
        self._recent: deque[float] = deque(maxlen=ANCHORS)
        self._largest = 0.0

    def add(self, index: int, tick: int) -> None:
        """The sample `index` was taken at `tick`."""
        if not self._far or abs(tick - self._far[-1][1]) >= self._tick_hz:
            self._far.append((index, tick))
        self._near.append((index, tick))
        self._new.append((index, tick))

    def nearest(self, index: int) -> tuple[int, int] | None:
        """(index, tick) of the frame, of those remembered, that is nearest to a sample."""
        anchors = (*self._far, *self._near)
        return min(anchors, key=lambda anchor: abs(anchor[0] - index), default=None)

    def _line(self) -> tuple[int, int, float, float] | None:
        """(index, tick, intercept, slope) of the line through the anchors, or None."""
        anchors = self._far if len(self._far) >= LEAST else self._near
        if len(anchors) < LEAST:
            return None
        index, tick = anchors[0]
        x = np.array([i - index for i, _ in anchors], np.float64)
        y = np.array([t - tick for _, t in anchors], np.float64)
        spread = x - x.mean()
        square = float(spread @ spread)
        if square == 0.0:
            return None
        slope = float(spread @ y) / square
        return index, tick, float(y.mean() - slope * x.mean()), slope

    def update(self) -> None:
        """Learn the period from the frames so far, and count the new ones into the histogram."""
        line = self._line() if len(self._new) >= LEAST else None
        if line is None:
            return
        index, tick, intercept, slope = line
        i = np.array([n[0] - index for n in self._new], np.float64)
        t = np.array([n[1] - tick for n in self._new], np.float64)
        self._new.clear()
        jitter = np.abs(t - (intercept + slope * i)) * (1e6 / self._tick_hz)
        bins = np.searchsorted(JITTER_EDGES_US, jitter)
        self._histogram += np.bincount(bins, minlength=len(self._histogram))
        self._recent.extend(jitter.tolist())
        self._largest = max(self._largest, float(jitter.max()))
        # A stream that runs at half or double its nominal rate is wrongly described, and still
        # its ticks are the truth; a slope that is not positive is not.
        self.period = slope if slope > 0 else self.period
        self.steady = float(np.median(self._recent)) < STEADY_US

    def summary(self) -> TimingSummary:
        line = self._line()
        recent = np.array(self._recent or [0.0])
        middle, high = np.percentile(recent, (50, 95))
        return TimingSummary(
            self._tick_hz / line[3] if line and line[3] > 0 else None,
            (float(middle), float(high), self._largest),
            tuple(self._histogram.tolist()),
        )
