from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SCALES, ZEROS, Builder, quant, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    shape = draw(shapes())
    dtype = draw(st.sampled_from(("int8", "uint8", "int16")))
    zero = 0 if dtype == "int16" else draw(ZEROS) + (128 if dtype == "uint8" else 0)
    x = TensorType(shape, dtype, quant(draw(SCALES), zero))
    y = TensorType(shape, "float32")
    return b.graph("dequantize", [b.add("x", x)], [b.add("y", y)], {})


class TestDequantize(OpContract):
    kind = "dequantize"
    cases = cases()
