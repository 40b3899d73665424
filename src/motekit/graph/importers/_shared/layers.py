"""Layers with weights, and pooling, from channels-first models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from motekit.core.errors import InputError
from motekit.graph.ops._shared import windows

from .builder import Builder
from .values import Activation, Constant, Layout, channels_last, constant, plain_layout

PLAIN = {"activation": "none"}


@dataclass(frozen=True)
class Sliding:
    """How a window slides over the source's spatial axes, one entry an axis.

    Args:
        before, after: padding; None for `same`.
        same: "SAME_UPPER" or "SAME_LOWER" in place of explicit padding, or "".
    """

    stride: Sequence[int]
    dilation: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]
    same: str = ""

    def checked(self, spatial: int) -> Sliding:
        """Itself. Raises InputError for numbers that no window has."""
        for values in (self.stride, self.dilation, self.before, self.after):
            if len(values) != spatial:
                raise InputError(f"strides, dilations and pads need {spatial} numbers an end",
                                 value=tuple(values))  # fmt: skip
        if min((*self.stride, *self.dilation), default=1) < 1:
            raise InputError("stride and dilation must be positive", value=tuple(self.stride))
        if min((*self.before, *self.after), default=0) < 0:
            raise InputError("negative padding is not supported", value=tuple(self.before))
        return self


def _two(values: Sequence[int], fill: int) -> tuple[int, int]:
    """(height, width); a 1-D layer has a height of 1."""
    return (fill, int(values[0])) if len(values) == 1 else (int(values[0]), int(values[1]))


def geometry(x: Activation, size: Sequence[int], s: Sliding) -> dict[str, tuple[int, ...]]:
    """Stride, dilation and padding (top, bottom, left, right), as the integer ops have them."""
    spatial = len(x.shape) - 2
    s.checked(spatial)
    if len(size) != spatial:
        raise InputError("the window has another number of axes than the input", value=tuple(size))
    stride, dilation = _two(s.stride, 1), _two(s.dilation, 1)
    (top, left), (bottom, right) = _two(s.before, 0), _two(s.after, 0)
    if s.same:
        span = _two(x.shape[2:], 1)
        top, bottom, left, right = windows.explicit_padding(
            windows.SAME, span, _two(size, 1), stride, dilation
        )
        if s.same == "SAME_LOWER":
            top, bottom, left, right = bottom, top, right, left
    return {"stride": stride, "dilation": dilation, "padding": (top, bottom, left, right)}


def conv(
    b: Builder, x: Activation, weights: Constant, bias: Constant | None, s: Sliding, groups: int
) -> Activation:
    """1-D or 2-D convolution; weights [out, in / groups, …]."""
    layout = channels_last(len(x.shape))
    if len(weights.shape) != len(x.shape) or groups < 1 or x.shape[1] % groups:
        raise InputError("weights do not fit the input", value=(x.shape, weights.shape))
    if weights.shape[1] * groups != x.shape[1] or weights.shape[0] % groups or 0 in weights.shape:
        raise InputError("weights do not fit the input and groups",
                         value=(x.shape, weights.shape, groups))  # fmt: skip
    attrs = {**geometry(x, weights.shape[2:], s), **PLAIN, "rounding": "double"}
    if len(x.shape) == 3:
        weights = weights.reshaped((*weights.shape[:2], 1, weights.shape[2]))
    out = weights.shape[0]
    if groups > 1 and weights.shape[1] == 1:
        kind, weights = "depthwise_conv_2d", weights.transposed((1, 2, 3, 0))
    else:
        kind, weights = "conv_2d", weights.transposed((0, 2, 3, 1))
    inputs = (b.arranged(x, layout), b.constant(weights), bias_of(b, bias, out))
    (name,) = b.emit(kind, inputs, attrs)
    return channels_first(b, name, layout)


def bias_of(b: Builder, bias: Constant | None, out: int) -> str:
    """The bias tensor; zeros if the layer has none."""
    given = Constant(np.zeros(out, np.float32)) if bias is None else bias
    if given.data.size != out:
        raise InputError(f"the bias must have {out} values", value=given.shape)
    return b.constant(given.reshaped((out,)), bias=True)


def channels_first(b: Builder, name: str, layout: Layout) -> Activation:
    """What a channels-last op made, in the source's axes."""
    n, height, width, channels = b.shape(name)
    shape = (n, channels, width) if None in layout else (n, channels, height, width)
    return Activation(name, shape, layout)


def pool(
    b: Builder, kind: str, x: Activation, size: Sequence[int], s: Sliding, counts_pads: bool = False
) -> Activation:
    """max_pool_2d or average_pool_2d.

    Args:
        counts_pads: an average counts padded zeros as values.
    """
    layout = channels_last(len(x.shape))
    found = geometry(x, size, s)
    if found["dilation"] != (1, 1):
        raise InputError("dilated pooling is not supported", value=found["dilation"])
    name, window = b.arranged(x, layout), _two(size, 1)
    padding = found["padding"]
    if any(padding) and kind == "average_pool_2d" and counts_pads:
        top, bottom, left, right = padding
        pads = ((0, 0), (top, bottom), (left, right), (0, 0))
        (name,) = b.emit("pad", (name,), {"paddings": pads, "value": 0})
        padding = (0, 0, 0, 0)
    _check_average(b, kind, name, window, found["stride"], padding)
    attrs = {"size": window, "stride": found["stride"], "padding": padding, **PLAIN}
    (name,) = b.emit(kind, (name,), attrs)
    return channels_first(b, name, layout)


def _check_average(
    b: Builder, kind: str, name: str, size: tuple[int, int], stride: tuple[int, ...],
    padding: tuple[int, ...],
) -> None:  # fmt: skip
    """Refuse an average over what is there of a window, if the padding is not SAME."""
    if kind != "average_pool_2d":
        return
    window = windows.Window(
        size, _two(stride, 1), (1, 1), (padding[0], padding[1], padding[2], padding[3])
    )
    if windows.scheme_of(window, (b.shape(name)[1], b.shape(name)[2])) is None:
        raise InputError(
            "an average that leaves out the padding must be padded evenly (SAME)", value=padding,
            way_out="count the padding in, or pad before",
        )  # fmt: skip


def dense(b: Builder, x: Activation, weights: Constant, bias: Constant | None) -> Activation:
    """x · weightsᵀ + bias over the last axis; weights [out, in]."""
    if len(weights.shape) != 2 or not x.shape or x.shape[-1] != weights.shape[1]:
        raise InputError("weights do not fit the input", value=(x.shape, weights.shape))
    name = None
    if x.flat is not None and len(x.shape) == 2:
        order = tuple(a for a in x.layout if a is not None)
        if order[:1] == (0,) and len(order) == len(x.flat):
            columns = np.arange(weights.shape[1]).reshape(x.flat[1:])
            columns = columns.transpose([a - 1 for a in order[1:]]).reshape(-1)
            weights = Constant(np.ascontiguousarray(weights.data[:, columns]), weights.quant)
            name = b.reshape(x.name, x.shape)
    name = name if name is not None else b.plain(x)
    out = weights.shape[0]
    attrs = {**PLAIN, "rounding": "single", "keep_dims": len(x.shape) > 2}
    inputs = (name, b.constant(weights), bias_of(b, bias, out))
    (made,) = b.emit("fully_connected", inputs, attrs)
    shape = (*x.shape[:-1], out)
    made = made if b.shape(made) == shape else b.reshape(made, shape)
    return Activation(made, shape, plain_layout(len(shape)))


def batch_norm(
    b: Builder, x: Activation, scale: Constant | None, offset: Constant | None, mean: Constant,
    variance: Constant, epsilon: float,
) -> Activation:  # fmt: skip
    """Normalisation with fixed statistics: a factor and a term a channel of axis 1, which the
    layer before takes in."""
    from .pointwise import binary

    with np.errstate(all="ignore"):  # what is not finite is refused as a constant
        factor = 1 / np.sqrt(variance.real + epsilon)
        factor = factor if scale is None else factor * scale.real
        term = -mean.real * factor + (0 if offset is None else offset.real)
    if len(x.shape) < 2 or factor.shape != (x.shape[1],) or term.shape != factor.shape:
        raise InputError("the statistics do not fit the channels", value=factor.shape)
    wide = (-1, *(1,) * (len(x.shape) - 2))
    scaled = binary(b, "mul", x, Constant(factor.reshape(wide).astype(np.float32)))
    assert isinstance(scaled, Activation)
    out = binary(b, "add", scaled, Constant(term.reshape(wide).astype(np.float32)))
    assert isinstance(out, Activation)
    return out


def matmul(b: Builder, x: Activation, right: Constant) -> Activation:
    """x @ right with a constant right side [in, out]."""
    right = constant(right, "right side of a matrix product")
    if len(right.shape) != 2:
        raise InputError("the right side must have 2 axes", value=right.shape)
    return dense(b, x, right.transposed((1, 0)), None)
