"""`flatten` as C: what the generator prints for one use of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.core.block import F64, CBlock, Signal
from motekit.dsp.common import EPS, FEATURES, HISTORY, counts_to_units

from .params import Params
from .reference import NAMES, WITHOUT_UNIT, wanted

SOURCES = ("mk_flatten.h", "mk_flatten_f32.c", "mk_moments.h", "mk_moments_f32.c")


def mask(p: Params) -> int:
    """Bits of mk_flatten_params.wanted."""
    bits = sum(1 << i for i, name in enumerate(NAMES) if getattr(p, name))
    return bits | (1 << len(NAMES) if p.correlation else 0)


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant."""
    defines: dict[str, int] = {}
    fields: dict[str, Any] = {"channels": len(signal.channels), "wanted": mask(p)}
    fields["scale"] = counts_to_units(signal, p.scale).astype(np.float32)
    if p.crossings or p.activity:
        defines["MK_FLATTEN_STEPS"] = 1
        fields["per_second"] = signal.rate_hz / (signal.length - 1)
    if p.correlation:
        defines["MK_FLATTEN_CORRELATION"] = 1
    return CBlock((*SOURCES, *HISTORY, *FEATURES[arithmetic]), fields, 0, 0, defines)


def bound(signal: Signal, p: Params, arithmetic: str, full_scale: float) -> F64:
    """Levels within a few roundings of full scale; shapes by the window's length."""
    level = 8 * EPS * full_scale * p.scale
    one = [1e-4 if name in WITHOUT_UNIT else level for name in wanted(p)]
    channels = len(signal.channels)
    pairs = channels * (channels - 1) // 2 if p.correlation else 0
    return np.array(one * channels + [1e-5] * pairs)
