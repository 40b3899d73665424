"""How far the samples that the C of `filter` makes may be from the reference's."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp.common import EPS, counts_to_units
from motekit.dsp.errors import ROUNDING, SIGMAS
from motekit.dsp.svf import Section, responses

from .design import kept, recursive, sections, taps
from .exact import fixed_plan, fixed_taps
from .params import Params

ROUNDINGS = 6  # of float32 in one section, per step


def _rounded32(cascade: tuple[Section, ...]) -> tuple[Section, ...]:
    return tuple(Section(*(float(np.float32(v)) for v in k.row())) for k in cascade)


@lru_cache(maxsize=64)
def _recursive(rate_hz: float, length: int, p: Params, arithmetic: str) -> tuple[float, float]:
    """Largest error of an output: (per count of the largest sample, in counts)."""
    meant = sections(rate_hz, p)
    plan = fixed_plan(rate_hz, length, p)
    used = plan.cascade() if arithmetic == "fixed" else _rounded32(meant)
    out, norms = responses(used, length)
    ideal, _ = responses(meant, length)
    # Another step response: from a steady state, the signal moves by twice the largest sample.
    moved = np.abs(out[:, 0] - ideal[:, 0]).sum()
    dc = abs(np.prod([k.m0 + k.m2 for k in used]) - np.prod([k.m0 + k.m2 for k in meant]))
    share = 2 * float(moved) + float(dc) + 1e-12
    gains = out[:, 1:].reshape(length, len(used), 3)
    if arithmetic == "fixed":
        # s1 and v3 are cut to whole units, the output is rounded once more.
        units = 2 * np.abs(gains).sum()
        return share, float(units) * 2.0**-plan.up
    level = 1 + 2 * norms.max(axis=1)
    noise = np.sqrt((gains**2).sum(axis=(0, 2)) + 1) * level
    worst = SIGMAS * ROUNDING * ROUNDINGS * float(np.sqrt((noise**2).sum()))
    return share + worst, 0.0


def _counts(x: F64, signal: Signal, p: Params, arithmetic: str) -> F64:
    """Error of an output before it is rounded, in counts; x in counts."""
    top = np.max(np.abs(x), axis=-2, keepdims=True)
    if p.kind == "median":
        return np.zeros_like(top)
    if recursive(p):
        share, alone = _recursive(signal.rate_hz, signal.length, p, arithmetic)
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
