"""How far the C of `orientation` may be from the reference."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp.angle import DEGREES_ERROR
from motekit.dsp.common import EPS

from .fixed import POINT
from .params import Params
from .reference import lengths

CHUNK = 256  # frames whose sums are added up by themselves


def _summing(n: int) -> float:
    """Largest relative error of a sum of n terms of one sign, as the C adds them up."""
    return (min(n, CHUNK) + n / CHUNK + 6) * EPS


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """(… × samples × 3) in units → (… × features)."""
    n, unit = signal.length, signal.scale[0]
    out: list[F64] = []
    m = lengths(windows)
    top = m.max(axis=-1)
    coarse = unit * 2.0**-POINT if arithmetic == "fixed" else 0.0
    if p.inclination:
        v = windows.mean(axis=-2)
        size = lengths(v)
        wrong = 4 * EPS * size + np.zeros(size.shape)
        if signal.sample != "int16":
            wrong = wrong + 3 * (_summing(n) + EPS) * np.abs(windows).max(axis=(-1, -2))
        share = wrong / np.maximum(size, 1e-300)
        angle = np.where(share < 0.5, np.degrees(2 * share), 180.0)
        out.append(np.repeat((np.minimum(angle, 180.0) + DEGREES_ERROR)[..., None], 3, axis=-1))
    if p.magnitude:
        each = 4 * EPS * top + coarse
        d = np.abs(m - m[..., :1])
        far = d.max(axis=-1) + each
        sum_error = _summing(n) * far
        square = 3 * _summing(n) * far**2
        sigma = m.std(axis=-1)
        spread = np.minimum(np.sqrt(square), square / np.maximum(sigma, 1e-300))
        fine = unit * 2.0**-13 if arithmetic == "fixed" else 0.0
        out.append(np.stack([each + sum_error + fine + 4 * EPS * top, 2 * each + spread + fine,
                             4 * EPS * top + fine], axis=-1))  # fmt: skip
    if p.jerk:
        way = lengths(np.diff(windows, axis=-2))
        most = way.max(axis=-1) + 4 * EPS * np.abs(windows).max(axis=(-1, -2))
        steps = _summing(n) * most + 4 * EPS * np.abs(windows).max(axis=(-1, -2)) + coarse
        fine = unit * 2.0**-11 if arithmetic == "fixed" else 0.0
        largest = 8 * EPS * most + 4 * EPS * np.abs(windows).max(axis=(-1, -2)) + fine
        out.append(np.stack([steps + fine, largest], axis=-1) * signal.rate_hz)
    return np.concatenate(out, axis=-1)
