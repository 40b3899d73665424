import numpy as np
from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.graph.run import run
from motekit.testing.op import OpContract
from motekit.testing.op_cases import Builder, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    b = Builder()
    x = draw(int8_types(draw(shapes())))
    spans = []
    for n in x.shape:
        step = draw(st.sampled_from((1, 1, 2, 3, -1, -2)))
        start, stop = sorted((draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))))
        span = range(start, stop + 1, step) if step > 0 else range(stop, start - 1, step)
        spans.append(span)
    count = tuple(len(s) for s in spans)
    shape = tuple(n for n in count if n > 1) if draw(st.booleans()) else count
    attrs = {
        "begin": tuple(s.start for s in spans),
        "count": count,
        "step": tuple(s.step for s in spans),
        "shape": shape,
    }
    y = TensorType(shape, "int8", x.quant)
    return b.graph("strided_slice", [b.add("x", x)], [b.add("y", y)], attrs)


class TestStridedSlice(OpContract):
    kind = "strided_slice"
    cases = cases()


def test_negative_step_reads_backwards() -> None:
    b = Builder()
    b.add("x", TensorType((5,), "int8"))
    b.add("y", TensorType((3,), "int8"))
    attrs = {"begin": (4,), "count": (3,), "step": (-2,), "shape": (3,)}
    graph = b.graph("strided_slice", ["x"], ["y"], attrs)
    assert run(graph, [np.arange(5, dtype=np.int8)])[0].tolist() == [4, 2, 0]
