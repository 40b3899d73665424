"""How much a signal moves over given spans of time: a first-order structure function.

Feature k of a channel is log10(mean over t of |x[t] − x[t − k]| + floor). Short lags see fast
movement, long ones slow movement: much the same as log band powers, for one subtraction, one
absolute value and one addition per sample and lag, exact in integers, with no FFT and no filter.
Source: the structure function of order one (Kolmogorov 1941), as used for roughness of signals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Block, CBlock, Feature, Signal
from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.dsp import wide
from motekit.dsp.common import (
    EPS,
    FEATURES,
    HISTORY,
    counts_to_units,
    require_fixed_input,
    require_samples,
)
from motekit.dsp.errors import LOG10F

MOST_SAMPLES = 65535  # a sum of differences of int16 samples must fit 32 bits
CHUNK = 16  # samples that are added up at a time
Q16 = 65536
PLACES = 16
LOG_ERROR = 1e-5  # stated error of either logarithm, in decades


@dataclass(frozen=True)
class Params:
    """Parameters of `lags`."""

    lags: tuple[int, ...] = param(
        (1, 2, 4, 8, 16, 32), "spans to look back", unit="samples", minimum=1, maximum=32767
    )
    floor: float = param(
        0.01, "added to the mean before the logarithm, so that stillness stays finite",
        unit="units of the signal", minimum=1e-9, maximum=1e9,
    )  # fmt: skip


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    if not p.lags:
        raise InputError(
            "there are no features: no lag is given",
            where="lags.lags",
            way_out="such as lags = [1, 4, 16]",
        )
    if len(set(p.lags)) != len(p.lags):
        raise InputError(
            "a lag is given twice", where="lags.lags", value=p.lags, way_out="give each once"
        )
    require_samples(signal, max(p.lags) + 1, f"a lag of {max(p.lags)}", "lags.lags")
    if signal.length > MOST_SAMPLES:
        raise InputError(
            f"the window has {signal.length} samples, lags takes at most {MOST_SAMPLES}",
            where="lags",
            way_out=f"make the window at most {MOST_SAMPLES / signal.rate_hz:g} s long",
        )


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    return tuple(
        Feature(f"{name}.lag{k}", f"log10 {unit}")
        for name, unit in zip(signal.channels, signal.units, strict=True)
        for k in p.lags
    )


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) → (… × channels·lags)."""
    means = [np.abs(x[..., k:, :] - x[..., :-k, :]).mean(axis=-2) for k in p.lags]
    out = np.log10(np.stack(means, axis=-1) + p.floor)
    return np.asarray(out.reshape(*x.shape[:-2], x.shape[-1] * len(p.lags)))


def _exact_floors(signal: Signal, p: Params) -> F64:
    """The floor as a sum of counts, (channels, lags)."""
    terms = signal.length - np.array(p.lags)
    return np.asarray(p.floor * terms[None, :] / counts_to_units(signal)[:, None])


def _places(signal: Signal, p: Params) -> int:
    """Binary places of the floors, as many as 31 bits hold."""
    return int(np.clip(30 - math.ceil(math.log2(_exact_floors(signal, p).max())), 0, PLACES))


def _floors(signal: Signal, p: Params) -> npt.NDArray[np.int64]:
    """In 2^-places ths of a count; at least 1, so that there is a logarithm."""
    exact = _exact_floors(signal, p) * 2.0 ** _places(signal, p)
    return np.clip(np.rint(exact), 1, 2**31 - 1).astype(np.int64)


def _offsets(signal: Signal, p: Params) -> npt.NDArray[np.int64]:
    """log2(scale / terms) in 2^-16ths, (channels, lags)."""
    terms = signal.length - np.array(p.lags)
    exact = np.log2(counts_to_units(signal)[:, None] / terms[None, :]) * Q16
    return np.asarray(np.rint(exact).astype(np.int64))


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    wide_x = x.astype(np.int64)
    sums = [np.abs(wide_x[..., k:, :] - wide_x[..., :-k, :]).sum(axis=-2) for k in p.lags]
    places = _places(signal, p)
    total = (np.stack(sums, axis=-1) << places) + _floors(signal, p)
    logs = wide.log2(wide.wide(total.astype(np.uint64), -places)) + _offsets(signal, p)
    return logs.astype(np.int32).reshape(*x.shape[:-2], x.shape[-1] * len(p.lags))


def _sizes(signal: Signal, p: Params) -> tuple[int, int, bool]:
    """(bytes of state, bytes of scratch, whether the window is not kept).

    It is not where that takes at most half the memory: it takes half as many cycles again.

    Sums as samples come want the samples that the longest lag looks back; windows that overlap
    have a state each. Otherwise scratch holds one channel of the window.
    """
    size, channels = 2 if signal.sample == "int16" else 4, len(signal.channels)
    row = len(p.lags) + math.ceil(size * (max(p.lags) + CHUNK) / 4)
    state, scratch = 4 + 4 * channels * row, 4 * math.ceil(size * signal.length / 4)
    ring = size * signal.length * channels
    flowing = math.ceil(signal.length / signal.stride) * state
    if not signal.kept and 2 * flowing <= ring + scratch:
        return state, 0, True
    return 0, scratch, False


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant."""
    lags = np.array(p.lags, dtype=np.uint16)
    fields: dict[str, Any] = {"lags": lags, "channels": len(signal.channels), "count": len(lags)}
    state, scratch, streams = _sizes(signal, p)
    words: tuple[float, ...] = ()
    if arithmetic == "float":
        fields["scale"] = counts_to_units(signal).astype(np.float32)
        fields["floor"] = float(p.floor)
        own: tuple[str, ...] = ("mk_lags_f32.c", "mk_log.h", "mk_log_f32.c")
    else:
        require_fixed_input(signal)
        fields["floors"] = _floors(signal, p).astype(np.int32).reshape(-1)
        fields["offsets"] = _offsets(signal, p).astype(np.int32).reshape(-1)
        fields["places"] = _places(signal, p)
        own = ("mk_lags_q.c", "mk_wide.h", "mk_wide.c", "mk_fix.h")
        words = (math.log10(2) / Q16,) * (len(signal.channels) * len(lags))
    if streams:
        fields |= {"longest": max(p.lags), "length": signal.length}
    sources = ("mk_lags.h", "mk_lags.c", *own, *HISTORY, *FEATURES[arithmetic])
    defines = {"MK_LAGS_STREAM" if streams else "MK_LAGS_WHOLE": 1}
    return CBlock(sources, fields, state, scratch, defines, words, history=not streams)


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """The logarithm's error, and that of its argument relative to the floor."""
    n = len(signal.channels) * len(p.lags)
    shape = (*windows.shape[:-2], n)
    if arithmetic == "fixed":
        terms = signal.length - max(p.lags)
        half = 2.0 ** -(_places(signal, p) + 1)  # or all of a floor that is less
        rounding = half * max(counts_to_units(signal)) / (p.floor * terms)
        return np.full(shape, LOG_ERROR + (2**-15 + rounding) / math.log(10))
    top = np.max(np.abs(windows), axis=(-1, -2))[..., None] + np.zeros(shape)
    roundings = 6 if signal.sample == "int16" else signal.length + 6
    relative = roundings * EPS * (1.0 if signal.sample == "int16" else 1.0 + top / p.floor)
    scale = 1.0 + abs(math.log10(p.floor)) + np.log10(1.0 + 2.0 * top)
    return np.asarray(relative / math.log(10) + 4 * EPS * scale + LOG10F)


BLOCK = Block(
    name="lags",
    summary="How much each channel moves over given spans of time",
    params=Params,
    check=check,
    features=features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=True,
    package=__name__,
    restarts=True,
)
