"""What the Python sides of the blocks share: source lists, scales, refusals."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.block import F64, Signal
from motekit.core.errors import InputError

SHOWN = 6  # names of channels that an error lists
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
            f"the window has {signal.length} sample{'s' * (signal.length != 1)} at "
            f"{signal.rate_hz:g} Hz and must have at least {least} for {why}",
            where=where,
            way_out=f"make the window at least {least / signal.rate_hz:g} s long",
        )


def rate_from(hz: float) -> str:
    """A least rate for people, rounded up so that it is enough."""
    return f"{math.ceil(100 * hz - 1e-9) / 100:g} Hz"


def named(signal: Signal) -> str:
    """How many channels there are and what they are called, for errors."""
    names = ", ".join(signal.channels[:SHOWN]) + (", …" if len(signal.channels) > SHOWN else "")
    many = len(signal.channels)
    return f"here {'is' if many == 1 else 'are'} {many}: {names}"


def require_one_channel(block: str, signal: Signal) -> None:
    """Raises InputError unless a block that takes one channel is fed one."""
    if len(signal.channels) != 1:
        raise InputError(
            f"{block} takes one channel, {named(signal)}", where=f"{block}.channels",
            way_out="give the block one of them, such as channels = [0]",
        )  # fmt: skip
