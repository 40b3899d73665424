"""The meaning of `filter`, in float64: SciPy's filters, run over each window by itself."""

from __future__ import annotations

import numpy as np
from scipy import signal as sp

from motekit.core.block import F64, Signal

from .design import kept, recursive, sos, taps
from .params import Params


def limits(signal: Signal, p: Params) -> tuple[F64, F64]:
    """Smallest and largest value of a sample of the new signal, per channel."""
    if signal.sample != "int16":
        return np.full(1, -np.inf), np.full(1, np.inf)
    scale = np.array(signal.scale) * 2.0**-p.finer
    return -32768 * scale, 32767 * scale


def _padded(x: F64, before: int, start: str) -> F64:
    """Windows with so many frames in front: their first one again, or zeros."""
    first = x[..., :1, :] if start == "steady" else np.zeros_like(x[..., :1, :])
    return np.concatenate([np.repeat(first, before, axis=-2), x], axis=-2)


def filtered(x: F64, signal: Signal, p: Params) -> F64:
    """The whole window, neither decimated nor limited."""
    if recursive(p):
        cascade = sos(signal.rate_hz, p)
        if p.start == "rest":
            return np.asarray(sp.sosfilt(cascade, x, axis=-2))
        zi = sp.sosfilt_zi(cascade).reshape(len(cascade), *[1] * (x.ndim - 2), 2, 1)
        first = np.asarray(x[..., :1, :])
        y, _ = sp.sosfilt(cascade, x, axis=-2, zi=zi * first[None])
        return np.asarray(y)
    windows = np.lib.stride_tricks.sliding_window_view(
        _padded(x, p.taps - 1, p.start), p.taps, axis=-2
    )
    if p.kind == "median":
        return np.asarray(np.median(windows, axis=-1))
    return np.asarray(windows @ np.array(taps(signal.rate_hz, p)))


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) in units → (… × frames of the new signal × channels)."""
    low, high = limits(signal, p)
    return np.asarray(np.clip(filtered(x, signal, p)[..., kept(signal, p), :], low, high))
