"""Elementwise ops of one int8 input: whatever they compute, it is a table of 256 bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, TfliteForm
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


def infer_wide(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    """As `infer` for ops of int16, too."""
    x = types.integers(types.operand(op, graph))
    return (types.declared(op, graph, x.shape, x.dtype),)


Compute = Callable[[Op, Graph, numerics.I64], numerics.I64]


def reference_wide(
    compute: Compute,
) -> Callable[[Op, Graph, Sequence[Array]], tuple[Array, ...]]:
    """The reference of an op from the function of its stored values, not yet saturated."""

    def run(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
        dtype = types.operand(op, graph).dtype
        info = np.iinfo(dtype)
        stored = compute(op, graph, inputs[0].astype(np.int64))
        return (np.clip(stored, info.min, info.max).astype(dtype),)

    return run


def tabulated(compute: Compute) -> Tabulate:
    """The table of the same function for int8."""
    return lambda op, graph: saturated(compute(op, graph, STORED))


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


def read_wide(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    """As `read` for ops of int16, too."""
    tflite.same_integers(inputs, outputs)
    return {}


def written(version: int) -> Callable[[Op, Graph], TfliteForm]:
    """How TFLite spells an op without attributes; `version` is that for int16."""

    def write(op: Op, graph: Graph) -> TfliteForm:
        wide = types.operand(op, graph).dtype == "int16"
        return TfliteForm({}, op.inputs, version=version if wide else 0)

    return write


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
