"""Average pooling of four channels at a time, for cores with DSP instructions."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import matrix, pooling, types

MOST = 255  # pixels of a window whose sum fits 16 bits


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w, x = pooling.geometry(op), types.operand(op, graph)
    if x.shape[0] != 1:
        return "more than one image"
    if any(w.padding):
        return "the windows are padded"
    if w.size[0] * w.size[1] > MOST:
        return f"a window has more than {MOST} pixels"
    if x.shape[3] % 4:
        return "the channels are not a multiple of 4"
    return matrix.runs_on(target) or shared.too_large(shared.image_fields(op, graph))


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    w, out = pooling.geometry(op), graph.type(op.outputs[0]).size
    pixels = w.size[0] * w.size[1]
    cycles = out // 4 * (7 * pixels + 25 * w.size[0] + 130)
    return Cost(matrix.elsewhere(target, cycles), 24, 0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    image, window = shared.image_fields(op, graph), shared.window_fields(pooling.geometry(op))
    low, high = pooling.output_range(op, graph)
    names = ("kernel_h", "kernel_w", "stride_h", "stride_w")
    return Emitted(
        sources=(
            (__name__, "mk_average_pool_fours.h"),
            (__name__, "mk_average_pool_fours.c"),
            shared.REQUANTIZE,
        ),
        constants=(),
        struct="mk_average_pool_fours_params",
        fields={
            **{k: image[k] for k in ("in_h", "in_w", "out_h", "out_w")},
            "channels": image["in_c"],
            **{k: window[k] for k in names},
            "out_min": low,
            "out_max": high,
        },
        call="mk_average_pool_fours({params}, {in0}, {out0})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="fours",
    summary="DSP: four channels at a time",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=pooling.overlap,
    code_bytes=420,
)
