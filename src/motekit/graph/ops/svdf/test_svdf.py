import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.oracle import Oracle
from motekit.graph.run import run_sequence
from motekit.testing.graph_program import Case, host_program
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SCALES, SEEDS, ZEROS, int8, quant


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    rng = np.random.default_rng(draw(SEEDS))
    batch, n, units = (draw(st.sampled_from(s)) for s in ((1, 1, 2), (1, 3, 8, 13), (1, 2, 5)))
    rank, length = draw(st.sampled_from((1, 2, 3))), draw(st.sampled_from((1, 2, 7)))
    filters = units * rank
    x = int8((batch, n), draw(SCALES), draw(ZEROS))
    memory = TensorType(
        (batch, filters * length), "int16", quant(draw(st.sampled_from((2e-4, 0.01))))
    )
    feature, time = (
        TensorType((filters, n), "int8", quant(0.01)),
        TensorType((filters, length), "int16", quant(1e-4)),
    )
    bias = TensorType((units,), "int32", quant(memory.quant.scale[0] * 1e-4))  # type: ignore[union-attr]
    y = int8((batch, units), draw(st.sampled_from((0.002, 0.05))), draw(st.sampled_from((-128, 0))))
    tensors = [
        Tensor("x", x), Tensor("m", memory), Tensor("m.after", memory), Tensor("y", y),
        Tensor("f", feature, rng.integers(-127, 128, feature.shape).astype(np.int8)),
        Tensor("t", time, rng.integers(-3000, 3000, time.shape).astype(np.int16)),
        Tensor("b", bias, rng.integers(-90000, 90000, units).astype(np.int32)),
    ]  # fmt: skip
    op = Op("svdf", "svdf", ("x", "f", "t", "b", "m"), ("y", "m.after"),
            {"rank": rank, "rounding": "double"})  # fmt: skip
    return Graph("case", {t.name: t for t in tensors}, (op,), ("x",), ("y",), (("m", "m.after"),))


class TestSvdf(OpContract):
    kind = "svdf"
    cases = cases()


@settings(max_examples=4, deadline=None, derandomize=True)
@given(graph=cases(), seed=SEEDS)
def test_memory_lives_from_run_to_run(graph: Graph, seed: int) -> None:
    rng = np.random.default_rng(seed)
    runs = [[rng.integers(-128, 128, graph.type("x").shape).astype(np.int8)] for _ in range(9)]
    expected = run_sequence(graph, runs)
    with Oracle() as oracle:
        litert = oracle.run(to_tflite(graph), runs, reset=False)
    with host_program([Case(graph, keep=True)]) as program:
        ours = program.run([(0, run) for run in runs])
    for a, b, c in zip(expected, litert, ours, strict=True):
        assert np.array_equal(a[0], b[0]) and np.array_equal(a[0], c[0])
