"""What the Python sides of the blocks share: source lists, scales, refusals."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Signal
from motekit.core.errors import InputError

EPS = 2.0**-24  # largest relative error of one float32 rounding

HISTORY = ("mk_block.h", "mk_types.h", "mk_history.h", "mk_history.c", "mk_features.h")
FEATURES = {"float": ("mk_features_f32.c",), "fixed": ("mk_features_q.c",)}


def counts_to_units(signal: Signal, scale: float = 1.0) -> F64:
    """Units per count of each channel, times a block's own scale; shape (channels,)."""
    return np.asarray(signal.scale, dtype=np.float64) * scale


def require_fixed_input(signal: Signal) -> None:
    """Fixed-point variants read int16 counts. Raises InputError for float samples."""
    if signal.sample != "int16":
        raise InputError(
            "a core without FPU needs int16 samples",
            where="pipeline.sample",
            value=signal.sample,
            way_out="record raw counts with a scale, or choose a core with FPU",
        )


def require_samples(signal: Signal, least: int, why: str, where: str) -> None:
    """Raises InputError if the window holds fewer samples than `least`."""
    if signal.length < least:
        raise InputError(
            f"the window has {signal.length} samples, {why} needs at least {least}",
            where=where,
            way_out=f"make the window at least {least / signal.rate_hz:g} s long",
        )
