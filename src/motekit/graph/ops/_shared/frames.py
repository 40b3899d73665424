"""How ops move along time (`OpSpec.time`): what a program that goes on frame by frame needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from motekit.core.graph import Graph, Op
from motekit.core.op import Reach

from . import types, windows

Axes = Sequence[int | None]
Time = Callable[[Op, Graph, Axes], Reach | str]
ROW = "it puts the values of all frames into one row"
MIXED = "its inputs do not all move along one axis"


def each(op: Op, axis: int) -> Reach:
    """Every output frame comes from the input frame of the same number."""
    return Reach(axis, 1, 1, 0, lambda frames: op)


def pointwise(op: Op, graph: Graph, axes: Axes) -> Reach | str:
    """For ops that treat every element alone, broadcasting included."""
    shapes = [() if name is None else graph.type(name).shape for name in op.inputs]
    backs = {len(s) - a for s, a in zip(shapes, axes, strict=True) if a is not None}
    if len(backs) != 1:
        return MIXED
    (back,) = backs
    for shape, axis in zip(shapes, axes, strict=True):
        if axis is None and len(shape) >= back and shape[-back] != 1:
            return "an input that stays differs from frame to frame"
    return each(op, len(graph.type(op.outputs[0]).shape) - back)


def window(geometry: Callable[[Op, Graph], windows.Window]) -> Time:
    """For ops whose window slides over the height and width of NHWC."""

    def time(op: Op, graph: Graph, axes: Axes) -> Reach | str:
        axis = axes[0]
        if axis == 0 and all(a is None for a in axes[1:]):
            return each(op, 0)
        if axis not in (1, 2) or any(a is not None for a in axes[1:]):
            return "its window does not slide along time"
        w = geometry(op, graph)
        before, after = w.padding[2 * axis - 2 : 2 * axis]
        if before or after:
            return (
                f"it pads the window with {before} frames before and {after} behind, so what it "
                "makes of a frame changes as the frame moves"
            )
        size = (w.size[axis - 1] - 1) * w.dilation[axis - 1] + 1
        return Reach(axis, size, w.stride[axis - 1], 0, lambda frames: op)

    return time


def kept_axis(mixes: Callable[[Op, Graph], int]) -> Time:
    """For ops that mix the elements of one axis and no others."""

    def time(op: Op, graph: Graph, axes: Axes) -> Reach | str:
        if len(set(axes)) != 1:
            return MIXED
        if axes[0] == mixes(op, graph):
            return "it works along time"
        return each(op, int(str(axes[0])))

    return time


def reshaped(op: Op, graph: Graph, axes: Axes) -> Reach | str:
    """For the same values in another shape: whole frames may join to longer ones.

    Frames must lie one after the other, so that all axes before that of time are 1.
    """
    before, after = types.operand(op, graph).shape, graph.type(op.outputs[0]).shape
    axis = int(str(axes[0]))
    if math.prod(before[:axis]) != 1:
        return "time is not its outermost axis"
    found = next((i for i, n in enumerate(after) if n > 1), 0)
    old, new = math.prod(before[axis + 1 :]), math.prod(after[found + 1 :])
    if old == 0 or new % old:
        return ROW
    joined = new // old

    def piece(frames: int) -> Op:
        shape = (*after[:found], frames, *after[found + 1 :])
        return replace(op, attrs={**op.attrs, "shape": shape})

    return Reach(found, joined, joined, 0, piece)
