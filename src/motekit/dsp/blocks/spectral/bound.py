"""How far the C of `spectral` may be from the reference, for given windows.

The error of a filtered sample comes from noise.py; what follows is how it moves the features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp.common import EPS, counts_to_units
from motekit.dsp.errors import (
    LOG2_Q,
    LOG10F,
    ROUNDING,
    SIGMAS,
    crest,
    log_bound,
    shape_bounds,
    spread,
    summing,
)  # fmt: skip
from motekit.dsp.mixed import is_mixed, mixed
from motekit.dsp.moments import center

from . import wavelet_bound, wavelet_c
from .fixed_plan import fixed_plan
from .noise import fixed_noise, float_noise
from .params import EI, WAVELET, Params
from .plan import EI_ZERO, Plan, plan, told_statistics
from .reference import filtered, noise_power, powers
from .wavelet import NAMES

TAPER = 2.0**-15 / np.sqrt(3)  # standard deviation of a weight in 15 bits, generously
FFT_UNITS = 12.0  # error of mk_fft_power_q's amplitudes, in halves of its units


@dataclass(frozen=True)
class _Channel:
    """What the bounds of one channel start from.

    Args:
        d: filtered windows without mean, … × samples.
        sample: error of a filtered sample, alike in all of them at worst.
        each: error of a sample of the moments beside it: independent in float; in fixed point
            alike in samples that are alike.
        line: error of an amplitude |X|.
        fixed: whether in fixed point.
    """

    d: F64
    sample: F64
    each: F64
    line: F64
    fixed: bool


def _channel(x: F64, signal: Signal, p: Params, arithmetic: str, unit: float) -> _Channel:
    pl = plan(signal, p)
    y = filtered(x, signal, p)
    d = center(y, pl.constant)
    top = np.max(np.abs(x), axis=-1) * p.scale
    n = d.shape[-1]
    energy = np.sqrt(np.sum(d**2, axis=-1))
    if arithmetic == "float":
        largest = np.max(np.abs(y), axis=-1)
        sample = float_noise(signal, p) * top + 4 * EPS * largest
        if signal.sample != "int16":
            sample = sample + n * EPS * largest
        steps = np.log2(max(pl.fft, 2))
        line = sample * np.sqrt(n) + SIGMAS * ROUNDING * np.sqrt(4 * steps) * energy
        return _Channel(d, sample, 2 * EPS * largest, line, False)
    fp = fixed_plan(signal, p)
    one = fp.unit * unit
    peak = np.max(np.abs(d), axis=-1)
    units, share = fixed_noise(signal, p)
    sample = units * one + share * top
    coarse = np.maximum(peak * 2.0**-27, one * 2.0**-fp.most)
    taper: F64 | float = 0.0
    if np.any(pl.window != 1.0):  # what is left of the mean leaks into other bins, too
        taper = TAPER * SIGMAS * energy + one * float(np.sum(pl.window))
    units = 2 * FFT_UNITS / mixed(pl.fft).loss if is_mixed(pl.fft) else FFT_UNITS
    line = sample * np.sqrt(n) + units * pl.fft * coarse + taper
    return _Channel(d, sample, peak * 2.0**-14, line, True)


def _statistics(c: _Channel) -> list[F64]:
    sigma, _, k = spread(c.d)
    skewness, kurtosis = shape_bounds(c.d, c.each, c.sample + (c.each if c.fixed else 0.0))
    rms = c.sample + summing(c.d.shape[-1]) * sigma
    if c.fixed:
        coarse = 2.0**-14 * crest(c.d) ** 2
        rms = rms + c.each + 2.0**-14 * sigma
        skewness = skewness + coarse * (1 + k**0.5) + 2.0**-15
        kurtosis = kurtosis + 4 * coarse * (1 + k**0.5) + coarse**2 + 2.0**-13
    return [rms, skewness, kurtosis]


def _spectral_moments(power: F64, error: F64, fixed: bool, flat: bool) -> list[F64]:
    """flat: whether the C finds no power, either, where the reference finds none."""
    n = power.shape[-1]
    top = np.max(power, axis=-1)
    d = power - power.mean(axis=-1, keepdims=True)
    common = np.max(error, axis=-1) + 4 * EPS * top
    each = np.max(np.abs(d), axis=-1) * 2.0**-14 if fixed else 2 * EPS * top
    skewness, kurtosis = shape_bounds(d, each, common + (each if fixed else 0.0))
    if fixed:
        _, _, k = spread(d)
        coarse = 2.0**-14 * crest(d) ** 2
        skewness = skewness + coarse * (1 + k**0.5) + 2.0**-15
        kurtosis = kurtosis + 4 * coarse * (1 + k**0.5) + coarse**2 + 2.0**-13
    none = (top <= 1e-290) & flat
    most = (2 * np.sqrt(n), float(n + 4))
    limited = [np.minimum(b, m) for b, m in zip((skewness, kurtosis), most, strict=True)]
    return [np.where(none, 0.0, b) for b in limited]


def _bands(power: F64, error: F64, pl: Plan, p: Params, floor: float, fixed: bool) -> list[F64]:
    out = []
    for a, b in zip(pl.edges, pl.edges[1:], strict=False):
        mean = power[..., a:b].mean(axis=-1)
        wrong = error[..., a:b].mean(axis=-1) + (b - a + 4) * EPS * mean
        if not p.log:
            out.append(wrong)
            continue
        size = 1 + np.abs(np.log10(np.maximum(mean + floor, 1e-30)))
        own = LOG2_Q if fixed else LOG10F + 6 * EPS * (size + 8)
        either = np.where((mean == 0) & (wrong == 0), 0.0, log_bound(mean, wrong, floor))
        out.append(either + own)
    return out


def _wavelet(c: _Channel, signal: Signal, p: Params, index: int) -> list[F64]:
    """Of the wavelet form of one channel."""
    many = p.level + 1
    if not c.fixed:
        return wavelet_bound.bounds(c.d, p, c.sample + c.each, None, [0.0] * many, [0.0] * many)
    fp = fixed_plan(signal, p)
    lsb = wavelet_c.lsb(signal, p, plan(signal, p), fp, index)
    units = [lsb[i * len(NAMES) + NAMES.index("mean")] for i in range(many)]
    steps = [lsb[i * len(NAMES) + NAMES.index("variance")] for i in range(many)]
    peak = np.max(np.abs(c.d), axis=-1)
    one = fp.unit * float(counts_to_units(signal, p.scale)[index])
    worth = np.maximum(peak * 2.0**-27, one * 2.0**-fp.most)
    return wavelet_bound.bounds(c.d, p, c.sample + worth, worth, units, steps)


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """(… × samples × channels) in units → (… × features)."""
    pl = plan(signal, p)
    out: list[F64] = []
    for index, unit in enumerate(counts_to_units(signal, p.scale)):
        c = _channel(windows[..., index], signal, p, arithmetic, float(unit))
        if told_statistics(p):
            out += _statistics(c)
        if p.analysis == WAVELET:
            out += _wavelet(c, signal, p, index)
        if not pl.fft:
            continue
        power, scale = powers(c.d, pl, p), pl.power_scale()
        line = c.line[..., None]
        error = 2 * np.sqrt(power * scale) * line + scale * line**2
        if pl.moments:
            changed = bool(pl.decimators) or pl.butterworth is not None
            out += _spectral_moments(power, error, c.fixed, not (c.fixed and changed))
        noise = noise_power(signal, p, index) or EI_ZERO
        out += _bands(power, error, pl, p, 0.0 if p.numerics == EI else noise, c.fixed)
    return np.stack(out, axis=-1)
