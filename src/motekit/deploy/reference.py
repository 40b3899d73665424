"""What a pipeline means: float64 features, and the integer references from there on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.pipeline import PipelineSpec, Q
from motekit.dsp import pipeline
from motekit.graph.run import fed as graph_fed
from motekit.graph.run import run_many

F64 = npt.NDArray[np.float64]


def features(spec: PipelineSpec, windows: npt.NDArray[np.generic]) -> F64:
    """Features of windows by the float64 references, shape (windows, features).

    Args:
        windows: shape (windows, samples, channels), raw counts or floats.
    """
    x = windows.astype(np.float64) * np.array(spec.signal.scale)
    return pipeline.reference(x, spec.signal, spec.blocks)


def bounds(spec: PipelineSpec, windows: npt.NDArray[np.generic], arithmetic: str) -> F64:
    """What the C may be away from `features`, (windows, features), in the feature's unit."""
    x = windows.astype(np.float64) * np.array(spec.signal.scale)
    return pipeline.bound(x, spec.signal, spec.blocks, arithmetic)


def lsb(spec: PipelineSpec) -> F64:
    """Fixed point: what one step of each feature's integer is worth, in the feature's unit."""
    return pipeline.lsb(spec.signal, spec.blocks)


def quantized(spec: PipelineSpec, values: F64) -> npt.NDArray[np.int16]:
    """Q8.8 features of exact features, with no float32 on the way."""
    norm = spec.normalizer
    v = (values - norm.mean) / norm.std / norm.z_lsb * Q
    rounded = np.trunc(v + np.copysign(0.5, v))
    return np.clip(rounded, -32768, 32767).astype(np.int16)


@dataclass(frozen=True)
class Expected:
    """Integer outputs by the references, from Q8.8 features.

    Args:
        scores: shape (windows, classes), int8; no columns without a classifier.
        anomaly: shape (windows,), int32; zeros without a detector.
    """

    scores: npt.NDArray[np.int8]
    anomaly: npt.NDArray[np.int32]


def outputs(spec: PipelineSpec, q: npt.NDArray[np.int16]) -> Expected:
    """Run every graph with the integer references on Q8.8 features."""
    n = len(q)
    scores, anomaly = np.zeros((n, 0), np.int8), np.zeros(n, np.int32)
    if "classifier" in spec.graphs:
        graph = spec.graphs["classifier"]
        out = run_many(graph, graph_fed(graph, q))
        scores = out.reshape(n, -1).astype(np.int8)
    if "anomaly" in spec.graphs:
        anomaly = run_many(spec.graphs["anomaly"], q).reshape(n).astype(np.int32)
    return Expected(scores, anomaly)
