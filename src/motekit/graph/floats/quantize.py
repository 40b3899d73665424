"""A real graph → an integer graph: int8 or int16 activations, int8 weights with a scale a channel,
int32 or int64 biases.

The quantization of an activation is what the source says, else what the calibration ranges
give, else what the op forces (a maximum keeps its input's, a softmax has a fixed one).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType, dequantize
from motekit.graph.ops import OPS

from . import scales
from .ranges import Ranges, shared_ranges
from .real import shadow
from .ties import UNKNOWN, inferred

LARGEST = 1e30  # of a constant: scales are float32
INT8 = "leave --activations int16 away: int8 may have this op"
NEEDS = "give --calibration a file of typical inputs"


# How LiteRT rounds sums of int16 activations, by how it rounds those of int8 in the same layer.
WIDE_ROUNDING = {"single": "real", "double": "reduced"}


def quantize(real: Graph, ranges: Ranges | None = None, activations: str = "int8") -> Graph:
    """The integer graph; tensors and ops keep their names, conversions between are added.

    Args:
        ranges: (lowest, highest) real value of activations, by name.
        activations: their type, "int8" or "int16".

    Raises:
        InputError: for an activation without a quantization, or an op that cannot be quantized;
            names the op.
    """
    work = _Work(real, shared_ranges(real, shadow(real), ranges or {}), activations)
    for name in real.inputs:
        work.graph_input(name)
    for op in real.ops:
        try:
            work.add(op)
        except InputError as error:
            where = op.name if error.where in (None, op.name) else f"{op.name}: {error.where}"
            way_out = error.way_out or (INT8 if activations == "int16" else None)
            raise InputError(error.what, where=where, value=error.value, way_out=way_out) from None
    if real.state:
        raise InputError("float models with state are not supported", where=real.name)
    return Graph(real.name, work.kept(), tuple(work.ops), real.inputs, real.outputs)


@dataclass
class _Work:
    real: Graph
    ranges: Ranges
    dtype: str
    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)

    def kept(self) -> dict[str, Tensor]:
        """The tensors in use."""
        ends = {*self.real.inputs, *self.real.outputs}
        used = {n for op in self.ops for n in (*op.inputs, *op.outputs)} | ends
        return {n: t for n, t in self.tensors.items() if n in used}

    def wanted(self, name: str) -> QuantParams | None:
        """What the source or the calibration says of an activation."""
        quant = self.real.type(name).quant
        if quant is None and name in self.ranges:
            return scales.parameters(*self.ranges[name], self.dtype)
        return quant

    def graph_input(self, name: str) -> None:
        type_ = self.real.type(name)
        if type_.dtype == "float32":
            quant = self.wanted(name)
            if quant is None:
                raise InputError("nothing says how this input is quantized", where=name,
                                 way_out=NEEDS)  # fmt: skip
            type_ = TensorType(type_.shape, self.dtype, quant)
        self.tensors[name] = Tensor(name, type_)

    def add(self, op: Op) -> None:
        """Quantize one op whose inputs are done."""
        for name in op.inputs:
            if name is not None and not (
                self.real.tensors[name].is_constant or name in self.tensors
            ):
                raise InputError("it uses a tensor before it is made", value=name)
        for name in op.outputs:
            if name in self.tensors:
                raise InputError("it makes a tensor that is made already", value=name)
        if op.kind == "quantize":  # from one quantization of the source to another
            (name,) = op.inputs
            self._convert(str(name), op.outputs[0], op.name, self._require(op.outputs[0]))
            return
        done = self._rounded(replace(op, inputs=self._inputs(op)))
        self._declare(done)
        try:
            types = inferred(done, self.tensors)
        except InputError:
            done = self._in_one_quantization(done)
            types = inferred(done, self.tensors)
        for name, type_ in zip(done.outputs, types, strict=True):
            if type_.shape != self.real.type(name).shape:
                raise InputError(f"it makes {type_.shape}, the file declares another shape",
                                 value=self.real.type(name).shape)  # fmt: skip
            if type_.quant == self._unknown:
                raise InputError("nothing says how its output is quantized", way_out=NEEDS)
            self.tensors[name] = Tensor(name, type_)
        self.ops.append(self._with_stored_attributes(done))

    @property
    def _unknown(self) -> QuantParams:
        """Stands for a quantization that an op may choose."""
        return UNKNOWN if self.dtype == "int8" else replace(UNKNOWN, zero_point=(0,))

    def _rounded(self, op: Op) -> Op:
        """A layer as LiteRT rounds it for this type of activation."""
        if self.dtype == "int8" or OPS.get(op.kind).weights_axis is None:
            return op
        return replace(op, attrs={**op.attrs, "rounding": WIDE_ROUNDING[str(op.attrs["rounding"])]})

    def _require(self, name: str) -> QuantParams:
        quant = self.wanted(name)
        if quant is None:
            raise InputError("nothing says how its output is quantized", way_out=NEEDS)
        return quant

    def _declare(self, op: Op) -> None:
        """Outputs as the op would like them, for its shape rule to correct."""
        for name in op.outputs:
            type_ = self.real.type(name)
            if type_.dtype == "float32":
                type_ = TensorType(type_.shape, self.dtype, self.wanted(name) or self._unknown)
            self.tensors[name] = Tensor(name, type_)

    def _inputs(self, op: Op) -> tuple[str | None, ...]:
        axis = OPS.get(op.kind).weights_axis
        names: list[str | None] = list(op.inputs)
        for i, name in enumerate(op.inputs):
            if name is None or not self.real.tensors[name].is_constant:
                continue
            if axis is None or i == 0:
                names[i] = self._constant(op, name)
        if axis is not None:
            names[1:] = self._weights(op, str(names[0]), axis)
        return tuple(names)

    def _constant(self, op: Op, name: str) -> str:
        """A constant operand, quantized per tensor by its own range."""
        tensor = self.real.tensors[name]
        if tensor.type.dtype == "float32":
            real = _values(self.real, name)
            low, high = float(real.min(initial=0)), float(real.max(initial=0))
            quant = tensor.type.quant or scales.parameters(low, high, self.dtype)
            stored = scales.quantized(real, quant, self.dtype)
            return self._keep(op, name, stored, self.dtype, quant)
        if tensor.type.quant is not None and tensor.type.quant.axis is not None:
            raise InputError("this constant must be quantized per tensor", value=name)
        self.tensors[name] = tensor
        return name

    def _weights(self, op: Op, x: str, axis: int) -> list[str | None]:
        """Weights and bias of a layer; its input is done."""
        weights = self.real.tensors[str(op.inputs[1])]
        bias = op.inputs[2] if len(op.inputs) > 2 else None
        fixed = bias is None or self.real.tensors[bias].is_constant
        if not weights.is_constant or not fixed:
            raise InputError("weights and biases must be constant")
        real = _values(self.real, weights.name)
        b = None if bias is None else _values(self.real, bias)
        quant, stored = weights.type.quant, weights.data
        in_scale, _ = _per_tensor(self.tensors[x].type)
        fits = quant is not None and quant.axis in (None, axis) and not any(quant.zero_point)
        most = scales.MOST_BIAS if self.dtype == "int8" else scales.MOST_WIDE_BIAS
        if weights.type.dtype != "int8" or not fits or stored is None or quant is None:
            # A scale so small that the bias leaves its bits would cost the bias, not the weights.
            least = None if b is None else np.abs(b) / (in_scale * most)
            stored, quant = scales.weights_int8(real, axis, least)
        names: list[str | None] = [self._keep(op, weights.name, stored, "int8", quant)]
        if b is not None:
            ints = scales.stored_bias(b, in_scale, quant, self.dtype)
            both = QuantParams(
                tuple(scales.float32(in_scale * s) for s in quant.scale),
                (0,) * len(quant.scale), None if quant.axis is None else 0,
            )  # fmt: skip
            names.append(self._keep(op, str(bias), ints, str(ints.dtype), both))
        return names

    def _keep(
        self, op: Op, name: str, data: npt.NDArray[np.generic],
        dtype: str, quant: QuantParams,
    ) -> str:  # fmt: skip
        """File a constant; one that two ops store differently gets a second name."""
        new = Tensor(name, TensorType(data.shape, dtype, quant), np.ascontiguousarray(data))
        old = self.tensors.get(name)
        if old is not None and (old.type != new.type or not np.array_equal(old.data, new.data)):  # type: ignore[arg-type]
            name = f"{name}/{op.name}"
        self.tensors[name] = replace(new, name=name)
        return name

    def _in_one_quantization(self, op: Op) -> Op:
        """The op with every input converted to one quantization: the output's, else the widest
        of the inputs'."""
        data = [n for n in op.inputs if n is not None and self.tensors[n].type.dtype == self.dtype]
        if OPS.get(op.kind).weights_axis is not None or len(set(data)) < 2:
            return op
        widest = max((_quant(self.tensors[n].type) for n in data), key=lambda q: q.scale[0])
        common = self.wanted(op.outputs[0]) or widest
        names = list(op.inputs)
        for i, name in enumerate(names):
            if name not in data or _quant(self.tensors[name].type) == common:
                continue
            tensor = self.tensors[name]
            if tensor.data is not None:
                values = scales.quantized(dequantize(tensor.data, tensor.type), common, self.dtype)
                names[i] = self._keep(op, name, values, self.dtype, common)
            else:
                names[i] = f"{op.name}/input{i}"
                self._convert(name, str(names[i]), f"{op.name}_input{i}", common)
        return replace(op, inputs=tuple(names))

    def _convert(self, source: str, to: str, op_name: str, quant: QuantParams) -> None:
        shape = self.tensors[source].type.shape
        self.tensors[to] = Tensor(to, TensorType(shape, self.dtype, quant))
        self.ops.append(Op("quantize", op_name, (source,), (to,), {"rounding": "double"}))

    def _with_stored_attributes(self, op: Op) -> Op:
        """Attributes that are real values, as stored integers."""
        if op.kind != "pad":
            return op
        quant = _quant(self.tensors[str(op.inputs[0])].type)
        value = np.array([op.attrs["value"]], np.float64)
        return replace(
            op, attrs={**op.attrs, "value": int(scales.quantized(value, quant, self.dtype)[0])}
        )


def _quant(type_: TensorType) -> QuantParams:
    if type_.quant is None:
        raise InputError("an operand has no quantization", value=type_.dtype)
    return type_.quant


def _per_tensor(type_: TensorType) -> tuple[float, int]:
    return _quant(type_).per_tensor


def _values(graph: Graph, name: str) -> npt.NDArray[np.float64]:
    """Real values of a constant. Raises InputError for those that no scale can hold."""
    with np.errstate(invalid="ignore"):
        values = dequantize(graph.constant(name), graph.type(name))
    if not (np.abs(values) < LARGEST).all():  # False for what is not a number, too
        raise InputError("a constant holds a value that is no number or too large", where=name)
    return values
