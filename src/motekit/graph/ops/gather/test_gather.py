import numpy as np
from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.tensors import TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.ops._shared import types
from motekit.graph.oracle import Oracle
from motekit.graph.run import run
from motekit.testing.graph_program import Case, host_program
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SEEDS, Builder, int8, int8_types, shapes


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    """Constant indices: random ones as inputs would be refused by LiteRT."""
    b = Builder()
    x = draw(int8_types(draw(shapes(1, 4))))
    axis = draw(st.integers(-len(x.shape), len(x.shape) - 1))
    at = axis % len(x.shape)
    shape = draw(st.sampled_from(((1,), (5,), (2, 3))))
    rng = np.random.default_rng(draw(SEEDS))
    indices = rng.integers(0, x.shape[at], shape).astype(np.int32)
    names = [b.add("x", x), b.add("i", TensorType(shape, "int32"), indices)]
    y = types.same_as(x, x.shape[:at] + shape + x.shape[at + 1 :])
    return b.graph("gather", names, [b.add("y", y)], {"axis": axis})


class TestGather(OpContract):
    kind = "gather"
    cases = cases()


def embedding() -> Graph:
    """A table of 11 words of 3 values, and 4 words to look up."""
    b = Builder()
    table = np.random.default_rng(3).integers(-128, 128, (11, 3)).astype(np.int8)
    b.add("table", int8((11, 3), 0.05, -3), table)
    b.add("words", TensorType((1, 4), "int32"))
    b.add("y", int8((1, 4, 3), 0.05, -3))
    return b.graph("gather", ["table", "words"], ["y"], {"axis": 0})


def test_an_embedding_looks_up_words_and_reads_nothing_beyond_its_table() -> None:
    graph = embedding()
    inside = [np.array([[0, 10, 5, 5]], np.int32)]
    outside = [np.array([[-1, 11, -(2**31), 2**31 - 1]], np.int32)]
    with Oracle() as oracle:
        assert np.array_equal(oracle.run(to_tflite(graph), [inside])[0][0], run(graph, inside)[0])
    with host_program([Case(graph)]) as program:
        for given in (inside, outside):
            assert np.array_equal(program.run([(0, given)])[0][0], run(graph, given)[0])
    ends = graph.constant("table")[[0, 10, 0, 10]]
    assert np.array_equal(run(graph, outside)[0][0], ends)
