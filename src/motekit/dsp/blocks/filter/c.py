"""`filter` as C: what the generator prints for one use of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.core.block import CBlock, Signal
from motekit.dsp.common import require_fixed_input

from .design import recursive, sections, settle, taps
from .exact import fixed_plan, fixed_taps
from .params import Params

HEADERS = ("mk_filter.h", "mk_block.h", "mk_types.h", "mk_history.h", "mk_features.h")
SHARED = ("mk_filter_ring.h", "mk_count.h", "mk_svf.h")
CASCADE = {"float": ("mk_svf_f32.c",), "fixed": ("mk_svf_q.c", "mk_fix.h")}
SOURCES = {
    "float": (*HEADERS, *SHARED, "mk_filter_f32.c"),
    "fixed": (*HEADERS, *SHARED, "mk_filter_q.c"),
}


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant."""
    if arithmetic == "fixed":
        require_fixed_input(signal)
    channels, cascade = len(signal.channels), recursive(p)
    table: Any = 0
    places = up = 0
    if cascade and arithmetic == "float":
        table = np.array([k.row() for k in sections(signal.rate_hz, p)]).astype(np.float32)
    elif cascade:
        plan = fixed_plan(signal.rate_hz, signal.length, p)
        table, places, up = np.array(plan.rows, dtype=np.int32), plan.mix, plan.up
    elif p.kind != "median" and arithmetic == "float":
        table = np.array(taps(signal.rate_hz, p)).astype(np.float32)
    elif p.kind != "median":
        whole, up = fixed_taps(signal.rate_hz, p)
        table = np.array(whole, dtype=np.int32)
    if isinstance(table, np.ndarray):
        table = table.reshape(-1)
    size = len(sections(signal.rate_hz, p)) if cascade else p.taps
    fields: dict[str, Any] = {"table": table}
    if arithmetic == "float":
        fields["zoom"] = 2.0**p.finer
    fields |= {"channels": channels, "size": size, "settle": settle(signal, p)}
    fields |= {"keep_every": p.keep_every, "steady": int(p.start == "steady")}
    if arithmetic == "fixed":
        fields |= {"up": up, "mix": places}
    if p.kind == "median" or arithmetic == "fixed":
        fields["finer"] = p.finer
    elif "finer" not in fields:
        fields["finer"] = 0
    kind = "RECURSIVE" if cascade else "MEDIAN" if p.kind == "median" else "FIR"
    fields["kind"] = ("RECURSIVE", "FIR", "MEDIAN").index(kind)
    if cascade:
        data = channels * size * (16 if arithmetic == "fixed" else 8)
    else:
        data = channels * size * (2 if signal.sample == "int16" else 4)
    state = 8 + 4 * -(-data // 4)
    sources = (*SOURCES[arithmetic], *(CASCADE[arithmetic] if cascade else ()))
    return CBlock(sources, fields, state, 0, {f"MK_FILTER_{kind}": 1})
