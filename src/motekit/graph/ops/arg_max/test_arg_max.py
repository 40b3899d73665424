from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    x = draw(int8_types(draw(shapes(2, 4))))
    axis = draw(st.integers(0, len(x.shape) - 1))
    y = TensorType(x.shape[:axis] + x.shape[axis + 1 :], "int32")
    return b.graph("arg_max", [b.add("x", x)], [b.add("y", y)], {"axis": axis})


class TestArgMax(OpContract):
    kind = "arg_max"
    cases = cases()
