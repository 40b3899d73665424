"""The meaning of `spectral`, in float64."""

from __future__ import annotations

import numpy as np
from scipy import signal as scipy_signal

from motekit.core.block import F64, Feature, Signal
from motekit.dsp.moments import center, shape

from . import wavelet
from .params import EI, WAVELET, Params
from .plan import EI_ZERO, Plan, Sections, plan, told_statistics


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    """Names and units: per channel RMS, skewness, kurtosis, spectral moments, powers."""
    pl = plan(signal, p)
    out = []
    for name, unit in zip(signal.channels, signal.units, strict=True):
        if told_statistics(p):
            out += [Feature(f"{name}.rms", unit), *_named(name, "skewness", "kurtosis")]
        if p.analysis == WAVELET:
            out += wavelet.features(name, unit, p)
        if pl.moments:
            out += _named(name, "spectral_skewness", "spectral_kurtosis")
        unit2 = f"log10({unit}^2)" if p.log else f"{unit}^2"
        out += [Feature(f"{name}.power_{low:.4g}-{high:.4g}Hz", unit2) for low, high in _spans(pl)]
    return tuple(out)


def _named(channel: str, *names: str) -> list[Feature]:
    return [Feature(f"{channel}.{name}") for name in names]


def _spans(pl: Plan) -> list[tuple[float, float]]:
    """Lower and upper edge of each band in Hz; bin k reaches from k − ½ to k + ½."""
    width = pl.rate_hz / max(1, pl.fft)
    return [
        ((a - 0.5) * width, (b - 0.5) * width) for a, b in zip(pl.edges, pl.edges[1:], strict=False)
    ]


def filtered(x: F64, signal: Signal, p: Params) -> F64:
    """Windows (… × samples) of one channel, scaled, decimated and filtered; mean still in."""
    pl = plan(signal, p)
    y = x * p.scale
    for ratio, sections in pl.decimators:
        y = _run(sections, y)[..., ::ratio]
    return y if pl.butterworth is None else _run(pl.butterworth, y)


def _run(sections: Sections, x: F64) -> F64:
    zi = None
    if sections.rest is not None:
        rest = sections.rest.reshape(len(sections.rest), *(1,) * (x.ndim - 1), 2)
        zi = rest * x[None, ..., :1]
    out = scipy_signal.sosfilt(sections.sos(), x, axis=-1, zi=zi)
    return np.asarray(out if zi is None else out[0])


def powers(y: F64, pl: Plan, p: Params) -> F64:
    """Power of bins 0 … fft/2 of windows (… × samples) without mean, frames combined."""
    n = pl.fft
    padded = np.zeros((*y.shape[:-1], pl.frames[-1] + n))
    padded[..., : y.shape[-1]] = y
    best: F64 | None = None
    for start in pl.frames:
        frame = padded[..., start : start + n] * pl.window
        power = np.abs(np.fft.rfft(frame, axis=-1)) ** 2 * pl.power_scale()
        if best is None:
            best = power
        else:
            best = np.maximum(best, power) if p.combine == "max" else best + power
    assert best is not None
    return best if p.combine == "max" else best / len(pl.frames)


def noise_power(signal: Signal, p: Params, channel: int) -> float:
    """Power of the quantization noise of one count, LSB²/12, in unit²; 0 for float samples."""
    lsb = signal.scale[channel] * p.scale if signal.sample == "int16" else 0.0
    return lsb * lsb / 12


def _band_features(power: F64, pl: Plan, p: Params, noise: float) -> list[F64]:
    out = []
    for a, b in zip(pl.edges, pl.edges[1:], strict=False):
        band = power[..., a:b].mean(axis=-1)
        if p.log and p.numerics == EI:
            band = np.log10(np.where(band == 0, EI_ZERO, band))
        elif p.log:
            band = np.log10(band + max(noise, EI_ZERO if noise == 0 else 0.0))
        out.append(band)
    return out


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) in units → (… × features)."""
    pl = plan(signal, p)
    out: list[F64] = []
    for channel in range(x.shape[-1]):
        y = filtered(x[..., channel], signal, p)
        if told_statistics(p):
            variance, skewness, kurtosis = shape(y, pl.constant)
            out += [np.sqrt(variance), skewness, kurtosis]
        if p.analysis == WAVELET:
            out += wavelet.reference(center(y, pl.constant), p, pl.constant)
        if pl.fft:
            power = powers(center(y, pl.constant), pl, p)
            if pl.moments:
                out += list(shape(power)[1:])
            out += _band_features(power, pl, p, noise_power(signal, p, channel))
    return np.stack(out, axis=-1)
