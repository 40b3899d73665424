"""Lower the detector to a graph of one op: Q8.8 features → Q8.8 score."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.learner import F32, Fitted
from motekit.core.pipeline import Q
from motekit.core.tensors import TensorType
from motekit.graph.ops.kmeans import smallest_shift

from .fit import clusters_of


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """The detector as a graph: int16 Q8.8 features [1, n] → int32 Q8.8 score [1, 1].

    Args:
        calibration: not used; a score needs no ranges.
        z_lsb: standard deviations per int8 step, 256 units of Q8.8.
        name: C identifier of the graph.
    """
    clusters = clusters_of(fitted)
    units = Q / z_lsb
    centres = np.clip(np.rint(clusters.centres * units), -32768, 32767).astype(np.int16)
    shift = smallest_shift(centres)
    radii = np.clip(np.rint(clusters.radii * units / (1 << shift)), 0, 32767).astype(np.int16)
    features = int(fitted.facts["features"])
    tensors = [
        Tensor("features", TensorType((1, features), "int16")),
        Tensor("centres", TensorType(centres.shape, "int16"), centres),
        Tensor("radii", TensorType(radii.shape, "int16"), radii),
        Tensor("score", TensorType((1, 1), "int32")),
    ]
    axes = tuple(int(axis) for axis in fitted.arrays["axes"].tolist())
    attrs = {"axes": axes, "shift": shift}
    op = Op("kmeans", "clusters", ("features", "centres", "radii"), ("score",), attrs)
    return Graph(name, {t.name: t for t in tensors}, (op,), ("features",), ("score",))
