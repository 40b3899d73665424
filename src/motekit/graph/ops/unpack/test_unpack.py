from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.graph.ops._shared import types
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    x = draw(int8_types(draw(shapes(2, 4))))
    axis = draw(st.integers(-len(x.shape), len(x.shape) - 1))
    at = axis % len(x.shape)
    part = types.same_as(x, x.shape[:at] + x.shape[at + 1 :])
    outputs = [b.add(f"y{i}", part) for i in range(x.shape[at])]
    return b.graph("unpack", [b.add("x", x)], outputs, {"axis": axis})


class TestUnpack(OpContract):
    kind = "unpack"
    cases = cases()
