"""Stored tensors → tensors of a graph, every number checked."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Tensor
from motekit.core.tensors import DTYPES, QuantParams, TensorType

from .flat import FlatTensor

MAX_BYTES = 1 << 28  # of one tensor


def tensor(stored: FlatTensor, name: str) -> Tensor:
    """The tensor under its name in the graph. Raises InputError if no graph can hold it."""
    if stored.dtype == "float16" and stored.data.size:
        stored = _widened(stored, name)
    if stored.dtype not in DTYPES:
        raise InputError("this element type is not supported", where=name, value=stored.dtype)
    if stored.sparse:
        raise InputError(
            "sparse tensors are not supported", where=name, way_out="convert without sparsity"
        )
    type_ = TensorType(stored.shape, stored.dtype, _quant(stored, name) if stored.scale else None)
    if type_.nbytes > MAX_BYTES:
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


def _widened(stored: FlatTensor, name: str) -> FlatTensor:
    """A constant of float16 as float32."""
    if stored.data.nbytes % 2:
        raise InputError("float16 values take two bytes each", where=name, value=stored.data.nbytes)
    with np.errstate(all="ignore"):
        values = stored.data.view("<f2").astype("<f4").view(np.uint8)
    return replace(stored, dtype="float32", data=values)


def _quant(stored: FlatTensor, name: str) -> QuantParams:
    scales, zero = stored.scale, stored.zero_point
    if any(not math.isfinite(s) or s <= 0 for s in scales):
        raise InputError("a scale must be a positive number", where=name, value=scales[:3])
    if len(zero) not in (1, len(scales)):
        raise InputError("scales and zero points differ in number", where=name)
    zero = zero * len(scales) if len(zero) == 1 else zero
    if stored.dtype in ("int8", "uint8", "int16"):
        info = np.iinfo(stored.dtype)
        if any(not info.min <= z <= info.max for z in zero):
            raise InputError("a zero point is outside its type", where=name, value=zero[:3])
    if len(scales) == 1:
        return QuantParams(scales, zero)
    if not 0 <= stored.axis < len(stored.shape):
        raise InputError("the quantized axis does not exist", where=name, value=stored.axis)
    if stored.shape[stored.axis] != len(scales):
        raise InputError("the number of scales is not the size of the axis", where=name)
    return QuantParams(scales, zero, stored.axis)
