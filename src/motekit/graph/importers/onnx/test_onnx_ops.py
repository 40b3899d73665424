"""ONNX ops, one small model each: the graph as float arithmetic gives what ONNX Runtime gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.graph import Graph
from motekit.graph.exporters import to_tflite
from motekit.graph.floats.fuse import fuse
from motekit.graph.importers.onnx import load
from motekit.graph.oracle import Oracle

onnx = pytest.importorskip("onnx")
ort = pytest.importorskip("onnxruntime")
RANDOM = {"source": np.random.default_rng(5)}


def model(
    nodes: list[Any], shapes: dict[str, tuple[Any, ...]], constants: dict[str, Any], out: str = "y",
    opset: int = 17,
) -> bytes:  # fmt: skip
    """A model with float inputs of these shapes."""
    h = onnx.helper
    graph = h.make_graph(
        nodes, "g",
        [h.make_tensor_value_info(n, 1, s) for n, s in shapes.items()],
        [h.make_tensor_value_info(out, 1, None)],
        [onnx.numpy_helper.from_array(np.asarray(a), n) for n, a in constants.items()],
    )  # fmt: skip
    made = h.make_model(graph, opset_imports=[h.make_opsetid("", opset)], ir_version=8)
    return bytes(made.SerializeToString())


def node(op: str, inputs: str = "x", outputs: str = "y", **attrs: Any) -> Any:
    return onnx.helper.make_node(op, inputs.split(), outputs.split(), **attrs)


def f32(*shape: int) -> Any:
    return RANDOM["source"].normal(size=shape).astype(np.float32)


def i64(*values: int) -> Any:
    return np.array(values, np.int64)


IMAGE, LINE = {"x": (1, 3, 7, 5)}, {"x": (1, 4, 9)}
CASES: dict[str, Callable[[], bytes]] = {
    "conv": lambda: model([node("Conv", "x w b", strides=[2, 1], pads=[0, 1, 2, 1])], IMAGE,
                          {"w": f32(4, 3, 3, 2), "b": f32(4)}),
    "conv_groups": lambda: model([node("Conv", "x w", group=2, dilations=[2, 1])],
                                 {"x": (1, 4, 7, 5)}, {"w": f32(6, 2, 2, 3)}),
    "conv_depthwise": lambda: model([node("Conv", "x w", group=3, auto_pad="SAME_LOWER",
                                          strides=[2, 2])], IMAGE, {"w": f32(6, 1, 2, 2)}),
    "conv_one_channel": lambda: model([node("Conv", "x w", auto_pad="SAME_UPPER")],
                                      {"x": (1, 1, 7, 5)}, {"w": f32(2, 1, 4, 3)}),
    "conv_1d": lambda: model(
        [node("Conv", "x w b", "a", pads=[2, 1], strides=[2], dilations=[2]), node("Relu", "a")],
        LINE, {"w": f32(5, 4, 3), "b": f32(5)}),
    "norm": lambda: model(
        [node("Conv", "x w", "a"), node("BatchNormalization", "a s o m v", "c"), node("Relu", "c")],
        IMAGE, {"w": f32(4, 3, 3, 3), "s": f32(4), "o": f32(4), "m": f32(4),
                "v": np.abs(f32(4)) + 0.1}),
    "norm_alone": lambda: model(
        [node("BatchNormalization", "x s o m v")], LINE,
        {"s": f32(4), "o": f32(4), "m": f32(4), "v": np.abs(f32(4)) + 0.1}),
    "max_pool": lambda: model([node("MaxPool", kernel_shape=[3, 2], strides=[2, 2])], IMAGE, {}),
    "max_pool_pads": lambda: model(
        [node("Conv", "x w", "a"),
         node("MaxPool", "a", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])],
        IMAGE, {"w": f32(4, 3, 2, 2)}),
    "max_pool_ceil": lambda: model(
        [node("MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)],
        {"x": (1, 3, 8, 6)}, {}),
    "max_pool_1d": lambda: model([node("MaxPool", kernel_shape=[2], strides=[2])], LINE, {}),
    "average_counts": lambda: model(
        [node("AveragePool", kernel_shape=[3, 3], pads=[1, 0, 0, 1], count_include_pad=1)],
        IMAGE, {}),
    "average_same": lambda: model(
        [node("AveragePool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")],
        IMAGE, {}),
    "global_average": lambda: model(
        [node("GlobalAveragePool", "x", "a"), node("Flatten", "a")], IMAGE, {}),
    "global_max": lambda: model([node("GlobalMaxPool")], LINE, {}),
    "flatten_dense": lambda: model(
        [node("Conv", "x k", "a"), node("Flatten", "a", "f"), node("Gemm", "f w b", transB=1)],
        IMAGE, {"k": f32(2, 3, 2, 2), "w": f32(5, 48), "b": f32(5)}),
    "gemm_scaled": lambda: model(
        [node("Gemm", "x w b", alpha=0.5, beta=2.0)], {"x": (1, 6)},
        {"w": f32(6, 3), "b": f32(1)}),
    "matmul_rows": lambda: model([node("MatMul", "x w", "a"), node("Add", "b a")],
                                 {"x": (1, 5, 6)}, {"w": f32(6, 3), "b": f32(3)}),
    "softmax_channels": lambda: model([node("Softmax", axis=1)], IMAGE, {}),
    "softmax_old": lambda: model([node("Softmax")], {"x": (1, 6, 1)}, {}, opset=9),
    "add_per_channel": lambda: model(
        [node("Conv", "x w", "a"), node("Add", "a t", "b"), node("Mul", "b f", "c"),
         node("Sub", "h c")],
        IMAGE, {"w": f32(4, 3, 1, 1), "t": f32(4, 1, 1), "f": f32(1, 4, 1, 1), "h": f32(1)}),
    "add_branches": lambda: model(
        [node("Conv", "x w", "a"), node("Transpose", "x", "t", perm=[0, 1, 3, 2]),
         node("Transpose", "t", "u", perm=[0, 1, 3, 2]), node("Add", "u a")],
        IMAGE, {"w": f32(3, 3, 1, 1)}),
    "mul_plane": lambda: model([node("Conv", "x w", "a"), node("Mul", "a p")],
                               IMAGE, {"w": f32(2, 3, 1, 1), "p": f32(7, 5)}),
    "transposed_conv": lambda: model(
        [node("ConvTranspose", "x w b", strides=[2, 2], pads=[1, 1, 1, 1])], IMAGE,
        {"w": f32(3, 4, 4, 4), "b": f32(4)}),
    "transposed_conv_cut": lambda: model(
        [node("ConvTranspose", "x w", strides=[2, 1], pads=[1, 0, 2, 1], output_padding=[1, 0])],
        IMAGE, {"w": f32(3, 4, 3, 2)}),
    "resize_nearest": lambda: model(
        [node("Resize", "x n s", mode="nearest", coordinate_transformation_mode="asymmetric",
              nearest_mode="floor")], IMAGE,
        {"n": np.empty(0, np.float32), "s": np.array([1, 1, 2, 3], np.float32)}),
    "resize_linear": lambda: model(
        [node("Resize", "x n s", mode="linear")], IMAGE,
        {"n": np.empty(0, np.float32), "s": np.array([1, 1, 2, 2], np.float32)}),
    "prelu": lambda: model([node("Conv", "x w", "a"), node("PRelu", "a s", "b"), node("Abs", "b")],
                           IMAGE, {"w": f32(4, 3, 1, 1), "s": f32(4, 1, 1)}),
    "divide": lambda: model([node("Div", "x c", "a"), node("Sub", "a d")], LINE,
                            {"c": np.float32(4), "d": f32(4, 1)}),
    "sum": lambda: model([node("Sum", "x a x")], LINE, {"a": f32(4, 1)}),
    "concat_channels": lambda: model(
        [node("Conv", "x w", "a"), node("Concat", "a x", axis=1)], IMAGE, {"w": f32(2, 3, 1, 1)}),
    "split_channels": lambda: model(
        [node("Conv", "x w", "a"), node("Split", "a", "b c d", axis=1), node("Mul", "b d")],
        IMAGE, {"w": f32(6, 3, 1, 1)}),
    "slice": lambda: model(
        [node("Conv", "x w", "a"), node("Slice", "a s e k t")], IMAGE,
        {"w": f32(4, 3, 1, 1), "s": i64(-1, 1), "e": i64(-(1 << 63), 1 << 62), "k": i64(1, 3),
         "t": i64(-1, 2)}),
    "gather": lambda: model([node("Gather", "x i", axis=2)], LINE, {"i": np.int64(-1)}),
    "pad": lambda: model(
        [node("Pad", "x p", "a"), node("Conv", "a w")], IMAGE,
        {"p": i64(0, 0, 1, 2, 0, 0, 0, 1), "w": f32(2, 3, 3, 3)}),
    "reduce": lambda: model(
        [node("ReduceMean", "x", "a", axes=[2], keepdims=0),
         node("ReduceMax", "a", axes=[-1], keepdims=1)], IMAGE, {}),
    "squeeze": lambda: model(
        [node("Unsqueeze", "x k", "a"), node("Conv", "a w", "b"), node("Squeeze", "b k")],
        LINE, {"k": i64(2), "w": f32(5, 4, 1, 3)}),
    "squeezed_batch": lambda: model(
        [node("Conv", "x w", "a"), node("Squeeze", "a z", "b"), node("Unsqueeze", "b z")],
        IMAGE, {"w": f32(2, 3, 1, 1), "z": i64(0)}),
    "transposed_rows": lambda: model(
        [node("Transpose", "x", "a", perm=[0, 2, 1]), node("MatMul", "a w")], LINE,
        {"w": f32(4, 3)}),
    "reshape_zero": lambda: model([node("Reshape", "x s", "a"), node("Relu", "a")], LINE,
                                  {"s": i64(0, -1, 3)}),
    "activations": lambda: model(
        [node("LeakyRelu", "x", "a", alpha=0.2), node("Sigmoid", "a", "b"), node("Tanh", "b", "c"),
         node("HardSwish", "c", "d"), node("HardSigmoid", "d", "e"), node("Identity", "e")],
        LINE, {}),
    "transposed_conv_1d": lambda: model(
        [node("ConvTranspose", "x w", strides=[2], pads=[1, 0])], LINE, {"w": f32(4, 3, 3)}),
    "clips": lambda: model(
        [node("Clip", "x l h", "a"), node("Clip", "a z", "b"), node("Clip", "b o s")], LINE,
        {"l": np.float32(-1.5), "h": np.float32(1.2), "z": np.float32(0), "o": np.float32(0),
         "s": np.float32(6)}),
    "extremes": lambda: model([node("Max", "x a", "b"), node("Min", "b c")], LINE,
                              {"a": np.float32(-0.5), "c": f32(4, 1)}),
    "shape_of_constants": lambda: model(
        [node("Shape", "x", "s"), node("Gather", "s i", "n"), node("Unsqueeze", "n z", "m"),
         node("Concat", "m k", "t", axis=0), node("Reshape", "x t")], LINE,
        {"i": np.int64(0), "z": i64(0), "k": i64(-1)}),
    "batch_of_any_size": lambda: model([node("Relu")], {"x": ("n", 4)}, {}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Each test has its own random numbers, whatever ran before."""
    RANDOM["source"] = np.random.default_rng(5)


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as process:
        yield process


def loaded(content: bytes) -> Graph:
    try:
        return load(content, "toy", Path("toy.onnx"))
    except InputError as error:
        if "motekit has no op" in error.line():
            pytest.skip(error.line())
        raise


@pytest.mark.parametrize("name", CASES)
def test_float_arithmetic_of_the_graph_is_that_of_onnx_runtime(name: str, oracle: Oracle) -> None:
    content = CASES[name]()
    graph = loaded(content)
    session = ort.InferenceSession(content)
    cases = [[f32(*graph.type(n).shape) * 2 for n in graph.inputs] for _ in range(3)]
    names = [i.name for i in session.get_inputs()]
    wanted = [session.run(None, dict(zip(names, case, strict=True))) for case in cases]
    for version in (graph, fuse(graph)):
        got = oracle.run(to_tflite(version), cases)
        for row, want in zip(got, wanted, strict=True):
            assert row[0].shape == want[0].shape
            assert np.allclose(row[0], want[0], atol=2e-5), np.abs(row[0] - want[0]).max()


def kinds(graph: Graph) -> list[str]:
    return [op.kind for op in fuse(graph).ops]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("norm", ["transpose", "conv_2d", "transpose"]),  # the model's own input and output
        ("flatten_dense", ["transpose", "conv_2d", "reshape", "fully_connected"]),
        ("conv_one_channel", ["reshape", "conv_2d", "transpose"]),
        ("concat_channels", ["transpose", "conv_2d", "concatenation", "transpose"]),
        ("global_average", ["mean", "reshape"]),
        ("squeeze", ["transpose", "conv_2d", "transpose"]),
    ],
)
def test_nothing_is_moved_between_layers(name: str, expected: list[str]) -> None:
    found = kinds(load(CASES[name](), "toy", Path("toy.onnx")))
    assert [k for k in found if k != "reshape" or "reshape" in expected] == expected, found
