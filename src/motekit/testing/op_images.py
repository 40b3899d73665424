"""Hypothesis strategies for graphs of sliding-window ops."""

from __future__ import annotations

from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import types, windows

from .op_cases import CHANNELS, SIZES, ZEROS, Builder, Weights, int8_types, layer, quant

STEPS = st.sampled_from((1, 1, 2, 3, 5))
KERNELS = st.sampled_from(((1, 1), (2, 2), (3, 3), (1, 5), (3, 2), (4, 1)))
ACTIVATIONS = st.sampled_from(("none", "none", "relu", "relu6", "relu_n1_to_1"))


@st.composite
def geometry(
    draw: st.DrawFn, size: tuple[int, int], dilated: bool
) -> tuple[windows.Window, tuple[int, int]]:
    """(a window, the output's height and width) that fit an input of `size`. Padding is SAME or
    VALID, and where a dilation may be drawn any other too, as the pass fuse_pad makes it."""
    kernel = draw(KERNELS)
    stride = (draw(STEPS), draw(STEPS))
    dilation = (draw(st.sampled_from((1, 1, 2, 3))), draw(STEPS)) if dilated else (1, 1)
    if dilation != (1, 1):
        stride = (1, 1)  # TFLite's converter never writes both
    scheme = draw(st.sampled_from((windows.SAME, windows.VALID)))
    padding = windows.explicit_padding(scheme, size, kernel, stride, dilation)
    if dilated and draw(st.sampled_from((False, False, False, True))):
        padding = draw(st.tuples(*[st.sampled_from((0, 1, 2, 4))] * 4))
    window = windows.Window(kernel, stride, dilation, padding)
    try:
        return window, window.out(*size)
    except InputError:
        one = windows.Window((1, 1), stride, (1, 1), (0, 0, 0, 0))
        return one, one.out(*size)


@st.composite
def convolutions(draw: st.DrawFn, depthwise: bool, dtype: str = "int8") -> Graph:
    """A conv_2d, grouped sometimes, or a depthwise_conv_2d."""
    b = Builder()
    size = (draw(SIZES), draw(SIZES))
    w, out_size = draw(geometry(size, dilated=True))
    if depthwise:
        channels = draw(CHANNELS)
        out = channels * draw(st.sampled_from((1, 1, 1, 2, 3)))
        shape, axis, fan_in = (1, *w.size, out), 3, w.size[0] * w.size[1]
    else:
        groups = draw(st.sampled_from((1, 1, 1, 2, 3)))
        depth = draw(st.sampled_from((1, 2, 3, 4, 8)))
        channels, out = depth * groups, groups * draw(st.sampled_from((1, 2, 3, 5)))
        shape, axis, fan_in = (out, *w.size, depth), 0, w.size[0] * w.size[1] * depth
    x = draw(int8_types((draw(st.sampled_from((1, 1, 2))), *size, channels), dtype))
    narrow = dtype == "int16" and not depthwise and draw(st.booleans())
    names, scale = draw(layer(b, x, Weights(shape, axis, fan_in), narrow))
    b.add("x", x)
    b.add("y", _output((x.shape[0], *out_size, out), dtype, scale, draw(ZEROS)))
    attrs = {
        "stride": w.stride, "dilation": w.dilation, "padding": w.padding,
        "activation": draw(ACTIVATIONS),
        "rounding": "double" if narrow or dtype == "int8" else "reduced",
    }  # fmt: skip
    kind = "depthwise_conv_2d" if depthwise else "conv_2d"
    return b.graph(kind, ["x", *names], ["y"], attrs)


def _output(shape: tuple[int, ...], dtype: str, scale: float, zero: int) -> TensorType:
    return TensorType(shape, dtype, quant(scale, zero if dtype == "int8" else 0))


@st.composite
def poolings(draw: st.DrawFn, kind: str, dtype: str = "int8") -> Graph:
    """A max_pool_2d or average_pool_2d."""
    b = Builder()
    size = (draw(SIZES), draw(SIZES))
    w, out_size = draw(geometry(size, dilated=False))
    x = draw(int8_types((draw(st.sampled_from((1, 1, 2))), *size, draw(CHANNELS)), dtype))
    b.add("x", x)
    zero = x.quant.zero_point[0] if x.quant else 0
    scale = x.quant.scale[0] if x.quant else 1.0
    b.add("y", _output((x.shape[0], *out_size, x.shape[3]), dtype, scale, zero))
    attrs = {
        "size": w.size, "stride": w.stride, "padding": w.padding, "activation": draw(ACTIVATIONS)
    }  # fmt: skip
    return b.graph(kind, ["x"], ["y"], attrs)


@st.composite
def resizings(draw: st.DrawFn, kind: str) -> Graph:
    """A resize_nearest or resize_bilinear, larger, smaller and of one pixel."""
    b = Builder()
    x = draw(
        int8_types((draw(st.sampled_from((1, 1, 2))), draw(SIZES), draw(SIZES), draw(CHANNELS)))
    )
    size = (draw(SIZES), draw(st.sampled_from((1, 2, 3, 7, 16, 31))))
    align, half = draw(st.sampled_from(((False, False), (True, False), (False, True))))
    attrs = {"size": size, "align_corners": align, "half_pixels": half}
    b.add("x", x)
    b.add("y", types.same_as(x, (x.shape[0], *size, x.shape[3])))
    return b.graph(kind, ["x"], ["y"], attrs)
