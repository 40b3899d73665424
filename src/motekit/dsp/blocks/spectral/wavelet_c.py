"""The wavelet form as C: filters, lengths, and what its fixed-point features are worth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp.common import counts_to_units

from .filters import filters
from .fixed_plan import FixedPlan
from .params import Params
from .plan import Plan
from .wavelet import NAMES, lengths, levels

SOURCES = ("mk_spectral_wavelet.h", "mk_spectral_wavelet.inc")
DEFINES = {"MK_SPECTRAL_WAVELET": 1}
ROUGH = {"MK_ROUGH_MEAN": 1, "MK_ROUGHER_MEAN": 1}  # means of components are not exact
ENTROPY_LSB = math.log(2) / 65536


def halvings(p: Params) -> int:
    """By so many powers of two a level is scaled down, so that no value grows."""
    return max(0, math.ceil(math.log2(max(float(np.abs(h).sum()) for h in filters(p.wavelet)))))


def taps_q(p: Params) -> tuple[F64, F64]:
    """The filters in 2^-31sts, scaled down."""
    low, high = (np.round(h * 2.0 ** (31 - halvings(p))) for h in filters(p.wavelet))
    return low, high


def variance_point(fp: FixedPlan) -> int:
    """A variance is one in 2^this squares of a filtered sample's unit: so it fits 31 bits."""
    return 2 * fp.top + 1 - 31


def fields(p: Params, fp: FixedPlan | None) -> dict[str, Any]:
    """Fields of the C struct."""
    low, high = filters(p.wavelet) if fp is None else taps_q(p)
    number = np.float32 if fp is None else np.int32
    out = {
        "taps": len(low), "levels": p.level, "low": low[::-1].astype(number),
        "high": high[::-1].astype(number),
    }  # fmt: skip
    return out if fp is None else out | {"variance_point": variance_point(fp)}


def scratch_words(pl: Plan, p: Params) -> int:
    """The window, mirrored at both ends."""
    return pl.length + (2 * len(filters(p.wavelet)[0]) - 3 if p.level else 0)


def lsb(signal: Signal, p: Params, pl: Plan, fp: FixedPlan, channel: int) -> tuple[float, ...]:
    """Worth of one integer of each feature of a channel."""
    out: list[float] = []
    for n, level in zip(lengths(pl, p), levels(p), strict=True):
        scale = float(counts_to_units(signal, p.scale)[channel])
        unit = fp.unit * scale * 2.0 ** (halvings(p) * level)
        special = {
            "entropy": ENTROPY_LSB, "zero_crossings": 1 / n, "mean_crossings": 1 / n,
            "variance": unit**2 * 2.0 ** variance_point(fp), "skewness": 2.0**-16,
            "kurtosis": 2.0**-14,
        }  # fmt: skip
        out += [special.get(name, unit) for name in NAMES]
    return tuple(out)
