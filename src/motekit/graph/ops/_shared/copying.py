"""How ops that only move data print themselves: all are one strided copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec

from . import emit as shared
from . import walks

LOOPS = 5  # of mk_copy


@dataclass(frozen=True)
class Copy:
    """A copy of `shape` elements; strides and starts in elements.

    Args:
        fill: value of the bytes of the output's other elements, or None if there are none.
    """

    shape: Sequence[int]
    in_strides: walks.Strides
    out_strides: walks.Strides
    in_start: int = 0
    out_start: int = 0
    fill: int | None = None


Describe = Callable[[Op, Graph], Copy]


def _walk(op: Op, graph: Graph, describe: Describe) -> tuple[Copy, int, walks.Walk | None]:
    """(the copy, bytes of a run, its loops in bytes). A dense last loop becomes the run."""
    copy = describe(op, graph)
    size = np.dtype(graph.type(op.outputs[0]).dtype).itemsize
    walk = walks.walk(copy.shape, [copy.in_strides, copy.out_strides])
    counts, (ins, outs) = walk.counts, walk.strides
    run = 1
    if ins[-1] == outs[-1] == 1 and counts[-1] * size <= shared.MAX_U16:
        run = counts[-1]
        counts, ins, outs = counts[:-1], ins[:-1], outs[:-1]
    in_bytes, out_bytes = (tuple(s * size for s in strides) for strides in (ins, outs))
    return copy, run * size, walks.Walk(counts, (in_bytes, out_bytes)).padded(LOOPS)


def copy_kernel(describe: Describe) -> Kernel:
    """The kernel of an op from the function that describes its copy."""

    def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
        return None if _walk(op, graph, describe)[2] else f"it needs more than {LOOPS} loops"

    def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
        return Cost(8 * graph.type(op.outputs[0]).nbytes, flash_bytes=76, ram_bytes=0)

    def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
        copy, run, walk = _walk(op, graph, describe)
        assert walk is not None
        out = graph.type(op.outputs[0])
        size = np.dtype(out.dtype).itemsize
        return Emitted(
            sources=((shared.HERE, "mk_copy.h"), (shared.HERE, "mk_copy.c"), shared.RUN),
            constants=(),
            struct="mk_copy_params",
            fields={
                "count": np.array(walk.counts, np.int32),
                "in_stride": np.array(walk.strides[0], np.int32),
                "out_stride": np.array(walk.strides[1], np.int32),
                "in_start": copy.in_start * size,
                "out_start": copy.out_start * size,
                "fill_bytes": 0 if copy.fill is None else out.nbytes,
                "run": run,
                "fill": copy.fill or 0,
            },
            call="mk_copy({params}, {in0}, {out0})",
            stack_bytes=120,
        )

    return Kernel("portable", "C99, one strided copy", applies, cost, emit, code_bytes=314)
