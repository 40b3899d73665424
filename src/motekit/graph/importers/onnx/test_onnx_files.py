"""Quantized, float, damaged and hopeless .onnx files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shared_data

from motekit.core.errors import InputError
from motekit.graph.exporters import to_tflite
from motekit.graph.importers import load
from motekit.graph.importers.onnx import bounded
from motekit.graph.importers.opened import open_model
from motekit.graph.oracle import Oracle
from motekit.graph.run import run

onnx = pytest.importorskip("onnx")
from motekit.graph.importers.onnx.test_onnx_ops import IMAGE, f32, fresh, model, node  # noqa: E402

__all__ = ["fresh"]  # a fixture for every test here


def network() -> bytes:
    """Convolutions, a residual sum, pooling, a dense layer, softmax."""
    nodes = [
        node("Conv", "x w1 b1", "a", pads=[1, 1, 1, 1]), node("Relu", "a", "r"),
        node("Conv", "r w2 b2", "c", group=8, pads=[1, 1, 1, 1]), node("Add", "r c", "s"),
        node("MaxPool", "s", "m", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        node("GlobalAveragePool", "m", "g"), node("Flatten", "g", "f"),
        node("Gemm", "f w3 b3", "l", transB=1), node("Softmax", "l"),
    ]  # fmt: skip
    constants = {"w1": f32(8, 3, 3, 3), "b1": f32(8), "w2": f32(8, 1, 3, 3), "b2": f32(8),
                 "w3": f32(4, 8), "b3": f32(4)}  # fmt: skip
    return model(nodes, IMAGE, constants)


class Reader:
    """Calibration data for ONNX Runtime's quantizer."""

    def __init__(self, values: Any) -> None:
        self.rows = iter([{"x": row} for row in values])

    def get_next(self) -> Any:
        return next(self.rows, None)


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("form", ["QDQ", "QOperator"])
@pytest.mark.parametrize("activations", ["QUInt8", "QInt8"])
def test_quantized_models_stay_within_steps_of_onnx_runtime(
    form: str, activations: str, per_channel: bool, tmp_path: Path
) -> None:
    """And every byte of the graph is LiteRT's; weights and scales are those of the file."""
    quantization = pytest.importorskip("onnxruntime.quantization")
    values = f32(40, 1, 3, 7, 5)
    path = tmp_path / "q.onnx"
    (tmp_path / "f.onnx").write_bytes(network())
    quantization.quantize_static(
        str(tmp_path / "f.onnx"), str(path), Reader(values), per_channel=per_channel,
        quant_format=quantization.QuantFormat[form], weight_type=quantization.QuantType.QInt8,
        activation_type=quantization.QuantType[activations],
    )  # fmt: skip
    np.save(tmp_path / "x.npy", values)
    with Oracle() as oracle:
        opened = open_model(path, None, tmp_path / "x.npy", oracle)
        expected = oracle.run(to_tflite(opened.graph), opened.cases[:3])
    assert opened.quantized == "file" and opened.comparison is not None
    away, own = opened.comparison.distances
    assert away.against.startswith("ONNX Runtime") and away.samples == 40
    # Layers are a step or two apart; a logit's step is 0.3, which can move a probability by 0.08.
    assert away.max_abs < 0.15 and away.mean_abs < 0.01, away
    assert away.top1 is not None and away.top1 >= 0.9
    assert own.against.startswith("its own arithmetic") and own.max_abs < 0.15
    for case, want in zip(opened.cases[:3], expected, strict=True):
        assert np.array_equal(run(opened.graph, case)[0], want[0])


def test_a_float_model_is_quantized_by_calibration(tmp_path: Path) -> None:
    path = tmp_path / "f.onnx"
    path.write_bytes(network())
    np.save(tmp_path / "x.npy", f32(30, 3, 7, 5))
    with pytest.raises(InputError, match="--calibration FILE"):
        load(path)
    opened = open_model(path, None, tmp_path / "x.npy")
    assert opened.comparison is not None and opened.samples == (30, 30)
    assert [d.samples for d in opened.comparison.distances] == [30, 30]
    assert all(layer.sqnr_db > 20 for layer in opened.comparison.layers)
    assert "relu" not in [op.kind for op in opened.graph.ops]


def test_the_models_here_are_read_or_refused_with_a_reason() -> None:
    found = {}
    for path in sorted(shared_data.models().rglob("*.onnx")):
        try:
            load(path)
            found[path.name] = "integer"
        except InputError as error:
            found[path.name] = "float" if "--calibration" in error.line() else error.line()
    trees = found.pop("treeensembleclassifier.onnx")
    assert "op 0 ai.onnx.ml.TreeEnsembleClassifier" in trees and "tree learner" in trees
    assert found == {
        "accelerometer.onnx": "float", "micro_kws_m_static_fp32.onnx": "float",
        "micro_kws_m_static_qdq.onnx": "integer", "micro_kws_m_static_qoperator.onnx": "integer",
        "mnist8_model.onnx": "float", "onnx_mnist.onnx": "float", "tfl_helloworld.onnx": "float",
    }  # fmt: skip


def refused(content: bytes, tmp_path: Path) -> str:
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.exit_code == 2 and str(path) in caught.value.line()
    return caught.value.line()


def test_every_hopeless_op_is_listed_before_any_work(tmp_path: Path) -> None:
    nodes = [
        node("Erf", "x", "a"), node("Relu", "a", "b"), node("LSTM", "b w r", "c"),
        node("Conv", "x k", "d", strides=[0, 1]), node("Softplus", "d"),
    ]  # fmt: skip
    line = refused(model(nodes, IMAGE, {"k": f32(2, 3, 3, 3), "w": f32(1), "r": f32(1)}), tmp_path)
    assert "4 op(s) cannot be lowered" in line
    for part in ("op 0 Erf 'a' 1x3x7x5", "op 2 LSTM", "op 3 Conv 'd' 1x3x7x5: stride", "op 4 Soft"):
        assert part in line, line


BAD: dict[str, tuple[Any, str]] = {
    "axis": (lambda: model([node("Relu")], {"x": (1, "t", 4)}, {}), "axis 1.*no fixed size"),
    "integers": (lambda: model([node("MatMul", "x x")], {"x": (3, 3)}, {}), "two computed"),
    "nan": (lambda: model([node("Add", "x c")], {"x": (1, 2)},
                          {"c": np.array([1, np.nan], np.float32)}), "not a finite number"),
    "scale": (lambda: model([node("QuantizeLinear", "x s")], {"x": (1, 2)},
                            {"s": np.float32(0)}), "scale must be a positive number"),
    "groups": (lambda: model([node("Conv", "x w", group=0)], IMAGE, {"w": f32(2, 3, 1, 1)}),
               "do not fit"),
    "huge": (lambda: model([node("Relu")], {"x": (1 << 20, 1 << 20)}, {}), "too large"),
    "resize": (lambda: model([node("Resize", "x n s", mode="nearest")], IMAGE,
                             {"n": f32(1), "s": np.array([1, 1, 1, 1e15], np.float32)}),
               "more than 65535 rows or columns"),
    "no_output": (lambda: model([node("Relu", "x", "z")], {"x": (1, 2)}, {}), "'y' is not comp"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_models_are_refused(name: str, tmp_path: Path) -> None:
    make, message = BAD[name]
    with pytest.raises(InputError, match=message):
        load_bytes(make(), tmp_path)


def load_bytes(content: bytes, folder: Path) -> None:
    path = folder / "bad.onnx"
    path.write_bytes(content)
    load(path)


def test_constants_outside_the_file_are_never_opened(tmp_path: Path) -> None:
    proto = onnx.ModelProto.FromString(network())
    stored = proto.graph.initializer[0]
    stored.ClearField("raw_data")
    stored.data_location = 1
    entry = stored.external_data.add()
    entry.key, entry.value = "location", "../secret"
    assert "outside the file" in refused(proto.SerializeToString(), tmp_path)


def test_a_file_of_empty_messages_is_refused_before_it_is_parsed() -> None:
    nodes = b"\x0a\x00" * (bounded.MOST_MESSAGES + 1)
    graph = b"\x3a" + _varint(len(nodes)) + nodes
    with pytest.raises(ValueError, match="more than"):
        bounded.check(b"\x08\x08" + graph)


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])
