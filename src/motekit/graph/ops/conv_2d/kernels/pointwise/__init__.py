"""1x1 convolution by register blocks of three pixels and two channels."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import matrix, requantized, types


def _pixels(op: Op, graph: Graph) -> int:
    out = graph.type(op.outputs[0])
    return out.size // out.shape[-1]


def _weights(op: Op, graph: Graph) -> requantized.I8:
    weights = graph.constant(str(op.inputs[1]))
    return weights.reshape(len(weights), -1).astype("int8")


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = conv_2d.geometry(op, graph)
    if w.size != (1, 1) or w.stride != (1, 1) or any(w.padding):
        return "the kernel is not 1x1 with stride 1"
    weights = _weights(op, graph)
    if weights.shape[1] != types.operand(op, graph).shape[3]:
        return "the convolution is grouped"
    sizes = {"outputs": len(weights), "inputs": weights.shape[1]}
    bias = shared.folded_bias(op, graph).astype("int64")
    return shared.too_large(sizes) or matrix.refuses(op, graph, target, weights, bias)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    count, inputs = _weights(op, graph).shape
    blocks = -(-_pixels(op, graph) // matrix.ROWS)
    cycles = matrix.cycles(blocks, count, inputs) + blocks * matrix.ROWS * (2 * inputs + 20)
    patch = matrix.patch_bytes(inputs)
    return Cost(matrix.elsewhere(target, cycles), 32 + 4 * count, patch)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """A block of pixels is read before any of its outputs is written."""
    count, inputs = _weights(op, graph).shape
    later = -(-_pixels(op, graph) // matrix.ROWS) - 1  # blocks with inputs still to be read
    growth = matrix.ROWS * (count - inputs)
    return {(0, 0): max(growth, growth * later)} if later > 0 else {}


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    weights = _weights(op, graph)
    bias = shared.folded_bias(op, graph).astype("int64")
    layer = matrix.layer(op, graph, weights, bias)
    patch = matrix.patch_bytes(weights.shape[1])
    return Emitted(
        sources=(
            (__name__, "mk_conv_pointwise.h"),
            (__name__, "mk_conv_pointwise.c"),
            *matrix.SOURCES,
        ),
        constants=layer.constants,
        struct="mk_conv_pointwise_params",
        fields={"matrix": layer.fields, "patch_words": patch // 4},
        call=f"mk_conv_pointwise({{params}}, {{in0}}, {{out0}}, {{scratch}}, "
        f"{_pixels(op, graph)}U)",
        scratch_bytes=patch + layer.scratch,
        stack_bytes=matrix.STACK + 96,
        defines=layer.defines,
    )


KERNEL = Kernel(
    name="pointwise",
    summary="DSP: three pixels by two channels in registers",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=148,
    common=matrix.CODE,
)
