"""How far normalised coefficients may be off, where the coefficients are off by so much."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from motekit.core.block import F64

from .reference import around, normalised


@lru_cache(maxsize=16)
def _limits(frames: int, width: int) -> tuple[F64, F64]:
    """What the deviation around each frame limits, frames × 1, in that deviation.

    Returns: (distance of the frame to the mean around it, by Samuelson's inequality for a value
    that is one of n, m times: √((n − m) / m); mean around it of differences to means, infinite
    where a width does not hold all frames).
    """
    index = np.arange(frames, dtype=np.float64)[:, None]
    near = around(index, width)[:, 0, :].astype(int)
    weights = np.stack([np.bincount(row, minlength=frames) for row in near]) / width
    times = np.diag(weights) * width
    distance = np.sqrt((width - times) / times)
    mean = np.full(frames, np.inf)
    if np.all(weights > 0):
        less = np.eye(frames) - weights
        for t, w in enumerate(weights):
            spread = less.T @ (np.diag(w) - np.outer(w, w)) @ less
            along = less.T @ w
            mean[t] = np.sqrt(along @ np.linalg.pinv(spread, hermitian=True) @ along)
    return distance[:, None], mean[:, None]


def normal_bound(v: F64, wrong: F64, width: int, lsb: F64, rounding: tuple[float, float]) -> F64:
    """Bound of each normalised value.

    Args:
        v: coefficients, … × frames × values.
        wrong: their largest errors.
        lsb: worth of the integer in which means are taken away, one a coefficient.
        rounding: error of the last division, (relative, absolute).
    """
    d = v - around(v, width).mean(axis=-1)
    far = wrong + around(wrong, width).mean(axis=-1) + 0.5 * lsb
    near = around(d, width)
    deviation = near.std(axis=-1)
    # A deviation is a seminorm: it moves by at most the deviation of what is added.
    moved = np.sqrt(np.mean(around(far, width) ** 2, axis=-1))
    least = np.maximum(deviation - moved, lsb * np.sqrt(width - 1) / width)
    z = normalised(v, width)
    flat = (z == 0) & (d != 0)
    size = np.abs(d) / np.where(deviation > 0, deviation, 1.0)
    straight = (far + size * moved) / least
    straight = np.where((deviation > moved) & ~flat, straight, np.inf)
    distance, mean = _limits(v.shape[-2], width)
    middle = (np.abs(near.mean(axis=-1)) + around(far, width).mean(axis=-1)) / least
    # Differences are rounded by half an integer, each and in their deviation.
    top = distance + np.minimum(middle, mean + 0.5 * (1 + mean) * lsb / least)
    out = np.minimum(straight, np.abs(z) + top)
    return np.asarray(out + rounding[0] * (np.abs(z) + out) + rounding[1])
