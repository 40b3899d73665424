from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.testing.op import OpContract
from motekit.testing.op_cases import (
    CHANNELS,
    SIZES,
    ZEROS,
    Builder,
    Weights,
    int8,
    int8_types,
    layer,
)


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    rows, n, out = draw(SIZES), draw(st.one_of(CHANNELS, st.just(300))), draw(CHANNELS)
    keep = draw(st.booleans())
    shape = (1, rows, n) if keep or draw(st.booleans()) else (rows, n)
    x = draw(int8_types(shape))
    names, scale = draw(layer(b, x, Weights((out, n), 0, n)))
    b.add("x", x)
    b.add("y", int8((*shape[:-1], out) if keep else (rows, out), scale, draw(ZEROS)))
    attrs = {
        "activation": draw(st.sampled_from(("none", "relu", "relu6", "relu_n1_to_1"))),
        "rounding": "single",
        "keep_dims": keep,
    }
    return b.graph("fully_connected", ["x", *names], ["y"], attrs)


class TestFullyConnected(OpContract):
    kind = "fully_connected"
    cases = cases()
