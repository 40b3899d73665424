import numpy as np
import pytest
from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.core.tensors import TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import run_litert
from motekit.graph.run import run
from motekit.testing.op import OpContract, check_kernels
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


@pytest.mark.parametrize("factor", (0.5, 0.25, 0.375, 2.0**-9, 2.0**-20, 1.0))
def test_halves_go_away_from_zero_on_both_sides(factor: float) -> None:
    b = Builder()
    bias = np.arange(-9, 10, dtype=np.int32) * max(1, round(0.5 / factor))
    n = len(bias)
    b.add("w", TensorType((n, 1), "int8", quant(0.5)), np.ones((n, 1), np.int8))
    b.add("b", TensorType((n,), "int32", quant(0.25)), bias)
    b.add("x", int8((1, 1), 0.5, 0))
    b.add("y", int8((1, n), 0.25 / factor, 0))
    attrs = {"activation": "none", "rounding": "single"}
    graph = b.graph("fully_connected", ["x", "w", "b"], ["y"], attrs)
    cases: list[list[Array]] = [[np.array([[v]], np.int8)] for v in (-128, -1, 0, 1, 127)]
    expected = run_litert(to_tflite(graph), cases)
    for case, (want,) in zip(cases, expected, strict=True):
        assert run(graph, case)[0].tolist() == want.tolist()
    check_kernels("fully_connected", [graph], TestFullyConnected.targets()[0], 0)
