"""Host time of every tick of one boot: fixed once it is given out, and never going back."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

import numpy as np
import numpy.typing as npt

from .clock import Fit

F64 = npt.NDArray[np.float64]
SLEW: Final = 0.01  # at most by this part does published time run faster or slower than the fit


class Timeline:
    """A line through knots that grows at its end only.

    While the fit of the clock gets better, what was published stays; the line approaches the
    fit at `SLEW` at most, and every piece of it rises.

    Args:
        tick_hz: ticks a second.
        not_before: host time that even the first tick must not fall short of; earlier boots
            of the device end there.
    """

    def __init__(self, tick_hz: int, not_before: float = -np.inf) -> None:
        self._tick_hz = tick_hz
        self._ticks: list[int] = []
        self._hosts: list[float] = []
        self._first_slope = 1.0
        self.not_before = not_before

    @property
    def end(self) -> float:
        """Host time of the last knot."""
        return self._hosts[-1] if self._hosts else self.not_before

    def extend(self, fit: Fit, tick: int) -> None:
        """Publish the time up to `tick` according to `fit`."""
        aim = fit.host(tick / self._tick_hz)
        if not self._ticks:
            self._ticks.append(tick)
            self._hosts.append(max(aim, self.not_before))
            self._first_slope = 1.0 + fit.skew
            return
        span = (tick - self._ticks[-1]) / self._tick_hz
        if span <= 0:
            return
        slope = (aim - self._hosts[-1]) / span
        low, high = (1.0 + fit.skew) * (1 - SLEW), (1.0 + fit.skew) * (1 + SLEW)
        slope = min(max(slope, low), high)
        self._ticks.append(tick)
        self._hosts.append(self._hosts[-1] + slope * span)

    def seconds(self, ticks: F64, base: int) -> F64:
        """Host times of `base` + ticks (fractions allowed).

        Ticks before the first knot continue its slope backwards, though not past `not_before`;
        ticks after the last knot continue at the slope of one.
        """
        near = bisect_right(self._ticks, base + int(ticks.min())) - 1
        start = max(0, near)
        stop = bisect_right(self._ticks, base + int(ticks.max()) + 1) + 1
        knots = np.array([t - base for t in self._ticks[start:stop]], np.float64)
        hosts = np.array(self._hosts[start:stop])
        out = np.interp(ticks, knots, hosts)
        if near < 0:
            early = ticks < knots[0]
            slope = self._first_slope / self._tick_hz
            back = hosts[0] + (ticks[early] - knots[0]) * slope
            out[early] = np.maximum(back, self.not_before)
        late = ticks > knots[-1]
        out[late] = hosts[-1] + (ticks[late] - knots[-1]) / self._tick_hz
        return np.asarray(out)
