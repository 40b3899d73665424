"""Models of other frameworks through the command line: compiled, proven, distance told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import motekit


def report(path: Path, folder: Path, shape: tuple[int, ...], *more: str) -> dict[str, object]:
    """The JSON of a compilation with random calibration data."""
    rng = np.random.default_rng(2)
    np.save(folder / "typical.npy", rng.normal(size=(12, *shape)).astype(np.float32))
    ended = motekit(
        "compile", str(path), "--calibration", str(folder / "typical.npy"), "--inputs", "4",
        "--out", str(folder / "out"), "--json", *more,
    )  # fmt: skip
    assert ended.code == 0, ended
    found: dict[str, object] = json.loads(ended.out)
    assert found["mismatches"] == 0 and found["inputs_checked"] == 12, found
    assert (folder / "out" / f"{path.stem}.tflite").is_file()
    return found


def told(found: dict[str, object]) -> dict[str, object]:
    model = found["model"]
    assert isinstance(model, dict)
    return model


def test_an_onnx_network_becomes_proven_c_and_its_distance_is_told(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the package onnx")
    from motekit.graph.importers.onnx.test_onnx_files import network

    path = tmp_path / "net.onnx"
    path.write_bytes(network())
    found = report(path, tmp_path, (3, 7, 5), "--channels-last")
    model = told(found)
    assert (model["source"], model["quantized_by"]) == ("onnx", "calibration")
    distances = model["distances"]
    assert isinstance(distances, list) and distances[-1]["top1"] is not None
    assert "input x has its channels last: 1x7x5x3" in model["notes"]  # type: ignore[operator]
    layers = found["layers"]
    assert isinstance(layers, list) and "transpose" not in [row["kind"] for row in layers]


def test_a_pytorch_program_does_too_without_pytorch(tmp_path: Path) -> None:
    from motekit.graph.importers.pytorch.test_pytorch_files import CONSTANTS, dense, packed

    path = tmp_path / "net.pt2"
    path.write_bytes(packed(*dense(), CONSTANTS))
    model = told(report(path, tmp_path, (6,)))
    assert (model["source"], model["samples_used"]) == ("pytorch", 12)
