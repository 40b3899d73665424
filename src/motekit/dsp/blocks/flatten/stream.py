"""Whether a use of `flatten` keeps its window."""

from __future__ import annotations

import math

from motekit.core.block import Signal

from .params import Params

CHUNK = 16  # samples that are taken in at a time
# Bytes of a channel's state: sums, moments, extremes, and the samples of a chunk.
ROW = {("float", "int16"): 72, ("float", "float32"): 108, ("fixed", "int16"): 92}


def state_bytes(signal: Signal, arithmetic: str) -> int:
    """Of a window that is not kept: a counter, and a row for each channel."""
    return 4 + len(signal.channels) * ROW[arithmetic, signal.sample]


def streams(signal: Signal, p: Params, arithmetic: str) -> bool:
    """Whether samples are taken as they come: where that takes at most half the window's memory,
    for it takes about twice the cycles.

    Crossings of the mean and correlations want to know the mean before they see a sample,
    percentiles want all samples in order.
    """
    if signal.kept or p.crossings or p.correlation or p.percentiles:
        return False
    if (arithmetic, signal.sample) not in ROW:
        return False
    overlap = math.ceil(signal.length / signal.stride)
    ring = signal.length * len(signal.channels) * (2 if signal.sample == "int16" else 4)
    return 2 * overlap * state_bytes(signal, arithmetic) <= ring
