import math

from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    x = draw(int8_types(draw(shapes())))
    shape = draw(
        st.sampled_from((x.shape[::-1], (math.prod(x.shape),), (1, *x.shape), (*x.shape, 1)))
    )
    y = TensorType(shape, "int8", x.quant)
    attrs = {"shape": (-1, *shape[1:]) if draw(st.booleans()) else shape}
    return b.graph("reshape", [b.add("x", x)], [b.add("y", y)], attrs)


class TestReshape(OpContract):
    kind = "reshape"
    cases = cases()
