"""Run a graph with the integer references: slow, obvious, the meaning of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.core.pipeline import int8_input

from .ops import OPS
from .spec import violations

State = Mapping[str, Array]
TOGETHER = 1 << 20  # elements of the largest tensor over all cases that run at a time
_NOTHING: Array = np.empty(0, dtype=np.int8)  # stands for an absent optional input


def trace(graph: Graph, inputs: Sequence[Array], state: State | None = None) -> State:
    """Every tensor's values for one set of inputs (in the order of `graph.inputs`).

    Args:
        state: values of the tensors that a run before this one left (see `after`); by default
            those of a reset graph.
    """
    values: dict[str, Array] = {
        name: tensor.data for name, tensor in graph.tensors.items() if tensor.data is not None
    }
    values |= state if state is not None else reset(graph)
    for name, given in zip(graph.inputs, inputs, strict=True):
        type_ = graph.type(name)
        if given.shape != type_.shape or given.dtype != np.dtype(type_.dtype):
            raise InputError(
                f"input {name!r} must be {type_.dtype} of shape {type_.shape}",
                where=graph.name,
                value=f"{given.dtype} {given.shape}",
            )
        values[name] = given
    for op in graph.ops:
        arrays = [_NOTHING if name is None else values[name] for name in op.inputs]
        results = OPS.get(op.kind).reference(op, graph, arrays)
        values.update(zip(op.outputs, results, strict=True))
    return values


def reset(graph: Graph) -> State:
    """The state before the first run: zero points, where the graph names nothing else."""
    found: dict[str, Array] = {}
    for before, _ in graph.state:
        if before in graph.initial:
            found[before] = graph.initial[before]
            continue
        type_ = graph.type(before)
        zero = type_.quant.zero_point[0] if type_.quant is not None else 0
        found[before] = np.full(type_.shape, zero, np.dtype(type_.dtype))
    return found


def after(graph: Graph, values: State) -> State:
    """The state for the next run, from a trace."""
    return {before: values[name] for before, name in graph.state}


def run(graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    """Outputs for one set of inputs, all in stored integers; a graph with state is reset."""
    values = trace(graph, inputs)
    return tuple(values[name] for name in graph.outputs)


def run_sequence(graph: Graph, cases: Sequence[Sequence[Array]]) -> list[tuple[Array, ...]]:
    """Outputs of runs one after the other, the first on a reset graph."""
    state = reset(graph)
    results = []
    for inputs in cases:
        values = trace(graph, inputs, state)
        state = after(graph, values)
        results.append(tuple(values[name] for name in graph.outputs))
    return results


def run_many(graph: Graph, batch: Array) -> Array:
    """First output for many cases of a one-input graph: shape (cases, *output shape).

    Cases run together where every op can take the case axis as its batch axis, as many as fit
    TOGETHER, else one by one.
    """
    most = max(1, TOGETHER // max(t.type.size for t in graph.tensors.values()))
    if len(batch) > most:
        parts = [run_many(graph, batch[i : i + most]) for i in range(0, len(batch), most)]
        return np.concatenate(parts)
    wide = rebatch(graph, len(batch)) if len(batch) else None
    type_ = graph.type(graph.inputs[0])
    if wide is not None:
        (out, *_) = run(wide, [batch.reshape(wide.type(wide.inputs[0]).shape)])
        return out.reshape(len(batch), *graph.type(graph.outputs[0]).shape)
    outputs = [run(graph, [case.reshape(type_.shape)])[0] for case in batch]
    empty = np.empty((0, *graph.type(graph.outputs[0]).shape), graph.type(graph.outputs[0]).dtype)
    return np.stack(outputs) if outputs else empty


def fed(graph: Graph, q: npt.NDArray[np.int16]) -> Array:
    """Q8.8 features, shape (rows, features), as the graph takes them: int16, or int8 steps."""
    return q if graph.type(graph.inputs[0]).dtype == "int16" else int8_input(q)


def rebatch(graph: Graph, cases: int) -> Graph | None:
    """The graph with `cases` in place of a leading 1 of every activation, or None.

    None if an activation has no leading 1, or if an op does not accept the new shapes.
    """
    tensors = dict(graph.tensors)
    for name, tensor in graph.tensors.items():
        if tensor.is_constant:
            continue
        shape = tensor.type.shape
        if not shape or shape[0] != 1:
            return None
        tensors[name] = replace(tensor, type=replace(tensor.type, shape=(cases, *shape[1:])))
    wide = replace(graph, tensors=tensors)
    return None if any(violations(wide)) else wide
