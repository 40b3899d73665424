"""Values of a source model: tensors of our graph seen through the source's axes, and constants.

ONNX and PyTorch put channels first, the integer ops put them last. Nothing is moved for that as
long as nothing asks: a value remembers which source axis each axis of its tensor is, and an op
that does not care works on the tensor as it lies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.tensors import QuantParams, TensorType, dequantize

Layout = tuple[int | None, ...]
Shape = tuple[int, ...]
Array = npt.NDArray[np.generic]
MAX_BYTES = 1 << 28  # of one tensor


@dataclass(frozen=True)
class Activation:
    """A computed value.

    Args:
        name: its tensor in our graph.
        shape: in the source's axes.
        layout: for each axis of the tensor the source axis it is, or None for one of size 1
            that the source does not have. Source axes of size 1 may be missing.
        flat: the value is the row-major flattening, behind axis 0, of one with this shape and
            `layout`; None if it is not.
    """

    name: str
    shape: Shape
    layout: Layout
    flat: Shape | None = None


@dataclass(frozen=True)
class Constant:
    """A constant in the source's axes: real numbers, or stored int8 with a quantization."""

    data: Array
    quant: QuantParams | None = None

    @property
    def shape(self) -> Shape:
        return self.data.shape

    @property
    def real(self) -> npt.NDArray[np.float64]:
        """Real values."""
        return dequantize(self.data, TensorType(self.shape, str(self.data.dtype), self.quant))

    @property
    def ints(self) -> tuple[int, ...]:
        """The values of an integer constant, flat. Raises InputError if it is none."""
        if self.data.dtype.kind not in "iub" or self.quant is not None:
            raise InputError("this operand must hold plain integers", value=str(self.data.dtype))
        return tuple(int(v) for v in self.data.reshape(-1))

    def transposed(self, order: Sequence[int]) -> Constant:
        """Axes in another order; a quantized axis moves along."""
        quant = self.quant
        if quant is not None and quant.axis is not None:
            quant = replace(quant, axis=list(order).index(quant.axis))
        return Constant(np.array(self.data.transpose(order), order="C"), quant)

    def reshaped(self, shape: Shape) -> Constant:
        """Another shape. A quantization along an axis survives where that axis does."""
        if self.quant is None or self.quant.axis is None:
            return Constant(self.data.reshape(shape), self.quant)
        axis, n = self.quant.axis, self.shape[self.quant.axis]
        before = math.prod(self.shape[:axis])
        for i, size in enumerate(shape):
            if size == n and math.prod(shape[:i]) == before:
                return Constant(self.data.reshape(shape), replace(self.quant, axis=i))
        return Constant(self.real.astype(np.float32).reshape(shape))


Value = Activation | Constant


def plain_layout(rank: int) -> Layout:
    """The source's own order."""
    return tuple(range(rank))


def channels_last(rank: int) -> Layout:
    """Four axes, N H W C, of a source value N C …; its 3 axes get a height of 1.

    Raises InputError for ranks that no 2-D op covers.
    """
    if rank == 4:
        return 0, 2, 3, 1
    if rank == 3:
        return 0, None, 2, 1
    raise InputError("only 1-D and 2-D layers are supported: 3 or 4 axes", value=f"{rank} axes")


def size_of(axis: int | None, shape: Shape) -> int:
    """Elements along one axis of a layout."""
    return 1 if axis is None else shape[axis]


def tensor_shape(layout: Layout, shape: Shape) -> Shape:
    """The tensor's shape."""
    return tuple(size_of(a, shape) for a in layout)


def moving(layout: Layout, shape: Shape) -> list[int]:
    """The axes of more than one element, in the tensor's order: all that matters for memory."""
    return [a for a in layout if a is not None and shape[a] != 1]


def axis_of(value: int, rank: int) -> int:
    """An axis from 0 on. Raises InputError if there is none."""
    if not -rank <= value < rank:
        raise InputError(f"axis is outside the {rank} axes of the value", value=value)
    return value % rank


def activation(value: Value | None, what: str = "input") -> Activation:
    """The value if it is computed. Raises InputError otherwise."""
    if not isinstance(value, Activation):
        raise InputError(f"the {what} must be computed, not constant")
    return value


def constant(value: Value | None, what: str) -> Constant:
    """The value if it is constant. Raises InputError otherwise."""
    if not isinstance(value, Constant):
        raise InputError(f"the {what} must be constant")
    return value
