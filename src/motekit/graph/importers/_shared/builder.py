"""Builds a real graph op by op, in our ops, from values in a source's axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.floats import ties
from motekit.graph.floats.real import shadow_tensor
from motekit.graph.importers import c_identifier
from motekit.graph.ops import OPS

from .values import (
    MAX_BYTES,
    Activation,
    Constant,
    Layout,
    Shape,
    Value,
    moving,
    plain_layout,
    size_of,
    tensor_shape,
)  # fmt: skip

LONGEST = 40
MAX_RANK = 8
NEARLY = 1e-3  # scales this close are one: a quarter of a step at the end of the int8 range


@dataclass
class Builder:
    """The graph so far. `label` names the source op being lowered; its ops are named after it."""

    label: str = "op"
    tensors: dict[str, Tensor] = field(default_factory=dict)
    shadows: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    arranged_as: dict[tuple[Activation, Layout], str] = field(default_factory=dict)

    def graph(self, name: str, inputs: Sequence[str], outputs: Sequence[str]) -> Graph:
        """The graph, without ops that nothing uses."""
        wanted = set(outputs)
        ops: list[Op] = []
        for op in reversed(self.ops):
            if wanted.intersection(op.outputs):
                ops.insert(0, op)
                wanted.update(n for n in op.inputs if n is not None)
        made = {n for op in ops for n in op.outputs}
        tensors = {n: t for n, t in self.tensors.items() if n in wanted | made | set(inputs)}
        return Graph(name, tensors, tuple(ops), tuple(inputs), tuple(outputs))

    def input(self, name: str, shape: Shape, dtype: str = "float32") -> Activation:
        """An input of the model, in the source's own layout."""
        name = self._tensor(name, TensorType(shape, dtype))
        return Activation(name, shape, plain_layout(len(shape)))

    def constant(self, value: Constant, bias: bool = False) -> str:
        """A constant tensor in the layout that `value` has. float32 or stored int8."""
        data = value.data
        if value.quant is None and data.dtype.kind == "f":
            data = data.astype(np.float32)
        if data.dtype.kind == "f" and not np.isfinite(data).all():
            raise InputError("a constant is not a finite number", where=self.label)
        if bias:
            data = value.real.astype(np.float32)
        quant = value.quant if data.dtype == np.int8 else None
        type_ = TensorType(data.shape, str(data.dtype), quant)
        name = self._tensor(f"{self.label}/constant", type_, np.array(data, order="C"))
        self.shadows[name] = shadow_tensor(self.tensors[name], bias)
        return name

    def _tensor(self, wish: str, type_: TensorType, data: Any = None) -> str:
        if type_.nbytes > MAX_BYTES or len(type_.shape) > MAX_RANK:
            raise InputError("the tensor is too large", value=type_.shape)
        name, n = wish[-60:] or "tensor", 2
        while name in self.tensors:
            name, n = f"{wish[-56:]}_{n}", n + 1
        self.tensors[name] = Tensor(name, type_, data)
        self.shadows[name] = shadow_tensor(self.tensors[name])
        return name

    def op_name(self) -> str:
        """A C identifier for an op of the source op in work."""
        parts = [p for p in self.label.split(";")[0].replace(".", "/").split("/") if p]
        base = c_identifier(parts[-1] if parts else "op").lower()[:LONGEST].strip("_") or "op"
        base = f"op_{base}" if base.startswith("mk_") else base
        name, n = base, 2
        while name in self.names:
            name, n = f"{base}_{n}", n + 1
        self.names.add(name)
        return name

    def emit(
        self, kind: str, inputs: Sequence[str | None], attrs: Mapping[str, Any], outputs: int = 1
    ) -> list[str]:
        """Add an op; its shape rule gives the outputs. Names of the outputs.

        Raises InputError if there is no such op or its inputs do not fit.
        """
        if kind not in OPS:
            raise InputError(f"motekit has no op {kind!r}")
        name = self.op_name()
        outs = [f"{name}/probe{i}" for i in range(outputs)]
        op = Op(kind, name, tuple(inputs), tuple(outs), attrs)
        seen = {n: self.shadows[n] for n in inputs if n is not None}
        seen |= {n: shadow_tensor(Tensor(n, TensorType((), "float32"))) for n in outs}
        try:
            types = ties.inferred(op, seen)
        except InputError as error:
            self.names.discard(name)
            raise InputError(error.what, value=error.value, way_out=error.way_out) from None
        made = [
            self._tensor(
                self.label if outputs == 1 else f"{self.label}/{i}",
                TensorType(t.shape, "float32" if t.dtype == "int8" else t.dtype),
            )
            for i, t in enumerate(types)
        ]
        self.ops.append(replace(op, outputs=tuple(made)))
        return made

    def shape(self, name: str) -> Shape:
        """Shape of a tensor."""
        return self.tensors[name].type.shape

    def producer(self, name: str) -> Op | None:
        """The op that makes a tensor."""
        return next((op for op in reversed(self.ops) if name in op.outputs), None)

    def reshape(self, name: str, shape: Shape) -> str:
        """The tensor in another shape; reshapes in a row become one."""
        op = self.producer(name)
        if op is not None and op.kind == "reshape" and self.tensors[name].type.quant is None:
            name = str(op.inputs[0])
        before = self.shape(name)
        if before == shape:
            return name
        batched = len(shape) > 1 and before[:1] == (1,) == shape[:1]
        return self.emit("reshape", (name,), {"shape": (-1, *shape[1:]) if batched else shape})[0]

    def arranged(self, value: Activation, want: Layout) -> str:
        """The tensor of a value in a given layout; moves data only if it has to."""
        if value.flat is not None:
            value = self.settled(value)
        if value.layout == want:
            return value.name
        key = (value, want)
        if key not in self.arranged_as:
            self.arranged_as[key] = self._arrange(value, want)
        return self.arranged_as[key]

    def _arrange(self, value: Activation, want: Layout) -> str:
        have, shape = value.layout, value.shape
        if moving(have, shape) == moving(want, shape):
            return self.reshape(value.name, tensor_shape(want, shape))
        real = [a for a in want if a is not None]
        if sorted(real) == sorted(a for a in have if a is not None) and len(real) == len(have):
            # Move first, then add axes: a graph input is then transposed by its first op.
            (name,) = self.emit("transpose", (value.name,), {"order": tuple(map(have.index, real))})
            return self.reshape(name, tensor_shape(want, shape))
        if len(have) == len(want):
            order = [have.index(a) if a is not None and a in have else None for a in want]
            spare = iter(i for i in range(len(have)) if i not in order)
            full = tuple(next(spare) if i is None else i for i in order)
            return self.emit("transpose", (value.name,), {"order": full})[0]
        core, goal = moving(have, shape), moving(want, shape)
        name = self.reshape(value.name, tuple(shape[a] for a in core))
        (name,) = self.emit("transpose", (name,), {"order": tuple(core.index(a) for a in goal)})
        return self.reshape(name, tuple(size_of(a, shape) for a in want))

    def settled(self, value: Activation) -> Activation:
        """A flattened value as a tensor of its own."""
        if value.flat is None:
            return value
        inner = Activation(value.name, value.flat, value.layout)
        name = self.reshape(self.plain(inner), value.shape)
        return Activation(name, value.shape, plain_layout(len(value.shape)))

    def plain(self, value: Activation) -> str:
        """The tensor of a value in the source's own layout."""
        return self.arranged(value, plain_layout(len(value.shape)))

    def last(self, value: Activation, layout: Layout) -> Activation:
        """The value in a layout."""
        return Activation(self.arranged(value, layout), value.shape, layout)

    def constant_in(self, value: Constant, rank: int, layout: Layout) -> str:
        """A constant operand, broadcast to `rank` source axes, in a layout."""
        wide = value.reshaped((1,) * (rank - len(value.shape)) + value.shape)
        present = [a for a in layout if a is not None]
        missing = [a for a in range(rank) if a not in present]
        if any(wide.shape[a] != 1 for a in missing):
            raise InputError("this broadcast is not supported", value=value.shape)
        moved = wide.transposed((*present, *missing))
        return self.constant(moved.reshaped(tensor_shape(layout, wide.shape)))

    def annotate(self, value: Value, quant: QuantParams) -> Value:
        """The value, rounded to int8 as the source says."""
        if isinstance(value, Constant):
            return value
        tensor = self.tensors[value.name]
        if tensor.type.dtype != "float32":
            raise InputError("only float values can be quantized", value=tensor.type.dtype)
        old = tensor.type.quant
        if old is None:
            self.tensors[value.name] = replace(tensor, type=replace(tensor.type, quant=quant))
            return value
        (a, zero), (scale, other) = old.per_tensor, quant.per_tensor
        if zero == other and abs(a - scale) <= NEARLY * a:
            return value
        name = self._tensor(self.label, replace(tensor.type, quant=quant))
        self.ops.append(Op("quantize", self.op_name(), (value.name,), (name,),
                           {"rounding": "double"}))  # fmt: skip
        return replace(value, name=name)
