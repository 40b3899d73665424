"""LSTM in plain C99: unit by unit, no scratch; the last output is the next hidden state."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph import numerics
from motekit.graph.ops import lstm
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types

GATES = ("input", "forget", "cell", "output")


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    batch, steps, n = types.operand(op, graph, lstm.X).shape
    units = types.operand(op, graph, lstm.HIDDEN).shape[1]
    sizes = {"batches": batch, "steps": steps, "in_features": n, "units": units}
    return shared.too_large(sizes)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    outputs = graph.type(op.outputs[0]).size
    return Cost(9 * lstm.macs(op, graph) + 900 * outputs, flash_bytes=140, ram_bytes=0)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """Both states are updated where they are."""
    return {(lstm.HIDDEN, 1): 0, (lstm.CELL, 2): 0}


def _constants(name: str, gate: lstm.Gate) -> tuple[Constant, ...]:
    bias, recurrent = (numerics.wrap_int32(b) for b in (gate.bias, gate.recurrent_bias))
    return (
        Constant(f"{name}_weights", "int8_t", gate.weights, "weights"),
        Constant(f"{name}_recurrent", "int8_t", gate.recurrent, "weights"),
        Constant(f"{name}_bias", "int32_t", bias, "bias"),
        Constant(f"{name}_recurrent_bias", "int32_t", recurrent),
    )


def _fields(name: str, gate: lstm.Gate) -> dict[str, object]:
    return {
        "weights": f"{name}_weights",
        "recurrent": f"{name}_recurrent",
        "bias": f"{name}_bias",
        "recurrent_bias": f"{name}_recurrent_bias",
        "multiplier": gate.factor[0],
        "recurrent_multiplier": gate.recurrent_factor[0],
        "shift": gate.factor[1],
        "recurrent_shift": gate.recurrent_factor[1],
    }


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    batch, steps, n = types.operand(op, graph, lstm.X).shape
    gates = dict(zip(GATES, lstm.gates(op, graph), strict=True))
    multiplier, shift = lstm.hidden_factor(op)
    return Emitted(
        sources=((__name__, "mk_lstm.h"), (__name__, "mk_lstm.c"), shared.REQUANTIZE),
        constants=tuple(c for name, gate in gates.items() for c in _constants(name, gate)),
        struct="mk_lstm_params",
        fields={
            **{name: _fields(name, gate) for name, gate in gates.items()},
            "hidden_multiplier": multiplier,
            "batches": batch,
            "steps": steps,
            "in_features": n,
            "units": types.operand(op, graph, lstm.HIDDEN).shape[1],
            "cell_clip": lstm.cell_clip(op, graph),
            "hidden_shift": shift,
            "hidden_zero": types.integer(op.attrs, "hidden_zero"),
            "cell_bits": lstm.cell_bits(op, graph),
        },
        call="mk_lstm({params}, {in0}, {out0}, {out1}, {out2})",
        stack_bytes=200,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, unit by unit",
    applies=applies,
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=1154,
)
