from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.ops.lstm import fixed16
from motekit.graph.oracle import Oracle
from motekit.graph.run import run_sequence
from motekit.testing.graph_program import Case, host_program
from motekit.testing.op import OpContract
from motekit.testing.op_cases import SCALES, SEEDS, SIZES, ZEROS, int8, quant

INT16 = np.arange(-(1 << 15), 1 << 15, dtype=np.int64)


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
