"""Inputs to prove a network with where nobody gives any: its extremes, then random ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph
from motekit.core.op import Array

from .network_program import Case

BEYOND = 0.1  # of its range, how far a float input goes past both ends
UNKNOWN = 10.0  # ends of a float input that nothing quantizes


def random_cases(graph: Graph, count: int, seed: int = 0) -> list[Case]:
    """Extremes (all lowest, all highest, alternating), then uniformly random stored values."""
    rng = np.random.default_rng(seed)
    return [[_values(graph, name, i, rng) for name in graph.inputs] for i in range(count)]


def _values(graph: Graph, name: str, kind: int, rng: np.random.Generator) -> Array:
    """Input number `kind`: 0 lowest, 1 highest, 2 alternating, others random."""
    type_ = graph.type(name)
    ends = bounds(graph, name)
    if kind > 2:
        return uniform(ends, type_.shape, type_.dtype, rng)
    odd = np.arange(type_.size).reshape(type_.shape) % 2 == 1
    pick: Any = (np.zeros_like(odd), ~np.zeros_like(odd), odd)[kind]
    return np.asarray(np.where(pick, ends[1], ends[0]).astype(type_.dtype))


def uniform(
    ends: tuple[Any, Any], shape: Sequence[int], dtype: str, rng: np.random.Generator
) -> Array:
    """Random values of a type, both ends included."""
    if dtype == "float32":
        return rng.uniform(*ends, tuple(shape)).astype(np.float32)
    if dtype == "bool":
        return rng.integers(0, 2, tuple(shape)).astype(np.bool_)
    found: npt.NDArray[np.int64] = rng.integers(ends[0], ends[1], tuple(shape), endpoint=True)
    return found.astype(dtype)


def bounds(graph: Graph, name: str) -> tuple[Any, Any]:
    """Ends of an input: those of its type, or of the quantization that a float one gets."""
    dtype = graph.type(name).dtype
    if dtype == "bool":
        return False, True
    if dtype != "float32":
        info = np.iinfo(dtype)
        return int(info.min), int(info.max)
    stored = [graph.type(op.outputs[0]) for op in graph.consumers(name) if op.kind == "quantize"]
    if not stored or stored[0].quant is None:
        return -UNKNOWN, UNKNOWN
    scale, zero = stored[0].quant.per_tensor
    info = np.iinfo(stored[0].dtype)
    low, high = scale * (int(info.min) - zero), scale * (int(info.max) - zero)
    more = BEYOND * (high - low)
    return low - more, high + more


def random_frames(graph: Graph, axis: int, count: int, seed: int = 0) -> Array:
    """A stream of frames for a model over a sliding window: random values; in its middle a window
    each of the lowest, the highest and alternating ones, as far as there is room."""
    name = graph.inputs[0]
    type_, rng = graph.type(name), np.random.default_rng(seed)
    length = type_.shape[axis]
    shape = (*type_.shape[:axis], count, *type_.shape[axis + 1 :])
    out = uniform(bounds(graph, name), shape, type_.dtype, rng)
    lines = np.moveaxis(out, axis, 0)
    for i in range(3):
        at = (i + 1) * length
        room = max(0, min(length, count - at))
        lines[at : at + room] = np.moveaxis(_values(graph, name, i, rng), axis, 0)[:room]
    return out
