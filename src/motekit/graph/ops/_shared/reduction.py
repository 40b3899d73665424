"""Axes and shapes of ops that reduce over axes, and their TFLite spelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import TfliteForm
from motekit.core.tensors import TensorType

from . import tflite, types


def axes(op: Op, rank: int) -> tuple[int, ...]:
    """Reduced axes, sorted, each once."""
    given = sorted({types.axis(a, rank) for a in types.ints(op.attrs, "axes")})
    if not given:
        raise InputError("no axis to reduce over")
    return tuple(given)


def shape(op: Op, given: tuple[int, ...]) -> tuple[int, ...]:
    """Shape after the reduction."""
    gone = axes(op, len(given))
    if any(given[a] == 0 for a in gone):
        raise InputError("an axis to reduce over is empty", value=given)
    if op.attrs["keep_dims"]:
        return tuple(1 if i in gone else n for i, n in enumerate(given))
    return tuple(n for i, n in enumerate(given) if i not in gone)


def infer_same(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    """For reductions that keep stored values: one quantization for input and output."""
    x = types.int8(types.operand(op, graph))
    return (types.same_as(x, shape(op, x.shape)),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def reader(rounding: str = "") -> Callable[..., Mapping[str, Any]]:
    """A reader of ReducerOptions; `rounding` becomes an attribute if given."""

    def read(
        options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
    ) -> Mapping[str, Any]:
        tflite.require_dtypes(inputs, (("int8",), ("int32",)))
        given = tflite.constant_input(inputs, 1, "axes").reshape(-1)
        keep = bool(options.KeepDims()) if options is not None else False
        attrs: dict[str, Any] = {"axes": tuple(int(a) for a in given), "keep_dims": keep}
        return attrs | ({"rounding": rounding} if rounding else {})

    return read


def write(op: Op, graph: Graph) -> TfliteForm:
    """The op as TFLite spells it."""
    given = np.array(types.ints(op.attrs, "axes"), np.int32)
    return TfliteForm({"keepDims": bool(op.attrs["keep_dims"])}, (op.inputs[0], given))
