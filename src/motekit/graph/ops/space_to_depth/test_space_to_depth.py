from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.graph.ops._shared import types
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SIZES, Builder, int8_types


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    block, depth = draw(st.sampled_from((2, 2, 3))), draw(SIZES)
    n, height, width = draw(st.sampled_from((1, 2))), draw(SIZES), draw(SIZES)
    x = draw(int8_types((n, height * block, width * block, depth)))
    y = types.same_as(x, (n, height, width, depth * block * block))
    return b.graph("space_to_depth", [b.add("x", x)], [b.add("y", y)], {"block": block})


class TestSpaceToDepth(OpContract):
    kind = "space_to_depth"
    cases = cases()
