from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import strategies as st

from motekit.core.graph import Graph
from motekit.core.op import Array
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.exporters import to_tflite
from motekit.graph.ops._shared import exact
from motekit.graph.oracle import run_litert
from motekit.graph.run import run
from motekit.testing.op import OpContract, check_kernels
from motekit.testing.op_cases import (
    CHANNELS,
    SEEDS,
    SIZES,
    ZEROS,
    Builder,
    Weights,
    int8,
    int8_types,
    layer,
    quant,
)


@st.composite
def cases(draw: st.DrawFn, dtype: str = "int8") -> Graph:
    b = Builder()
    rows, n, out = draw(SIZES), draw(st.one_of(CHANNELS, st.just(300))), draw(CHANNELS)
    keep = draw(st.booleans())
    shape = (1, rows, n) if keep or draw(st.booleans()) else (rows, n)
    x = draw(int8_types(shape, dtype))
    narrow = dtype == "int16" and draw(st.booleans())
    names, scale = draw(layer(b, x, Weights((out, n), 0, n), narrow))
    b.add("x", x)
    y_quant = quant(scale, draw(ZEROS) if dtype == "int8" else 0)
    b.add("y", TensorType((*shape[:-1], out) if keep else (rows, out), dtype, y_quant))
    attrs = {
        "activation": draw(st.sampled_from(("none", "relu", "relu6", "relu_n1_to_1"))),
        "rounding": "single" if dtype == "int8" else "real",
        "keep_dims": keep,
    }
    return b.graph("fully_connected", ["x", *names], ["y"], attrs)


class TestFullyConnected(OpContract):
    kind = "fully_connected"
    cases = cases()


class TestFullyConnectedWide(OpContract):
    kind = "fully_connected"
    cases = cases("int16")


@st.composite
def small_cases(draw: st.DrawFn) -> Graph:
    """Layers that the kernel `small` can run, factors up to its edge of one half."""
    b = Builder()
    n, out = draw(CHANNELS), draw(CHANNELS)
    rng = np.random.default_rng(draw(SEEDS))
    x = draw(int8_types((1, n)))
    w = rng.integers(-128, 128, (out, n)).astype(np.int8)
    bias = rng.integers(-(1 << 20), 1 << 20, out).astype(np.int32)
    factor = draw(st.sampled_from((0.4999999, 0.25, 0.2500001, 0.013, 1e-5, 2.0**-31)))
    x_scale = x.quant.scale[0] if x.quant else 1.0
    b.add("w", TensorType((out, n), "int8", quant(0.01)), w)
    b.add("b", TensorType((out,), "int32", quant(x_scale * 0.01)), bias)
    b.add("x", x)
    b.add("y", int8((1, out), x_scale * 0.01 / factor, draw(ZEROS)))
    attrs = {"activation": "none", "rounding": "single"}
    return b.graph("fully_connected", ["x", "w", "b"], ["y"], attrs)


class TestSmall(OpContract):
    kind = "fully_connected"
    cases = small_cases()


@pytest.mark.parametrize("factor", (0.5, 0.25, 0.375, 2.0**-9, 2.0**-20, 1.0))
def test_halves_go_away_from_zero_on_both_sides(factor: float) -> None:
    b = Builder()
    bias = np.arange(-9, 10, dtype=np.int32) * max(1, round(0.5 / factor))
    n = len(bias)
    b.add("w", TensorType((n, 1), "int8", quant(0.5)), np.ones((n, 1), np.int8))
    b.add("b", TensorType((n,), "int32", quant(0.25)), bias)
    b.add("x", int8((1, 1), 0.5, 0))
    b.add("y", int8((1, n), 0.25 / factor, 0))
    attrs = {"activation": "none", "rounding": "single"}
    graph = b.graph("fully_connected", ["x", "w", "b"], ["y"], attrs)
    cases: list[list[Array]] = [[np.array([[v]], np.int8)] for v in (-128, -1, 0, 1, 127)]
    expected = run_litert(to_tflite(graph), cases)
    for case, (want,) in zip(cases, expected, strict=True):
        assert run(graph, case)[0].tolist() == want.tolist()
    check_kernels("fully_connected", [graph], TestFullyConnected.targets()[0], 0)


def rare_layers(count: int) -> Iterator[tuple[Graph, int]]:
    """(layer, how many of its sums the usual multiplier rounds differently from float64). Its sums
    are its biases where the input is lowest, as it is in one case of `check_kernels`."""
    rng = np.random.default_rng(0)
    while count:
        x, w = (float(np.float32(v)) for v in rng.uniform(0.001, 0.1, 2))
        out = float(np.float32(x * w / 10 ** rng.uniform(-5, -2)))
        (real,) = numerics.output_factors(x, [w], out)
        starts = exact.begins(real, np.arange(-127, 128))
        sums = np.unique([starts - 1, starts])
        usual = numerics.multiply_single(sums, *numerics.quantize_multiplier(real))
        rare = np.count_nonzero(usual != numerics.multiply_real(sums, real))
        if not rare:
            continue
        b = Builder()
        b.add("w", TensorType((len(sums), 1), "int8", quant(w)), np.ones((len(sums), 1), np.int8))
        b.add("b", TensorType((len(sums),), "int32", quant(x * w)), sums.astype(np.int32))
        b.add("x", int8((1, 1), x, -128))
        b.add("y", int8((1, len(sums)), out, 0))
        attrs = {"activation": "none", "rounding": "single"}
        yield b.graph("fully_connected", ["x", "w", "b"], ["y"], attrs), int(rare)
        count -= 1


def test_sums_that_the_usual_multiplier_rounds_differently_are_exact() -> None:
    graphs = [graph for graph, rare in rare_layers(8) if rare]
    case: list[Array] = [np.array([[-128]], np.int8)]
    for graph in graphs:
        ((want,),) = run_litert(to_tflite(graph), [case])
        assert run(graph, case)[0].tolist() == want.tolist()
    check_kernels("fully_connected", graphs, TestFullyConnected.targets()[0], 0)


@pytest.mark.parametrize(
    ("real", "outputs", "sums"),
    [
        (0.5, (-128, 127), (-300, 300)), (0.5, (0, 255), (-300, 300)), (0.75, (-1, 1), (-9, 9)),
        (0.3, (-128, 127), (5, 5)), (0.3, (-128, 127), (-7, -7)), (0.3, (-128, 127), (0, 0)),
        (1.0, (-255, 0), (-300, 300)), (0.0013, (-100, 155), (-(10**6), 10**6)),
    ],
)  # fmt: skip
def test_an_exact_multiplier_rounds_every_sum_as_float64(
    real: float, outputs: tuple[int, int], sums: tuple[int, int]
) -> None:
    multiplier, shift, found = exact.multiplier(real, outputs, sums)
    every = np.arange(sums[0], sums[1] + 1)
    assert found
    ours = np.clip(numerics.multiply_single(every, multiplier, shift), *outputs)
    assert np.array_equal(ours, np.clip(numerics.multiply_real(every, real), *outputs))


def test_a_factor_that_no_multiplier_equals_is_known() -> None:
    """Where an output is 10**8 sums wide, 31 bits do not tell where it begins."""
    least, most = exact.INT32
    answers = [exact.multiplier(r, (-128, 127), (least, most)) for r in (1.1e-7, 1.3e-7, 1.7e-7)]
    assert not all(found for *_, found in answers)
    assert exact.multiplier(2.0**-40, (-128, 127), (least, most)) == (0, 0, False)
