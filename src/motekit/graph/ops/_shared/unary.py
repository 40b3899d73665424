"""Elementwise ops of one int8 input: whatever they compute, it is a table of 256 bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array
from motekit.core.tensors import TensorType
from motekit.graph import numerics

from . import tflite, types

Table = npt.NDArray[np.int8]
F32 = npt.NDArray[np.float32]
Tabulate = Callable[[Op, Graph], Table]
STORED = np.arange(-128, 128, dtype=np.int64)  # every int8, in the order of a table


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.int8(types.operand(op, graph))
    return (types.declared(op, graph, x.shape),)


def reference(
    table: Tabulate,
) -> Callable[[Op, Graph, Sequence[Array]], tuple[Array, ...]]:
    """The reference of an op from the function that makes its table."""

    def run(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
        return (table(op, graph)[inputs[0].astype(np.int64) + 128],)

    return run


def macs(op: Op, graph: Graph) -> int:
    return 0


def read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    """For ops without attributes."""
    tflite.require_dtypes(inputs, (("int8",),))
    tflite.require_dtypes(outputs, (("int8",),), "output")
    return {}


def scales(op: Op, graph: Graph) -> tuple[float, int, float, int]:
    """(input scale, input zero point, output scale, output zero point)."""
    return (
        *types.per_tensor(types.operand(op, graph), "input"),
        *types.per_tensor(graph.type(op.outputs[0]), "output"),
    )


def saturated(values: numerics.I64) -> Table:
    """Values clamped to int8."""
    return np.clip(values, -128, 127).astype(np.int8)


def of_real(op: Op, graph: Graph, function: Callable[[F32], F32]) -> Table:
    """The table of a function of float32 values; its result is rounded half away from zero."""
    in_scale, in_zero, out_scale, out_zero = scales(op, graph)
    real = np.float32(in_scale) * (STORED - in_zero).astype(np.float32)
    value = function(real) / np.float32(out_scale)
    return saturated(numerics.round_away(value) + out_zero)
