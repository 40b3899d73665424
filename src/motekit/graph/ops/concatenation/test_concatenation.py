from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SIZES, Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn, dtype: str = "int8") -> Graph:
    b = Builder()
    shape = list(draw(shapes()))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    sizes = draw(st.lists(SIZES, min_size=1, max_size=4))
    names, quant = [], draw(int8_types((1,), dtype)).quant
    for i, n in enumerate(sizes):
        shape[axis] = n
        names.append(b.add(f"x{i}", TensorType(tuple(shape), dtype, quant)))
    shape[axis] = sum(sizes)
    b.add("y", TensorType(tuple(shape), dtype, quant))
    return b.graph("concatenation", names, ["y"], {"axis": axis})


class TestConcatenation(OpContract):
    kind = "concatenation"
    cases = cases()


class TestConcatenationWide(OpContract):
    kind = "concatenation"
    cases = cases("int16")
