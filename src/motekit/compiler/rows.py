"""An op that makes a few rows of its output, as an op of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from motekit.core.graph import Graph, Op
from motekit.core.op import RowWindow
from motekit.core.tensors import TensorType
from motekit.graph.ops import OPS


@dataclass(frozen=True)
class Form:
    """How an op runs.

    Args:
        op, graph: what the kernel is chosen and printed for.
        steps: how often it is called.
        running: it is fed rows of its input and has its output after the last.
    """

    op: Op
    graph: Graph
    steps: int = 1
    running: bool = False


def window(op: Op, graph: Graph) -> RowWindow | None:
    """The rows that a row of the output needs, or None if the op cannot run row by row."""
    rows = OPS.get(op.kind).rows
    return None if rows is None else rows(op, graph)


def data_inputs(op: Op, graph: Graph) -> list[int]:
    """Positions of the inputs that are neither constant nor absent."""
    return [
        i
        for i, name in enumerate(op.inputs)
        if name is not None and not graph.tensors[name].is_constant
    ]


def sliced(op: Op, graph: Graph, see: RowWindow, rows: int) -> Form:
    """The op that makes `rows` rows from those they see."""
    tensors = {name: graph.tensors[name] for name in (*op.inputs, *op.outputs) if name is not None}
    for i in data_inputs(op, graph):
        name = str(op.inputs[i])
        given = _with_rows(graph.type(name), (rows - 1) * see.stride + see.size)
        tensors[name] = replace(tensors[name], type=given)
    out = op.outputs[0]
    whole = graph.type(out)
    tensors[out] = replace(tensors[out], type=_with_rows(whole, rows))
    part = replace(op, attrs=see.attrs)
    inputs = tuple(dict.fromkeys(str(op.inputs[i]) for i in data_inputs(op, graph)))
    return Form(part, Graph(graph.name, tensors, (part,), inputs, op.outputs),
                whole.shape[1] // rows)  # fmt: skip


def _with_rows(type_: TensorType, rows: int) -> TensorType:
    return replace(type_, shape=(1, rows, *type_.shape[2:]))
