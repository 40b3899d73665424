"""Let a convolution read beyond its input in place of a pad op before it.

Exact: padded pixels hold the zero point either way, and add nothing to a sum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from motekit.core.graph import Graph, Op

LAYERS = ("conv_2d", "depthwise_conv_2d")


def run(graph: Graph) -> tuple[Graph, tuple[str, ...], dict[str, Any]]:
    """The graph without pads that a convolution can do."""
    ops = list(graph.ops)
    lines = []
    for pad in graph.ops:
        users = graph.consumers(pad.outputs[0])
        if pad.kind != "pad" or pad.outputs[0] in graph.outputs or not users:
            continue
        if all(_fits(pad, user, graph) for user in users):
            for user in users:
                ops[ops.index(user)] = _fused(pad, user)
                lines.append(f"{pad.name}: done by {user.name}")
            ops.remove(pad)
    if not lines:
        return graph, (), {}
    return replace(graph, ops=tuple(ops)), tuple(lines), {}


def _pads(op: Op) -> tuple[tuple[int, int], ...]:
    given = op.attrs["paddings"]
    assert isinstance(given, tuple)
    return given


def _fits(pad: Op, user: Op, graph: Graph) -> bool:
    quant = graph.type(str(pad.inputs[0])).quant
    zero = quant is not None and quant.zero_point == (pad.attrs["value"],)
    pads = _pads(pad)
    spatial = len(pads) == 4 and pads[0] == pads[3] == (0, 0)
    return user.kind in LAYERS and zero and spatial and user.inputs[0] == pad.outputs[0]


def _fused(pad: Op, user: Op) -> Op:
    own = user.attrs["padding"]
    assert isinstance(own, tuple)
    (top, bottom), (left, right) = _pads(pad)[1:3]
    padding = (own[0] + top, own[1] + bottom, own[2] + left, own[3] + right)
    inputs = (pad.inputs[0], *user.inputs[1:])
    return replace(user, inputs=inputs, attrs={**user.attrs, "padding": padding})
