"""LSTM over a sequence, int8 activations and weights, int16 cell: LiteRT's integer form.

Inputs: x, int8 [batch, time, in]; four int8 weights [units, in] and four [units, units], in the
order input, forget, cell, output; four int32 biases [units]; the output state, int8
[batch, units], and the cell state, int16 [batch, units] with a power of two as scale.
Outputs: y, int8 [batch, time, units]; the two states after the last step.
Attributes: cell_clip: largest absolute cell value, 0 for none; hidden_scale, hidden_zero: of
the output of the cell; rounding ("double").

A gate is Q3.12: two matrix products, each scaled and clamped to int16, the second on top of the
first; then sigmoid or tanh in Q0.15 (`fixed16`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import tflite, types

from . import fixed16

X, WEIGHTS, RECURRENT, BIASES, HIDDEN, CELL = 0, 1, 5, 9, 13, 14
GATE_SCALE = 2.0**-12
TFLITE_INPUTS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 18, 19)
TFLITE_ABSENT = (9, 10, 11, 16, 17, 20, 21, 22, 23)  # peephole, projection, normalisation
TANH = 4  # ActivationFunctionType


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, hidden, cell = (types.operand(op, graph, i) for i in (X, HIDDEN, CELL))
    types.int8(x)
    types.int8(hidden, "output state")
    if len(x.shape) != 3 or hidden.shape != cell.shape or len(hidden.shape) != 2:
        raise InputError("x must be [batch, time, in] and the states [batch, units]")
    batch, units = hidden.shape
    weights, recurrent, bias = (units, x.shape[2]), (units, units), (units,)
    wanted = [*[(weights, "int8")] * 4, *[(recurrent, "int8")] * 4, *[(bias, "int32")] * 4]
    for i, (shape, dtype) in enumerate(wanted, WEIGHTS):
        given = types.operand(op, graph, i)
        if (given.shape, given.dtype) != (shape, dtype):
            raise InputError(f"input {i} must be {dtype} {shape}", value=(given.dtype, given.shape))
        if dtype == "int8" and types.per_tensor(given)[1] != 0:
            raise InputError("weights must be quantized symmetrically")
    cell_bits(op, graph)
    if batch != x.shape[0] or min(x.shape) == 0:
        raise InputError("the states must have the batch of the input", value=x.shape)
    return (types.same_as(hidden, (batch, x.shape[1], units)), hidden, cell)


def cell_bits(op: Op, graph: Graph) -> int:
    """Integer bits of the cell state; its scale is 2**(bits − 15)."""
    cell = types.operand(op, graph, CELL)
    scale, zero = types.per_tensor(cell, "cell state")
    mantissa, exponent = math.frexp(scale)
    bits = 15 + exponent - 1
    if cell.dtype != "int16" or zero != 0 or mantissa != 0.5 or not 0 <= bits <= 6:
        raise InputError("the cell state must be int16 with scale 2**-15 to 2**-9", value=scale)
    return bits


@dataclass(frozen=True)
class Gate:
    """One gate in fixed point: factors are (multiplier, shift) to Q3.12.

    Args:
        bias: of the product with x, the zero point of x folded in.
        recurrent_bias: minus the output state's zero point times the sums of the weights.
    """

    weights: Array
    recurrent: Array
    bias: numerics.I64
    recurrent_bias: numerics.I64
    factor: tuple[int, int]
    recurrent_factor: tuple[int, int]


def gates(op: Op, graph: Graph) -> tuple[Gate, ...]:
    """The gates input, forget, cell, output."""
    x_scale, x_zero = types.per_tensor(types.operand(op, graph, X))
    h_scale, h_zero = types.per_tensor(types.operand(op, graph, HIDDEN))
    found = []
    for i in range(4):
        w, r, b = (
            graph.constant(str(op.inputs[base + i])) for base in (WEIGHTS, RECURRENT, BIASES)
        )
        w_scale, r_scale = (
            types.per_tensor(types.operand(op, graph, base + i))[0] for base in (WEIGHTS, RECURRENT)
        )
        found.append(
            Gate(
                w,
                r,
                b.astype(np.int64) - x_zero * w.astype(np.int64).sum(axis=1),
                -h_zero * r.astype(np.int64).sum(axis=1),
                _factor(w_scale, x_scale),
                _factor(r_scale, h_scale),
            )
        )
    return tuple(found)


def _factor(weight_scale: float, scale: float) -> tuple[int, int]:
    ratio = numerics.ratio_f32(weight_scale, GATE_SCALE, scale)
    return numerics.quantize_multiplier(ratio)


def hidden_factor(op: Op) -> tuple[int, int]:
    """(multiplier, shift) from the Q0.30 output of the cell to its int8 form."""
    scale = np.float32(types.real(op.attrs, "hidden_scale"))
    return numerics.quantize_multiplier(float(np.float32(2.0**-30) / scale))


def cell_clip(op: Op, graph: Graph) -> int:
    """Largest absolute stored cell value, 0 for no limit."""
    clip = np.float32(types.real(op.attrs, "cell_clip"))
    scale, _ = types.per_tensor(types.operand(op, graph, CELL))
    return int(min(float(clip / np.float32(scale)), 32767.0))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x = inputs[X].astype(np.int64)
    hidden, cell = inputs[HIDDEN].astype(np.int64), inputs[CELL].astype(np.int64)
    parts = gates(op, graph)
    outputs = []
    for step in range(x.shape[1]):
        hidden, cell = _step(op, graph, parts, x[:, step], hidden, cell)
        outputs.append(hidden)
    y = np.stack(outputs, axis=1).astype(np.int8)
    return y, hidden.astype(np.int8), cell.astype(np.int16)


def _step(
    op: Op, graph: Graph, parts: Sequence[Gate], x: numerics.I64, hidden: numerics.I64,
    cell: numerics.I64,
) -> tuple[numerics.I64, numerics.I64]:  # fmt: skip
    rounding = str(op.attrs["rounding"])
    bits, clip = cell_bits(op, graph), cell_clip(op, graph)
    i, f, g, o = (_gate(part, x, hidden, rounding) for part in parts)
    i, f, o = (fixed16.logistic(gate) for gate in (i, f, o))
    g = fixed16.tanh(g, 3)
    kept = numerics.rounding_shift(f * cell, 15)
    new = numerics.rounding_shift(i * g, 15 + bits)
    cell = fixed16.saturate(kept + new)
    cell = np.clip(cell, -clip, clip) if clip > 0 else cell
    out = o * fixed16.tanh(cell, bits)
    scaled = numerics.multiply(out, *hidden_factor(op), rounding)
    zero = types.integer(op.attrs, "hidden_zero")
    return np.clip(scaled + zero, -128, 127), cell


def _gate(part: Gate, x: numerics.I64, hidden: numerics.I64, rounding: str) -> numerics.I64:
    acc = numerics.matmul_int(x, part.weights.T) + part.bias
    gate = fixed16.saturate(numerics.multiply(acc, *part.factor, rounding))
    acc = numerics.matmul_int(hidden, part.recurrent.T) + part.recurrent_bias
    return fixed16.saturate(gate + numerics.multiply(acc, *part.recurrent_factor, rounding))


def macs(op: Op, graph: Graph) -> int:
    batch, time, n = types.operand(op, graph, X).shape
    units = types.operand(op, graph, HIDDEN).shape[1]
    return batch * time * 4 * units * (n + units)


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    if options is None or len(inputs) < 29:
        raise InputError("the op lacks its options, inputs or intermediates")
    picked = [inputs[i] for i in TFLITE_INPUTS]
    if any(t is None for t in picked) or any(inputs[i] is not None for i in TFLITE_ABSENT):
        raise InputError("only the plain LSTM: no coupled gates, peepholes, projection or norm")
    tflite.require_dtypes(picked, [("int8",)] * 9 + [("int32",)] * 4 + [("int8",), ("int16",)])
    if any(t is not None and not t.is_constant for t in picked[WEIGHTS:HIDDEN]):
        raise InputError("weights and biases must be constant")
    if options.TimeMajor() or options.ProjClip() or options.FusedActivationFunction() != TANH:
        raise InputError("only batch-major LSTM with tanh and without projection")
    hidden = inputs[28]
    if hidden is None or hidden.type.quant is None:
        raise InputError("the hidden intermediate lacks its quantization")
    scale, zero = hidden.type.quant.per_tensor
    return {
        "cell_clip": float(options.CellClip()),
        "hidden_scale": scale,
        "hidden_zero": zero,
        "rounding": "double",
    }


def _write(op: Op, graph: Graph) -> TfliteForm:
    inputs: list[str | Array | None] = [None] * 24
    for position, name in zip(TFLITE_INPUTS, op.inputs, strict=True):
        inputs[position] = name
    fields = {"fusedActivationFunction": TANH, "cellClip": op.attrs["cell_clip"]}
    scale, zero = types.real(op.attrs, "hidden_scale"), types.integer(op.attrs, "hidden_zero")
    plain = TensorType((0,), "float32")
    hidden = TensorType((0,), "int8", QuantParams((scale,), (zero,)))
    return TfliteForm(fields, tuple(inputs), (plain,) * 4 + (hidden,))


OP = OpSpec(
    kind="lstm",
    summary="LSTM over a sequence, with its state",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(
        TfliteSpelling(
            "UNIDIRECTIONAL_SEQUENCE_LSTM", 1, "UnidirectionalSequenceLSTMOptions", _read, _write,
            TFLITE_INPUTS, (18, 19),
        ),
    ),
    package=__name__,
    arity=(15, 15),
)  # fmt: skip
