"""Banks of triangular filters on the mel scale, as runs of FFT bins.

Neighbouring triangles overlap such that, between two of their corners, the weight of a bin in the
upper filter and its weight in the lower one add up to 1; and both grow or fall evenly with the
bin. So a run of bins between two corners needs two numbers only: from the running sum of the
powers and the running sum of that sum come both shares, without a weight per bin.

Scale: mel = 1127 ln(1 + f / 700) (O'Shaughnessy 1987, as HTK uses it).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64

AGAIN = 65535  # a run that takes the last bin before it once more, with weight 1


def to_mel(hz: npt.ArrayLike) -> F64:
    """Hz → mel."""
    return np.asarray(1127.0 * np.log1p(np.asarray(hz, dtype=np.float64) / 700.0))


def to_hz(mel: npt.ArrayLike) -> F64:
    """mel → Hz."""
    return np.asarray(700.0 * np.expm1(np.asarray(mel, dtype=np.float64) / 1127.0))


def corners(low_hz: float, high_hz: float, filters: int) -> F64:
    """Corners of the triangles in Hz: filter i rises from corner i to i + 1 and falls to i + 2."""
    return to_hz(np.linspace(to_mel(low_hz), to_mel(high_hz), filters + 2))


@dataclass(frozen=True)
class Mel:
    """A bank.

    Args:
        corners_hz: filters + 2 of them.
        first: FFT bin the first run begins with (one behind it, if that run is AGAIN).
        runs: bins between corner i and corner i + 1, filters + 1 numbers, or AGAIN.
        end: per run, the weight of its last bin in the lower filter.
        slope: per run, what that weight gains from a bin to the one below it.
        matrix: (filters, bins) weights, the meaning of it all.
    """

    corners_hz: F64
    first: int
    runs: tuple[int, ...]
    end: F64
    slope: F64
    matrix: F64

    @property
    def filters(self) -> int:
        return len(self.runs) - 1


def bank(rate_hz: float, fft: int, filters: int, low_hz: float, high_hz: float) -> Mel:
    """Triangles over the true frequencies of the bins."""
    edges = corners(low_hz, high_hz, filters)
    f = np.arange(fft // 2 + 1) * rate_hz / fft
    runs, end, slope = [], [], []
    matrix = np.zeros((filters, len(f)))
    for i, (a, b) in enumerate(pairwise(edges)):
        bins = np.flatnonzero((f > a * (1 + 1e-12)) & (f <= b * (1 + 1e-12)))
        rise = np.minimum((f[bins] - a) / (b - a), 1.0)
        if i < filters:
            matrix[i, bins] += rise
        if i > 0:
            matrix[i - 1, bins] += 1 - rise
        runs.append(len(bins))
        end.append(float(1 - rise[-1]) if len(bins) else 0.0)
        slope.append(rate_hz / fft / (b - a))
    first = int(np.flatnonzero(f > edges[0] * (1 + 1e-12))[0])
    return Mel(edges, first, tuple(runs), np.array(end), np.array(slope), matrix)


def bank_of_bins(rate_hz: float, fft: int, filters: int, low_hz: float, high_hz: float) -> Mel:
    """Triangles whose corners lie on bins, as edge_impulse_v4 rounds them down."""
    edges = corners(low_hz, high_hz, filters)
    edges[-1] -= 0.001
    at = np.floor((fft + 1) * edges / rate_hz).astype(int)
    runs, end, slope = [], [], []
    matrix = np.zeros((filters, fft // 2 + 1))
    for i, (a, b) in enumerate(pairwise(at)):
        bins = np.arange(a + 1, b + 1) if b > a else np.array([b])
        rise = (bins - a) / (b - a) if b > a else np.ones(1)
        if i < filters:
            matrix[i, bins] += rise
        if i > 0 and b > a:
            matrix[i - 1, bins] += 1 - rise
        runs.append(int(b - a) if b > a else AGAIN)
        end.append(0.0)
        slope.append(1.0 / (b - a) if b > a else 0.0)
    return Mel(edges, int(at[0]) + 1, tuple(runs), np.array(end), np.array(slope), matrix)
