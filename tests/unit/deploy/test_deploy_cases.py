"""Inputs that a network is proven with: extremes of what is stored, floats past their range."""

from pathlib import Path

import numpy as np
import pytest
from stream_models import ONE, Model

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType
from motekit.deploy.cases import BEYOND, bounds, random_cases, random_frames
from motekit.deploy.network import build_network, build_stream
from motekit.graph.oracle import Oracle


def floating(quantized: bool = True) -> Graph:
    """A model over a window of 12 frames, float32 outside and int8 inside."""
    m = Model(np.random.default_rng(1), (1, 12, 1, 4))
    m.layer("conv_2d", (3, 1), 4)
    m.add("mean", axes=(1, 2), keep_dims=False, **ONE)
    inner = m.graph()
    ends = {
        n: Tensor(n, TensorType(s, "float32")) for n, s in (("f", (1, 12, 1, 4)), ("o", (1, 4)))
    }
    if not quantized:
        return Graph("g", {"f": ends["f"]}, (), ("f",), ("f",))
    ops = (
        Op("quantize", "q", ("f",), ("x",), dict(ONE)), *inner.ops,
        Op("dequantize", "d", inner.outputs, ("o",), {}),
    )  # fmt: skip
    return Graph("g", {**inner.tensors, **ends}, ops, ("f",), ("o",))


def one(dtype: str) -> Graph:
    return Graph("g", {"x": Tensor("x", TensorType((1, 5), dtype))}, (), ("x",), ("x",))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64", "bool"])
def test_extremes_come_first(dtype: str) -> None:
    lowest, highest, mixed, *_ = (case[0] for case in random_cases(one(dtype), 5))
    low, high = bounds(one(dtype), "x")
    assert lowest.dtype == np.dtype(dtype) and (lowest == low).all() and (highest == high).all()
    assert mixed.reshape(-1).tolist() == [low, high, low, high, low]


def test_floats_go_a_little_past_the_range_that_is_stored() -> None:
    graph = floating()
    scale, zero = graph.type("x").quant.per_tensor
    low, high = bounds(graph, "f")
    more = BEYOND * 255 * scale
    assert low == pytest.approx(scale * (-128 - zero) - more)
    assert high == pytest.approx(scale * (127 - zero) + more)
    drawn = np.concatenate([case[0].reshape(-1) for case in random_cases(graph, 40)])
    assert drawn.dtype == np.float32 and drawn.min() >= np.float32(low)
    assert bounds(floating(quantized=False), "f") == (-10.0, 10.0)


@pytest.mark.parametrize("count", [0, 5, 30, 70])
def test_frames_of_a_stream(count: int) -> None:
    graph = floating()
    frames = random_frames(graph, 1, count)
    assert frames.shape == (1, count, 1, 4) and frames.dtype == np.float32
    low, high = (np.float32(v) for v in bounds(graph, "f"))
    assert (frames[:, 12:24] == low).all() and (frames[:, 24:36] == high).all()


def test_networks_with_floats_outside_are_proven_too(tmp_path: Path) -> None:
    graph = floating()
    with Oracle() as oracle:
        whole = build_network(graph, "toy", "cortex-m4f", tmp_path, random_cases(graph, 6), oracle)
        frames = random_frames(graph, 1, 60)
        step = build_stream(graph, "toy", "cortex-m4f", tmp_path, frames, oracle)
    assert whole.mismatches == step.mismatches == 0 and step.inputs_checked == 60
