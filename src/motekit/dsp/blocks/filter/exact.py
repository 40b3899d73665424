"""What the C of `filter` makes, bit for bit: float32 and integer arithmetic in its order."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import Samples, Signal
from motekit.dsp import svf

from .design import kept, recursive, sections, taps
from .params import Params
from .reference import _padded

F32 = np.float32


def fixed_plan(rate_hz: float, length: int, p: Params) -> svf.Fixed:
    """Integer coefficients of the cascade."""
    return svf.fixed_plan(sections(rate_hz, p), length)


@lru_cache(maxsize=64)
def fixed_taps(rate_hz: float, p: Params) -> tuple[tuple[int, ...], int]:
    """(coefficients, their binary places): the largest with which no sum passes 31 bits."""
    h = np.array(taps(rate_hz, p))
    places = 15
    while np.abs(np.round(h * 2.0**places)).sum() > 65000:
        places -= 1
    return tuple(int(v) for v in np.round(h * 2.0**places)), places


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


def exact(x: Samples, signal: Signal, p: Params, arithmetic: str) -> Samples:
    """(… × samples × channels) → (… × frames × channels), as the C has them."""
    moved = np.moveaxis(x, -2, 0)
    ints = signal.sample == "int16"
    if p.kind == "median":
        seen = _windows(moved.astype(np.int64) if ints else moved, p)
        y: Samples = np.sort(seen, axis=-1)[..., p.taps // 2]
        if ints:
            y = svf.rounded(y, -p.finer)
    elif arithmetic == "fixed":
        wide = moved.astype(np.int64)
        if recursive(p):
            plan = fixed_plan(signal.rate_hz, signal.length, p)
            y = svf.rounded(svf.run_q(wide, plan, p.start == "steady"), plan.up - p.finer)
        else:
            places = fixed_taps(signal.rate_hz, p)[1]
            y = svf.rounded(_fir_q(wide, signal, p), places - p.finer)
    else:
        if recursive(p):
            cascade = sections(signal.rate_hz, p)
            real = svf.run_f32(moved.astype(F32), cascade, p.start == "steady")
        else:
            real = _fir_f32(moved.astype(np.int64) if ints else moved, signal, p)
        y = svf.to_counts(real * F32(2.0**p.finer)) if ints else real
    return np.asarray(np.moveaxis(y, 0, -2)[..., kept(signal, p), :])
