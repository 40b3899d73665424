"""Float .tflite files and calibration data, good and bad ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shared_data

from motekit.core.errors import InputError
from motekit.graph.exporters import to_tflite
from motekit.graph.floats.samples import read_samples
from motekit.graph.importers import load, read_model
from motekit.graph.importers.opened import open_model
from motekit.graph.oracle import Oracle
from motekit.graph.run import run

FLOAT = (
    "edgeimpulse/fan-v3.f32.lite", "emlearn/mnist_cnn_fp32.tflite", "mlonmcu/magic_wand.tflite",
    "mlperf_tiny/ad01_fp32.tflite", "tflm/hello_world_float.tflite",
)  # fmt: skip
LEAST_DB = 15.0  # of any layer, on noise that no range was made for


def inputs(path: Path, count: int = 12) -> dict[str, Any]:
    graph, _, _ = read_model(path)
    rng = np.random.default_rng(3)
    return {
        n: rng.normal(size=(count, *graph.type(n).shape)).astype(np.float32) for n in graph.inputs
    }


@pytest.mark.parametrize("file", FLOAT)
def test_float_models_are_read_exactly_and_quantized(file: str, tmp_path: Path) -> None:
    """The graph written again is the same float function, and every byte of the integer graph is
    LiteRT's."""
    path = shared_data.models() / file
    arrays = inputs(path)
    np.savez(tmp_path / "typical.npz", **arrays)
    graph, _, content = read_model(path)
    cases = [[arrays[n][i] for n in graph.inputs] for i in range(12)]
    with Oracle() as oracle:
        ours, theirs = (oracle.run(c, cases) for c in (to_tflite(graph), content))
        assert np.array_equal(np.array(ours), np.array(theirs))
        opened = open_model(path, None, tmp_path / "typical.npz", oracle)
        expected = oracle.run(to_tflite(opened.graph), opened.cases[:4])
    assert opened.comparison is not None and opened.quantized == "calibration"
    assert min(layer.sqnr_db for layer in opened.comparison.layers) > LEAST_DB
    for case, wanted in zip(opened.cases[:4], expected, strict=True):
        assert np.array_equal(run(opened.graph, case)[0], wanted[0])


def test_a_float_model_needs_calibration_and_an_integer_model_none(tmp_path: Path) -> None:
    models = shared_data.models()
    with pytest.raises(InputError, match="--calibration FILE"):
        load(models / "tflm/hello_world_float.tflite")
    np.save(tmp_path / "x.npy", np.zeros((3, 1)))
    with pytest.raises(InputError, match="leave --calibration away"):
        open_model(models / "tflm/hello_world_int8.tflite", None, tmp_path / "x.npy")


def test_a_float_model_with_state_is_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match=r"op 0 UNIDIRECTIONAL.*state.*TFLite converter"):
        load(shared_data.models() / "tflm/trained_lstm.tflite")


BAD: dict[str, tuple[Any, str]] = {
    "empty": (np.zeros((0, 1)), "there is no sample"),
    "shape": (np.zeros((4, 2)), r"must be \(samples, 1\)"),
    "scalar": (np.float32(1), r"must be \(samples, 1\)"),
    "words": (np.array([["a"], ["b"]]), "must be numbers"),
    "nan": (np.array([[0.0], [np.nan]]), "not a finite number.*sample 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_calibration_data_is_refused(name: str, tmp_path: Path) -> None:
    graph, _, _ = read_model(shared_data.models() / "tflm/hello_world_float.tflite")
    values, message = BAD[name]
    np.save(tmp_path / "bad.npy", values)
    with pytest.raises(InputError, match=message) as caught:
        read_samples(tmp_path / "bad.npy", graph)
    assert str(tmp_path) in caught.value.line()


def test_files_that_are_no_arrays_are_refused(tmp_path: Path) -> None:
    graph, _, _ = read_model(shared_data.models() / "tflm/hello_world_float.tflite")
    np.save(tmp_path / "pickled.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "text.npy").write_text("hello")
    (tmp_path / "nothing.npz").write_bytes(b"")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04" + bytes(40))
    for file in ("pickled.npy", "text.npy", "nothing.npz", "cut.npz"):
        with pytest.raises(InputError, match=r"numpy\.save"):
            read_samples(tmp_path / file, graph)
    with pytest.raises(InputError, match="No such file"):
        read_samples(tmp_path / "absent.npy", graph)
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="holds no"):
        read_samples(tmp_path / "folder", graph)


def test_a_folder_and_many_samples(tmp_path: Path) -> None:
    graph, _, _ = read_model(shared_data.models() / "tflm/hello_world_float.tflite")
    np.save(tmp_path / "b.npy", np.arange(700.0))
    np.savez(tmp_path / "a.npz", anything=np.array([[-1.0]]))
    found = read_samples(tmp_path, graph)
    assert found.given == 701 and len(found.cases) == 500
    assert found.cases[0][0].shape == (1, 1) and found.cases[0][0] == -1 == found.cases[0][0]
    assert found.cases[-1][0] == 699, "the last sample is taken too"


def test_doubtful_calibration_data_is_told(tmp_path: Path) -> None:
    path = shared_data.models() / "tflm/hello_world_float.tflite"
    np.save(tmp_path / "x.npy", np.ones((30, 1)))
    found = open_model(path, None, tmp_path / "x.npy").comparison
    assert found is not None and "all calibration samples are alike" in found.notes[-1]
    np.save(tmp_path / "x.npy", np.arange(5.0))
    found = open_model(path, None, tmp_path / "x.npy").comparison
    assert found is not None and "5 calibration samples are few" in found.notes[-1]


def test_shapes_of_a_float_model_that_do_not_fit_are_found_by_the_preflight(tmp_path: Path) -> None:
    """All of them, with index and name: a bias of the wrong size here."""
    from dataclasses import replace

    from motekit.core.graph import Tensor
    from motekit.core.tensors import TensorType

    graph, _, _ = read_model(shared_data.models() / "tflm/hello_world_float.tflite")
    name = str(graph.ops[1].inputs[2])
    bias = Tensor(name, TensorType((5,), "float32"), np.zeros(5, np.float32))
    path = tmp_path / "bad.tflite"
    path.write_bytes(to_tflite(replace(graph, tensors={**graph.tensors, name: bias})))
    with pytest.raises(InputError, match=r"1 op\(s\) cannot be lowered: op 1 FULLY_CONNECTED.*16"):
        read_model(path)
