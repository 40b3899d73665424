"""Float models: the same spellings, read through placeholders.

How TFLite spells an op does not depend on the element type, so the op's own reader sees the
tensors as if they were int8, and the real ones go into the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Tensor
from motekit.core.op import TfliteSpelling
from motekit.core.tensors import TensorType, dequantize
from motekit.graph.floats import ties
from motekit.graph.floats.real import INTEGERS, shadow, shadow_tensor
from motekit.graph.ops import OPS

from .flat import FlatModel, FlatOperator

CONVERSIONS = ("QUANTIZE", "DEQUANTIZE")


def computes_in_float(flat: FlatModel) -> bool:
    """Whether the model is a float one: some op works on float32 values, and no value that is
    computed or given from outside is a quantized integer."""
    found = False
    for operator in flat.operators:
        for i in (*operator.inputs, *operator.outputs):
            if i < 0 or flat.tensors[i].data.size:
                continue
            if flat.tensors[i].dtype in INTEGERS:
                return False
            plain = operator.builtin not in CONVERSIONS
            found = found or (flat.tensors[i].dtype == "float32" and plain)
    return found


def unpacks_constant(operator: FlatOperator, made: Mapping[int, Tensor]) -> bool:
    """Whether an op only unpacks a constant stored in few bits: float16, or int8 weights."""
    ends = (*operator.inputs, *operator.outputs)
    plain = operator.builtin == "DEQUANTIZE" and len(ends) == 2 and min(ends) >= 0
    return plain and made[ends[0]].is_constant and made[ends[1]].type.dtype == "float32"


def unpacked(stored: Tensor, out: Tensor) -> Tensor:
    """The constant that such an op makes."""
    assert stored.data is not None
    if stored.type.shape != out.type.shape:
        raise InputError("it changes the shape", value=(stored.type.shape, out.type.shape))
    with np.errstate(all="ignore"):  # what is no number is refused where it is used
        values = dequantize(stored.data, stored.type).astype(np.float32)
    return replace(out, data=values)


def plain(tensor: Tensor) -> Tensor:
    """A float tensor without the quantization that a file may note beside it."""
    if tensor.type.dtype != "float32":
        return tensor
    return replace(tensor, type=replace(tensor.type, quant=None))


def read(
    kind: str, spelling: TfliteSpelling, operator: FlatOperator,
    inputs: Sequence[Tensor | None], outputs: Sequence[Tensor],
) -> Mapping[str, Any]:  # fmt: skip
    """Attributes of an op. Raises InputError for a form that cannot be quantized."""
    if spelling.state_inputs:
        raise InputError(
            "a float op with state cannot be quantized here",
            way_out="let the TFLite converter quantize the model to full int8",
        )
    layer = OPS.get(kind).weights_axis is not None
    for t in inputs:
        if t is not None and t.type.dtype == "int8" and not t.is_constant:
            raise InputError("an int8 operand in a float model", value=t.name)
    shadows = [
        None if t is None else shadow_tensor(t, bias=layer and i == 2) for i, t in enumerate(inputs)
    ]
    attrs = spelling.read(operator.options, shadows, [shadow_tensor(t) for t in outputs])
    if kind == "pad":
        value = inputs[2] if len(inputs) > 2 else None
        if value is not None and (value.data is None or np.any(value.data != 0)):
            raise InputError("a padding with other values than 0 is not supported")
        return {**attrs, "value": 0}
    return attrs


def with_bias(
    kind: str, name: str, data: Sequence[Tensor | None], further: list[Tensor]
) -> list[Tensor | None]:
    """The inputs of an op; a layer without bias gets one of zeros."""
    axis = OPS.get(kind).weights_axis
    weights = data[1] if len(data) > 1 else None
    if axis is None or weights is None or (len(data) > 2 and data[2] is not None):
        return list(data)
    zeros = np.zeros(weights.type.shape[axis], np.float32)
    bias = Tensor(f"{name}/bias", TensorType(zeros.shape, "float32"), zeros)
    further.append(bias)
    return [*data[:2], bias]


def misfits(graph: Graph) -> Iterator[tuple[int, InputError]]:
    """(index, error) of every op whose shapes do not fit."""
    tensors = shadow(graph).tensors
    for index, op in enumerate(graph.ops):
        misfit = OPS.get(op.kind).misfit(op)
        if misfit:
            yield index, InputError(f"it {misfit}")
            continue
        try:
            types = ties.inferred(op, tensors)
        except InputError as error:
            yield index, error
            continue
        if len(types) != len(op.outputs):
            yield index, InputError("wrong number of outputs", value=len(op.outputs))
            continue
        for name, type_ in zip(op.outputs, types, strict=True):
            if type_.shape != graph.type(name).shape:
                yield (
                    index,
                    InputError(
                        f"it makes {type_.shape}, the file declares another shape",
                        value=graph.type(name).shape,
                    ),
                )
