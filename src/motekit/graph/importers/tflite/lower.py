"""From a flat model to a graph: tensors with their types, ops by their plugins' spellings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import TfliteSpelling
from motekit.core.tensors import DTYPES, QuantParams, TensorType
from motekit.graph.importers import c_identifier
from motekit.graph.ops import OPS

from .flat import FlatModel, FlatOperator, FlatTensor, damaged

MAX_TENSOR_BYTES = 1 << 28
GENERIC = re.compile(  # path components of converter-made names that say nothing about the layer
    r"(statefulpartitionedcall|partitionedcall|model|functional|sequential|identity|biasadd|"
    r"conv2d|depthwise|matmul|relu6?|softmax|add|mul|mean|reshape|pad|fusedbatchnorm\w*|"
    r"convolution|readvariableop|avgpool|maxpool|logistic|sigmoid|tanh|transpose)?[_:\d]*"
)


@dataclass(frozen=True)
class Problem:
    """An op that cannot be lowered: where it is, why not, and the nearest way out."""

    index: int
    builtin: str
    name: str
    shape: tuple[int, ...]
    reason: str
    way_out: str

    def line(self) -> str:
        shape = "x".join(map(str, self.shape)) or "scalar"
        tail = f" ({self.way_out})" if self.way_out else ""
        return f"op {self.index} {self.builtin} {self.name!r} {shape}: {self.reason}{tail}"


@dataclass
class Lowered:
    """Result of lowering: the graph, if there are no problems."""

    graph: Graph | None
    problems: list[Problem] = field(default_factory=list)


def spellings() -> dict[str, tuple[str, TfliteSpelling]]:
    """TFLite builtin → (op kind, spelling), over all op plugins."""
    return {s.builtin: (op.kind, s) for op in OPS for s in op.tflite}


def lower(flat: FlatModel, name: str, path: Path) -> Lowered:
    """Lower every op, or say for each why not.

    Raises:
        InputError: tensors that no graph can hold.
    """
    names = _tensor_names(flat)
    tensors: dict[int, Tensor] = {}
    unusable: dict[int, str] = {}
    for i, stored in enumerate(flat.tensors):
        try:
            tensors[i] = _tensor(stored, names[i])
        except InputError as error:
            unusable[i] = error.line()
    known = spellings()
    op_names = _op_names(flat, known)
    ops: list[Op] = []
    problems: list[Problem] = []
    for index, operator in enumerate(flat.operators):
        try:
            with damaged(path):
                ops.append(_op(operator, op_names[index], tensors, unusable, known))
        except InputError as error:
            problems.append(_problem(index, operator, op_names[index], flat, error))
    if problems:
        return Lowered(None, problems)
    for i in (*flat.inputs, *flat.outputs):
        if i in unusable:
            raise InputError(unusable[i], where=path)
    inputs = tuple(names[i] for i in flat.inputs)
    outputs = tuple(names[i] for i in flat.outputs)
    used = {n for op in ops for n in (*op.inputs, *op.outputs)} | set(inputs) | set(outputs)
    kept = {t.name: t for t in tensors.values() if t.name in used}
    return Lowered(Graph(name, kept, tuple(ops), inputs, outputs))


def _problem(
    index: int, operator: FlatOperator, name: str, flat: FlatModel, error: InputError
) -> Problem:
    shape = flat.tensors[operator.outputs[0]].shape if operator.outputs else ()
    label = f"CUSTOM {operator.custom!r}" if operator.builtin == "CUSTOM" else operator.builtin
    reason = error.what if error.value is None else f"{error.what} (got {error.value!r})"
    return Problem(index, label, name, shape, reason, error.way_out or "")


def _tensor(stored: FlatTensor, name: str) -> Tensor:
    if stored.dtype not in DTYPES:
        raise InputError("this element type is not supported", where=name, value=stored.dtype)
    if stored.sparse:
        raise InputError(
            "sparse tensors are not supported", where=name, way_out="convert without sparsity"
        )
    quant = None
    if stored.scale:
        quant = _quant(stored, name)
    type_ = TensorType(stored.shape, stored.dtype, quant)
    if type_.nbytes > MAX_TENSOR_BYTES:
        raise InputError("the tensor is too large", where=name, value=stored.shape)
    if not stored.data.size:
        return Tensor(name, type_)
    if stored.data.nbytes != type_.nbytes:
        raise InputError(
            f"{type_.dtype} {type_.shape} needs {type_.nbytes} bytes",
            where=name,
            value=stored.data.nbytes,
        )
    values = stored.data.view(np.dtype(type_.dtype).newbyteorder("<")).reshape(type_.shape)
    return Tensor(name, type_, np.ascontiguousarray(values.astype(type_.dtype, copy=False)))


def _quant(stored: FlatTensor, name: str) -> QuantParams:
    if any(not math.isfinite(s) or s <= 0 for s in stored.scale):
        raise InputError("a scale must be a positive number", where=name, value=stored.scale[:3])
    if len(stored.zero_point) not in (1, len(stored.scale)):
        raise InputError("scales and zero points differ in number", where=name)
    zero = stored.zero_point
    if len(zero) == 1:
        zero = zero * len(stored.scale)
    if stored.dtype in ("int8", "uint8", "int16"):
        info = np.iinfo(stored.dtype)
        if any(not info.min <= z <= info.max for z in zero):
            raise InputError("a zero point is outside its type", where=name, value=zero[:3])
    if len(stored.scale) == 1:
        return QuantParams(stored.scale, zero)
    if not 0 <= stored.axis < len(stored.shape):
        raise InputError("the quantized axis does not exist", where=name, value=stored.axis)
    if stored.shape[stored.axis] != len(stored.scale):
        raise InputError("the number of scales is not the size of the axis", where=name)
    return QuantParams(stored.scale, zero, stored.axis)


def _op(
    operator: FlatOperator,
    name: str,
    tensors: Mapping[int, Tensor],
    unusable: Mapping[int, str],
    known: Mapping[str, tuple[str, TfliteSpelling]],
) -> Op:
    if operator.builtin not in known:
        raise InputError(
            "there is no such op here",
            way_out=f"replace it by ops of: {', '.join(sorted(known))}",
        )
    for i in (*operator.inputs, *operator.outputs):
        if i in unusable:
            raise InputError(unusable[i])
    kind, spelling = known[operator.builtin]
    if operator.options is not None and operator.options_name != spelling.options:
        raise InputError(f"its options must be {spelling.options}", value=operator.options_name)
    inputs = [None if i < 0 else tensors[i] for i in operator.inputs]
    outputs = [tensors[i] for i in operator.outputs]
    if not inputs or not outputs:
        raise InputError("it has no input or no output")
    attrs = spelling.read(operator.options, inputs, outputs)
    picks = range(len(inputs)) if spelling.data_inputs is None else spelling.data_inputs
    data = [inputs[i] for i in picks]
    return Op(
        kind,
        name,
        tuple(None if t is None else t.name for t in data),
        tuple(t.name for t in outputs),
        attrs,
    )


def _unique(name: str, taken: set[str]) -> str:
    candidate, n = name, 2
    while candidate in taken:
        candidate, n = f"{name}_{n}", n + 1
    taken.add(candidate)
    return candidate


def _tensor_names(flat: FlatModel) -> list[str]:
    taken: set[str] = set()
    return [
        _unique(t.name.split(";")[0][-60:] or f"tensor_{i}", taken)
        for i, t in enumerate(flat.tensors)
    ]


def _op_names(flat: FlatModel, known: Mapping[str, tuple[str, TfliteSpelling]]) -> list[str]:
    """A C identifier a layer: the user's own name of it where the file kept one."""
    taken: set[str] = set()
    names = []
    for operator in flat.operators:
        kind = known[operator.builtin][0] if operator.builtin in known else "op"
        path = flat.tensors[operator.outputs[0]].name if operator.outputs else ""
        parts = [c_identifier(p).lower() for p in path.split(";")[0].split("/") if p]
        telling = [p for p in parts if not GENERIC.fullmatch(p) and not p.startswith("mk_")]
        names.append(_unique(telling[-1][:40] if telling else kind, taken))
    return names
