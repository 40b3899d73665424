"""Transposed convolution in plain C99: an output pixel gathers the input pixels that reach it."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph import numerics
from motekit.graph.ops import transpose_conv
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types


def _window(op: Op, graph: Graph) -> dict[str, int]:
    fields = shared.window_fields(transpose_conv.geometry(op, graph))
    return {name: value for name, value in fields.items() if not name.startswith("dilation")}


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    sizes = {**shared.image_fields(op, graph), **_window(op, graph)}
    return shared.too_large(sizes) or shared.can_overflow(op, graph, 0)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, window = graph.type(op.outputs[0]), _window(op, graph)
    visits = out.size * window["kernel_h"] * window["kernel_w"]
    cycles = 10 * transpose_conv.macs(op, graph) + 40 * out.size + 12 * visits
    return Cost(cycles, flash_bytes=56 + 5 * out.shape[-1], ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    _, zero = types.per_tensor(types.operand(op, graph))
    multiplier, shift = shared.factor_constants(op, graph)
    bias = numerics.wrap_int32(shared.bias(op, graph))
    return Emitted(
        sources=(
            (__name__, "mk_transpose_conv.h"),
            (__name__, "mk_transpose_conv.c"),
            shared.REQUANTIZE,
        ),
        constants=(
            Constant("weights", "int8_t", graph.constant(str(op.inputs[1])), "weights"),
            Constant("bias", "int32_t", bias, "bias"),
            multiplier,
            shift,
        ),
        struct="mk_transpose_conv_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "multiplier": "multiplier",
            "shift": "shift",
            **shared.image_fields(op, graph),
            **_window(op, graph),
            "per_channel": int(multiplier.values.size > 1),
            "in_zero": zero,
            **shared.output_fields(op, graph),
        },
        call="mk_transpose_conv({params}, {in0}, {out0})",
        stack_bytes=128,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=applies,
    cost=cost,
    emit=emit,
)
