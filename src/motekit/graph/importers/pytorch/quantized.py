"""quantize and dequantize of PT2E programs.

A tensor is marked with its quantization; uint8 becomes int8 by moving the zero point.
"""

from __future__ import annotations

import math

import numpy as np

from motekit.core.errors import InputError
from motekit.core.tensors import QuantParams
from motekit.graph.importers._shared.values import Activation, Constant, Value, axis_of

from .lower import Context, Convert
from .program import CODES


def _params(c: Context, rank: int) -> tuple[QuantParams, str]:
    """(quantization, stored type)."""
    dtype = CODES.get(c.integer("dtype", 0), "unknown")
    if dtype not in ("int8", "uint8", "int32"):
        raise InputError("only 8-bit quantization is supported", value=dtype)
    axis = None
    if c.value("scales") is not None:
        scales = c.constant("scales").real.reshape(-1)
        zeros = c.constant("zero_points").real.reshape(-1)
        axis = axis_of(c.integer("axis", 0), rank)
    elif c.value("scale") is not None:
        scales, zeros = (c.constant(n).real.reshape(-1) for n in ("scale", "zero_point"))
    else:
        scales = np.array([c.number("scale", 0)])
        zeros = np.array([c.number("zero_point", 0)])
    if len(zeros) != len(scales) or not len(scales):
        raise InputError("scales and zero points differ in number")
    if any(not math.isfinite(s) or s <= 0 for s in scales):
        raise InputError("a scale must be a positive number", value=scales[:3].tolist())
    move = 128 if dtype == "uint8" else 0
    exact = tuple(float(np.float32(s)) for s in scales)
    points = tuple(int(z) - move for z in zeros)
    if dtype != "int32" and not all(-128 <= p <= 127 for p in points):
        raise InputError("a zero point is outside its type", value=points[:3])
    if axis is None and len(exact) > 1:
        raise InputError("several scales need an axis")
    return QuantParams(exact, points, axis), dtype


def _value(c: Context) -> Value:
    found = c.value("input")
    if found is None:
        raise InputError("the input is missing")
    return found


def _quantize(c: Context) -> Value:
    value = _value(c)
    quant, dtype = _params(c, len(value.shape))
    if isinstance(value, Activation):
        if quant.axis is not None or dtype == "int32":
            raise InputError("activations must be quantized per tensor, to 8 bits")
        return c.builder.annotate(value, quant)
    if dtype == "int32":
        return value  # a bias: it is rounded at the scale of its layer
    move = 128 if dtype == "uint8" else 0
    low, high = (c.integer(n, d) - move for n, d in (("quant_min", -128), ("quant_max", 127)))
    low, high = max(low, -128), min(high, 127)
    wide = [1] * len(value.shape)
    if quant.axis is not None:
        wide[quant.axis] = -1
    if not np.isfinite(value.real).all():
        raise InputError("a constant is not a finite number")
    scale, zero = (np.array(v).reshape(wide) for v in (quant.scale, quant.zero_point))
    ints = np.clip(np.rint(value.real / scale) + zero, low, high).astype(np.int8)
    return _kept(Constant(ints, quant))


def _kept(value: Constant) -> Constant:
    """Symmetric weights stay as they are stored, others go on as real numbers."""
    assert value.quant is not None
    if any(value.quant.zero_point):
        return Constant(value.real.astype(np.float32))
    return value


def _dequantize(c: Context) -> Value:
    value = _value(c)
    if isinstance(value, Activation) or value.quant is not None:
        return value
    if value.data.dtype.kind == "f":
        return value  # quantized above, and real since
    quant, dtype = _params(c, len(value.shape))
    data = value.data
    if str(data.dtype) != dtype:
        raise InputError("the constant is of another type than it says", value=str(data.dtype))
    if quant.axis is not None and data.shape[quant.axis] != len(quant.scale):
        raise InputError("the number of scales is not the size of the axis")
    if dtype == "uint8":
        data = (data.astype(np.int16) - 128).astype(np.int8)
    if dtype == "int32":
        return Constant(Constant(data, quant).real.astype(np.float32))
    return _kept(Constant(data, quant))


CONVERTERS: dict[str, Convert] = {
    f"quantized_decomposed.{way}_per_{what}": function
    for way, function in (("quantize", _quantize), ("dequantize", _dequantize))
    for what in ("tensor", "channel")
}
