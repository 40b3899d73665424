"""What the C of `filter` makes, bit for bit: float32 and integer arithmetic in its order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, Samples, Signal

from .design import Section, kept, recursive, sections, taps
from .params import Params
from .reference import _padded

F32 = np.float32
MOST = 2**30  # no node of the fixed-point cascade reaches it
POINT = 31


def responses(cascade: tuple[Section, ...], length: int) -> tuple[F64, F64]:
    """What one unit does to all nodes, from rest.

    Columns: the unit enters as a sample, or in section j as an error of s1 as it is read, of v3,
    or of the section's output. Returns (output, (steps × columns); largest L1 norm over time of
    v0, v1, v2, s1, s2 and the output of each section for the first column, (sections × 6)).
    """
    n = len(cascade)
    state = np.zeros((n, 2, 1 + 3 * n))
    out = np.zeros((length, 1 + 3 * n))
    norms = np.zeros((n, 6))
    for t in range(length):
        v = np.zeros(1 + 3 * n)
        v[0] = float(t == 0)
        for j, k in enumerate(cascade):
            error = np.zeros((3, 1 + 3 * n))
            if t == 0:
                error[[0, 1, 2], [1 + 3 * j, 2 + 3 * j, 3 + 3 * j]] = 1.0
            s1, s2 = state[j]
            v3 = v - s2 + error[1]
            s = s1 + error[0]
            v1 = k.a1 * s + k.a2 * v3
            v2 = s2 + k.a2 * s + k.a3 * v3
            state[j] = 2 * v1 - s1, 2 * v2 - s2
            y = k.m0 * v + k.m1 * v1 + k.m2 * v2 + error[2]
            norms[j] += np.abs([v[0], v1[0], v2[0], state[j, 0, 0], state[j, 1, 0], y[0]])
            v = y
        out[t] = v
    return out, norms


@dataclass(frozen=True)
class Fixed:
    """Coefficients of the fixed-point cascade.

    Args:
        rows: a1, a2, a3 in 2^-31sts, m0 as 0 or 1, m1 and m2 in 2^-mix ths.
        up: bits that a count is shifted up by.
        mix: binary places of m1 and m2.
    """

    rows: tuple[tuple[int, ...], ...]
    up: int
    mix: int

    def cascade(self) -> tuple[Section, ...]:
        """The sections that the integers stand for."""
        unit, part = 2.0**-POINT, 2.0**-self.mix
        return tuple(
            Section(a1 * unit, a2 * unit, a3 * unit, float(m0), m1 * part, m2 * part)
            for a1, a2, a3, m0, m1, m2 in self.rows
        )


@lru_cache(maxsize=64)
def fixed_plan(rate_hz: float, length: int, p: Params) -> Fixed:
    """Integer coefficients, and room for the largest value any node can take."""
    cascade = sections(rate_hz, p)
    _, norms = responses(cascade, length)
    # From a steady state: that state, and steps of twice the size.
    most = (2 * float(norms.max()) + 1) * 32768
    up = int(np.floor(np.log2(MOST / most)))
    largest = max(1.0, *(abs(m) for k in cascade for m in (k.m1, k.m2)))
    mix = int(min(29, np.floor(np.log2(MOST / largest))))
    rows = tuple(
        (*(min(2**31 - 1, round(a * 2**POINT)) for a in (k.a1, k.a2, k.a3)), int(k.m0),
         round(k.m1 * 2**mix), round(k.m2 * 2**mix))
        for k in cascade
    )  # fmt: skip
    return Fixed(rows, up, mix)


@lru_cache(maxsize=64)
def fixed_taps(rate_hz: float, p: Params) -> tuple[tuple[int, ...], int]:
    """(coefficients, their binary places): the largest with which no sum passes 31 bits."""
    h = np.array(taps(rate_hz, p))
    places = 15
    while np.abs(np.round(h * 2.0**places)).sum() > 65000:
        places -= 1
    return tuple(int(v) for v in np.round(h * 2.0**places)), places


def _cascade_f32(x: npt.NDArray[F32], signal: Signal, p: Params) -> npt.NDArray[F32]:
    """Windows with time in front (steps × …)."""
    for k in sections(signal.rate_hz, p):
        a1, a2, a3, m0, m1, m2 = (F32(v) for v in k.row())
        s1 = np.zeros_like(x[0])
        s2 = x[0].copy() if p.start == "steady" else s1
        out = np.empty_like(x)
        for t, v0 in enumerate(x):
            v3 = v0 - s2
            v1 = (a1 * s1) + (a2 * v3)
            v2 = s2 + ((a2 * s1) + (a3 * v3))
            s1 = (v1 + v1) - s1
            s2 = (v2 + v2) - s2
            out[t] = ((m0 * v0) + (m1 * v1)) + (m2 * v2)
        x = out
    return x


def _cascade_q(x: npt.NDArray[np.int64], signal: Signal, p: Params) -> npt.NDArray[np.int64]:
    """Counts with time in front → outputs in 2^-up ths of a count."""
    plan = fixed_plan(signal.rate_hz, signal.length, p)
    x = x << plan.up
    for a1, a2, a3, m0, m1, m2 in plan.rows:
        s1 = np.zeros_like(x[0])
        s2 = x[0] << POINT if p.start == "steady" else s1
        out = np.empty_like(x)
        for t, v0 in enumerate(x):
            v3 = v0 - (s2 >> POINT)
            s = s1 >> POINT
            v1 = a1 * s + a2 * v3
            v2 = s2 + a2 * s + a3 * v3
            s1 = 2 * v1 - s1
            s2 = 2 * v2 - s2
            mixed = (m1 * (v1 >> POINT) + m2 * (v2 >> POINT)) >> plan.mix
            out[t] = mixed + m0 * v0
        x = out
    return x


def _windows(x: npt.NDArray[Any], p: Params) -> npt.NDArray[Any]:
    """Time in front → steps × … × taps, the oldest first."""
    moved = np.moveaxis(x, 0, -1)[..., None]
    padded = _padded(moved.astype(np.float64), p.taps - 1, p.start).astype(x.dtype)
    seen = np.lib.stride_tricks.sliding_window_view(padded[..., 0], p.taps, axis=-1)
    return np.moveaxis(seen, -2, 0)


def _fir_f32(x: npt.NDArray[Any], signal: Signal, p: Params) -> npt.NDArray[F32]:
    seen = _windows(x, p)
    h = [F32(v) for v in taps(signal.rate_hz, p)]
    half = p.taps // 2
    y = h[half] * seen[..., half].astype(F32)
    for i in range(half):
        y = y + h[i] * (seen[..., i] + seen[..., -1 - i]).astype(F32)
    return np.asarray(y, dtype=F32)


def _fir_q(x: npt.NDArray[np.int64], signal: Signal, p: Params) -> npt.NDArray[np.int64]:
    h, _ = fixed_taps(signal.rate_hz, p)
    return np.asarray(_windows(x, p) @ np.array(h, dtype=np.int64))


def _rounded(y: npt.NDArray[np.int64], places: int, finer: int) -> Samples:
    """Integers with binary places to counts of the new signal."""
    down = places - finer
    up = np.maximum(0, -down)
    scaled = (y << up) if down <= 0 else (y + (1 << (down - 1))) >> down
    return np.asarray(np.clip(scaled, -32768, 32767).astype(np.int16))


def to_counts(y: npt.NDArray[F32], finer: int) -> Samples:
    """As mk_to_count, after a shift."""
    v = np.clip(y * F32(2.0**finer), F32(-32768), F32(32767))
    return np.asarray(np.trunc(v + np.copysign(F32(0.5), v)).clip(-32768, 32767).astype(np.int16))


def exact(x: Samples, signal: Signal, p: Params, arithmetic: str) -> Samples:
    """(… × samples × channels) → (… × frames × channels), as the C has them."""
    moved = np.moveaxis(x, -2, 0)
    ints = signal.sample == "int16"
    if p.kind == "median":
        seen = _windows(moved.astype(np.int64) if ints else moved, p)
        y: Samples = np.sort(seen, axis=-1)[..., p.taps // 2]
        if ints:
            y = _rounded(y, 0, p.finer)
    elif arithmetic == "fixed":
        wide = moved.astype(np.int64)
        if recursive(p):
            places = fixed_plan(signal.rate_hz, signal.length, p).up
            y = _rounded(_cascade_q(wide, signal, p), places, p.finer)
        else:
            y = _rounded(_fir_q(wide, signal, p), fixed_taps(signal.rate_hz, p)[1], p.finer)
    else:
        if recursive(p):
            real = _cascade_f32(moved.astype(F32), signal, p)
        else:
            real = _fir_f32(moved.astype(np.int64) if ints else moved, signal, p)
        y = to_counts(real, p.finer) if ints else real
    return np.asarray(np.moveaxis(y, 0, -2)[..., kept(signal, p), :])
