"""The constants of an audio block as its C has them, rounded; and what they mean."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64

from . import cosines, narrow
from .mel import AGAIN, Mel
from .plan import AudioPlan, Frames


def q30(share: float) -> int:
    """A share up to 1 in 2^-30ths."""
    return round(share * 2**30)


def q31(weights: F64) -> Any:
    """Weights from 0 to 1 in 2^-31sts."""
    return np.minimum(np.round(weights * 2.0**31), 2**31 - 1).astype(np.int32)


def half_taper(f: Frames, fixed: bool) -> npt.NDArray[Any]:
    """Weights of the first half of a frame and one more; the other half is its mirror image."""
    half = f.taper[: f.used // 2 + 1]
    return np.asarray(q31(half) if fixed else half.astype(np.float32))


def whole_taper(f: Frames, fixed: bool) -> npt.NDArray[Any]:
    """Weights of a frame as they come of its half, in int64 or float64."""
    half = half_taper(f, fixed).astype(np.int64 if fixed else np.float64)
    return np.concatenate([half, half[1 : f.used - f.used // 2][::-1]])


def shares(mel: Mel) -> npt.NDArray[np.uint32]:
    """End and slope of each run in 2^-32ths, rounded down: no weight is above 1."""
    pairs = np.stack([mel.end, mel.slope], axis=-1).reshape(-1)
    return np.clip(np.floor(pairs * 2.0**32), 0, 2**32 - 1).astype(np.uint32)


def log_range(pl: AudioPlan) -> tuple[float, float]:
    """Least and largest natural logarithm of a power of samples of 16 bits."""
    low = math.log(max(float(np.min(pl.noise)), pl.least))
    top = math.log(pl.unit2 * (2.0 * 2**15) ** 2 * float(np.sum(pl.frames.taper)) ** 2)
    return low, top + math.log(pl.frames.fft / 2 + 1)


def _float32(values: F64) -> F64:
    return values.astype(np.float32).astype(np.float64)


def _matrix(mel: Mel, pairs: F64) -> F64:
    """Weights of the bins that runs with these ends and slopes come to."""
    matrix = np.zeros_like(mel.matrix)
    k = mel.first
    for i, (n, (end, slope)) in enumerate(zip(mel.runs, pairs.reshape(-1, 2), strict=True)):
        bins = np.array([k - 1]) if n == AGAIN else np.arange(k, k + n)
        k += 0 if n == AGAIN else n
        lower = end + slope * np.arange(len(bins) - 1, -1, -1)
        if i > 0:
            matrix[i - 1, bins] += lower
        if i < mel.filters:
            matrix[i, bins] += 1 - lower
    return matrix


def _cosines(pl: AudioPlan, fixed: bool) -> F64:
    """Rows as the C's halves and their mirror images."""
    assert pl.cosines is not None
    n = pl.cosines.shape[1]
    first = 1 if pl.energy else 0
    out = np.array(pl.cosines)
    for k, half in enumerate(cosines.rows(pl, fixed).astype(np.float64), first):
        half = half / 32768 * cosines.scale(pl, k) if fixed else half
        half = half if fixed or pl.pcen else half / math.log(10)
        mirror = half[: n // 2][::-1] * (1 if k % 2 == 0 else -1)
        out[k] = np.concatenate([half, mirror])
        if k % 2 and n % 2:  # the band in the middle has no difference
            out[k, n // 2] = 0.0
    return out


def rounded(pl: AudioPlan, fixed: bool) -> AudioPlan:
    """The plan that a C computes without any error but those of its operations."""
    f = pl.frames
    if fixed:
        emphasis, taper = q30(f.emphasis) / 2.0**30, whole_taper(f, True) / 2.0**31
    else:
        emphasis, taper = float(np.float32(f.emphasis)), whole_taper(f, False)
    if not f.tapered:
        taper = f.taper
    if fixed and pl.narrow:
        emphasis = narrow.share(f) / 2.0**15
    mel = pl.mel
    if mel is not None:
        exact = np.stack([mel.end, mel.slope], axis=-1).reshape(-1)
        mel = replace(mel, matrix=_matrix(mel, shares(mel) / 2.0**32 if fixed else _float32(exact)))
    rows = None if pl.cosines is None else _cosines(pl, fixed)
    frames = replace(f, emphasis=emphasis, taper=taper)
    return replace(pl, frames=frames, mel=mel, cosines=rows)
