"""What `heart` computes with: pass band, spans and thresholds, all in whole numbers.

Beats are found by two moving averages of the squared pass band, as published by M. Elgendi for the
PPG ("Systolic peak detection in acceleration photoplethysmograms measured from emergency
responders in tropical conditions", 2013) and for the ECG (with I. Jonkman and F. De Boer,
"Frequency bands effects on QRS detection", 2010). Where the papers take the mean of the whole
signal, a running mean of about four seconds stands here: samples come one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from motekit.core.block import Signal
from motekit.dsp import svf

from .params import Params

FINE = 256  # parts of a sample that beats are placed to
MEAN_S = 4.0


@dataclass(frozen=True)
class Kind:
    """The published spans: pass band in Hz, the two averages and the shortest rise in s, β."""

    low_hz: float
    high_hz: float
    peak_s: float
    beat_s: float
    beta: float
    least_s: float


KINDS = {
    "ppg": Kind(0.5, 8.0, 0.111, 0.667, 0.02, 0.111),
    "ecg": Kind(8.0, 20.0, 0.097, 0.611, 0.08, 0.08),
}


@dataclass(frozen=True)
class Plan:
    """Spans in samples unless they say otherwise.

    Args:
        half_peak, half_beat: halves of the two averages, which have 2 · half + 1 samples.
        offset: β times the lengths of both averages.
        shift: the running mean forgets 2^-shift of itself with each sample.
        least: shortest rise that is a beat.
        apart: beats that are closer, in 256ths, are one.
        shortest, longest: an interval that may count, in 256ths.
        fifty: 50 ms, in 256ths.
        most: beats a window can have.
    """

    half_peak: int
    half_beat: int
    offset: int
    shift: int
    least: int
    apart: int
    shortest: int
    longest: int
    fifty: int
    most: int

    @property
    def peak(self) -> int:
        return 2 * self.half_peak + 1

    @property
    def beat(self) -> int:
        return 2 * self.half_beat + 1


@lru_cache(maxsize=64)
def plan(rate_hz: float, length: int, p: Params) -> Plan:
    """Spans for this rate and window."""
    kind = KINDS[p.kind]
    half_peak = max(1, round((kind.peak_s * rate_hz - 1) / 2))
    half_beat = max(half_peak + 1, round((kind.beat_s * rate_hz - 1) / 2))
    lengths = (2 * half_peak + 1) * (2 * half_beat + 1)
    apart = int(FINE * rate_hz * 60 / p.fastest_bpm * 0.8)
    return Plan(
        half_peak=half_peak,
        half_beat=half_beat,
        offset=max(1, round(kind.beta * lengths)),
        shift=max(1, round(np.log2(MEAN_S * rate_hz))),
        least=max(2, int(kind.least_s * rate_hz)),
        apart=apart,
        shortest=int(FINE * rate_hz * 60 / p.fastest_bpm),
        longest=int(FINE * rate_hz * 60 / p.slowest_bpm),
        fifty=round(FINE * rate_hz * 0.05),
        most=length * FINE // apart + 2,
    )


@lru_cache(maxsize=64)
def passed(rate_hz: float, length: int, p: Params) -> svf.Fixed:
    """The band-pass in integers."""
    kind = KINDS[p.kind]
    return svf.fixed_plan(svf.band(rate_hz, 2, (kind.low_hz, kind.high_hz)), length)


def count_of(signal: Signal, p: Params) -> float:
    """What one count is worth, in the channel's unit."""
    return p.resolution if signal.sample != "int16" else signal.scale[0]
