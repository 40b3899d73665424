"""Coefficients of `filter`: sections in state-variable form, and taps."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import signal as sp

from motekit.core.block import F64, Signal
from motekit.dsp import svf

from .params import Params


def edges(p: Params) -> tuple[float, ...]:
    """The frequencies that must lie below half the rate, in Hz."""
    return (p.cutoff_hz, p.high_hz) if p.kind in ("band", "stop") else (p.cutoff_hz,)


@lru_cache(maxsize=64)
def sections(rate_hz: float, p: Params) -> tuple[svf.Section, ...]:
    """A Butterworth filter or a notch as a cascade."""
    if p.kind == "low":
        return svf.low(rate_hz, p.order, p.cutoff_hz)
    if p.kind == "band":
        return svf.band(rate_hz, p.order, (p.cutoff_hz, p.high_hz))
    if p.kind == "stop":
        return svf.stop(rate_hz, p.order, (p.cutoff_hz, p.high_hz))
    if p.kind == "notch":
        return svf.notch(rate_hz, p.cutoff_hz, p.quality)
    return svf.high(rate_hz, p.order, p.cutoff_hz)


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
