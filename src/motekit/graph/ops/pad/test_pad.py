from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, int8_types, shapes

COUNTS = st.sampled_from((0, 0, 1, 2, 5))


@st.composite
def cases(draw: st.DrawFn, dtype: str = "int8") -> Graph:
    b = Builder()
    x = draw(int8_types(draw(shapes()), dtype))
    pads = tuple((draw(COUNTS), draw(COUNTS)) for _ in x.shape)
    shape = tuple(n + before + after for n, (before, after) in zip(x.shape, pads, strict=True))
    y = TensorType(shape, dtype, x.quant)
    value = x.quant.zero_point[0] if x.quant else 0
    attrs = {"paddings": pads, "value": value}
    return b.graph("pad", [b.add("x", x)], [b.add("y", y)], attrs)


class TestPad(OpContract):
    kind = "pad"
    cases = cases()


class TestPadWide(OpContract):
    kind = "pad"
    cases = cases("int16")
