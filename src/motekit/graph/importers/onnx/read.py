"""Parse an .onnx file into plain values: nodes, constants, inputs, outputs, opsets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError

from . import bounded

Array = npt.NDArray[np.generic]
MAX_FILE = 1 << 26
MAX_ELEMENTS = 1 << 26  # of one constant
MAX_RANK = 8
FLOAT, INT, STRING, TENSOR, FLOATS, INTS, STRINGS = 1, 2, 3, 4, 6, 7, 8  # AttributeProto.type
DTYPES: dict[int, tuple[str, str]] = {  # TensorProto.data_type → (dtype, field it may lie in)
    1: ("<f4", "float_data"), 2: ("u1", "int32_data"), 3: ("i1", "int32_data"),
    5: ("<i2", "int32_data"), 6: ("<i4", "int32_data"), 7: ("<i8", "int64_data"),
    9: ("?", "int32_data"), 10: ("<f2", ""), 11: ("<f8", "double_data"),
}  # fmt: skip
EXTERNAL = 1


@dataclass(frozen=True)
class Node:
    """One node; attribute values are numbers, strings, arrays, or tuples of these."""

    index: int
    op: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attrs: Mapping[str, Any]

    @property
    def label(self) -> str:
        return self.name or (self.outputs[0] if self.outputs else self.op)


@dataclass(frozen=True)
class Model:
    """A model. `inputs` are those given from outside: name → (shape, data type)."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    inputs: Mapping[str, tuple[tuple[int, ...], int]]
    outputs: tuple[str, ...]
    opset: int


def read(content: bytes, path: Path) -> Model:
    """The model. Raises InputError: damaged, too large, or without the package onnx."""
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError as error:
        raise InputError("reading .onnx files needs the package onnx", where=path,
                         way_out="pip install 'motekit[onnx]'") from error  # fmt: skip
    if len(content) > MAX_FILE:
        raise InputError("the .onnx file is too large", where=path, value=len(content),
                         way_out=f"at most {MAX_FILE} bytes are read")  # fmt: skip
    try:
        bounded.check(content)
        proto = onnx.ModelProto.FromString(content)
        return _model(proto)
    except (DecodeError, ValueError, TypeError, OverflowError, UnicodeError) as error:
        detail = " ".join(str(error).split())[:120]
        raise InputError(f"the .onnx file is damaged: {detail}", where=path,
                         way_out="export or download the model again") from error  # fmt: skip
    except InputError as error:
        raise InputError(error.what, where=f"{path}: {error.where}" if error.where else path,
                         value=error.value, way_out=error.way_out) from None  # fmt: skip


def _model(proto: Any) -> Model:
    graph = proto.graph
    constants = {t.name: tensor(t) for t in graph.initializer}
    if len(graph.sparse_initializer):
        raise InputError("sparse constants are not supported")
    inputs = {i.name: _input(i) for i in graph.input if i.name not in constants}
    opsets = {o.domain: int(o.version) for o in proto.opset_import}
    return Model(
        nodes=tuple(_node(i, n) for i, n in enumerate(graph.node)),
        constants=constants,
        inputs=inputs,
        outputs=tuple(o.name for o in graph.output),
        opset=opsets.get("", opsets.get("ai.onnx", 1)),
    )


def _input(info: Any) -> tuple[tuple[int, ...], int]:
    if not info.type.HasField("tensor_type") or not info.type.tensor_type.HasField("shape"):
        raise InputError("the shape of this input is unknown", where=info.name,
                         way_out="export the model with fixed input shapes")  # fmt: skip
    shape: list[int] = []
    for axis, dim in enumerate(info.type.tensor_type.shape.dim):
        size = int(dim.dim_value)
        if size < 1 and axis == 0:
            size = 1  # a batch of any size: one at a time
        if size < 1:
            raise InputError(f"axis {axis} of this input has no fixed size", where=info.name,
                             value=dim.dim_param or size,
                             way_out="export the model with fixed input shapes")  # fmt: skip
        shape.append(size)
    if len(shape) > MAX_RANK or math.prod(shape) > MAX_ELEMENTS:
        raise InputError("this input is too large", where=info.name, value=tuple(shape))
    return tuple(shape), int(info.type.tensor_type.elem_type)


def _node(index: int, proto: Any) -> Node:
    domain = "" if proto.domain == "ai.onnx" else proto.domain
    return Node(
        index, proto.op_type, domain, proto.name, tuple(proto.input), tuple(proto.output),
        {a.name: _attribute(a) for a in proto.attribute},
    )  # fmt: skip


def _attribute(proto: Any) -> Any:
    kind = proto.type
    if kind == FLOAT:
        return float(proto.f)
    if kind == INT:
        return int(proto.i)
    if kind == STRING:
        return proto.s.decode("utf-8", errors="replace")
    if kind == TENSOR:
        return tensor(proto.t)
    if kind == FLOATS:
        return tuple(float(v) for v in proto.floats)
    if kind == INTS:
        return tuple(int(v) for v in proto.ints)
    if kind == STRINGS:
        return tuple(v.decode("utf-8", errors="replace") for v in proto.strings)
    return None  # graphs and the like: the ops that have them are refused by name


def tensor(proto: Any) -> Array:
    """A stored tensor. Raises ValueError if its parts do not fit together."""
    if proto.data_location == EXTERNAL or len(proto.external_data):
        raise InputError("constants outside the file are not supported", where=proto.name,
                         way_out="save the model as one file")  # fmt: skip
    if proto.data_type not in DTYPES:
        raise InputError("this element type is not supported", where=proto.name,
                         value=int(proto.data_type))  # fmt: skip
    shape = tuple(int(n) for n in proto.dims)
    size = math.prod(shape)
    if len(shape) > MAX_RANK or min(shape, default=0) < 0 or size > MAX_ELEMENTS:
        raise ValueError(f"tensor shape {shape} is not possible")
    dtype, place = DTYPES[proto.data_type]
    if proto.raw_data:
        values = np.frombuffer(proto.raw_data, dtype)
    elif place:
        values = np.array(list(getattr(proto, place)), np.float64 if "f" in dtype else np.int64)
    else:
        values = np.empty(0, dtype)
    if values.size != size:
        raise ValueError(f"{values.size} values for a tensor of shape {shape}")
    kind = {"<f2": "f4", "<f8": "f4"}.get(dtype, dtype.lstrip("<"))
    with np.errstate(all="ignore"):  # what is not finite is refused where it is used
        return values.astype(kind).reshape(shape)
