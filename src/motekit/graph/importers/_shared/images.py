"""Transposed convolutions and resizing, from channels-first models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.graph.ops._shared import windows

from .builder import Builder
from .layers import PLAIN, bias_of, channels_first
from .values import Activation, Constant, channels_last

Places = npt.NDArray[np.floating[Any]]
Positions = Callable[[int, int], Places]  # (inputs, outputs) → places read
Rounding = Callable[[Places], Places]
LARGEST = 65535  # rows or columns of a resized image
VARIANTS = ((False, False), (False, True), (True, False))  # (align corners, half pixels)


def conv_transpose(
    b: Builder, x: Activation, weights: Constant, bias: Constant | None, stride: Sequence[int],
    before: Sequence[int], after: Sequence[int], extra: Sequence[int],
) -> Activation:  # fmt: skip
    """1-D or 2-D transposed convolution; weights [in, out, …].

    Args: all have one number a spatial axis of the source.
        before, after: what is cut off the full output at either end.
        extra: rows and columns added behind.
    """
    layout, spatial = channels_last(len(x.shape)), len(x.shape) - 2
    if len(weights.shape) != len(x.shape) or weights.shape[0] != x.shape[1]:
        raise InputError("weights do not fit the input", value=(x.shape, weights.shape))
    if any(len(v) != spatial for v in (stride, before, after, extra)):
        raise InputError("stride and padding need one number an axis", value=tuple(stride))
    if min(stride) < 1 or min((*before, *after, *extra)) < 0:
        raise InputError("stride and padding must be positive", value=tuple(stride))
    span = x.shape[2:]
    if spatial == 1:  # a height of 1
        weights = weights.reshaped((*weights.shape[:2], 1, weights.shape[2]))
        span, stride = (1, *span), (1, *stride)
        before, after, extra = (0, *before), (0, *after), (0, *extra)
    kernel = weights.shape[2:]
    full = tuple(s * (n - 1) + k for s, n, k in zip(stride, span, kernel, strict=True))
    size = tuple(f - a - z + e for f, a, z, e in zip(full, before, after, extra, strict=True))
    if min(size) < 1 or any(e > z for e, z in zip(extra, after, strict=True)):
        raise InputError("output padding beyond the padding is not supported", value=tuple(extra))
    same = windows.explicit_padding(windows.SAME, _pair(size), _pair(kernel), _pair(stride))
    pads = (before[0], after[0] - extra[0], before[1], after[1] - extra[1])
    direct = pads == same or not any(pads)
    attrs = {
        "size": _pair(size) if direct else _pair(full), "stride": _pair(stride),
        "padding": pads if direct else (0, 0, 0, 0), **PLAIN, "rounding": "double",
    }  # fmt: skip
    inputs = (
        b.arranged(x, layout), b.constant(weights.transposed((1, 2, 3, 0))),
        bias_of(b, bias, weights.shape[1]),
    )  # fmt: skip
    (name,) = b.emit("transpose_conv", inputs, attrs)
    if not direct:
        n, _, _, channels = b.shape(name)
        count = (n, *size, channels)
        cut = {"begin": (0, before[0], before[1], 0), "count": count, "step": (1, 1, 1, 1),
               "shape": count}  # fmt: skip
        (name,) = b.emit("strided_slice", (name,), cut)
    return channels_first(b, name, layout)


def _pair(values: Sequence[int]) -> tuple[int, int]:
    return int(values[0]), int(values[1])


def resize(
    b: Builder, x: Activation, size: Sequence[int], linear: bool, positions: Positions,
    nearest: Rounding = np.floor,
) -> Activation:  # fmt: skip
    """An image in another size, by whichever of TFLite's three ways reads the same places.

    Args:
        positions: the real position in the input of every output row or column.
        nearest: how a position becomes a pixel.

    Raises InputError if TFLite reads other places.
    """
    if len(x.shape) != 4 or len(size) != 2 or min(size) < 1:
        raise InputError("only images of 4 axes can be resized", value=x.shape)
    if max(size) > LARGEST:
        raise InputError(f"images of more than {LARGEST} rows or columns are not made", value=size)
    pairs = list(zip(x.shape[2:], size, strict=True))
    for corners, half in VARIANTS:
        if all(_alike(n, m, positions, nearest, linear, corners, half) for n, m in pairs):
            kind = "resize_bilinear" if linear else "resize_nearest"
            attrs = {"size": _pair(size), "align_corners": corners, "half_pixels": half}
            layout = channels_last(4)
            (name,) = b.emit(kind, (b.arranged(x, layout),), attrs)
            return channels_first(b, name, layout)
    raise InputError("TFLite resizes in no such way", value=tuple(pairs))


def _alike(
    inputs: int, outputs: int, positions: Positions,
    nearest: Rounding,
    linear: bool, corners: bool, half: bool,
) -> bool:  # fmt: skip
    """Whether one axis is read at the same places."""
    steps = np.arange(outputs, dtype=np.float64)
    scale = (inputs - 1) / (outputs - 1) if corners and outputs > 1 else inputs / outputs
    wanted = positions(inputs, outputs)
    if linear:
        place = (steps + 0.5) * scale - 0.5 if half else steps * scale
        return np.allclose(np.clip(place, 0, inputs - 1), np.clip(wanted, 0, inputs - 1))
    place = (steps + (0.5 if half else 0)) * scale
    ours = np.floor(place + 0.5) if corners else np.floor(place)
    return np.array_equal(np.clip(ours, 0, inputs - 1), np.clip(nearest(wanted), 0, inputs - 1))


def half_pixel(inputs: int, outputs: int) -> Places:
    """Pixels are areas."""
    return (np.arange(outputs) + 0.5) * (inputs / outputs) - 0.5


def asymmetric(inputs: int, outputs: int) -> Places:
    """Pixels are points, the first of both images the same."""
    return np.arange(outputs) * (inputs / outputs)


def align_corners(inputs: int, outputs: int) -> Places:
    """Pixels are points, the corners of both images the same."""
    return np.arange(outputs) * ((inputs - 1) / max(outputs - 1, 1))
