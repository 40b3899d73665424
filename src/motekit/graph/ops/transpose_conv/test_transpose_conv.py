from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.graph.ops._shared import windows
from motekit.testing.op import OpContract
from motekit.testing.op_cases import ZEROS, Builder, Weights, int8, int8_types, layer
from motekit.testing.op_images import ACTIVATIONS, KERNELS


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    """Any input of up to 7 pixels; stride beyond the kernel leaves holes with the bias alone."""
    b = Builder()
    size = (draw(st.sampled_from((1, 2, 3, 7))), draw(st.sampled_from((1, 2, 5))))
    kernel, stride = (
        draw(KERNELS),
        (draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from((1, 2)))),
    )
    scheme = draw(st.sampled_from((windows.SAME, windows.VALID)))
    if scheme == windows.SAME:
        out = tuple(n * s - draw(st.integers(0, s - 1)) for n, s in zip(size, stride, strict=True))
    else:
        out = tuple(
            (n - 1) * s + k + draw(st.integers(0, s - 1))
            for n, s, k in zip(size, stride, kernel, strict=True)
        )
    padding = windows.explicit_padding(scheme, (out[0], out[1]), kernel, stride)
    channels, depth = draw(st.sampled_from((1, 2, 3, 5))), draw(st.sampled_from((1, 3, 4, 7)))
    x = draw(int8_types((draw(st.sampled_from((1, 1, 2))), *size, depth)))
    weights = Weights((channels, *kernel, depth), 0, kernel[0] * kernel[1] * depth)
    names, scale = draw(layer(b, x, weights))
    b.add("x", x)
    b.add("y", int8((x.shape[0], *out, channels), scale, draw(ZEROS)))
    attrs = {
        "size": out, "stride": stride, "padding": padding, "activation": draw(ACTIVATIONS),
        "rounding": "double",
    }  # fmt: skip
    return b.graph("transpose_conv", ["x", *names], ["y"], attrs)


class TestTransposeConv(OpContract):
    kind = "transpose_conv"
    cases = cases()
