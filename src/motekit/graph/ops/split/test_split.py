from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SIZES, Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    shape = list(draw(shapes()))
    axis = draw(st.integers(0, len(shape) - 1))
    sizes = tuple(draw(st.lists(SIZES, min_size=1, max_size=4)))
    quant = draw(int8_types((1,))).quant
    outputs = []
    for i, n in enumerate(sizes):
        shape[axis] = n
        outputs.append(b.add(f"y{i}", TensorType(tuple(shape), "int8", quant)))
    shape[axis] = sum(sizes)
    b.add("x", TensorType(tuple(shape), "int8", quant))
    return b.graph("split", ["x"], outputs, {"axis": axis, "sizes": sizes})


class TestSplit(OpContract):
    kind = "split"
    cases = cases()
