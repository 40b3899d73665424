"""What `bands` computes with, and its integer reference."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Signal
from motekit.dsp import svf
from motekit.dsp import wide as w
from motekit.dsp.common import counts_to_units

from .params import Params
from .reference import bands, settle, sides

I64 = npt.NDArray[np.int64]
ROOM = 62  # bits of a sum of squares over all bands
Q16 = 65536
MOST_FLOOR = 2**62


def cascades(signal: Signal, p: Params) -> list[tuple[svf.Section, ...]]:
    """The band-pass of each band."""
    return [svf.band(signal.rate_hz, p.order, edges) for edges in bands(p)]


def plans(signal: Signal, p: Params) -> list[svf.Fixed]:
    """The same in integers."""
    return [svf.fixed_plan(cascade, signal.length) for cascade in cascades(signal, p)]


def frames(signal: Signal, p: Params) -> int:
    """Frames that count."""
    return signal.length - settle(signal, p)


def point(signal: Signal, p: Params) -> int:
    """Binary places of what is squared, in counts: as many as the sums have room for.

    What a band lets through swings by twice the full scale at most, from a steady state, so that a
    square has 34 bits before the point.
    """
    sums = math.ceil(math.log2(max(2, signal.length * len(p.names))))
    return max(0, (ROOM - 34 - sums) // 2)


def floors(signal: Signal, p: Params) -> list[int]:
    """The floor as a sum of squares in 2^-point ths of a count, per channel; at least 1."""
    exact = p.floor * frames(signal, p) * 4.0 ** point(signal, p) / counts_to_units(signal) ** 2
    return [int(max(1, min(MOST_FLOOR, round(float(v))))) for v in exact]


def offsets(signal: Signal, p: Params) -> I64:
    """log2 of the mean square of a sum of 1, in 2^-16ths, per channel."""
    unit = counts_to_units(signal) ** 2 / (frames(signal, p) * 4.0 ** point(signal, p))
    return np.asarray(np.rint(np.log2(unit) * Q16).astype(np.int64))


def _sums(x: I64, signal: Signal, p: Params) -> npt.NDArray[np.uint64]:
    """(… × samples × channels) counts → (… × channels × bands) sums of squares."""
    moved, first, out = np.moveaxis(x, -2, 0), settle(signal, p), []
    for plan in plans(signal, p):
        y = svf.run_q(moved, plan, True)
        less = plan.up - point(signal, p)
        short = (((y >> (less - 1)) + 1) >> 1) if less > 0 else y << -less
        out.append((short[first:] ** 2).sum(axis=0))
    return np.stack(out, axis=-1).astype(np.uint64)


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    """(… × samples × channels) counts → (… × features) integers."""
    sums = _sums(x.astype(np.int64), signal, p)
    floor = np.array(floors(signal, p), dtype=np.uint64)[:, None]
    out: list[I64] = []
    if p.power:
        out.append(w.log2(w.wide(sums + floor)) + offsets(signal, p)[:, None])
    if p.relative:
        whole = w.wide(sums.sum(axis=-1, keepdims=True, dtype=np.uint64) + floor)
        out.append(w.to(w.over(w.wide(sums), whole), -30))
    for ratio in p.ratios:
        bits = sides(ratio, p) or (0, 0)
        above, below = (
            w.log2(w.wide(sums[..., chosen].sum(axis=-1, keepdims=True, dtype=np.uint64) + floor))
            for chosen in ([i for i in range(len(p.names)) if side >> i & 1] for side in bits)
        )
        out.append(above - below)
    each = np.concatenate([np.asarray(v, dtype=np.int64) for v in out], axis=-1)
    return each.astype(np.int32).reshape(*x.shape[:-2], -1)


def lsb(signal: Signal, p: Params) -> tuple[float, ...]:
    """Worth of one integer of each fixed-point feature."""
    decade = math.log10(2) / Q16
    one = [decade] * len(p.names) * p.power + [2.0**-30] * len(p.names) * p.relative
    return tuple((one + [decade] * len(p.ratios)) * len(signal.channels))


def floor_error(signal: Signal, p: Params) -> F64:
    """What the integer floor misses, in square units, per channel."""
    unit = counts_to_units(signal) ** 2 / (frames(signal, p) * 4.0 ** point(signal, p))
    return np.asarray(np.abs(np.array(floors(signal, p)) * unit - p.floor))
