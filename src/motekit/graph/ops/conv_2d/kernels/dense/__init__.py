"""A convolution of few pixels, each a dense layer: the dense kernel with packed weights.

A matrix kernel computes three pixels at a time, which is a waste where there is one: in the steps
of a streaming program, and behind a pooling over everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import conv_2d
from motekit.graph.ops._shared import types
from motekit.graph.ops.fully_connected.kernels.fours import KERNEL as FOURS

MOST = 3  # pixels; beyond that the matrix kernels are quicker


def _sees_rows(op: Op, graph: Graph) -> bool:
    """Whether the window of every output pixel is a stretch of the input, one after the other."""
    x, weights = types.operand(op, graph), types.operand(op, graph, 1)
    window = conv_2d.geometry(op, graph)
    if weights.shape[3] != x.shape[3] or any(window.padding):
        return False
    if window.size == (1, 1):
        return window.stride == (1, 1)
    return window.size == x.shape[1:3] and window.dilation == (1, 1)


def _dense(op: Op, graph: Graph) -> tuple[Op, Graph]:
    """The op as a dense layer, in a graph that has its weights as [out, inputs]."""
    name = str(op.inputs[1])
    weights = graph.tensors[name]
    data = graph.constant(name).reshape(weights.type.shape[0], -1)
    flat = replace(weights, type=replace(weights.type, shape=data.shape), data=data)
    attrs = {"activation": op.attrs["activation"], "rounding": op.attrs["rounding"]}
    turned = replace(op, kind="fully_connected", attrs=attrs)
    return turned, replace(graph, tensors={**graph.tensors, name: flat})


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    pixels = math.prod(graph.type(op.outputs[0]).shape[:3])
    if pixels > MOST or not _sees_rows(op, graph):
        return f"more than {MOST} pixels, or windows that overlap or leave something out"
    return FOURS.applies(*_dense(op, graph), target)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return FOURS.cost(*_dense(op, graph), target)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return FOURS.emit(*_dense(op, graph), target)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    return FOURS.overlap(*_dense(op, graph), target)


KERNEL = Kernel(
    name="dense",
    summary="DSP: a dense layer for each of few pixels",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=FOURS.code_bytes,
)
