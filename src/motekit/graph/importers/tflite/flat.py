"""Read the parts of a .tflite flatbuffer that a graph needs, with every length checked first.

A flatbuffer is offsets into itself, and a hostile one points anywhere, overlaps, or claims
four billion elements. So nothing is unpacked as a whole: fields are read one by one, vectors
only after their length fits the file, and the total number of elements read is limited by the
size of the file. What remains are Python reads, which cannot leave the buffer.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError

Bytes = npt.NDArray[np.uint8]
MAX_RANK = 8


@dataclass(frozen=True)
class FlatTensor:
    """A tensor as stored. `data` is empty for everything that is not constant."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    data: Bytes
    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int
    variable: bool
    sparse: bool


@dataclass(frozen=True)
class FlatOperator:
    """An operator as stored: names in the schema's words; `options` a lazy table or None."""

    builtin: str
    version: int
    custom: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    intermediates: tuple[int, ...]
    options_name: str
    options: Any


@dataclass(frozen=True)
class FlatModel:
    """The first subgraph of a model; `others` are the rest, by number from 1 on."""

    tensors: tuple[FlatTensor, ...]
    operators: tuple[FlatOperator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    others: tuple[FlatModel, ...] = ()


def schema() -> Any:
    """The generated schema module, imported on first use."""
    from ai_edge_litert import schema_py_generated

    return schema_py_generated


@cache
def names_of(enum: str) -> dict[int, str]:
    """Value → name of one enum of the schema."""
    members = vars(getattr(schema(), enum)).items()
    return {value: name for name, value in members if isinstance(value, int)}


@contextmanager
def damaged(path: Path) -> Iterator[None]:
    """Turn every way in which reading a broken flatbuffer fails into one InputError."""
    try:
        yield
    except (struct.error, IndexError, ValueError, TypeError, OverflowError, AttributeError) as e:
        detail = " ".join(str(e).split())[:120]
        if isinstance(e, struct.error) and "requires a buffer" in detail:
            detail = "it ends too early or points beyond its end"
        raise InputError(
            f"the .tflite file is damaged: {detail}",
            where=path,
            way_out="convert or download the model again",
        ) from e


@dataclass
class _Reader:
    content: bytes
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = 4 * len(self.content) + 1024

    def spend(self, elements: int) -> int:
        """Account for elements about to be read; raises ValueError when it is too many."""
        self.left -= elements
        if elements < 0 or self.left < 0:
            raise ValueError("vectors overlap or exceed the file")
        return elements

    def each(self, length: int, at: Callable[[int], Any]) -> Iterator[Any]:
        """The items of a vector, each of which must be there."""
        for i in range(self.spend(length)):
            item = at(i)
            if item is None:
                raise ValueError("a vector holds a missing item")
            yield item

    def ints(self, length: int, get: Callable[[], Any]) -> tuple[int, ...]:
        """A vector of integers, in one bounded NumPy read."""
        return tuple(int(v) for v in get()) if self.spend(length) else ()

    def text(self, raw: bytes | None) -> str:
        if raw is None:
            return ""
        self.spend(len(raw))
        return raw.decode("utf-8", errors="replace")


def read(content: bytes, path: Path) -> FlatModel:
    """The subgraphs of a .tflite file. Raises InputError if the file is damaged."""
    with damaged(path):
        return _model(_Reader(content))


def _model(r: _Reader) -> FlatModel:
    root = schema().Model.GetRootAs(r.content, 0)
    if root.SubgraphsLength() < 1:
        raise ValueError("the model holds no graph")
    codes = [_code(r, c) for c in r.each(root.OperatorCodesLength(), root.OperatorCodes)]
    buffers = [_buffer(r, b) for b in r.each(root.BuffersLength(), root.Buffers)]
    first, *others = (
        _graph(r, g, codes, buffers) for g in r.each(root.SubgraphsLength(), root.Subgraphs)
    )
    return replace(first, others=tuple(others))


def _graph(
    r: _Reader, graph: Any, codes: list[tuple[str, int, str]], buffers: list[Bytes]
) -> FlatModel:
    tensors = tuple(_tensor(r, t, buffers) for t in r.each(graph.TensorsLength(), graph.Tensors))
    count = len(tensors)
    operators = tuple(
        _operator(r, o, codes, count) for o in r.each(graph.OperatorsLength(), graph.Operators)
    )
    inputs = _indices(r.ints(graph.InputsLength(), graph.InputsAsNumpy), count, absent=False)
    outputs = _indices(r.ints(graph.OutputsLength(), graph.OutputsAsNumpy), count, absent=False)
    return FlatModel(tensors, operators, inputs, outputs)


def _indices(given: tuple[int, ...], count: int, absent: bool) -> tuple[int, ...]:
    low = -1 if absent else 0
    if any(not low <= i < count for i in given):
        raise ValueError(f"a tensor index is outside 0 to {count - 1}")
    return given


def _code(r: _Reader, code: Any) -> tuple[str, int, str]:
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    custom = r.text(code.CustomCode())
    builtin = names_of("BuiltinOperator").get(number, f"operator {number}")
    return builtin, int(code.Version()), custom


def _buffer(r: _Reader, buffer: Any) -> Bytes:
    if buffer.Offset() > 1 or buffer.Size() > 1:
        raise ValueError("data outside the flatbuffer is not supported")
    length = buffer.DataLength()
    r.spend(length)
    return np.asarray(buffer.DataAsNumpy()) if length else np.empty(0, np.uint8)


def _tensor(r: _Reader, tensor: Any, buffers: list[Bytes]) -> FlatTensor:
    shape = r.ints(tensor.ShapeLength(), tensor.ShapeAsNumpy)
    if len(shape) > MAX_RANK or any(n < 0 for n in shape):
        raise ValueError(f"tensor shape {shape} is not possible")
    if not 0 <= tensor.Buffer() < len(buffers):
        raise ValueError("a buffer index is outside the file")
    scale: tuple[float, ...] = ()
    zero: tuple[int, ...] = ()
    axis = 0
    quant = tensor.Quantization()
    if quant is not None and r.spend(quant.ScaleLength()):
        scale = tuple(float(v) for v in quant.ScaleAsNumpy())
        zero = r.ints(quant.ZeroPointLength(), quant.ZeroPointAsNumpy) or (0,) * len(scale)
        axis = int(quant.QuantizedDimension())
    dtype = names_of("TensorType").get(tensor.Type(), f"type {tensor.Type()}").lower()
    return FlatTensor(
        r.text(tensor.Name()), shape, dtype, buffers[tensor.Buffer()], scale, zero, axis,
        bool(tensor.IsVariable()), tensor.Sparsity() is not None,
    )  # fmt: skip


def _operator(r: _Reader, op: Any, codes: list[tuple[str, int, str]], tensors: int) -> FlatOperator:
    if not 0 <= op.OpcodeIndex() < len(codes):
        raise ValueError("an operator code index is outside the file")
    builtin, version, custom = codes[op.OpcodeIndex()]
    inputs = _indices(r.ints(op.InputsLength(), op.InputsAsNumpy), tensors, absent=True)
    outputs = _indices(r.ints(op.OutputsLength(), op.OutputsAsNumpy), tensors, absent=False)
    between = r.ints(op.IntermediatesLength(), op.IntermediatesAsNumpy)
    intermediates = _indices(between, tensors, absent=False)
    name = names_of("BuiltinOptions").get(op.BuiltinOptionsType(), "")
    table = op.BuiltinOptions() if name not in ("", "NONE") else None
    options = None
    if table is not None:
        options = getattr(schema(), name)()
        options.Init(table.Bytes, table.Pos)
    return FlatOperator(builtin, version, custom, inputs, outputs, intermediates, name, options)
