"""The kernel of every elementwise int8 op: a table of 256 bytes."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec

from . import emit as shared
from . import types, unary


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return Cost(8 * graph.type(op.outputs[0]).size, flash_bytes=264, ram_bytes=0)


def in_place(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """Input and output may be one."""
    return {(0, 0): 0}


def lookup_kernel(table: unary.Tabulate) -> Kernel:
    """The kernel of an op from the function that makes its table."""

    def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
        return Emitted(
            sources=((shared.HERE, "mk_lookup.h"), (shared.HERE, "mk_lookup.c")),
            constants=(Constant("table", "int8_t", table(op, graph).reshape(16, 16)),),
            struct="mk_lookup_params",
            fields={"table": "table", "size": graph.type(op.outputs[0]).size},
            call="mk_lookup({params}, {in0}, {out0})",
            stack_bytes=32,
        )

    return Kernel(
        "lookup", "a table of 256 bytes", types.only("int8", applies), cost, emit, in_place,
        code_bytes=44,
    )  # fmt: skip
