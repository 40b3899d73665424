from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.ops.lstm import fixed16
from motekit.graph.oracle import Oracle
from motekit.graph.run import run, run_sequence
from motekit.testing.graph_program import Case, host_program
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SCALES, SEEDS, SIZES, ZEROS, int8, quant

INT16 = np.arange(-(1 << 15), 1 << 15, dtype=np.int64)


def sweep(bits: int, hidden_scale: float, seed: int) -> Graph:
    """Gates over all of their range, edges of the tables included, in steps that add up what
    is off by one: weights are 0, and biases are the gates' Q3.12 values themselves."""
    rng = np.random.default_rng(seed)
    units, steps = 67, 24
    edges = [0, -1, 1, -1023, -1024, -1025, 1024, 4096, -4096, -8192, 8192, -16384, -16385, 32767]
    wide = np.concatenate([edges, np.linspace(-(1 << 15), (1 << 15) - 1, units - len(edges))])
    small = np.linspace(-700, 700, units)
    biases = [rng.permutation(wide), np.full(units, 32767), rng.permutation(small),
              rng.permutation(np.abs(wide))]  # fmt: skip
    hidden = int8((1, units), hidden_scale, 3)
    cell = TensorType((1, units), "int16", QuantParams((2.0 ** (bits - 15),), (0,)))
    tensors = [Tensor("x", int8((1, steps, 1), 2.0**-4, -1)), Tensor("h", hidden)]
    tensors += [Tensor("c", cell), Tensor("y", replace(hidden, shape=(1, steps, units)))]
    tensors += [Tensor("h.after", hidden), Tensor("c.after", cell)]
    for i in range(8):
        shape = (units, 1 if i < 4 else units)
        values = np.zeros(shape, np.int8)
        tensors.append(Tensor(f"w{i}", TensorType(shape, "int8", quant(2.0**-8)), values))
    for i, values_ in enumerate(biases):
        bias = values_.round().astype(np.int32)
        tensors.append(Tensor(f"b{i}", TensorType((units,), "int32", quant(2.0**-12)), bias))
    names = [*(f"w{i}" for i in range(8)), *(f"b{i}" for i in range(4))]
    attrs = {"cell_clip": 0.0, "hidden_scale": hidden_scale, "hidden_zero": 3, "rounding": "double"}
    op = Op("lstm", "lstm", ("x", *names, "h", "c"), ("y", "h.after", "c.after"), attrs)
    state = (("h", "h.after"), ("c", "c.after"))
    return Graph("case", {t.name: t for t in tensors}, (op,), ("x",), ("y",), state)


CASES = [sweep(0, 2.0**-13, 0), sweep(5, 2.0**-12, 1), sweep(3, 2.0**-9, 2)]


def test_gates_over_their_whole_range() -> None:
    x = [np.zeros((1, 24, 1), np.int8)]
    with Oracle() as oracle, host_program([Case(g) for g in CASES]) as program:
        for i, graph in enumerate(CASES):
            (expected,) = oracle.run(to_tflite(graph), [x])
            (ours,) = program.run([(i, x)])
            assert np.array_equal(run(graph, x)[0], expected[0])
            assert np.array_equal(ours[0], expected[0])
            assert len(np.unique(expected[0])) > 60  # it uses its range


@st.composite
def cases(draw: st.DrawFn) -> Graph:
    rng = np.random.default_rng(draw(SEEDS))
    batch, steps, n, units = draw(st.sampled_from((1, 1, 2))), *(draw(SIZES) for _ in range(3))
    x = int8((batch, steps, n), draw(SCALES), draw(ZEROS))
    hidden = int8((batch, units), draw(st.sampled_from((0.004, 0.0078, 0.05))), draw(ZEROS))
    bits = draw(st.integers(0, 5))
    cell = TensorType((batch, units), "int16", QuantParams((2.0 ** (bits - 15),), (0,)))
    tensors = [Tensor("x", x), Tensor("h", hidden), Tensor("c", cell)]
    names = []
    for i in range(8):
        shape = (units, n if i < 4 else units)
        scale = float(np.float32(rng.uniform(0.001, 0.05)))
        values = rng.integers(-127, 128, shape).astype(np.int8)
        names.append(f"w{i}")
        tensors.append(Tensor(f"w{i}", TensorType(shape, "int8", quant(scale)), values))
    for i in range(4):
        values = rng.integers(-9000, 9000, units).astype(np.int32)
        names.append(f"b{i}")
        tensors.append(Tensor(f"b{i}", TensorType((units,), "int32", quant(1e-5)), values))
    tensors += [
        Tensor("y", replace(hidden, shape=(batch, steps, units))),
        Tensor("h.after", hidden),
        Tensor("c.after", cell),
    ]
    attrs = {
        "cell_clip": draw(st.sampled_from((0.0, 0.5, 10.0))),
        "hidden_scale": hidden.quant.scale[0] if hidden.quant else 1.0,
        "hidden_zero": hidden.quant.zero_point[0] if hidden.quant else 0,
        "rounding": "double",
    }
    op = Op("lstm", "lstm", ("x", *names, "h", "c"), ("y", "h.after", "c.after"), attrs)
    state = (("h", "h.after"), ("c", "c.after"))
    return Graph("case", {t.name: t for t in tensors}, (op,), ("x",), ("y",), state)


class TestLstm(OpContract):
    kind = "lstm"
    cases = cases()


@settings(max_examples=3, deadline=None, derandomize=True)
@given(graph=cases(), seed=SEEDS)
def test_state_lives_from_run_to_run(graph: Graph, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = graph.type("x").shape
    runs = [[rng.integers(-128, 128, shape).astype(np.int8)] for _ in range(4)]
    expected = run_sequence(graph, runs)
    with Oracle() as oracle:
        litert = oracle.run(to_tflite(graph), runs, reset=False)
    with host_program([Case(graph, keep=True)]) as program:
        ours = program.run([(0, run) for run in runs])
    for a, b, c in zip(expected, litert, ours, strict=True):
        assert np.array_equal(a[0], b[0]) and np.array_equal(a[0], c[0])


def test_sigmoid_and_tanh_are_near_the_real_functions_everywhere() -> None:
    real = INT16 / 2**12
    assert np.abs(fixed16.logistic(INT16) / 2**15 - 1 / (1 + np.exp(-real))).max() < 5e-4
    for bits in range(7):
        real = INT16 / 2 ** (15 - bits)
        assert np.abs(fixed16.tanh(INT16, bits) / 2**15 - np.tanh(real)).max() < 1e-3, bits
