"""Axes and shapes of ops that reduce over axes, and their TFLite spelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Cost, Reach, TfliteForm
from motekit.core.target import TargetSpec
from motekit.core.tensors import TensorType

from . import frames, tflite, types, walks


def axes(op: Op, rank: int) -> tuple[int, ...]:
    """Reduced axes, sorted, each once."""
    given = sorted({types.axis(a, rank) for a in types.ints(op.attrs, "axes")})
    if not given:
        raise InputError("no axis to reduce over")
    return tuple(given)


def time(op: Op, graph: Graph, moving: frames.Axes) -> Reach | str:
    """How the outputs move along time."""
    axis = int(str(moving[0]))
    gone = axes(op, len(types.operand(op, graph).shape))
    if axis in gone:
        return "it reduces over time"
    return frames.each(op, axis if op.attrs["keep_dims"] else axis - sum(a < axis for a in gone))


def shape(op: Op, given: tuple[int, ...]) -> tuple[int, ...]:
    """Shape after the reduction."""
    gone = axes(op, len(given))
    if any(given[a] == 0 for a in gone):
        raise InputError("an axis to reduce over is empty", value=given)
    if op.attrs["keep_dims"]:
        return tuple(1 if i in gone else n for i, n in enumerate(given))
    return tuple(n for i, n in enumerate(given) if i not in gone)


def infer_same(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    """For reductions that keep stored values: one quantization for input and output."""
    x = types.int8(types.operand(op, graph))
    return (types.same_as(x, shape(op, x.shape)),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def reader(rounding: str = "", wide: bool = False) -> Callable[..., Mapping[str, Any]]:
    """A reader of ReducerOptions; `rounding` becomes an attribute if given.

    Args:
        wide: int16 is covered, too.
    """

    def read(
        options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
    ) -> Mapping[str, Any]:
        found = tflite.same_integers(inputs, outputs).dtype if wide else "int8"
        tflite.require_dtypes(inputs, ((found,), ("int32",)))
        given = tflite.constant_input(inputs, 1, "axes").reshape(-1)
        keep = bool(options.KeepDims()) if options is not None else False
        attrs: dict[str, Any] = {"axes": tuple(int(a) for a in given), "keep_dims": keep}
        return attrs | ({"rounding": rounding} if rounding else {})

    return read


def write(op: Op, graph: Graph) -> TfliteForm:
    """The op as TFLite spells it."""
    given = np.array(types.ints(op.attrs, "axes"), np.int32)
    return TfliteForm({"keepDims": bool(op.attrs["keep_dims"])}, (op.inputs[0], given))


LOOPS = 3  # of mk_reduce, kept and gone


def loops(op: Op, graph: Graph) -> dict[str, Any] | None:
    """Fields of mk_reduce, or None if it has too few loops for these axes."""
    given = types.operand(op, graph).shape
    gone = axes(op, len(given))
    strides = walks.contiguous(given)
    fields: dict[str, Any] = {}
    for name, pick in (("kept", False), ("gone", True)):
        mine = [i for i in range(len(given)) if (i in gone) is pick]
        steps = tuple(strides[i] for i in mine)
        walk = walks.walk([given[i] for i in mine], [steps]).padded(LOOPS)
        if walk is None:
            return None
        fields[name] = np.array(walk.counts, np.int32)
        fields[f"{name}_stride"] = np.array(walk.strides[0], np.int32)
    return fields


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None if loops(op, graph) else f"its axes need more than {LOOPS} loops"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    cycles = 8 * types.operand(op, graph).size + 80 * graph.type(op.outputs[0]).size
    return Cost(cycles, flash_bytes=60, ram_bytes=0)
