"""Models of int16 activations and int8 weights, from file to C, and what is refused of them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.exporters import to_tflite
from motekit.graph.importers.tflite import load
from motekit.graph.oracle import run_litert
from motekit.graph.passes import simplify
from motekit.graph.run import run
from motekit.testing.graph_program import Case, host_program
from motekit.testing.op_cases import inputs, quant

STEP = 1 / 2048
SAME = {"stride": (1, 1), "dilation": (1, 1), "padding": (1, 1, 1, 1), "activation": "none"}


def network() -> Graph:
    """A pad, convolutions with a relu behind, a sum, a slice, a mean, a dense layer, softmax."""
    rng = np.random.default_rng(3)
    tensors: dict[str, Tensor] = {}
    ops: list[Op] = []

    def stored(name: str, shape: tuple[int, ...], scale: float = STEP) -> str:
        tensors[name] = Tensor(name, TensorType(shape, "int16", quant(scale)))
        return name

    def weights(name: str, shape: tuple[int, ...], axis: int) -> tuple[str, str]:
        scales = tuple(map(float, rng.uniform(0.001, 0.01, shape[axis]).astype(np.float32)))
        per = QuantParams(scales, (0,) * len(scales), axis)
        values = rng.integers(-127, 128, shape).astype(np.int8)
        tensors[name] = Tensor(name, TensorType(shape, "int8", per), values)
        bias = rng.integers(-(1 << 33), 1 << 33, shape[axis])
        about = QuantParams(tuple(float(np.float32(STEP * s)) for s in scales), per.zero_point, 0)
        tensors[f"{name}.b"] = Tensor(f"{name}.b", TensorType(bias.shape, "int64", about), bias)
        return name, f"{name}.b"

    stored("x", (1, 4, 4, 3))
    pads = {"paddings": ((0, 0), (1, 1), (1, 1), (0, 0)), "value": 0}
    ops.append(Op("pad", "pad", ("x",), (stored("p", (1, 6, 6, 3)),), pads))
    layer = {**SAME, "padding": (0, 0, 0, 0), "rounding": "reduced"}
    w, b = weights("w1", (5, 3, 3, 3), 0)
    ops.append(Op("conv_2d", "conv", ("p", w, b), (stored("c", (1, 4, 4, 5), 0.4),), layer))
    relu = {"bounds": (0.0,), "rounding": "double"}
    ops.append(Op("relu", "relu", ("c",), (stored("r", (1, 4, 4, 5), 0.4),), relu))
    w, b = weights("w2", (1, 3, 3, 5), 3)
    wide = {**SAME, "rounding": "reduced"}
    ops.append(Op("depthwise_conv_2d", "dw", ("r", w, b), (stored("d", (1, 4, 4, 5), 0.5),), wide))
    both = {"activation": "relu6", "rounding": "double"}
    ops.append(Op("add", "add", ("r", "d"), (stored("s", (1, 4, 4, 5), STEP),), both))
    axes = {"axes": (1, 2), "keep_dims": False, "rounding": "double"}
    ops.append(Op("mean", "mean", ("s",), (stored("m", (1, 5), STEP),), axes))
    w, b = weights("w3", (4, 5), 0)
    dense = {"activation": "none", "rounding": "real", "keep_dims": False}
    ops.append(Op("fully_connected", "dense", ("m", w, b), (stored("l", (1, 4), 0.4),), dense))
    ops.append(Op("softmax", "softmax", ("l",), (stored("y", (1, 4), 1 / 32768),), {"beta": 1.0}))
    return Graph("net", tensors, tuple(ops), ("x",), ("y", "s"))


def test_a_network_is_litert_s_on_every_byte() -> None:
    content = to_tflite(network())
    graph = load(content, "net", Path("net.tflite"))
    cases: list[list[Array]] = inputs(graph, 5)
    expected = run_litert(content, cases)
    with host_program([Case(graph)]) as program:
        results = program.run([(0, case) for case in cases])
    for case, want, got in zip(cases, expected, results, strict=True):
        assert all(map(np.array_equal, want, got))
        assert all(map(np.array_equal, want, run(graph, case)))


def test_passes_work_on_it() -> None:
    reports = {r.name: r.lines for r in simplify(network())[1]}
    assert reports["fuse_pad"] and reports["fuse_activation"]


def test_dead_channels_go_without_a_changed_byte() -> None:
    graph = network()
    bias = graph.constant("w1.b").copy()
    bias[[0, 3]] = -(1 << 45)  # below any sum: the relu behind makes zeros of them
    dead = Tensor("w1.b", graph.type("w1.b"), bias)
    graph = replace(graph, tensors={**graph.tensors, "w1.b": dead}, outputs=("y",))
    smaller, reports = simplify(graph)
    assert any("channels dropped" in line for r in reports for line in r.lines)
    for case in inputs(graph, 11):
        assert np.array_equal(run(graph, case)[0], run(smaller, case)[0])


def dense(multiplier: float, weight: int, rounding: str = "real") -> Graph:
    """One dense layer of one input and weight, whose factor is `multiplier`."""
    tensors = {
        "x": Tensor("x", TensorType((1, 1), "int16", quant(multiplier))),
        "w": Tensor("w", TensorType((1, 1), "int8", quant(1.0)), np.array([[weight]], np.int8)),
        "y": Tensor("y", TensorType((1, 1), "int16", quant(1.0))),
    }
    attrs = {"activation": "none", "rounding": rounding}
    op = Op("fully_connected", "dense", ("x", "w", None), ("y",), attrs)
    return Graph("one", tensors, (op,), ("x",), ("y",))


@pytest.mark.parametrize("factor", (0.5, 0.25, 1 / 3, 1e-9, 2.0**-40, 3.0, 1e7))
def test_products_of_dense_layers_round_as_float64_does(factor: float) -> None:
    graph = dense(factor, 3)
    values = [-32768, -32767, -3, -2, -1, 0, 1, 2, 3, 5, 32767]
    cases: list[list[Array]] = [[np.array([[v]], np.int16)] for v in values]
    expected = [run(graph, case)[0] for case in cases]
    assert factor > 100 or expected == [r[0] for r in run_litert(to_tflite(graph), cases)]
    with host_program([Case(graph, {"dense": "wide"})]) as program:
        assert [r[0] for r in program.run([(0, case) for case in cases])] == expected


def refusal(graph: Graph) -> str:
    with pytest.raises(InputError) as error:
        load(to_tflite(graph), "net", Path("net.tflite"))
    return error.value.line()


def unary(kind: str, attrs: dict[str, object], dtype: str, out: QuantParams) -> Graph:
    tensors = {
        "x": Tensor("x", TensorType((1, 4), "int16", quant(0.25))),
        "y": Tensor("y", TensorType((1, 4), dtype, out)),
    }
    return Graph("one", tensors, (Op(kind, kind, ("x",), ("y",), attrs),), ("x",), ("y",))


def test_what_has_no_int16_form_is_refused_with_the_op_and_the_way_out() -> None:
    line = refusal(unary("hard_swish", {}, "int16", quant(0.25)))
    assert re.search(r"op 0 HARD_SWISH.*must be int8.*int16.*full int8", line), line


def test_what_only_litert_lacks_in_int16_is_refused_too() -> None:
    line = refusal(unary("relu", {"bounds": (-1.0, 1.0), "rounding": "double"}, "int16", quant(1)))
    assert "RELU_N1_TO_1" in line and "LiteRT has no int16 form" in line


def test_an_op_of_two_widths_is_refused() -> None:
    line = refusal(unary("leaky_relu", {"alpha": 0.5}, "int8", quant(0.25)))
    assert re.search(r"LEAKY_RELU.*output 0 must be int16", line), line
