from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SIZES, ZEROS, Builder, integers

SCALES = st.sampled_from((1e-4, 0.0039, 0.05, 0.125, 0.31, 1.0, 1.7, 20.0))


@st.composite
def cases(draw: st.DrawFn, dtype: str = "int8") -> Graph:
    b = Builder()
    shape = (*draw(st.lists(SIZES, max_size=2)), draw(st.sampled_from((1, 2, 3, 4, 10, 61, 200))))
    b.add("x", integers(shape, dtype, draw(SCALES), draw(ZEROS)))
    out = {"int8": (1 / 256, -128), "int16": (1 / 128, 0)}  # that of int16 is 256 times finer
    b.add("y", integers(shape, dtype, *out[dtype]))
    beta = draw(st.sampled_from((1.0, 1.0, 0.3, 2.0)))
    return b.graph("softmax", ["x"], ["y"], {"beta": beta})


class TestSoftmax(OpContract):
    kind = "softmax"
    cases = cases()


class TestSoftmaxWide(OpContract):
    kind = "softmax"
    cases = cases("int16")
