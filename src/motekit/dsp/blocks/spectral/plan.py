"""What signal and parameters come to: coefficients, frames, bins, bands.

Features, references, C and bounds all read the one plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import signal as scipy_signal

from motekit.core.block import F64, Signal
from motekit.dsp.moments import CONSTANT

from .params import EI, WAVELET, Params

STAGES = {1: (), 3: (3,), 10: (10,), 30: (3, 10), 100: (10, 10), 1000: (10, 10, 10)}
ROUGH_CONSTANT = 1e-5  # see Plan.constant
EI_ZERO = 1e-10  # what edge_impulse_v4 takes the logarithm of where a power is 0


@dataclass(frozen=True)
class Sections:
    """Second-order sections with float32 coefficients.

    Args:
        gain: factor on the input.
        b1: ±2 per section; the numerators are 1 + b1/z + 1/z².
        a1, a2: denominators 1 + a1/z + a2/z².
        rest: state of each section while it is fed a constant 1 after `gain`; shape
            (sections, 2), or None to start from zero.
    """

    gain: float
    b1: tuple[float, ...]
    a1: tuple[float, ...]
    a2: tuple[float, ...]
    rest: F64 | None = None

    def steady(self) -> float:
        """Output of a steady 1 behind the gain."""
        parts = zip(self.b1, self.a1, self.a2, strict=True)
        return math.prod((2 + b) / (1 + a + c) for b, a, c in parts)

    def sos(self) -> F64:
        """The same as SciPy writes it."""
        sos = np.array(
            [[1.0, b, 1.0, 1.0, a, c] for b, a, c in zip(self.b1, self.a1, self.a2, strict=True)]
        )
        sos[0, :3] *= self.gain
        return sos


def _sections(sos: F64, at_rest: bool) -> Sections:
    """SciPy's cascade with the gain taken out and coefficients rounded to float32."""
    gain = float(np.float32(sos[0, 0]))
    b1 = tuple(float(np.round(row[1] / row[0])) for row in sos)
    a = sos[:, 4:].astype(np.float32).astype(np.float64)
    plain = Sections(gain, b1, tuple(a[:, 0]), tuple(a[:, 1]))
    if not at_rest:
        return plain
    return Sections(gain, b1, plain.a1, plain.a2, scipy_signal.sosfilt_zi(plain.sos()))


@dataclass(frozen=True)
class Plan:
    """A `spectral` block for one signal.

    Args:
        decimators: one low-pass per decimation stage, with its ratio.
        low_pass: the Butterworth cascade, or None.
        rate_hz, length: behind the decimation.
        frames: starts of the FFT frames; samples beyond the window are zeros.
        fft: samples per FFT; 0 for no spectrum.
        window: weight of each sample of a frame.
        bins: (first, last + 1) FFT bin that becomes a feature.
        edges: bins [edges[i], edges[i + 1]) are averaged to feature i.
        moments: spectral skewness and kurtosis wanted.
        constant: a deviation up to this share of the mean is what rounding left of a constant.
    """

    decimators: tuple[tuple[int, Sections], ...]
    butterworth: Sections | None
    rate_hz: float
    length: int
    frames: tuple[int, ...]
    fft: int
    window: F64
    edges: tuple[int, ...]
    moments: bool
    constant: float

    @property
    def bands(self) -> int:
        return max(0, len(self.edges) - 1)

    @property
    def width(self) -> int:
        """Bins of a band where all have the same number, else 0."""
        widths = {b - a for a, b in pairwise(self.edges)}
        return widths.pop() if len(widths) == 1 else 0

    def power_scale(self) -> float:
        """Power of a bin per |X|²: 1/fft, more where the window tapers."""
        return 1.0 / float(np.sum(self.window**2))


def full_frames(pl: Plan) -> int:
    """Frames that hold samples: those of zeros alone change no maximum."""
    return sum(start < pl.length for start in pl.frames)


def told_statistics(p: Params) -> bool:
    """Whether RMS, skewness and kurtosis of the window are features."""
    return p.statistics and not (p.analysis == WAVELET and p.numerics == EI)


def kept_bins(p: Params, rate_hz: float) -> tuple[int, int]:
    """(first, last + 1) bin that the filter lets through; DC never is one."""
    half = p.fft_length // 2
    b = p.cutoff_hz * p.fft_length / rate_hz
    if p.filter == "low" and p.mask:
        return 1, min(half, math.floor(b + 0.5)) + 1
    if p.filter == "high" and p.mask:
        return max(1, math.floor(b - 0.5) + 1), half + 1
    return 1, half + 1


def frame_starts(length: int, p: Params) -> tuple[int, ...]:
    """Starts of the FFT frames.

    Frames cover the window, the last one filled with zeros. edge_impulse_v4 goes on while
    start ≤ length, which may add a frame of zeros only.
    """
    hop = p.fft_length // 2 if p.overlap else p.fft_length
    if p.numerics == EI:
        return tuple(range(0, length + 1, hop))
    count = 1 + max(0, math.ceil((length - p.fft_length) / hop))
    return tuple(i * hop for i in range(count))


@lru_cache(maxsize=256)
def plan(signal: Signal, p: Params) -> Plan:
    """The plan. Signal and parameters must have passed `check`."""
    rate, length = signal.rate_hz, signal.length
    decimators = []
    for ratio in STAGES[p.decimation]:
        sos = scipy_signal.cheby1(8, 0.05, 0.8 / ratio, output="sos")
        decimators.append((ratio, _sections(sos, at_rest=True)))
        rate, length = rate / ratio, -(-length // ratio)
    butterworth = None
    if p.filter != "none" and p.order > 0:
        sos = scipy_signal.butter(p.order, 2 * p.cutoff_hz / rate, p.filter, output="sos")
        butterworth = _sections(sos, at_rest=False)
    rough = p.decimation > 1 or signal.sample != "int16"
    constant = ROUGH_CONSTANT if rough else CONSTANT
    if p.fft_length == 0 or p.analysis == WAVELET:
        return Plan(
            tuple(decimators), butterworth, rate, length, (), 0, np.ones(0), (), False, constant
        )  # fmt: skip
    first, end = kept_bins(p, rate)
    bands = p.bands or end - first
    edges = tuple(first + (end - first) * i // bands for i in range(bands + 1))
    n = p.fft_length
    tapered = p.taper == "hann" and p.numerics != EI
    window = scipy_signal.get_window("hann", n) if tapered else np.ones(n)
    moments = p.spectral_moments or p.numerics == EI
    return Plan(
        tuple(decimators), butterworth, rate, length, frame_starts(length, p), n, window, edges,
        moments, constant,
    )  # fmt: skip
