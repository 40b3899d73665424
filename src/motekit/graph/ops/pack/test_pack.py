from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.graph.ops._shared import types
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    x = draw(int8_types(draw(shapes(1, 3))))
    axis = draw(st.integers(-len(x.shape) - 1, len(x.shape)))
    names = [b.add(f"x{i}", x) for i in range(draw(st.sampled_from((1, 2, 3, 7))))]
    at = axis % (len(x.shape) + 1)
    b.add("y", types.same_as(x, (*x.shape[:at], len(names), *x.shape[at:])))
    return b.graph("pack", names, ["y"], {"axis": axis})


class TestPack(OpContract):
    kind = "pack"
    cases = cases()
