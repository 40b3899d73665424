from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    x = draw(int8_types(draw(shapes(1, 5))))
    order = tuple(draw(st.permutations(range(len(x.shape)))))
    y = TensorType(tuple(x.shape[a] for a in order), "int8", x.quant)
    return b.graph("transpose", [b.add("x", x)], [b.add("y", y)], {"order": order})


class TestTranspose(OpContract):
    kind = "transpose"
    cases = cases()
