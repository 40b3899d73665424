"""Write a graph as a .tflite file: what LiteRT runs as the oracle, and what users take away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, TfliteForm, TfliteSpelling
from motekit.core.tensors import QuantParams, TensorType, dequantize
from motekit.graph.floats.real import is_real, shadow, without_conversions
from motekit.graph.ops import OPS

from .padding import with_pads
from .variables import Variables, schema

IDENTIFIER = b"TFL3"
DESCRIPTION = "motekit"


def to_tflite(graph: Graph) -> bytes:
    """The graph as a .tflite flatbuffer; the same graph gives the same bytes.

    Raises:
        InputError: for an op that TFLite does not have.
    """
    return write(graph).content


@dataclass(frozen=True)
class Written:
    """A .tflite file and the index of each of the graph's tensors in it."""

    content: bytes
    index: Mapping[str, int]


def write(graph: Graph) -> Written:
    """As `to_tflite`. A real graph (see `motekit.graph.floats`) becomes a float model."""
    return write_float(graph) if is_real(graph) else _written(_Writer(with_pads(graph)))


def write_float(real: Graph) -> Written:
    """A real graph as a float model; quantize ops to int8 and dequantize ops stay."""
    return _written(_FloatWriter(with_pads(shadow(without_conversions(real))), real=real))


def _written(writer: _Writer) -> Written:
    import flatbuffers

    model = writer.model()
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return Written(bytes(builder.Output()), writer.index)


def spell(op: Op, graph: Graph) -> tuple[TfliteSpelling, TfliteForm]:
    """How TFLite says an op. Raises InputError if it has no such op."""
    for spelling in OPS.get(op.kind).tflite:
        form = spelling.write(op, graph) if spelling.write is not None else None
        if form is not None:
            return spelling, form
    raise InputError("TFLite has no such op", where=op.name, value=op.kind)


def expressible(graph: Graph) -> bool:
    """Whether TFLite has every op of a graph."""
    try:
        for op in graph.ops:
            spell(op, graph)
    except InputError:
        return False
    return True


@dataclass
class _Writer:
    graph: Graph
    tensors: list[Any] = field(default_factory=list)
    buffers: list[Any] = field(default_factory=list)
    codes: dict[tuple[str, int], int] = field(default_factory=dict)
    index: dict[str, int] = field(default_factory=dict)

    def model(self) -> Any:
        s = schema()
        self.buffers.append(s.BufferT())  # buffer 0 is the empty one, by convention
        free = self._free_state()
        owned = [pair for pair in self.graph.state if pair not in free]
        before, after = ({pair[i] for pair in owned} for i in (0, 1))
        for name, tensor in self.graph.tensors.items():
            if name not in after:  # TFLite's ops write back into the variable itself
                self.index[name] = self.tensor_index(name, tensor.type, tensor.data)
                self.tensors[-1].isVariable = name in before
        sub = s.SubGraphT()
        sub.name = self.graph.name
        held = Variables(self, free)
        sub.operators = [
            *held.reads(), *map(self._operator, self.graph.ops), *held.assignments()
        ]  # fmt: skip
        sub.tensors = self.tensors
        sub.inputs = [self.index[name] for name in self.graph.inputs]
        sub.outputs = [self.index[name] for name in self.graph.outputs]
        model = s.ModelT()
        model.version = 3
        model.description = DESCRIPTION
        model.subgraphs = [sub, *held.first_values()]
        model.operatorCodes = [self._code(*code) for code in self.codes]
        model.buffers = self.buffers
        return model

    def _free_state(self) -> tuple[tuple[str, str], ...]:
        """State that no operator updates by itself, as an LSTM does: it needs variables."""
        owned: set[str] = set()
        for op in self.graph.ops:
            count = len(spell(op, self.graph)[0].state_inputs)
            owned |= set(op.outputs[len(op.outputs) - count :])
        return tuple(pair for pair in self.graph.state if pair[1] not in owned)

    def code(self, builtin: str, version: int) -> int:
        """Index of an operator code."""
        return self.codes.setdefault((builtin, version), len(self.codes))

    def tensor_index(self, name: str, type_: TensorType, data: Array | None) -> int:
        s = schema()
        tensor = s.TensorT()
        tensor.name, tensor.shape = name, list(type_.shape)
        tensor.type = getattr(s.TensorType, type_.dtype.upper())
        tensor.quantization = None if type_.quant is None else self._quantization(type_.quant)
        tensor.buffer = 0
        if data is not None:
            buffer = s.BufferT()
            buffer.data = np.frombuffer(_little_endian(data), dtype=np.uint8)
            tensor.buffer = len(self.buffers)
            self.buffers.append(buffer)
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    @staticmethod
    def _quantization(quant: QuantParams) -> Any:
        out = schema().QuantizationParametersT()
        out.scale = np.array(quant.scale, dtype=np.float32)
        out.zeroPoint = np.array(quant.zero_point, dtype=np.int64)
        out.quantizedDimension = quant.axis or 0
        return out

    def _operator(self, op: Op) -> Any:
        s = schema()
        spelled, form = spell(op, self.graph)
        out = s.OperatorT()
        out.opcodeIndex = self.code(spelled.builtin, form.version or spelled.version)
        out.inputs = [self._input(op, i, given) for i, given in enumerate(form.inputs)]
        own = len(op.outputs) - len(spelled.state_inputs)
        out.outputs = [self.index[name] for name in op.outputs[:own]]
        if form.intermediates:
            out.intermediates = [
                self.tensor_index(f"{op.name}/intermediate/{i}", type_, None)
                for i, type_ in enumerate(form.intermediates)
            ]
        out.builtinOptionsType, out.builtinOptions = self._options(spelled.options, form)
        return out

    def _input(self, op: Op, position: int, given: str | Array | Tensor | None) -> int:
        if given is None:
            return -1
        if isinstance(given, str):
            return self.index[given]
        if isinstance(given, Tensor):
            return self.tensor_index(f"{op.name}/{position}", given.type, given.data)
        type_ = TensorType(given.shape, str(given.dtype))
        return self.tensor_index(f"{op.name}/{position}", type_, given)

    @staticmethod
    def _options(options: str, form: TfliteForm) -> tuple[int, Any]:
        if not options:
            return 0, None
        s = schema()
        table = getattr(s, f"{options}T")()
        for name, value in form.fields.items():
            if not hasattr(table, name):
                raise AttributeError(f"{options} has no field {name}")
            setattr(table, name, value)
        return getattr(s.BuiltinOptions, options), table

    @staticmethod
    def _code(builtin: str, version: int) -> Any:
        s = schema()
        code = s.OperatorCodeT()
        code.builtinCode = getattr(s.BuiltinOperator, builtin)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = version
        return code


@dataclass
class _FloatWriter(_Writer):
    """Spells the shadow of a real graph, and stores the real tensors."""

    real: Graph = field(kw_only=True)

    def tensor_index(self, name: str, type_: TensorType, data: Array | None) -> int:
        given = self.real.tensors.get(name)
        if given is not None and given.data is not None:
            plain = replace(given.type, quant=None)
            if given.type.quant is None:
                return super().tensor_index(name, plain, given.data)
            values = dequantize(given.data, given.type).astype(np.float32)
            return super().tensor_index(name, replace(plain, dtype="float32"), values)
        if given is not None and given.type.dtype == "int8":
            type_ = given.type
        elif type_.dtype == "int8" and data is None:
            type_ = TensorType(type_.shape, "float32")
        elif type_.dtype == "int8" and data is not None:  # around a maximum: see padding.LOWEST
            lowest = np.full(type_.shape, np.finfo(np.float32).min, np.float32)
            return super().tensor_index(name, TensorType(type_.shape, "float32"), lowest)
        return super().tensor_index(name, type_, data)


def _little_endian(data: Array) -> bytes:
    return data.astype(data.dtype.newbyteorder("<")).tobytes()
