import numpy as np
from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.graph.run import run
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SCALES, ZEROS, Builder, quant, shapes

ROUNDING = {"rounding": "double"}


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    shape = draw(shapes())
    source = draw(st.sampled_from(("float32", "int8", "uint8", "int16")))
    targets = ("int8", "int16") if source == "int16" else ("int8", "uint8", "int16")
    target = draw(st.sampled_from(targets))
    types = []
    for dtype in (source, target):
        zero = draw(ZEROS) + (128 if dtype == "uint8" else 0)
        exact = quant(draw(SCALES), 0 if dtype == "int16" else zero)
        types.append(TensorType(shape, dtype, None if dtype == "float32" else exact))
    return b.graph("quantize", [b.add("x", types[0])], [b.add("y", types[1])], ROUNDING)


class TestQuantize(OpContract):
    kind = "quantize"
    cases = cases()


def test_float_halves_go_away_from_zero_exactly() -> None:
    b = Builder()
    b.add("x", TensorType((4,), "float32"))
    b.add("y", TensorType((4,), "int8", quant(1.0)))
    graph = b.graph("quantize", ["x"], ["y"], ROUNDING)
    x = np.array([0.5, -0.5, np.nextafter(np.float32(0.5), np.float32(0)), -2.5], np.float32)
    assert run(graph, [x])[0].tolist() == [1, -1, 0, -3]
