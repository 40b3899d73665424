from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph import load, run
from motekit.graph.exporters import to_tflite
from motekit.graph.ops import OPS
from motekit.graph.oracle import Oracle
from motekit.graph.passes import PASSES, Pass, simplify
from motekit.testing.graphs import chain, classifier, int8, quant
from motekit.testing.kernel_cases import conv
from motekit.testing.op_cases import SEEDS, inputs

SHARED = Path(os.environ.get("MOTEKIT_SHARED", Path(__file__).parents[4] / "shared"))


def macs(graph: Graph) -> int:
    return sum(OPS.get(op.kind).macs(op, graph) for op in graph.ops)


def same(graph: Graph, other: Graph, seed: int = 0) -> None:
    for case in inputs(graph, seed):
        for a, b in zip(run(graph, case), run(other, case), strict=True):
            assert np.array_equal(a, b)


class Net:
    """Builds a chain of layers on an image, some of whose channels are dead on purpose."""

    def __init__(self, seed: int, size: int, channels: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.tensors = {"x": Tensor("x", int8(1, size, size, channels, zero=-5))}
        self.ops: list[Op] = []
        self.last = "x"

    def add(self, kind: str, shape: tuple[int, ...], data: list[Tensor], attrs: dict[str, object],
            zero: int = -128, scale: float = 0.2) -> None:  # fmt: skip
        name = f"t{len(self.ops)}"
        self.tensors |= {t.name: t for t in data}
        self.tensors[name] = Tensor(name, int8(*shape, scale=scale, zero=zero))
        used = (self.last, *(t.name for t in data))
        self.ops.append(Op(kind, f"{kind}_{len(self.ops)}", used, (name,), attrs))
        self.last = name

    def layer(self, kind: str, out: int, kernel: int, padded: bool, zero: int) -> None:
        n, height, width, channels = self.tensors[self.last].type.shape
        depthwise = kind == "depthwise_conv_2d"
        out = channels if depthwise else out
        shape = (1, kernel, kernel, out) if depthwise else (out, kernel, kernel, channels)
        weights = self.rng.integers(-127, 128, shape)
        weights[self.rng.random(shape) < 0.3] = 0
        bias = self.rng.integers(-3000, 3000, out)
        bias[self.rng.random(out) < 0.4] = -10_000_000  # never above the lowest output
        bias[self.rng.random(out) < 0.1] = 10_000_000
        if not depthwise:
            weights[..., self.rng.random(channels) < 0.2] = 0
        tag = len(self.ops)
        scales = tuple(float(np.float32(s)) for s in self.rng.uniform(0.001, 0.02, out))
        per = QuantParams(scales, (0,) * out, 3 if depthwise else 0) if out > 1 else quant(0.01)
        w = Tensor(f"w{tag}", TensorType(shape, "int8", per), weights.astype(np.int8))
        b = Tensor(f"b{tag}", TensorType((out,), "int32"), bias.astype(np.int32))
        pad = (kernel // 2,) * 4 if padded else (0, 0, 0, 0)
        new = [size + 2 * pad[0] - kernel + 1 for size in (height, width)]
        attrs = {
            "stride": (1, 1), "dilation": (1, 1), "padding": pad, "activation": "relu",
            "rounding": "double",
        }  # fmt: skip
        self.add(kind, (n, *new, out), [w, b], attrs, zero)

    def dense(self, out: int) -> None:
        n = self.tensors[self.last].type.size
        weights = self.rng.integers(-127, 128, (out, n)).astype(np.int8)
        w = Tensor("w", TensorType((out, n), "int8", quant(0.01)), weights)
        b = Tensor("b", TensorType((out,), "int32"), np.zeros(out, np.int32))
        attrs = {"activation": "none", "rounding": "single"}
        self.add("fully_connected", (1, out), [w, b], attrs, zero=0)

    def graph(self) -> Graph:
        return Graph("net", self.tensors, tuple(self.ops), ("x",), (self.last,))


@st.composite
def nets(draw: st.DrawFn) -> Graph:
    net = Net(draw(SEEDS), draw(st.sampled_from((4, 5))), draw(st.integers(1, 4)))
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(("conv_2d", "conv_2d", "depthwise_conv_2d", "pool", "mul")))
        shape = net.tensors[net.last].type.shape
        if kind == "pool":
            attrs = {
                "size": (2, 2), "stride": (1, 1), "padding": (0, 1, 0, 1), "activation": "none"
            }  # fmt: skip
            old = net.tensors[net.last].type.quant
            net.add("max_pool_2d", shape, [], attrs)
            pooled = net.tensors[net.last]
            net.tensors[net.last] = replace(pooled, type=replace(pooled.type, quant=old))
        elif kind == "mul":  # an op that keeps all channels
            net.tensors["m"] = Tensor("m", int8(1), np.array([77], np.int8))
            name = net.last
            net.add("mul", shape, [], {"activation": "none", "rounding": "double"}, 3)
            net.ops[-1] = replace(net.ops[-1], inputs=(name, "m"))
        else:
            kernel = 1 if shape[1] < 3 else draw(st.sampled_from((1, 3)))
            net.layer(kind, draw(st.integers(1, 9)), kernel, draw(st.booleans()),
                      draw(st.sampled_from((-128, -128, -100))))  # fmt: skip
    if draw(st.booleans()):
        net.dense(3)
    return net.graph()


@settings(max_examples=40, deadline=None)
@given(graph=nets(), seed=SEEDS)
def test_passes_change_no_output(graph: Graph, seed: int) -> None:
    smaller, _ = simplify(graph)
    assert macs(smaller) <= macs(graph)
    same(graph, smaller, seed)


def test_dead_channels_go_and_the_proof_names_them() -> None:
    net = Net(5, 5, 3)
    net.layer("conv_2d", 12, 3, True, -128)
    net.layer("depthwise_conv_2d", 0, 3, True, -128)
    net.layer("conv_2d", 6, 1, False, -128)
    net.dense(2)
    graph = net.graph()
    smaller, reports = simplify(graph)
    same(graph, smaller)
    (report,) = [r for r in reports if r.name == "dead_channels"]
    assert macs(smaller) < macs(graph) * 0.7 and report.lines
    gone = report.proof["t0"]
    assert len(gone["constant"]) + len(gone["without_effect"]) == 12 - smaller.type("t0").shape[3]
    for channel, value in gone["constant"].items():
        seen = {int(v) for case in inputs(graph, 1) for v in _values(graph, "t0", case, channel)}
        assert seen == {value}


def _values(graph: Graph, name: str, case: list[np.ndarray], channel: int) -> np.ndarray:
    cut = replace(graph, outputs=(name,))
    return np.unique(run(cut, case)[0][..., channel])


def test_a_constant_that_is_not_the_zero_point_stays_where_a_border_would_show() -> None:
    """Behind a padded 3×3 a constant 127 adds less at the border: it must be kept."""
    net = Net(1, 4, 2)
    net.layer("conv_2d", 4, 1, False, -128)
    bias = net.tensors["b0"]
    net.tensors["b0"] = replace(bias, data=np.full(4, 10_000_000, np.int32))
    net.layer("conv_2d", 3, 3, True, -128)
    weights = net.tensors["w1"]
    net.tensors["w1"] = replace(weights, data=np.ones(weights.type.shape, np.int8))
    graph = net.graph()
    smaller, _ = simplify(graph)
    assert smaller.type("t0").shape[3] == 4
    same(graph, smaller)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no folder of models (MOTEKIT_SHARED)")
def test_half_of_the_wake_up_picture_model_is_dead() -> None:
    path = SHARED / "models" / "mlperf_tiny" / "vww_96_int8.tflite"
    graph = load(path)
    smaller, _ = simplify(graph)
    weights = [t for t in smaller.tensors.values() if t.is_constant]
    assert macs(graph) == 7_489_664 and macs(smaller) == 3_727_313
    assert sum(t.type.nbytes for t in weights) == 33_122
    cases = inputs(graph, 3, random=2)
    with Oracle() as oracle:
        for case, expected in zip(cases, oracle.run(path.read_bytes(), cases), strict=True):
            assert np.array_equal(run(smaller, case)[0], expected[0])


def padded_twice(value: int) -> Graph:
    net = Net(2, 5, 2)
    pads = ((0, 0), (1, 2), (0, 1), (0, 0))
    net.add("pad", (1, 8, 6, 2), [], {"paddings": pads, "value": value}, zero=-5, scale=0.05)
    net.layer("conv_2d", 3, 1, False, -128)
    return net.graph()


def test_a_pad_becomes_the_convolutions_own() -> None:
    graph = padded_twice(-5)
    smaller, reports = simplify(graph)
    assert [op.kind for op in smaller.ops] == ["conv_2d"] and "t0" not in smaller.tensors
    assert smaller.ops[0].attrs["padding"] == (1, 2, 0, 1)
    assert reports[1].lines == ("pad_0: done by conv_2d_1",)
    same(graph, smaller)


def test_and_is_a_pad_again_in_a_tflite_file() -> None:
    graph = padded_twice(-5)
    smaller, _ = simplify(graph)
    case = inputs(graph, 0)
    with Oracle() as oracle:
        for x, y in zip(case, oracle.run(to_tflite(smaller), case), strict=True):
            assert np.array_equal(run(graph, x)[0], y[0])


def test_a_pad_with_another_value_than_zero_stays() -> None:
    assert len(simplify(padded_twice(3))[0].ops) == 2


def relu_after(scale: float, activation: str = "none") -> Graph:
    graph = classifier()
    out = graph.type("y1")
    wanted = replace(out, quant=quant(scale, out.quant.zero_point[0] if out.quant else 0))
    ops = list(graph.ops)
    ops[1] = replace(ops[1], attrs={**ops[1].attrs, "activation": activation})
    ops.insert(2, Op("relu", "relu", ("y1",), ("z",), {"bounds": (0.0,), "rounding": "double"}))
    ops[3] = replace(ops[3], inputs=("z",))
    return replace(graph, tensors={**graph.tensors, "z": Tensor("z", wanted)}, ops=tuple(ops))


def test_a_relu_joins_its_layer_if_it_only_clamps() -> None:
    graph = relu_after(0.05)
    smaller, _ = simplify(graph)
    assert [op.kind for op in smaller.ops] == ["fully_connected", "fully_connected", "softmax"]
    assert smaller.ops[1].attrs["activation"] == "relu"
    same(graph, smaller)


@pytest.mark.parametrize("graph", [relu_after(0.07), relu_after(0.05, "relu6")])
def test_a_relu_that_does_more_stays(graph: Graph) -> None:
    assert len(simplify(graph)[0].ops) == 4


def test_constants_are_computed_once() -> None:
    types = {"k": int8(4), "a": int8(4), "x": int8(1, 4), "y": int8(1, 4)}
    act = {"activation": "none", "rounding": "double"}
    graph = chain(
        Op("add", "twice", ("k", "k"), ("a",), act),
        Op("add", "sum", ("x", "a"), ("y",), act),
        types=types, inputs=("x",), outputs=("y",),
        constants={"k": np.array([1, -128, 127, 50], np.int8)},
    )  # fmt: skip
    smaller, _ = simplify(graph)
    assert [op.name for op in smaller.ops] == ["sum"] and "k" not in smaller.tensors
    same(graph, smaller)


def test_ops_that_nothing_uses_go() -> None:
    graph = classifier()
    extra = Op("relu", "idle", ("y0",), ("idle",), {"bounds": (0.0,), "rounding": "double"})
    tensors = {**graph.tensors, "idle": Tensor("idle", graph.type("y0"))}
    smaller, _ = simplify(replace(graph, tensors=tensors, ops=(*graph.ops, extra)))
    assert smaller.ops == graph.ops and "idle" not in smaller.tensors


def test_a_graph_without_anything_to_do_comes_back_as_it_was() -> None:
    graph = classifier()
    assert simplify(graph)[0] == graph


def test_a_pass_that_breaks_the_graph_is_named() -> None:
    def cut(graph: Graph) -> tuple[Graph, tuple[str, ...], dict[str, object]]:
        return replace(graph, ops=graph.ops[1:]), (), {}

    with pytest.raises(InputError, match="after the pass clumsy"):
        simplify(classifier(), [Pass("clumsy", "", cut)])


def test_passes_have_names_of_their_own() -> None:
    assert len({p.name for p in PASSES}) == len(PASSES) and all(p.summary for p in PASSES)


def test_one_channel_is_no_depthwise_layer() -> None:
    graph = conv((5, 7, 1), 6, kernel=(3, 2), stride=(2, 1), depthwise=True, in_zero=3)
    smaller, reports = simplify(graph)
    assert [op.kind for op in smaller.ops] == ["conv_2d"]
    assert any(report.lines for report in reports if report.name == "one_channel")
    same(graph, smaller)
    several = conv((5, 7, 2), 2, kernel=(3, 2), depthwise=True)
    assert [op.kind for op in simplify(several)[0].ops] == ["depthwise_conv_2d"]
