"""The meaning of `bands`, in float64: Butterworth band-passes, and the mean square behind each."""

from __future__ import annotations

import numpy as np
from scipy import signal as sp

from motekit.core.block import F64, Feature, Signal

from .params import Params


def bands(p: Params) -> list[tuple[float, float]]:
    """Lower and upper edge of each band, in Hz."""
    return list(zip(p.edges_hz, p.edges_hz[1:], strict=False))


def sides(ratio: str, p: Params) -> tuple[int, int] | None:
    """The bands above and below the stroke, as bits; None for what is no ratio of bands."""
    halves = [half.split("+") for half in ratio.split("/")]
    known = {name: i for i, name in enumerate(p.names)}
    if len(halves) != 2 or not all(name.strip() in known for half in halves for name in half):
        return None
    above, below = (sum({1 << known[n.strip()] for n in half}) for half in halves)
    return above, below


def settle(signal: Signal, p: Params) -> int:
    """Frames at the start of the window that do not count."""
    return round(p.settle_s * signal.rate_hz)


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    out: list[Feature] = []
    for channel, unit in zip(signal.channels, signal.units, strict=True):
        if p.power:
            out += [Feature(f"{channel}.{name}", f"log10 {unit}²") for name in p.names]
        if p.relative:
            out += [Feature(f"{channel}.{name}.share") for name in p.names]
        out += [Feature(f"{channel}.{ratio.replace(' ', '')}", "log10") for ratio in p.ratios]
    return tuple(out)


def powers(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) → (… × channels × bands), square units."""
    out = []
    first = settle(signal, p)
    for edges in bands(p):
        sos = sp.butter(p.order, edges, btype="bandpass", fs=signal.rate_hz, output="sos")
        zi = sp.sosfilt_zi(sos).reshape(len(sos), *[1] * (x.ndim - 2), 2, 1)
        y, _ = sp.sosfilt(sos, x, axis=-2, zi=zi * x[None, ..., :1, :])
        out.append(np.mean(np.asarray(y)[..., first:, :] ** 2, axis=-2))
    return np.stack(out, axis=-1)


def part(power: F64, bits: int) -> F64:
    """Power of several bands together."""
    chosen = [i for i in range(power.shape[-1]) if bits >> i & 1]
    return np.asarray(power[..., chosen].sum(axis=-1, keepdims=True))


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) in units → (… × features)."""
    power = powers(x, signal, p)
    out: list[F64] = []
    if p.power:
        out.append(np.log10(power + p.floor))
    if p.relative:
        out.append(power / (power.sum(axis=-1, keepdims=True) + p.floor))
    for ratio in p.ratios:
        above, below = sides(ratio, p) or (0, 0)
        out.append(np.log10((part(power, above) + p.floor) / (part(power, below) + p.floor)))
    each = np.concatenate(out, axis=-1)
    return each.reshape(*x.shape[:-2], -1)
