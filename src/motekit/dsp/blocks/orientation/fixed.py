"""The integer reference of `orientation`: what mk_orientation_q.c equals bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.block import I32, Signal
from motekit.dsp import wide as w
from motekit.dsp.angle import degrees

from .params import Params

I64 = npt.NDArray[np.int64]
POINT = 6  # binary places of the length of a sample, in counts
MEAN = 14  # and of what the features say of lengths
WAY = 12  # and of changes


def _root(square: I64, point: int) -> I64:
    return w.to(w.root(w.wide(square.astype(np.uint64))), -point)


def _over(a: I64, n: int, e: int) -> I64:
    """|a| / n in 2^e units, with the sign of a."""
    size = w.to(w.over(w.wide(np.abs(a).astype(np.uint64)), w.wide(np.full(a.shape, n))), e)
    return np.asarray(np.where(a < 0, -size, size))


def _angle(a: I64, square: I64) -> I64:
    """Of one axis, from its sum and the square of the others' length."""
    across = w.root(w.wide(square.astype(np.uint64)))
    own = w.wide(np.abs(a).astype(np.uint64))
    steep = w.whole(w.Wide(own.m, own.e + 1)) > w.whole(w.Wide(across.m, across.e + 1))
    low = w.Wide(np.where(steep, across.m, own.m), np.where(steep, across.e, own.e))
    high = w.Wide(np.where(steep, own.m, across.m), np.where(steep, own.e, across.e))
    none = high.m == 0
    safe = w.Wide(np.where(none, np.uint64(1 << 31), high.m), high.e)
    angle = degrees(np.minimum(w.to(w.over(low, safe), -30), 1 << 30))
    angle = np.where(none, 0, np.where(steep, 90 * 65536 - angle, angle))
    return np.asarray(np.where(a < 0, -angle, angle))


def _magnitude(x: I64) -> list[I64]:
    n, squares = x.shape[-2], (x**2).sum(axis=-1)
    m = _root(squares, POINT)
    d = m - m[..., :1]
    total, square = d.sum(axis=-1), (d**2).sum(axis=-1)
    middle = _over(total, n, 0)
    rest = square - 2 * middle * total + n * middle**2
    variance = w.over(w.wide(rest.astype(np.uint64)), w.wide(np.full(rest.shape, n)))
    return [
        (m[..., 0] << (MEAN - POINT)) + _over(total, n, POINT - MEAN),
        w.to(w.root(variance), POINT - MEAN),
        _root(squares.max(axis=-1), MEAN),
    ]


def _jerk(x: I64) -> list[I64]:
    squares = (np.diff(x, axis=-2) ** 2).sum(axis=-1)
    way = _root(squares, POINT).sum(axis=-1)
    return [_over(way, x.shape[-2] - 1, POINT - WAY), _root(squares.max(axis=-1), WAY)]


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    """(… × samples × 3) counts → (… × features) integers."""
    counts = x.astype(np.int64)
    out: list[I64] = []
    if p.inclination:
        sums = counts.sum(axis=-2)
        square = sums**2
        out += [_angle(sums[..., i], square.sum(axis=-1) - square[..., i]) for i in range(3)]
    if p.magnitude:
        out += _magnitude(counts)
    if p.jerk:
        out += _jerk(counts)
    return np.stack(out, axis=-1).astype(np.int32)


def lsb(signal: Signal, p: Params) -> tuple[float, ...]:
    """Worth of one integer of each fixed-point feature."""
    unit = signal.scale[0]
    out: list[float] = []
    if p.inclination:
        out += [2.0**-16] * 3
    if p.magnitude:
        out += [unit * 2.0**-MEAN] * 3
    if p.jerk:
        out += [unit * signal.rate_hz * 2.0**-WAY] * 2
    return tuple(out)
