"""Tensor types and quantization, with the meaning TFLite gives them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DTYPES = ("int8", "uint8", "int16", "int32", "int64", "float32", "bool")


@dataclass(frozen=True)
class QuantParams:
    """real = scale × (stored − zero_point), per tensor or along one axis.

    Args:
        scale: one value, or one per slice of `axis`; float32-representable.
        zero_point: as many as `scale`.
        axis: None for per tensor.
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int | None = None

    def __post_init__(self) -> None:
        if len(self.scale) != len(self.zero_point) or not self.scale:
            raise ValueError("scale and zero_point must have one length, at least 1")
        if self.axis is None and len(self.scale) != 1:
            raise ValueError("several scales need an axis")

    @property
    def per_tensor(self) -> tuple[float, int]:
        """(scale, zero_point) of a per-tensor quantization."""
        if len(self.scale) != 1:
            raise ValueError("quantized per axis, not per tensor")
        return self.scale[0], self.zero_point[0]


@dataclass(frozen=True)
class TensorType:
    """Shape and element type. Shapes are static; `quant` is None for plain numbers."""

    shape: tuple[int, ...]
    dtype: str
    quant: QuantParams | None = None

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise ValueError(f"unknown dtype {self.dtype!r}")
        if any(n < 0 for n in self.shape):
            raise ValueError(f"negative dimension in {self.shape}")

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes when stored densely."""
        return self.size * np.dtype(self.dtype).itemsize


def dequantize(values: npt.NDArray[np.generic], type_: TensorType) -> npt.NDArray[np.float64]:
    """Stored integers → real values as float64; plain numbers pass through."""
    out = values.astype(np.float64)
    q = type_.quant
    if q is None:
        return out
    scale, zero = np.array(q.scale), np.array(q.zero_point, dtype=np.float64)
    if q.axis is not None:
        shape = [1] * values.ndim
        shape[q.axis] = len(q.scale)
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return np.asarray((out - zero) * scale)
