"""SVDF: a dense layer over time as rank-one filters; int8 activations, int16 memory.

Inputs: x, int8 [batch, in]; feature weights, int8 [filters, in]; time weights, int16
[filters, memory]; bias, int32 [units], or absent; the memory, int16 [batch, filters · memory].
Outputs: y, int8 [batch, units]; the memory after the step. filters = units · rank.
Attributes: rank; rounding ("double": what BUILTIN_REF does).

A step moves every filter's memory on by one, puts its new product with x (scaled and clamped to
int16) at the end, and sums memory times time weights. The output's zero point of −128 is the
rectifier. Source: Nakkiran et al., Compressing Deep Neural Networks using a Rank-Constrained
Topology, 2015; fixed-point form as measured on LiteRT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import tflite, types

X, FEATURE, TIME, BIAS, MEMORY = range(5)
RELU = 1  # ActivationFunctionType


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, feature, time = (types.operand(op, graph, i) for i in (X, FEATURE, TIME))
    bias, memory = types.optional(op, graph, BIAS), types.operand(op, graph, MEMORY)
    types.int8(x)
    rank = types.integer(op.attrs, "rank")
    if len(x.shape) != 2 or len(feature.shape) != 2 or len(time.shape) != 2:
        raise InputError("input and weights must have 2 axes", value=(x.shape, feature.shape))
    filters = feature.shape[0]
    if rank < 1 or filters % rank or feature.shape[1] != x.shape[1] or time.shape[0] != filters:
        raise InputError("the filters do not fit", value=(feature.shape, time.shape, rank))
    wanted = (x.shape[0], filters * time.shape[1])
    if (feature.dtype, time.dtype, memory.dtype) != ("int8", "int16", "int16"):
        raise InputError("only int8 features with int16 time weights and memory")
    if memory.shape != wanted:
        raise InputError(f"the memory must be {wanted}", value=memory.shape)
    for i in (FEATURE, TIME, MEMORY):
        if types.per_tensor(types.operand(op, graph, i))[1] != 0:
            raise InputError("weights and memory must be quantized symmetrically")
    if bias is not None and (bias.dtype, bias.shape) != ("int32", (filters // rank,)):
        raise InputError("the bias must be int32, one a unit", value=(bias.dtype, bias.shape))
    return (types.declared(op, graph, (x.shape[0], filters // rank)), memory)


def factors(op: Op, graph: Graph) -> tuple[tuple[int, int], tuple[int, int]]:
    """(multiplier, shift) from the feature product to the memory, and from there to y."""
    x, feature, time, memory = (
        types.per_tensor(types.operand(op, graph, i))[0] for i in (X, FEATURE, TIME, MEMORY)
    )
    out, _ = types.per_tensor(graph.type(op.outputs[0]))
    to_memory, to_out = x * feature / memory, memory * time / out
    return numerics.quantize_multiplier(to_memory), numerics.quantize_multiplier(to_out)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x, feature, time = inputs[X], inputs[FEATURE], inputs[TIME]
    filters, length = time.shape
    _, zero = types.per_tensor(types.operand(op, graph, X))
    _, out_zero = types.per_tensor(graph.type(op.outputs[0]))
    rounding, (to_memory, to_out) = str(op.attrs["rounding"]), factors(op, graph)
    new = numerics.multiply(
        numerics.matmul_int(x.astype(np.int64) - zero, feature.T), *to_memory, rounding
    )
    old = inputs[MEMORY].reshape(len(x), filters, length).astype(np.int64)
    memory = np.concatenate([old[..., 1:], np.clip(new, -32768, 32767)[..., None]], axis=2)
    total = (memory * time.astype(np.int64)).sum(axis=2)
    total = total.reshape(len(x), -1, types.integer(op.attrs, "rank")).sum(axis=2)
    if inputs[BIAS] is not None and inputs[BIAS].size:
        total = total + inputs[BIAS].astype(np.int64)
    y = numerics.multiply(numerics.wrap_int32(total), *to_out, rounding) + out_zero
    return (
        np.clip(y, -128, 127).astype(np.int8),
        memory.reshape(inputs[MEMORY].shape).astype(np.int16),
    )


def macs(op: Op, graph: Graph) -> int:
    batch = types.operand(op, graph).shape[0]
    return batch * (types.operand(op, graph, FEATURE).size + types.operand(op, graph, TIME).size)


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    if options is None or len(inputs) < 5:
        raise InputError("the op lacks its options or inputs")
    allowed = (("int8",), ("int8",), ("int16",), ("int32",), ("int16",))
    tflite.require_dtypes(inputs, allowed)
    if any(t is not None and not t.is_constant for t in inputs[FEATURE:MEMORY]):
        raise InputError("weights and bias must be constant")
    if options.FusedActivationFunction() != RELU:
        raise InputError("only SVDF with relu", value=options.FusedActivationFunction())
    return {"rank": int(options.Rank()), "rounding": "double"}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"rank": op.attrs["rank"], "fusedActivationFunction": RELU}, op.inputs)


OP = OpSpec(
    kind="svdf",
    summary="dense layer over time as rank-one filters, with its memory",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("SVDF", 3, "SVDFOptions", _read, _write, None, (MEMORY,)),),
    package=__name__,
    arity=(5, 5),
    optional=(BIAS,),
)
