"""Rounding errors of the filters, per unit of the largest sample or in integer units."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import signal as scipy_signal

from motekit.core.block import F64, Signal
from motekit.dsp.errors import ROUNDING, SIGMAS

from .fixed_plan import LONGEST, Cascade, fixed_plan
from .params import Params
from .plan import Sections, plan


def _impulse() -> F64:
    out = np.zeros(LONGEST)
    out[0] = 1.0
    return out


def _through(x: F64, s: Sections, first: int) -> F64:
    """x through the sections from `first` on, without gain."""
    for b1, a1, a2 in list(zip(s.b1, s.a1, s.a2, strict=True))[first:]:
        x = scipy_signal.lfilter([1.0, b1, 1.0], [1.0, a1, a2], x)
    return x


def _stages(signal: Signal, p: Params) -> list[Sections]:
    pl = plan(signal, p)
    return [s for _, s in pl.decimators] + ([pl.butterworth] if pl.butterworth else [])


@lru_cache(maxsize=64)
def float_noise(signal: Signal, p: Params) -> float:
    """Bound of the error of a filtered sample, per unit of the largest magnitude of a window."""
    error, level = 0.0, 1.0
    for s in _stages(signal, p):
        swing = 2.0 if s.rest is not None else 1.0
        response = _impulse() * s.gain * level * swing
        variance = (error * np.sum(np.abs(_through(_impulse() * s.gain, s, 0)))) ** 2
        variance += (ROUNDING * SIGMAS) ** 2 * np.sum(_through(response, s, 0) ** 2)
        for i, (b1, a1, a2) in enumerate(zip(s.b1, s.a1, s.a2, strict=True)):
            v = float(np.sum(np.abs(response)))
            response = scipy_signal.lfilter([1.0, b1, 1.0], [1.0, a1, a2], response)
            y = float(np.sum(np.abs(response)))
            once = y**2 + (2 * v) ** 2 + (3 * v + y) ** 2 + (2 * y) ** 2 + 3 * (y + v) ** 2
            loop = scipy_signal.lfilter([1.0], [1.0, a1, a2], _impulse())
            onward = np.sum(_through(loop, s, i + 1) ** 2)
            variance += (ROUNDING * SIGMAS) ** 2 * once * float(onward)
        level = float(np.sum(np.abs(response)))
        error = float(np.sqrt(variance))
    return error


@lru_cache(maxsize=64)
def fixed_noise(signal: Signal, p: Params) -> tuple[float, float]:
    """Bound of the error of a filtered sample: (in units of the filtered integers, per unit of
    the largest magnitude of a window, in the same unit as that)."""
    error, share, level = 0.0, 0.0, 1.0
    for s, cascade in zip(_stages(signal, p), fixed_plan(signal, p).cascades, strict=True):
        sections = cascade.sections
        total = np.abs(_through(_impulse(), s, 0)).sum()
        error *= float(total) / 2.0 ** sum(k.shift for k in sections)
        for i, (a1, a2, k) in enumerate(zip(s.a1, s.a2, sections, strict=True)):
            later = 2.0 ** sum(other.shift for other in sections[i + 1 :])
            loop = scipy_signal.lfilter([1.0], [1.0, a1, a2], _impulse())
            if k.fine:  # of what is cut off only the change from sample to sample shows
                error += 1.01 * float(np.abs(np.diff(_through(loop, s, i + 1))).sum() + 1) / later
                continue
            whole = np.abs(_through(_impulse(), s, i)).sum() if k.shift else 0.0
            error += float(4 * np.abs(_through(loop, s, i + 1)).sum() + whole) / later
        swing = 2.0 if s.rest is not None else 1.0
        share = share * float(total) * s.gain + swing * level * _misfit(s, cascade)
        level *= float(total) * s.gain * swing
        error += 4.0
    return error + 1.0, share


def _misfit(s: Sections, cascade: Cascade) -> float:
    """How far the integer coefficients' response may lead from the float32 ones', per unit."""
    meant = have = _impulse() * s.gain
    for b1, a1, a2, k in zip(s.b1, s.a1, s.a2, cascade.sections, strict=True):
        meant = scipy_signal.lfilter([1.0, b1, 1.0], [1.0, a1, a2], meant)
        have = scipy_signal.lfilter([1.0, b1, 1.0], [1.0, *k.taps()], have)
    return float(np.abs(meant - have).sum())
