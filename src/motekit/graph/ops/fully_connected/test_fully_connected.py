import numpy as np
from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import (
    CHANNELS,
    SEEDS,
    SIZES,
    ZEROS,
    Builder,
    Weights,
    int8,
    int8_types,
    layer,
    quant,
)


@st.composite
def cases(draw: st.DrawFn, dtype: str = "int8") -> Graph:
    b = Builder()
    rows, n, out = draw(SIZES), draw(st.one_of(CHANNELS, st.just(300))), draw(CHANNELS)
    keep = draw(st.booleans())
    shape = (1, rows, n) if keep or draw(st.booleans()) else (rows, n)
    x = draw(int8_types(shape, dtype))
    narrow = dtype == "int16" and draw(st.booleans())
    names, scale = draw(layer(b, x, Weights((out, n), 0, n), narrow))
    b.add("x", x)
    y_quant = quant(scale, draw(ZEROS) if dtype == "int8" else 0)
    b.add("y", TensorType((*shape[:-1], out) if keep else (rows, out), dtype, y_quant))
    attrs = {
        "activation": draw(st.sampled_from(("none", "relu", "relu6", "relu_n1_to_1"))),
        "rounding": "single" if dtype == "int8" else "real",
        "keep_dims": keep,
    }
    return b.graph("fully_connected", ["x", *names], ["y"], attrs)


class TestFullyConnected(OpContract):
    kind = "fully_connected"
    cases = cases()


class TestFullyConnectedWide(OpContract):
    kind = "fully_connected"
    cases = cases("int16")


@st.composite
def small_cases(draw: st.DrawFn) -> Graph:
    """Layers that the kernel `small` can run, factors up to its edge of one half."""
    b = Builder()
    n, out = draw(CHANNELS), draw(CHANNELS)
    rng = np.random.default_rng(draw(SEEDS))
    x = draw(int8_types((1, n)))
    w = rng.integers(-128, 128, (out, n)).astype(np.int8)
    bias = rng.integers(-(1 << 20), 1 << 20, out).astype(np.int32)
    factor = draw(st.sampled_from((0.4999999, 0.25, 0.2500001, 0.013, 1e-5, 2.0**-31)))
    x_scale = x.quant.scale[0] if x.quant else 1.0
    b.add("w", TensorType((out, n), "int8", quant(0.01)), w)
    b.add("b", TensorType((out,), "int32", quant(x_scale * 0.01)), bias)
    b.add("x", x)
    b.add("y", int8((1, out), x_scale * 0.01 / factor, draw(ZEROS)))
    attrs = {"activation": "none", "rounding": "single"}
    return b.graph("fully_connected", ["x", "w", "b"], ["y"], attrs)


class TestSmall(OpContract):
    kind = "fully_connected"
    cases = small_cases()
