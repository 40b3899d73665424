"""Any ungrouped convolution: patches through the register-blocked matrix kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import matrix, requantized, types


@dataclass(frozen=True)
class Runs:
    """How a patch is made.

    Args:
        count: runs of a patch.
        bytes: of one run: a row of the kernel, or one tap if the kernel is dilated.
        inner: output columns [from, to) whose windows are gathered by these runs.
        by_tap: other windows are gathered tap by tap, not from copies.
        outer: runs of a window that is not inside.
    """

    count: int
    bytes: int
    inner: tuple[int, int]
    by_tap: bool
    outer: int

    @property
    def inputs(self) -> int:
        """Values of a patch, without what fills up the last four."""
        return self.count * self.bytes

    @property
    def zeros(self) -> int:
        """Bytes for a run of zero points and for copies of runs."""
        return self.bytes if self.by_tap else self.bytes * (self.outer + 1)

    def order(self) -> list[int]:
        """Positions in [kh][kw][in] of the patch's values: fours of each run, then the rest."""
        fours = self.bytes & ~3
        spans = [range(fours), range(fours, self.bytes)]
        return [run * self.bytes + i for span in spans for run in range(self.count) for i in span]


def runs(op: Op, graph: Graph) -> Runs:
    w = conv_2d.geometry(op, graph)
    width, depth = types.operand(op, graph).shape[2:]
    taps = w.size[0] * w.size[1]
    if w.dilation[1] > 1:
        return Runs(taps, depth, (0, 0), True, taps)
    out_w = graph.type(op.outputs[0]).shape[2]
    inside = [x for x in range(out_w) if 0 <= x * w.stride[1] - w.padding[2] <= width - w.size[1]]
    inner = (inside[0], inside[-1] + 1) if inside else (0, 0)
    by_tap = depth % 4 == 0
    outer = 0 if len(inside) == out_w else taps if by_tap else w.size[0]
    return Runs(w.size[0], w.size[1] * depth, inner, by_tap, outer)


def _weights(op: Op, graph: Graph) -> requantized.I8:
    """[out][value of a patch]."""
    weights = graph.constant(str(op.inputs[1]))
    return weights.reshape(len(weights), -1)[:, runs(op, graph).order()].astype(np.int8)


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    x, weights = types.operand(op, graph), types.operand(op, graph, 1)
    if x.shape[3] != weights.shape[3]:
        return "the convolution is grouped"
    if x.shape[0] != 1:
        return "more than one image"
    w = conv_2d.geometry(op, graph)
    sizes = {**shared.image_fields(op, graph), **shared.window_fields(w)}
    sizes["inputs"] = runs(op, graph).inputs
    bias = shared.folded_bias(op, graph).astype(np.int64)
    return shared.too_large(sizes) or matrix.refuses(op, graph, target, _weights(op, graph), bias)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    r = runs(op, graph)
    out = graph.type(op.outputs[0])
    pixels = out.size // out.shape[3]
    blocks = -(-pixels // matrix.ROWS)
    sides = out.shape[1] * (out.shape[2] - (r.inner[1] - r.inner[0]))
    gather = 80 + 18 * r.count + 2 * r.inputs + 7 * r.count * (r.bytes % 4)
    cycles = matrix.cycles(blocks, out.shape[3], r.inputs) + pixels * gather
    cycles += sides * (20 * r.outer if r.by_tap else 20 * r.inputs)
    return Cost(
        matrix.elsewhere(target, cycles),
        60 + 4 * out.shape[3],
        _scratch(r, conv_2d.geometry(op, graph).size[0], target),
    )


def _scratch(r: Runs, kernel_h: int, target: TargetSpec) -> int:
    """Bytes without sums; a run is two machine words."""
    run = 16 if target.isa == "host" else 8
    return run * (kernel_h + r.outer) + matrix.patch_bytes(r.inputs) + r.zeros


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """Row y is written while the rows from its window's top on are still needed."""
    w = conv_2d.geometry(op, graph)
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    in_row, out_row = x.shape[2] * x.shape[3], out.shape[2] * out.shape[3]
    tops = [max(0, y * w.stride[0] - w.padding[0]) for y in range(out.shape[1])]
    return {(0, 0): max((y + 1) * out_row - top * in_row for y, top in enumerate(tops))}


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    r, w = runs(op, graph), conv_2d.geometry(op, graph)
    weights = _weights(op, graph)
    layer = matrix.layer(op, graph, weights, shared.folded_bias(op, graph).astype(np.int64))
    image = shared.image_fields(op, graph)
    _, in_zero = types.per_tensor(types.operand(op, graph))
    fields = {
        "matrix": layer.fields,
        **{k: image[k] for k in ("in_h", "in_w", "in_c", "out_w", "out_c")},
        **shared.window_fields(w),
        "inner_from": r.inner[0],
        "inner_to": r.inner[1],
        "runs": r.outer,
        "run_bytes": r.bytes,
        "patch_words": matrix.patch_bytes(r.inputs) // 4,
        "in_zero": in_zero,
        "taps": int(r.by_tap),
    }
    rows = f"{{in0}}, {{out0}}, {{scratch}}, 0U, {image['out_h']}U"
    rings = f"{image['in_h']}U, {image['out_h']}U"
    return Emitted(
        sources=(
            (__name__, "mk_conv_patches.h"),
            (__name__, "mk_conv_patches.c"),
            (shared.HERE, "mk_rows.h"),
            *matrix.SOURCES,
        ),
        constants=layer.constants,
        struct="mk_conv_patches_params",
        fields=fields,
        call=f"mk_conv_patches({{params}}, &(const mk_rows){{{{{rows}, {rings}}}}})",
        scratch_bytes=_scratch(r, w.size[0], target) + layer.scratch,
        stack_bytes=matrix.STACK + 260,
        defines={**layer.defines, **_defines(r)},
    )


def _defines(r: Runs) -> dict[str, int]:
    """The kinds of windows that are not inside, if there are any."""
    if r.outer == 0:
        return {}
    return {"MK_PATCHES_TAPS" if r.by_tap else "MK_PATCHES_SIDES": 1}


KERNEL = Kernel(
    name="patches",
    summary="DSP: patches, three pixels by two channels in registers",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=720,
    common=matrix.CODE,
)
