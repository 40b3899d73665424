"""How far the samples that the C of `filter` makes may be from the reference's."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp import svf
from motekit.dsp.common import EPS, counts_to_units

from .design import kept, recursive, sections, taps
from .exact import fixed_taps
from .params import Params


def _counts(x: F64, signal: Signal, p: Params, arithmetic: str) -> F64:
    """Error of an output before it is rounded, in counts; x in counts."""
    top = np.max(np.abs(x), axis=-2, keepdims=True)
    if p.kind == "median":
        return np.zeros_like(top)
    if recursive(p):
        meant = sections(signal.rate_hz, p)
        share, alone = svf.error(meant, signal.length, arithmetic)
        return np.asarray(share * top + alone)
    h = np.array(taps(signal.rate_hz, p))
    if arithmetic == "fixed":
        used, places = fixed_taps(signal.rate_hz, p)
        return np.asarray(np.abs(np.array(used) * 2.0**-places - h).sum() * top)
    return np.asarray((len(h) + 3) * EPS * np.abs(h).sum() * top)


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """(… × samples × channels) in units → (… × frames of the new signal × channels)."""
    scale = counts_to_units(signal)
    error = _counts(windows / scale, signal, p, arithmetic)
    if signal.sample == "int16":
        error = error + 0.5001 * 2.0**-p.finer
    frames = len(range(signal.length)[kept(signal, p)])
    return np.asarray(np.repeat(error * scale, frames, axis=-2))
