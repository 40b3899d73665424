"""Coefficients of `filter`: sections in state-variable form, and taps.

A section is the trapezoidal state-variable filter (A. Simper, "Linear trapezoidal integrated state
variable filter", 2013): exactly the bilinear transform of an analogue second-order section, with
coefficients and states that keep their precision at low cutoffs, where those of a direct form
lose it. Poles are those of scipy.signal.butter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import signal as sp

from motekit.core.block import F64, Signal

from .params import Params


@dataclass(frozen=True)
class Section:
    """v3 = v0 − s2; v1 = a1 s1 + a2 v3; v2 = s2 + a2 s1 + a3 v3; s1 = 2 v1 − s1; s2 = 2 v2 − s2;
    out = m0 v0 + m1 v1 + m2 v2."""

    a1: float
    a2: float
    a3: float
    m0: float
    m1: float
    m2: float

    def row(self) -> tuple[float, ...]:
        return (self.a1, self.a2, self.a3, self.m0, self.m1, self.m2)


def _section(g: float, k: float, mix: tuple[float, float, float]) -> Section:
    a1 = 1 / (1 + g * (g + k))
    return Section(a1, g * a1, g * g * a1, *mix)


def _quadratics(poles: F64) -> list[tuple[float, float]]:
    """(ω, k) of s² + k ω s + ω² for every pair of poles; low resonance first."""
    pairs = [(abs(p), -2 * p.real / abs(p)) for p in poles if p.imag > 1e-12 * abs(p)]
    real = sorted(p.real for p in poles if abs(p.imag) <= 1e-12 * abs(p))
    for a, b in zip(real[: len(real) // 2], reversed(real), strict=False):
        w = float(np.sqrt(a * b))
        pairs.append((w, -(a + b) / w))
    return sorted(((float(w), float(k)) for w, k in pairs), key=lambda wk: -wk[1])


def edges(p: Params) -> tuple[float, ...]:
    """The frequencies that must lie below half the rate, in Hz."""
    return (p.cutoff_hz, p.high_hz) if p.kind in ("band", "stop") else (p.cutoff_hz,)


@lru_cache(maxsize=64)
def sections(rate_hz: float, p: Params) -> tuple[Section, ...]:
    """A Butterworth filter or a notch as a cascade."""
    warped = [float(np.tan(np.pi * f / rate_hz)) for f in edges(p)]
    if p.kind == "notch":
        w0 = 2 * np.pi * p.cutoff_hz / rate_hz
        k = float(2 * np.tan(w0 / p.quality / 2) / np.sin(w0))  # as scipy.signal.iirnotch
        return (_section(warped[0], k, (1.0, -k, 0.0)),)
    kind = {"low": "low", "band": "bandpass", "stop": "bandstop"}.get(p.kind, "high")
    at = warped if len(warped) > 1 else warped[0]
    _, poles, _ = sp.butter(p.order, at, btype=kind, analog=True, output="zpk")
    out = []
    for w, k in _quadratics(poles):
        if p.kind == "low":
            mix = (0.0, 0.0, 1.0)
        elif p.kind == "band":
            mix = (0.0, (warped[1] - warped[0]) / w, 0.0)
        elif p.kind == "stop":
            mix = (1.0, -k, warped[0] * warped[1] / (w * w) - 1.0)
        else:
            mix = (1.0, -k, -1.0)
        out.append(_section(w, k, mix))
    return tuple(out)


@lru_cache(maxsize=64)
def taps(rate_hz: float, p: Params) -> tuple[float, ...]:
    """A symmetric FIR filter of p.taps coefficients."""
    kind = {"low": "lowpass", "high": "highpass", "band": "bandpass", "stop": "bandstop"}[p.kind]
    h = sp.firwin(p.taps, list(edges(p)), pass_zero=kind, fs=rate_hz)
    return tuple(((h + h[::-1]) / 2).tolist())


def sos(rate_hz: float, p: Params) -> F64:
    """The same Butterworth filter or notch as scipy.signal has it."""
    if p.kind == "notch":
        return np.asarray(sp.tf2sos(*sp.iirnotch(p.cutoff_hz, p.quality, fs=rate_hz)))
    kind = {"low": "low", "band": "bandpass", "stop": "bandstop"}.get(p.kind, "high")
    at = list(edges(p)) if p.kind in ("band", "stop") else p.cutoff_hz
    return np.asarray(sp.butter(p.order, at, btype=kind, fs=rate_hz, output="sos"))


def recursive(p: Params) -> bool:
    """Whether it is a cascade of sections."""
    return p.kind != "median" and p.design == "butterworth"


def settle(signal: Signal, p: Params) -> int:
    """Frames dropped at the start of the window."""
    return round(p.settle_s * signal.rate_hz)


def kept(signal: Signal, p: Params) -> slice:
    """The frames of the filtered window that make the new signal."""
    return slice(settle(signal, p), None, p.keep_every)
