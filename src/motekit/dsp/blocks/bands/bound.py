"""How far the C of `bands` may be from the reference."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp import svf
from motekit.dsp.common import EPS, counts_to_units
from motekit.dsp.errors import LOG2_Q, LOG10F, log_bound

from .params import Params
from .plan import cascades, floor_error, point
from .reference import part, powers, sides

CHUNK = 256  # squares that are added up by themselves


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """(… × samples × channels) in units → (… × features)."""
    fixed = arithmetic == "fixed"
    top = np.max(np.abs(windows), axis=-2)[..., None]
    unit = counts_to_units(signal)[:, None]
    shares = [svf.error(cascade, signal.length, arithmetic) for cascade in cascades(signal, p)]
    share = np.array([s for s, _ in shares])
    alone = np.array([a for _, a in shares]) + (2.0 ** -(point(signal, p) + 1) if fixed else 0.0)
    each = share * top + alone * unit
    power = powers(windows, signal, p)
    summing = 0.0 if fixed else (min(signal.length, CHUNK) + signal.length / CHUNK + 8) * EPS
    error = 2 * np.sqrt(power) * each + each**2 + summing * (power + each**2)
    extra = floor_error(signal, p)[:, None] if fixed else p.floor * 2 * EPS
    log = LOG2_Q if fixed else LOG10F
    out: list[F64] = []
    if p.power:
        level = log_bound(power, error + extra, p.floor)
        out.append(level + log + 4 * EPS * (20 + np.abs(np.log10(power + p.floor))))
    if p.relative:
        total = power.sum(axis=-1, keepdims=True) + p.floor
        off = error.sum(axis=-1, keepdims=True) + extra
        shares_off = (error + off * power / total) / np.maximum(total - off, 1e-300)
        wrong = np.where(off < 0.5 * total, shares_off, 1.0)
        out.append(np.minimum(wrong + 16 * EPS, 1.0))
    for ratio in p.ratios:
        sums = [log_bound(part(power, side), part(error, side) + extra, p.floor)
                for side in sides(ratio, p) or (0, 0)]  # fmt: skip
        out.append(sums[0] + sums[1] + 2 * log + 400 * EPS)
    return np.concatenate(out, axis=-1).reshape(*windows.shape[:-2], -1)
