"""Windows that hurt: the edges of the numbers, and random ones for hypothesis."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from motekit.core.block import Signal

LOW, HIGH = -32768, 32767
Samples = npt.NDArray[Any]


def edges(signal: Signal) -> Samples:
    """Constant, silence, full scale, impulse, one count, offset …; windows × samples × channels.

    Each channel of a window shows another edge.
    """
    n = signal.length
    t = np.arange(n)
    rows = [
        np.zeros(n),
        np.full(n, HIGH),
        np.full(n, LOW),
        np.ones(n),
        -np.ones(n),
        np.where(t % 2, HIGH, LOW),
        np.where(t == n // 2, HIGH, 0),
        np.where(t == 0, LOW, 0),
        np.where(t == n - 1, 1, 0),
        t % 2,
        30000 + t % 2,
        np.where(t < n // 2, LOW, HIGH),
        HIGH * np.sin(2 * np.pi * t / 16),
        1000 * np.sin(2 * np.pi * t * 8 / n),
        np.linspace(LOW, HIGH, n),
        4096 + 20 * np.sin(t),
    ]
    each = np.stack([np.trunc(row) for row in rows])
    width = len(signal.channels)
    return as_samples(np.stack([np.roll(each, c, axis=0) for c in range(width)], axis=-1), signal)


def levels(signal: Signal) -> Samples:
    """Noise of one count up to a quarter of full scale, even and lopsided, on three offsets."""
    rng = np.random.default_rng(1)
    shape = (signal.length, len(signal.channels))
    rows = [
        offset + level * noise
        for level in (1, 3, 10, 100, 1000, 8000)
        for offset in (0, 4096, -20000)
        for noise in (rng.normal(size=shape), rng.exponential(size=shape))
    ]
    return as_samples(np.round(np.stack(rows)), signal)


def as_samples(counts: npt.NDArray[Any], signal: Signal) -> Samples:
    """Numbers of counts as the signal's samples."""
    limited = np.clip(counts, LOW, HIGH)
    if signal.sample == "int16":
        return np.asarray(limited.astype(np.int16))
    return np.asarray((limited / 4096).astype(np.float32))


@st.composite
def windows(draw: st.DrawFn, signal: Signal, count: int = 4) -> Samples:
    """Windows of noise, sines and steps of any level on any offset."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    level = 10.0 ** draw(st.floats(0, 4.5))
    offset = draw(st.one_of(st.just(0), st.integers(LOW, HIGH)))
    kind = draw(st.sampled_from(("noise", "sine", "steps", "sparse")))
    shape = (count, signal.length, len(signal.channels))
    t = np.arange(signal.length)[:, None]
    if kind == "noise":
        x = rng.normal(size=shape)
    elif kind == "sine":
        turns = rng.uniform(0, 0.5, size=(count, 1, shape[2]))
        x = np.sin(2 * np.pi * turns * t + rng.uniform(0, 6, size=turns.shape))
    elif kind == "steps":
        x = np.repeat(rng.normal(size=(count, -(-signal.length // 7), shape[2])), 7, axis=1)
        x = x[:, : signal.length]
    else:
        x = rng.normal(size=shape) * (rng.random(shape) < 0.05)
    return as_samples(np.round(offset + level * x), signal)
