"""Requantization in two instructions, proved equal to the reference's two roundings.

The reference turns an accumulator x into clamp(zero + round(x × factor), low, high), where
`round` rounds once or twice. That is a monotone staircase: for every output k there is one least
x, the threshold t(k), that reaches it. So any other monotone staircase with the same
thresholds, inside the interval that x can reach, is equal to it for every x. We look for

    y(x) = saturate8((high word of (gain·x + start) × slope) >> SHIFT)

(SMMUL and SSAT on a core with DSP instructions) by solving for `slope` and `start` the
inequalities that put every threshold where it has to be: per k one lower and one upper bound
of start × slope. At most 255 thresholds matter, so the solution is also the proof, and the
function says None where there is no solution.

`gain` comes for free: operands expanded from 8 to 16 bits are left in the upper byte, so that
the accumulator holds 256·x. It makes `start` fine enough to place the line between thresholds.

Two roundings of a negative number break a tie the other way (halves away from zero), which
moves the thresholds below zero by one step of the first rounding. Outputs that a fused ReLU
clamps never show it; for the others `dip` is subtracted from negative accumulators first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
SHIFT = 12  # of the kernels; at a gain of 256 good for factors from 1/2000 to 1/33
COARSE = 8  # their other shift, good for factors from 1/500 to 1/5
TRIES = (0, 8, 64, 512, 4096)  # how far from the ideal slope to look, in steps of the slope
_FREE = 1 << 62


@dataclass(frozen=True)
class Scaling:
    """What the reference does to an accumulator.

    Args:
        multiplier, shift: factor = multiplier × 2**(shift − 31).
        rounding: "single" or "double".
        zero, low, high: output zero point and clamp.
    """

    multiplier: int
    shift: int
    rounding: str
    zero: int
    low: int
    high: int


@dataclass(frozen=True)
class Line:
    """A staircase of two instructions.

    Args:
        slope: 1 to 2**31 − 1.
        start: added to gain × x; fits int32 and so does the sum over the whole interval.
        dip: subtracted from the sum where that is negative, 0 if nothing needs it.
    """

    slope: int
    start: int
    dip: int = 0


def reference(x: I64, s: Scaling) -> I64:
    """The staircase to be met, vectorised. Exact while |x| × 2**shift fits 32 bits."""
    left, right = max(s.shift, 0), max(-s.shift, 0)
    if s.rounding == "single":
        scaled = (x * s.multiplier + (1 << (30 - s.shift))) >> (31 - s.shift)
    else:
        scaled = ((x << left) * s.multiplier + (1 << 30)) >> 31
        remainder, mask = scaled & ((1 << right) - 1), (1 << right) - 1
        scaled = (scaled >> right) + (remainder > (mask >> 1) + (scaled < 0))
    return np.asarray(np.clip(scaled + s.zero, s.low, s.high))


def thresholds(k: I64, s: Scaling) -> I64:
    """The least accumulator whose output, but for the clamp, is at least k."""
    if s.multiplier <= 0:
        raise ValueError("a constant has no thresholds")
    out = []
    for above in (int(v) - s.zero for v in k):
        left, right = max(s.shift, 0), max(-s.shift, 0)
        if s.rounding == "single":
            least, factor = (2 * above - 1) << (30 - s.shift), s.multiplier
        else:
            away = 1 if above <= 0 and right > 0 else 0
            first = (above << right) - ((1 << right) >> 1) + away
            least, factor = (first << 31) - (1 << 30), s.multiplier << left
        out.append(-(-least // factor))
    return np.array(out, dtype=np.int64)


def evaluate(x: I64, line: Line, gain: int, offset: int = 0, shift: int = SHIFT) -> I64:
    """The line's outputs, as the kernels compute them.

    Args:
        offset: added to the high word before the shift; see `dipped_offset`.
    """
    acc = gain * x + line.start
    acc = np.where(acc < 0, acc - line.dip, acc)
    return np.asarray(np.clip((((acc * line.slope) >> 32) + offset) >> shift, -128, 127))


def dipped_offset(zero: int, shift: int = SHIFT) -> int:
    """What a kernel with dips adds to the high word: the zero point and half a step, so that
    an accumulator is negative where x is."""
    return (zero << shift) + (1 << (shift - 1))


def constant(k: int, offset: int = 0, shift: int = SHIFT) -> Line:
    """The line whose output is k at accumulator 0."""
    return Line(1 << 30, ((k << shift) + (1 << (shift - 1)) - offset) << 2)


@lru_cache(maxsize=65536)
def fit(
    s: Scaling, low: int, high: int, gain: int = 256, dips: bool = False, shift: int = SHIFT,
    tries: tuple[int, ...] = TRIES,
) -> Line | None:  # fmt: skip
    """The line equal to the reference for every accumulator from `low` to `high`, or None.

    Args:
        gain: the kernel's accumulator is gain × x (+ start).
        dips: the kernel subtracts `dip` from negative accumulators and adds `dipped_offset`.
        shift: of the high word.
        tries: how far from the ideal slope to look, in rounds.
    """
    ends = reference(np.array([low, high], dtype=np.int64), s)
    bounds = _Bounds.of(s, (low, high), (int(ends[0]), int(ends[1])), gain, dips, shift)
    if bounds is None:
        return None
    ideal = round(s.multiplier * 2.0 ** (s.shift + 1 + shift) / gain)
    least, most = bounds.slopes()
    tried = 0
    for reach in tries:
        steps = np.arange(-reach, reach + 1, dtype=np.int64)
        steps = steps[(np.abs(steps) > tried) | (reach == 0)]
        slopes = ideal + steps[np.argsort(np.abs(steps), kind="stable")]
        slopes = slopes[(slopes >= max(least, 1)) & (slopes <= min(most, (1 << 31) - 1))]
        line = bounds.solve(slopes)
        if line is not None:
            return line if _proved(s, bounds, line, gain, dips, shift) else None
        tried = reach
    return None


@dataclass(frozen=True)
class _Bounds:
    """start × slope ≥ target − at_least·slope and < target − below·slope, for each row."""

    gain: int
    low: int
    high: int
    at: I64  # thresholds, and the ends of the interval where the clamp does not hide them
    target: I64  # k << (32 + shift), less the kernel's own offset
    lower: npt.NDArray[np.bool_]  # the row bounds from below (at) and above (at − 1), or only
    upper: npt.NDArray[np.bool_]  # one of them
    dipped: npt.NDArray[np.bool_]  # the row belongs to negative accumulators

    @classmethod
    def of(
        cls, s: Scaling, ends: tuple[int, int], outputs: tuple[int, int], gain: int, dips: bool,
        shift: int,
    ) -> _Bounds | None:  # fmt: skip
        k_low, k_high = outputs
        if max(abs(e) for e in ends) * gain >= 1 << 31:
            return None
        if s.multiplier == 0 or k_low == k_high:
            k, at = np.array([], np.int64), np.array([], np.int64)
        else:
            k = np.arange(k_low + 1, k_high + 1, dtype=np.int64)
            at = thresholds(k, s)
        lower = np.ones(len(k), bool)
        upper = np.ones(len(k), bool)
        if k_low > -128:  # the clamp does not hide what lies below
            k, at = np.append(k, k_low), np.append(at, ends[0])
            lower, upper = np.append(lower, True), np.append(upper, False)
        if k_high < 127:
            k, at = np.append(k, k_high + 1), np.append(at, ends[1] + 1)
            lower, upper = np.append(lower, False), np.append(upper, True)
        offset = dipped_offset(s.zero, shift) if dips else 0
        target = ((k << shift) - offset) << 32
        return cls(gain, *ends, at, target, lower, upper, (k <= s.zero) & dips)

    def slopes(self) -> tuple[float, float]:
        """No slope outside of these can meet all bounds, whatever real number `start` were.

        A lower bound i and an upper one j leave a start between them only if
        (target_i − target_j) / slope ≤ (at_i − at_j + 1) · gain.
        """
        least, most = 0.0, float(1 << 31)
        k = self.target >> 32  # exact: the lower 32 bits are 0
        for group in (self.dipped, ~self.dipped):
            i, j = self.lower & group, self.upper & group
            rise = (k[i][:, None] - k[j][None, :]) * 2.0**32
            run = (self.at[i][:, None] - self.at[j][None, :] + 1) * self.gain
            if ((rise >= 0) & (run <= 0)).any():
                return 1.0, 0.0
            up, down = (rise > 0) & (run > 0), (rise < 0) & (run < 0)
            least = max(least, np.max(rise[up] / run[up], initial=0.0))
            most = min(most, np.min(rise[down] / run[down], initial=most))
        return least - 1, most + 1  # one step of the slope is far more than rounding here

    def solve(self, slopes: I64) -> Line | None:
        """The first of the slopes for which every bound can be met."""
        if not len(slopes):
            return None
        m = slopes[:, None]
        low = self.target - self.at * self.gain * m
        high = self.target - (self.at - 1) * self.gain * m - 1
        starts = _whole(low, high, self.lower & ~self.dipped, self.upper & ~self.dipped, slopes)
        under = _whole(low, high, self.lower & self.dipped, self.upper & self.dipped, slopes)
        start = np.minimum(np.maximum(starts[0], 0), starts[1])
        dip = np.maximum(0, start - under[1]) if self.dipped.any() else np.zeros_like(start)
        fine = (starts[0] <= starts[1]) & (under[0] <= under[1]) & (np.abs(start) < 1 << 31)
        fine &= start - dip >= under[0]
        fine &= self.low * self.gain + start - dip >= -(1 << 31)
        fine &= self.high * self.gain + start < 1 << 31
        if not fine.any():
            return None
        i = int(np.argmax(fine))
        return Line(int(slopes[i]), int(start[i]), int(dip[i]))


def _whole(
    low: I64, high: I64, lower: npt.NDArray[np.bool_], upper: npt.NDArray[np.bool_], slopes: I64
) -> tuple[I64, I64]:
    """Least and greatest integer `start` with start × slope inside all bounds."""
    first = np.max(np.where(lower, low, -_FREE), axis=1, initial=-_FREE)
    last = np.min(np.where(upper, high, _FREE), axis=1, initial=_FREE)
    return -(-first // slopes), last // slopes


def _proved(
    s: Scaling, bounds: _Bounds, line: Line, gain: int, dips: bool, shift: int
) -> bool:  # fmt: skip
    """Both staircases side by side at every threshold and on the step before it."""
    x = np.concatenate([bounds.at, bounds.at - 1, [bounds.low, bounds.high]])
    x = np.unique(np.clip(x, bounds.low, bounds.high))
    offset = dipped_offset(s.zero, shift) if dips else 0
    return bool(np.array_equal(evaluate(x, line, gain, offset, shift), reference(x, s)))
