"""A device's clock against the host's, from frames that arrive with random delay.

A frame made at device tick T arrives at host time H, never before it was sent: the true line
host = f(tick) lies below all such points, and, with a probe sent at H and seen by the device at
T, above those. With exponentially distributed delay the most likely line touches the convex hull
of the points at their mean (Moon, Skelly and Towsley, "Estimation and removal of clock skew from
network delay measurements", INFOCOM 1999). Rate and offset come from both sides: half of the
difference of the two smallest delays is what cannot be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Point = tuple[float, float]

BUCKETS: Final = 600  # seconds with points in them that the line is fitted to
CRYSTAL: Final = 100e-6  # how far off a crystal may be as long as the points say nothing better
FASTEST: Final = 1000e-6  # no clock that is fit for sampling is farther off
FIT_EVERY_S: Final = 1.0
_RESOLUTION_S: Final = 1e-6  # of a host's clock; keeps the logarithm of a delay finite
_NEGLIGIBLE: Final = 10.0  # slopes e^10 times less likely than the best are left out
_STEPS: Final = np.geomspace(1e-10, 2 * FASTEST, 64)  # between slopes


@dataclass(frozen=True)
class Fit:
    """host = origin_s + (tick / tick_hz − origin_tick_s) × (1 + skew).

    Args:
        skew: how much longer a device second is than a host second: +1e-6 for a device whose
            clock is 1 ppm slow.
        skew_low, skew_high: 95 % interval of it; ± CRYSTAL at first.
        doubt_s: the offset may be wrong by this much: half of the smallest round trip; the
            fixed delay of the transport, unknown (infinite), on a link without a way back.
        points: how many frames had a part in it.
    """

    origin_s: float
    origin_tick_s: float
    skew: float
    skew_low: float
    skew_high: float
    doubt_s: float
    points: int

    @property
    def rate_ppm(self) -> float:
        """How fast the device's clock runs against the host's, parts per million."""
        return (1.0 / (1.0 + self.skew) - 1.0) * 1e6

    @property
    def rate_ppm_interval(self) -> tuple[float, float]:
        """95 % interval of `rate_ppm`."""
        low, high = ((1.0 / (1.0 + s) - 1.0) * 1e6 for s in (self.skew_high, self.skew_low))
        return low, high

    def host(self, tick_s: float) -> float:
        """Host time of a device time (ticks / tick_hz)."""
        return self.origin_s + (tick_s - self.origin_tick_s) * (1.0 + self.skew)


def lower_hull(points: list[Point]) -> list[Point]:
    """The lower convex hull of points sorted by x, left to right (Andrew's monotone chain)."""
    hull: list[Point] = []
    for x, y in points:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2], hull[-1]
            if (bx - ax) * (y - ay) > (by - ay) * (x - ax):
                break
            hull.pop()
        hull.append((x, y))
    return hull


class _Side:
    """Points of one direction, turned so that the line lies below them.

    Slopes are of the turned points.
    """

    def __init__(self, points: list[Point]) -> None:
        points = _without_stalls(points)
        self.hull = np.array(lower_hull(points))
        self.count = len(points)
        self._mean_x, self._mean_y = np.mean(points, axis=0)

    def slopes(self) -> F64:
        """Slopes of the hull's edges."""
        return np.asarray(np.diff(self.hull[:, 1]) / np.diff(self.hull[:, 0]))

    def excess(self, slopes: F64) -> F64:
        """Mean distance of the points from the highest line of each slope below them."""
        x = self.hull[None, :, 0] - self._mean_x
        return np.asarray(self._mean_y - np.min(self.hull[None, :, 1] - slopes[:, None] * x, 1))


def _without_stalls(points: list[Point]) -> list[Point]:
    """Leave out seconds in which nothing came in time: a link that stood still for a while."""
    xy, hull = np.array(points), np.array(lower_hull(points))
    if len(hull) < 2:
        return points
    at = int(np.clip(np.searchsorted(hull[:, 0], np.median(xy[:, 0])), 1, len(hull) - 1))
    (x0, y0), (x1, y1) = hull[at - 1], hull[at]
    excess = xy[:, 1] - y0 - (y1 - y0) / (x1 - x0) * (xy[:, 0] - x0)
    keep = excess <= 10 * np.median(excess) + 1e-3
    return [point for point, good in zip(points, keep, strict=True) if good]


def _unlikely(up: _Side, down: _Side | None, slopes: F64) -> F64:
    """Minus the log-likelihood of each slope, both offsets and mean delays at their best."""
    out = up.count * np.log(up.excess(slopes) + _RESOLUTION_S)
    if down is not None:
        # The points of this side were turned upside down.
        out = out + down.count * np.log(down.excess(-slopes) + _RESOLUTION_S)
    return np.asarray(out)


def _skew(up: list[Point], down: list[Point]) -> tuple[float, float, float]:
    """Mean of the slopes of lines between the points, weighted by how likely they are, and
    the range of 95 % of that weight.

    The mean (Pitman's estimator) errs half as much as the most likely slope, which always
    touches two points.
    """
    if len(up) < 2:
        return 0.0, -CRYSTAL, CRYSTAL
    above = _Side(up)
    below = _Side([(x, -y) for x, y in down]) if len(down) > 1 else None
    slopes = above.slopes()
    if below is not None:
        slopes = np.append(slopes, -below.slopes())
    if not len(slopes):
        return 0.0, -CRYSTAL, CRYSTAL
    best = float(slopes[np.argmin(_unlikely(above, below, slopes))])
    grid = best + _spread(above, below, best)
    unlikely = _unlikely(above, below, grid)
    weight = np.exp(np.min(unlikely) - unlikely) * np.gradient(grid)
    share = np.cumsum(weight) / np.sum(weight)
    low, high = np.interp((0.025, 0.975), share, grid)
    return float(weight @ grid / np.sum(weight)), float(low), float(high)


def _spread(above: _Side, below: _Side | None, best: float) -> F64:
    """Distances from the most likely slope, dense where slopes are likely at all."""
    likely = float(_unlikely(above, below, np.array([best]))[0]) + _NEGLIGIBLE
    sides = []
    for sign in (-1.0, 1.0):
        beyond = np.flatnonzero(_unlikely(above, below, best + sign * _STEPS) > likely)
        sides.append(sign * _STEPS[beyond[0] if len(beyond) else -1])
    return np.linspace(sides[0], sides[1], 201)


class Clock:
    """Collects points of both directions and fits the line.

    Points are kept by device second, the one of least delay in each, so that memory and time do
    not grow with the recording. When the points contradict one line (a clock that wanders, a
    host clock that was set), the older half is left out until they agree.
    """

    def __init__(self, tick_hz: int) -> None:
        self._tick_hz = tick_hz
        self._up: dict[int, Point] = {}
        self._down: dict[int, Point] = {}
        self._zero: Point | None = None
        self._guess = 0.0
        self._fit: Fit | None = None
        self._fit_at = float("-inf")
        self._newest = float("-inf")
        self.points = 0

    def _place(self, tick: int, host: float) -> Point:
        tick_s = tick / self._tick_hz
        self._newest = max(self._newest, host)
        if self._zero is None:
            self._zero = (tick_s, host)
        x = tick_s - self._zero[0]
        return x, host - self._zero[1] - x

    def arrived(self, tick: int, host: float) -> None:
        """A frame that the device made at `tick` came at `host` (seconds)."""
        x, y = self._place(tick, host)
        key = int(x // 1.0)
        old = self._up.get(key)
        if old is None or y - old[1] < self._guess * (x - old[0]):
            self._up[key] = (x, y)
        self.points += 1

    def probed(self, host: float, tick: int) -> None:
        """A probe that left at `host` was seen by the device at `tick`."""
        x, y = self._place(tick, host)
        key = int(x // 1.0)
        old = self._down.get(key)
        if old is None or y - old[1] > self._guess * (x - old[0]):
            self._down[key] = (x, y)
        self.points += 1

    def fit(self) -> Fit | None:
        """The line as of now, or as of less than a second ago; None before the first frame."""
        if self._zero is None or not self._up:
            return None
        patience = FIT_EVERY_S if len(self._up) > FIT_EVERY_S * 10 else 0.0
        if self._fit is None or self._newest - self._fit_at > patience:
            self._fit, self._fit_at = self._make(), self._newest
        return self._fit

    def _make(self) -> Fit:
        for side in (self._up, self._down):
            for key in sorted(side)[: max(0, len(side) - BUCKETS)]:
                del side[key]
        keep = len(self._up)
        while True:
            made, agrees = self._try(keep)
            if agrees or keep < 4:
                return made
            keep //= 2

    def _try(self, keep: int) -> tuple[Fit, bool]:
        """A fit to the newest `keep` points, and whether a line between both sides exists."""
        assert self._zero is not None
        keys = sorted(self._up)[-keep:]
        up = [self._up[key] for key in keys]
        down = [self._down[key] for key in sorted(self._down) if key >= keys[0]]
        skew, low, high = _skew(up, down)
        if not (high - low < 2 * CRYSTAL and abs(skew) < FASTEST):
            skew, low, high = 0.0, -CRYSTAL, CRYSTAL
        self._guess = skew
        top = min(y - skew * x for x, y in up)
        bottom = max((y - skew * x for x, y in down), default=-np.inf)
        two_way = bool(np.isfinite(bottom))
        offset = (top + bottom) / 2 if two_way else top
        # The last point is where the line is used next, so it is the origin.
        x = max(up[-1][0], down[-1][0] if down else up[-1][0])
        fit = Fit(
            self._zero[1] + x + offset + skew * x, self._zero[0] + x, skew, low, high,
            abs(top - bottom) / 2 if two_way else np.inf, self.points,
        )  # fmt: skip
        return fit, not two_way or top >= bottom
