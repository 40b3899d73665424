"""How many frames come in while a program is busy: what the ring of samples must hold besides.

A frame that arrives while a window is computed waits in the ring; if the ring is full it is lost.
How long a program is busy comes from its emulated run, how fast frames come from the signal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from motekit import targets
from motekit.core.block import Signal
from motekit.core.pipeline import MOST_FRAMES, PipelineSpec
from motekit.core.target import BoardSpec

from .bill import Bill
from .emulate import EmulatedProgram

MARGIN = 1.25  # for interrupts, and windows that take longer than the ones that ran
FINE = 2000  # strides up to so many frames are timed frame by frame
TOGETHER = 8  # frames of longer ones that are timed together


def costs(
    spec: PipelineSpec, program: EmulatedProgram, windows: npt.NDArray[np.generic], together: int
) -> list[int]:
    """Cycles of each `together` frames of one stride, after a first window has gone through."""
    length, stride = spec.signal.length, spec.signal.stride
    frames = length + stride
    pieces = np.concatenate(list(windows[: -(-frames // length)]))
    stream = np.resize(pieces, (frames, pieces.shape[1]))
    return program.pieces(stream[:length], stream[length:], together)


def waiting(costs: Sequence[int], together: int, frame_cycles: float) -> int:
    """The most frames that wait at once, the one in work included.

    Args:
        costs: cycles of each `together` frames in a row; which of them takes how much is not known.
        frame_cycles: cycles of the clock from frame to frame.
    """
    free = 0.0  # when the program is done with what came before, in cycles since the start
    most = 1
    for i, cost in enumerate(costs):
        first, arrived = i * together, (i + 1) * together
        behind = free > arrived * frame_cycles
        free = max(free, arrived * frame_cycles) + cost
        # What is in work is the last of them, unless they waited already.
        waits = math.floor(free / frame_cycles)
        most = max(most, waits - (first if behind else arrived - 1))
    return most


def slowest(spec: PipelineSpec, boards: Sequence[BoardSpec]) -> float:
    """Cycles from frame to frame, in zero-wait-state cycles, on the board that has the fewest."""
    return min(b.clock_hz / b.wait_state_factor[2] for b in boards) / spec.signal.rate_hz


def told(bill: Bill, signal: Signal) -> str:
    """The room of the ring, in words."""
    return (
        f"{bill.slack_frames:,} frames ({bill.slack_frames / signal.rate_hz * 1e3:,.0f} ms) may "
        "come in while a window is computed"
    )


def with_room(
    spec: PipelineSpec,
    program: EmulatedProgram,
    windows: npt.NDArray[np.generic],
    core: str,
    board: str = "",
) -> PipelineSpec:
    """The pipeline with a ring in which no frame is lost while a window is computed.

    Args:
        program: built with any slack; its cycles do not depend on it.
        board: whose clock counts; if "" the slowest known one with this core.

    Where a board is too slow for the stream at all, no ring helps, and nothing is changed.
    """
    names = [board] if board and targets.board(board).core == core else targets.boards(core)
    known = [targets.board(name) for name in names]
    if not known or not len(windows):
        return spec
    frame_cycles = slowest(spec, known)
    together = 1 if spec.signal.stride <= FINE else TOGETHER
    found = costs(spec, program, windows, together)
    if sum(found) >= frame_cycles * spec.signal.stride:
        return spec
    needed = 1 + math.ceil((waiting(found, together, frame_cycles) - 1) * MARGIN)
    return replace(spec, slack=min(max(spec.slack, needed), MOST_FRAMES - spec.signal.length))
