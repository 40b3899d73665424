"""The executable specification of a graph. Run after import and after every pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor

from .ops import OPS

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def violations(graph: Graph) -> Iterator[str]:
    """Every rule the graph breaks, in words; nothing if it is well formed."""
    if not IDENTIFIER.fullmatch(graph.name):
        yield f"graph name {graph.name!r} is not a C identifier"
    for key, tensor in graph.tensors.items():
        yield from _tensor(key, tensor)
    made = {name for name, tensor in graph.tensors.items() if tensor.is_constant}
    for name in graph.inputs:
        if name not in graph.tensors or name in made:
            yield f"input {name!r} is unknown, constant or listed twice"
        made.add(name)
    for before, _ in graph.state:
        if before not in graph.tensors or before in made:
            yield f"state {before!r} is unknown, constant, an input or listed twice"
        made.add(before)
    names: set[str] = set()
    for op in graph.ops:
        if op.name in names or not IDENTIFIER.fullmatch(op.name):
            yield f"op name {op.name!r} is used twice or is not a C identifier"
        names.add(op.name)
        yield from _wiring(op, graph, made)
        made.update(op.outputs)
    yield from (f"output {name!r} is never made" for name in graph.outputs if name not in made)
    for before, after in graph.state:
        if after not in made or before not in graph.tensors:
            yield f"state {after!r} is never made"
        elif graph.type(before) != graph.type(after):
            yield f"state {before!r} changes its type to {graph.type(after)}"


def _tensor(key: str, tensor: Tensor) -> Iterator[str]:
    if key != tensor.name:
        yield f"tensor {tensor.name!r} is filed under {key!r}"
    data, type_ = tensor.data, tensor.type
    if data is not None and (data.shape != type_.shape or data.dtype != np.dtype(type_.dtype)):
        yield (
            f"constant {key!r} holds {data.dtype}{data.shape}, "
            f"declared is {type_.dtype}{type_.shape}"
        )
    quant = type_.quant
    if quant is not None and quant.axis is not None:
        axis = quant.axis
        if not 0 <= axis < len(type_.shape) or type_.shape[axis] != len(quant.scale):
            yield f"tensor {key!r} has {len(quant.scale)} scales on axis {axis} of {type_.shape}"


def _wiring(op: Op, graph: Graph, made: set[str]) -> Iterator[str]:
    for name in op.inputs:
        if name is not None and name not in made:
            yield f"op {op.name!r} uses {name!r} before it is made"
            return
    for name in op.outputs:
        if name in made or name not in graph.tensors:
            yield f"op {op.name!r} makes {name!r}, which is made already or unknown"
            return
    if op.kind not in OPS:
        yield f"op {op.name!r} is of unknown kind {op.kind!r}"
        return
    misfit = OPS.get(op.kind).misfit(op)
    if misfit:
        yield f"op {op.name!r} {misfit}"
        return
    try:
        inferred = OPS.get(op.kind).infer(op, graph)
    except InputError as error:
        yield f"op {op.name!r}: {error.line()}"
        return
    declared = tuple(graph.type(name) for name in op.outputs)
    if inferred != declared:
        yield f"op {op.name!r} makes {inferred}, declared is {declared}"


def check(graph: Graph, after: str = "") -> Graph:
    """The graph itself if it meets the specification.

    Args:
        after: what was done last ("import", a pass), named in the error.

    Raises:
        InputError: with every broken rule.
    """
    broken = list(violations(graph))
    if broken:
        raise InputError(
            f"the graph is not well formed{f' after {after}' if after else ''}: "
            + "; ".join(broken),
            where=graph.name,
        )
    return graph
