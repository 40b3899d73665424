"""The meaning of the audio blocks, in float64."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64

from .pcen import equalised
from .plan import AudioPlan, Frames

T = TypeVar("T", bound=np.generic)
CHUNK = 1 << 22  # samples of frames in memory at a time
FLAT = 1e-9  # a deviation up to this share of the largest magnitude is rounding


def cut(x: F64, f: Frames) -> F64:
    """Frames (… × frames × used) of windows of counts (… × samples), emphasised and tapered."""
    at = np.arange(f.count)[:, None] * f.hop + np.arange(f.used)
    now = x[..., at]
    if f.emphasis:
        before = np.where(at > 0, at - 1, 0)
        anew = (np.arange(f.count) % f.restart == 0)[:, None] & (np.arange(f.used) == 0)
        now = now - f.emphasis * x[..., np.where(anew, at, before)]
    return np.asarray(now * f.taper)


def powers(x: F64, pl: AudioPlan) -> F64:
    """Power of each bin (… × frames × fft/2 + 1) in the features' unit."""
    return powers_of(cut(x, pl.frames), pl)


def powers_of(frames: F64, pl: AudioPlan) -> F64:
    """The same of frames that are cut already."""
    spectrum = np.fft.rfft(frames, n=pl.frames.fft, axis=-1)
    return np.asarray((spectrum.real**2 + spectrum.imag**2) * pl.unit2)


def logs(power: F64, noise: F64 | float, pl: AudioPlan) -> F64:
    """log10 of powers, none below what the numerics allow."""
    return np.asarray(np.log10(np.maximum(power + noise, pl.least)))


def values(x: F64, pl: AudioPlan) -> F64:
    """Values of every frame (… × frames × values) of windows of counts, not yet normalised."""
    return values_of(powers(x, pl), pl)


def values_of(power: F64, pl: AudioPlan) -> F64:
    """The same of powers (… × frames × fft/2 + 1)."""
    first, end = pl.bins
    bands = power[..., first:end] if pl.mel is None else power @ pl.mel.matrix.T
    if pl.pcen is not None:
        out = equalised(bands + pl.noise, pl.pcen)
        return out if pl.cosines is None else np.asarray(out @ pl.cosines.T)
    level = logs(bands, pl.noise, pl)
    if pl.cosines is not None:
        out = (level * np.log(10)) @ pl.cosines.T
        if pl.energy:
            out[..., 0] = logs(power.sum(axis=-1), 0.0, pl) * np.log(10)
        return np.asarray(out)
    out = level * pl.gain + pl.base
    return np.clip(out, 0.0, 1.0) if pl.clip else out


def normalised(v: F64, width: int) -> F64:
    """Each coefficient less its mean over `width` frames around, then over its deviation there.

    Both windows are continued at the ends by reflection. A coefficient that does not vary gives 0.
    """
    d = v - around(v, width).mean(axis=-1)
    near = around(d, width)
    deviation = near.std(axis=-1)
    flat = deviation <= FLAT * np.max(np.abs(v), axis=-2, keepdims=True)
    return np.asarray(np.where(flat, 0.0, d / np.where(flat, 1.0, deviation)))


def around(v: npt.NDArray[T], width: int) -> npt.NDArray[T]:
    """(… × frames × values) → (… × frames × values × width): the neighbours of each frame."""
    n = v.shape[-2]
    at = np.mod(np.arange(n)[:, None] + np.arange(width) - width // 2, 2 * n)
    at = np.where(at < n, at, 2 * n - 1 - at)
    return np.moveaxis(v[..., at, :], -1, -2)


def reference(counts: F64, pl: AudioPlan) -> F64:
    """(… × samples) of counts → (… × features)."""
    rows = counts.reshape(-1, counts.shape[-1])
    step = max(1, CHUNK // max(1, pl.frames.count * pl.frames.fft))
    out = [_features(rows[i : i + step], pl) for i in range(0, max(1, len(rows)), step)]
    width = pl.frames.count * pl.values
    return np.concatenate(out).reshape(*counts.shape[:-1], width)


def _features(x: F64, pl: AudioPlan) -> F64:
    v = values(x, pl)
    if pl.norm:
        v = normalised(v, pl.norm)
    return v.reshape(len(x), -1)
