"""The result struct of a generated program, as NumPy sees it in memory and on the wire."""

from __future__ import annotations

import numpy as np

from motekit.core.pipeline import PipelineSpec


def result_dtype(spec: PipelineSpec) -> np.dtype[np.void]:
    """mk_result with C alignment; the same on every target (no member is wider than 4 bytes)."""
    fields: list[tuple[str, object]] = [("window", "<u4")]
    if "anomaly" in spec.graphs:
        fields += [("anomaly", "<i4"), ("anomalous", "u1")]
    if "classifier" in spec.graphs:
        fields += [("decision", "i1"), ("scores", "i1", (len(spec.classes),))]  # type: ignore[list-item]
    if "regressor" in spec.graphs:
        fields += [("value", "i1")]
    return np.dtype(fields, align=True)


def sample_dtype(spec: PipelineSpec) -> np.dtype[np.generic]:
    """What one sample is: int16 counts or float32."""
    return np.dtype("<f4" if spec.signal.sample == "float32" else "<i2")


def request_dtype(spec: PipelineSpec) -> np.dtype[np.void]:
    """A request to the proof runner: command and one frame, C alignment."""
    channels = len(spec.signal.channels)
    return np.dtype([("command", "<u4"), ("frame", sample_dtype(spec), (channels,))], align=True)
