"""Cascades of trapezoidal state-variable sections, in float32 and in integers.

A section is exactly the bilinear transform of an analogue second-order section (A. Simper, "Linear
trapezoidal integrated state variable filter", 2013), with coefficients and states that keep their
precision at low cutoffs, where those of a direct form lose it. Poles are scipy.signal.butter's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import signal as sp

from motekit.core.block import F64

from .errors import ROUNDING, SIGMAS

F32 = np.float32
I64 = npt.NDArray[np.int64]
MOST = 2**30  # no node of an integer cascade reaches it
POINT = 31
ROUNDINGS = 6  # of float32 in one section, per step


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


def low(rate_hz: float, order: int, f: float) -> tuple[Section, ...]:
    """Butterworth low-pass of an even order."""
    return tuple(_section(w, k, (0.0, 0.0, 1.0)) for w, k in _poles("low", rate_hz, order, (f,)))


def high(rate_hz: float, order: int, f: float) -> tuple[Section, ...]:
    """Butterworth high-pass of an even order."""
    return tuple(_section(w, k, (1.0, -k, -1.0)) for w, k in _poles("high", rate_hz, order, (f,)))


def band(rate_hz: float, order: int, edges: tuple[float, float]) -> tuple[Section, ...]:
    """Butterworth band-pass; order: of each edge, and the number of sections."""
    a, b = (_warped(f, rate_hz) for f in edges)
    poles = _poles("bandpass", rate_hz, order, edges)
    return tuple(_section(w, k, (0.0, (b - a) / w, 0.0)) for w, k in poles)


def stop(rate_hz: float, order: int, edges: tuple[float, float]) -> tuple[Section, ...]:
    """Butterworth band-stop."""
    a, b = (_warped(f, rate_hz) for f in edges)
    poles = _poles("bandstop", rate_hz, order, edges)
    return tuple(_section(w, k, (1.0, -k, a * b / (w * w) - 1.0)) for w, k in poles)


def notch(rate_hz: float, f: float, quality: float) -> tuple[Section, ...]:
    """One frequency less, as scipy.signal.iirnotch."""
    w0 = 2 * np.pi * f / rate_hz
    k = float(2 * np.tan(w0 / quality / 2) / np.sin(w0))
    return (_section(_warped(f, rate_hz), k, (1.0, -k, 0.0)),)


def _warped(f: float, rate_hz: float) -> float:
    return float(np.tan(np.pi * f / rate_hz))


@lru_cache(maxsize=64)
def _poles(
    kind: str, rate_hz: float, order: int, edges: tuple[float, ...]
) -> list[tuple[float, float]]:
    at = [_warped(f, rate_hz) for f in edges]
    _, poles, _ = sp.butter(
        order, at if len(at) > 1 else at[0], btype=kind, analog=True, output="zpk"
    )
    return _quadratics(poles)


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
def fixed_plan(cascade: tuple[Section, ...], length: int) -> Fixed:
    """Integer coefficients, and room for the largest value any node can take."""
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


def _rounded32(cascade: tuple[Section, ...]) -> tuple[Section, ...]:
    return tuple(Section(*(float(np.float32(v)) for v in k.row())) for k in cascade)


@lru_cache(maxsize=256)
def error(meant: tuple[Section, ...], length: int, arithmetic: str) -> tuple[float, float]:
    """Largest error of an output of a window: (per unit of the largest sample, in counts)."""
    plan = fixed_plan(meant, length)
    used = plan.cascade() if arithmetic == "fixed" else _rounded32(meant)
    out, norms = responses(used, length)
    ideal, _ = responses(meant, length)
    # From a steady state, the signal moves by at most twice the largest sample.
    moved = np.abs(out[:, 0] - ideal[:, 0]).sum()
    dc = abs(np.prod([k.m0 + k.m2 for k in used]) - np.prod([k.m0 + k.m2 for k in meant]))
    share = 2 * float(moved) + float(dc) + 1e-12
    gains = out[:, 1:].reshape(length, len(used), 3)
    if arithmetic == "fixed":
        # s1 and v3 miss half a unit, what is mixed a unit of each part and one of the sum.
        units = np.array([[0.5, 0.5, 1 + abs(k.m1) + abs(k.m2)] for k in used])
        return share, float((np.abs(gains) * units).sum()) * 2.0**-plan.up
    level = 1 + 2 * norms.max(axis=1)
    noise = np.sqrt((gains**2).sum(axis=(0, 2)) + 1) * level
    return share + SIGMAS * ROUNDING * ROUNDINGS * float(np.sqrt((noise**2).sum())), 0.0


def run_f32(x: npt.NDArray[F32], cascade: tuple[Section, ...], steady: bool) -> npt.NDArray[F32]:
    """Windows with time in front (steps × …), as mk_svf_f32 has them, bit for bit."""
    for k in cascade:
        a1, a2, a3, m0, m1, m2 = (F32(v) for v in k.row())
        s1 = np.zeros_like(x[0])
        s2 = x[0].copy() if steady else s1
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


def run_q(x: I64, plan: Fixed, steady: bool) -> I64:
    """Counts with time in front → outputs in 2^-up ths of a count, as mk_svf_q has them."""
    x = x << plan.up
    for a1, a2, a3, m0, m1, m2 in plan.rows:
        s1 = np.zeros_like(x[0])
        s2 = x[0] << POINT if steady else s1
        out = np.empty_like(x)
        for t, v0 in enumerate(x):
            v3 = v0 - _nearest(s2)
            s = _nearest(s1)
            v1 = a1 * s + a2 * v3
            v2 = s2 + a2 * s + a3 * v3
            s1 = 2 * v1 - s1
            s2 = 2 * v2 - s2
            out[t] = ((m1 * (v1 >> POINT) + m2 * (v2 >> POINT)) >> plan.mix) + m0 * v0
        x = out
    return x


def _nearest(state: I64) -> I64:
    """Whole units of a state, halves upwards."""
    return (state + (1 << (POINT - 1))) >> POINT


def rounded(y: I64, down: int) -> npt.NDArray[np.int16]:
    """As mk_count_of: y / 2^down, halves upwards, limited to 16 bits."""
    scaled = (y << -down) if down <= 0 else (y + (1 << (down - 1))) >> down
    return np.asarray(np.clip(scaled, -32768, 32767).astype(np.int16))


def to_counts(v: npt.NDArray[F32]) -> npt.NDArray[np.int16]:
    """As mk_to_count: the nearest count, halves away from zero, limited to 16 bits."""
    limited = np.clip(v, F32(-32768), F32(32767))
    return np.asarray(
        np.trunc(limited + np.copysign(F32(0.5), limited)).clip(-32768, 32767).astype(np.int16)
    )
