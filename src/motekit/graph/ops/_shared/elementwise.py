"""How kernels of elementwise ops of two inputs print themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted
from motekit.core.target import TargetSpec

from . import emit as shared
from . import types, walks

LOOPS = 4  # of mk_broadcast


def loops(op: Op, graph: Graph) -> walks.Walk | None:
    """The loops of an op, or None if it needs more than the kernel has."""
    out = graph.type(op.outputs[0]).shape
    shapes = [types.operand(op, graph, i).shape for i in (0, 1)]
    strides = [walks.contiguous(out), *(walks.broadcast_strides(s, out) for s in shapes)]
    return walks.walk(out, strides).padded(LOOPS)


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None if loops(op, graph) else f"it broadcasts in more than {LOOPS} loops"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return Cost(45 * graph.type(op.outputs[0]).size, flash_bytes=72, ram_bytes=0)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """In place on an input that is read once, in the order of the output."""
    out = graph.type(op.outputs[0]).shape
    whole = [i for i in (0, 1) if types.operand(op, graph, i).shape == out]
    return {(i, 0): 0 for i in whole}


def emitted(op: Op, graph: Graph, name: str, package: str, fields: Mapping[str, Any]) -> Emitted:
    """The op through `mk_<name>` of `package`; a constant input becomes a table."""
    walk = loops(op, graph)
    assert walk is not None
    constants: list[Constant] = []
    operands: list[str] = []
    for i, label in enumerate("ab"):
        tensor = graph.tensors[str(op.inputs[i])]
        if tensor.data is None:
            operands.append(f"{{in{i}}}")
        else:
            constants.append(Constant(label, f"{tensor.type.dtype}_t", tensor.data, "weights"))
            operands.append(f"{{{label}}}")
    _, a, b = walk.strides
    table = {"count": walk.counts, "a_stride": a, "b_stride": b}
    return Emitted(
        sources=(
            (package, f"mk_{name}.h"),
            (package, f"mk_{name}.c"),
            (shared.HERE, "mk_broadcast.h"),
            shared.REQUANTIZE,
        ),
        constants=tuple(constants),
        struct=f"mk_{name}_params",
        fields={"loops": {k: np.array(v, np.int32) for k, v in table.items()}, **fields},
        call=f"mk_{name}({{params}}, {operands[0]}, {operands[1]}, {{out0}})",
        stack_bytes=128,
    )
