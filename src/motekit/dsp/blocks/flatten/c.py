"""`flatten` as C: what the generator prints for one use of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from motekit.core.block import CBlock, Signal
from motekit.dsp import exact
from motekit.dsp.common import FEATURES, HISTORY, counts_to_units, require_fixed_input

from .fixed import POINT, area_plan
from .params import Params
from .reference import NAMES, ranks, wanted
from .stream import state_bytes, streams

HEADERS = ("mk_flatten.h", "mk_moments.h", "mk_wide.h")
ORDER = ("mk_sort.h", "mk_sort.c")
MOMENTS = ("mk_tune.h", "mk_moments_arm.inc", "mk_moments_f32.c")
SOURCES = {
    "float": (*HEADERS, "mk_flatten_f32.c", *MOMENTS),
    "fixed": (*HEADERS, "mk_flatten_q.c", "mk_moments_q.c", "mk_wide.c", "mk_fix.h"),
}
WHOLE = {"float": ("mk_flatten_whole_f32.inc",), "fixed": ("mk_flatten_whole_q.inc",)}
STREAM = {
    "float": ("mk_flatten_stream_f32.inc", "mk_central.h", "mk_central_f32.c"),
    "fixed": ("mk_flatten_stream_q.inc", "mk_exact.h", "mk_exact_q.c"),
}
SCRATCH = {"float": 8, "fixed": 24}  # bytes per channel, where channels are correlated


def mask(p: Params) -> int:
    """Bits of mk_flatten_params.wanted."""
    bits = sum(1 << i for i, name in enumerate(NAMES) if getattr(p, name))
    bits |= 1 << len(NAMES) if p.correlation else 0
    return bits | (2 << len(NAMES) if p.magnitude_area else 0)


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant."""
    defines: dict[str, int] = {}
    fields: dict[str, Any] = {"channels": len(signal.channels), "wanted": mask(p)}
    if arithmetic == "float":
        fields["scale"] = counts_to_units(signal, p.scale).astype(np.float32)
    if arithmetic == "float":
        defines["MK_ROUGH_MEAN"] = 1
        if signal.sample != "int16":
            defines["MK_ROUGHER_MEAN"] = 1
    if p.crossings or p.activity or p.zero_crossings:
        defines["MK_FLATTEN_STEPS"] = 1
        if arithmetic == "float":
            fields["per_second"] = signal.rate_hz / (signal.length - 1)
    scratch = 0
    if p.energy:
        defines["MK_FLATTEN_ENERGY"] = 1
    if p.percentiles:
        defines["MK_FLATTEN_RANKS"] = 1
        at = ranks(signal.length, p)
        fields["ranks"] = np.array([i for i, _ in at], dtype=np.uint16)
        parts = np.array([part for _, part in at])
        whole = np.round(parts * 2**POINT).astype(np.uint16)
        fields["parts"] = whole if arithmetic == "fixed" else parts.astype(np.float32)
        fields["count"] = len(at)
        scratch = 4 * math.ceil((2 if signal.sample == "int16" else 4) * signal.length / 4)
    if p.magnitude_area:
        defines["MK_FLATTEN_AREA"] = 1
        if arithmetic == "fixed":
            weights, down = area_plan(signal, p.scale)
            fields["weights"], fields["down"] = np.array(weights, dtype=np.uint16), down
    if p.correlation:
        defines["MK_FLATTEN_CORRELATION"] = 1
        scratch += SCRATCH[arithmetic] * len(signal.channels)
    order = ORDER if p.percentiles else ORDER[:1]
    flows = streams(signal, p, arithmetic)
    sources = (*SOURCES[arithmetic], *order, *(STREAM if flows else WHOLE)[arithmetic])
    sources += (*HISTORY, *FEATURES[arithmetic])
    defines["MK_FLATTEN_STREAM" if flows else "MK_FLATTEN_WHOLE"] = 1
    state = state_bytes(signal, arithmetic) if flows else 0
    if flows:
        fields["length"] = signal.length
        if arithmetic == "fixed":
            fields["bits"] = exact.bits(signal.length)
    words: tuple[float, ...] = ()
    if arithmetic == "fixed":
        require_fixed_input(signal)
        words = lsb(signal, p)
    return CBlock(sources, fields, state, scratch, defines, words, history=not flows)


def lsb(signal: Signal, p: Params) -> tuple[float, ...]:
    """Worth of one integer of each fixed-point feature."""
    steps = signal.length - 1
    out: list[float] = []
    for scale in counts_to_units(signal, p.scale):
        special = {
            "skewness": 2.0**-16,
            "kurtosis": 2.0**-14,
            "crossings": signal.rate_hz / steps,
            "activity": 2 * float(scale) / steps,
            "zero_crossings": signal.rate_hz / steps,
            "energy": float(scale) ** 2,
        }
        level = float(scale) * 2.0**-POINT
        out += [special.get(name, level) for name in wanted(p)] + [level] * len(p.percentiles)
    channels = len(signal.channels)
    pairs = channels * (channels - 1) // 2 if p.correlation else 0
    out += [2.0**-30] * pairs
    if p.magnitude_area:
        coarsest = float(counts_to_units(signal, p.scale).max())
        out.append(coarsest * 2.0 ** (area_plan(signal, p.scale)[1] - POINT))
    return tuple(out)
