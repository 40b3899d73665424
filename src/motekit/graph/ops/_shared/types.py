"""What every op asks of its tensors, with errors that say what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.target import TargetSpec
from motekit.core.tensors import TensorType


def operand(op: Op, graph: Graph, i: int = 0) -> TensorType:
    """Type of input i. Raises InputError if it is absent."""
    if i >= len(op.inputs) or op.inputs[i] is None:
        raise InputError(f"input {i} is missing", where=op.name)
    return graph.type(str(op.inputs[i]))


def optional(op: Op, graph: Graph, i: int) -> TensorType | None:
    """Type of input i, or None if it is absent."""
    absent = i >= len(op.inputs) or op.inputs[i] is None
    return None if absent else graph.type(str(op.inputs[i]))


def per_tensor(type_: TensorType, what: str = "tensor") -> tuple[float, int]:
    """(scale, zero point) of a per-tensor quantization. Raises InputError if it has none."""
    if type_.quant is None or type_.quant.axis is not None:
        raise InputError(f"the {what} must be quantized per tensor")
    return type_.quant.per_tensor


def int8(type_: TensorType, what: str = "input") -> TensorType:
    """The type itself if it is quantized int8, per tensor. Raises InputError otherwise."""
    if type_.dtype != "int8":
        raise InputError(f"the {what} must be int8", value=type_.dtype)
    per_tensor(type_, what)
    return type_


def integers(type_: TensorType, what: str = "input") -> TensorType:
    """The type itself if it is quantized int8 or int16, per tensor. Raises InputError otherwise.

    int16 is symmetric: LiteRT's kernels refuse other zero points than 0."""
    if type_.dtype not in ("int8", "int16"):
        raise InputError(f"the {what} must be int8 or int16", value=type_.dtype)
    _, zero = per_tensor(type_, what)
    if type_.dtype == "int16" and zero != 0:
        raise InputError(f"the zero point of an int16 {what} must be 0", value=zero)
    return type_


Applies = Callable[[Op, Graph, TargetSpec], str | None]


def only(dtype: str, applies: Applies) -> Applies:
    """A kernel's `applies` for one type of activation."""

    def checked(op: Op, graph: Graph, target: TargetSpec) -> str | None:
        found = operand(op, graph).dtype
        return applies(op, graph, target) if found == dtype else f"for {dtype}, not {found}"

    return checked


def declared(op: Op, graph: Graph, shape: tuple[int, ...], dtype: str = "int8") -> TensorType:
    """The declared output with the inferred shape and type: its quantization is free, but that
    of an int16 tensor has the zero point 0."""
    out = graph.type(op.outputs[0])
    if dtype in ("int8", "int16"):
        _, zero = per_tensor(out, "output")
        if dtype == "int16" and zero != 0:
            raise InputError("the zero point of an int16 output must be 0", value=zero)
    return replace(out, shape=shape, dtype=dtype)


def same_as(type_: TensorType, shape: tuple[int, ...]) -> TensorType:
    """`type_` in another shape, with the same quantization."""
    return replace(type_, shape=shape)


def pair(attrs: Mapping[str, Any], name: str, default: tuple[int, int] = (1, 1)) -> tuple[int, int]:
    """An attribute of two positive integers (height, width)."""
    a, b = attrs.get(name, default)
    if int(a) < 1 or int(b) < 1:
        raise InputError(f"{name} must be positive", value=(a, b))
    return int(a), int(b)


def ints(attrs: Mapping[str, Any], name: str) -> tuple[int, ...]:
    """An attribute that is a tuple of integers."""
    return tuple(int(v) for v in attrs[name])


def axis(value: int, rank: int) -> int:
    """An axis from 0 on. Raises InputError if the tensor does not have it."""
    if not -rank <= value < rank:
        raise InputError(f"axis is outside the {rank} axes of the tensor", value=value)
    return value % rank


def integer(attrs: Mapping[str, Any], name: str) -> int:
    """An attribute that is a whole number."""
    return int(attrs[name])


def real(attrs: Mapping[str, Any], name: str) -> float:
    """An attribute that is a number."""
    return float(attrs[name])
