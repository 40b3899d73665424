"""Lower the detector to a graph of one op: Q8.8 features → Q8.8 score."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.learner import F32, Fitted
from motekit.core.pipeline import Q
from motekit.core.tensors import TensorType
from motekit.graph.ops.gmm import MAX_OUT_SHIFT, MAX_SHIFT

from .fit import mixture_of

ONE = 256  # a standard deviation of a Gaussian, as the op counts


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """The detector as a graph: int16 Q8.8 features [1, n] → int32 Q8.8 score [1, 1].

    Args:
        calibration: not used; a score needs no ranges.
        z_lsb: standard deviations per int8 step, 256 units of Q8.8.
        name: C identifier of the graph.
    """
    found, unit = mixture_of(fitted), z_lsb / Q
    k, axes = found.means.shape
    gain = found.factors * (unit * ONE)
    largest = np.abs(gain).reshape(k, axes, -1).max(axis=2)
    shifts = np.clip(np.floor(15 - 1e-4 - np.log2(largest)), 1, MAX_SHIFT).astype(np.int8)
    scaled = gain * np.exp2(shifts.astype(np.float64).reshape(k, axes, *[1] * (gain.ndim - 2)))
    constants = {
        "means": np.clip(np.rint(found.means / unit), -32768, 32767).astype(np.int16),
        "factors": np.clip(np.rint(scaled), -32768, 32767).astype(np.int16),
        "shifts": shifts,
        "offsets": np.clip(np.rint(found.offsets * ONE**2), 0, 2**31 - 1).astype(np.int32),
    }
    out_shift = max(1, min(MAX_OUT_SHIFT, math.floor(math.log2(65535 * z_lsb))))
    mul = min(65535, round(2**out_shift / z_lsb))
    features = int(fitted.facts["features"])
    tensors = [Tensor("features", TensorType((1, features), "int16"))]
    tensors += [Tensor(n, TensorType(a.shape, a.dtype.name), a) for n, a in constants.items()]
    tensors.append(Tensor("score", TensorType((1, 1), "int32")))
    chosen = tuple(int(axis) for axis in fitted.arrays["axes"].tolist())
    attrs = {"axes": chosen, "mul": mul, "out_shift": out_shift}
    op = Op("gmm", "mixture", ("features", *constants), ("score",), attrs)
    return Graph(name, {t.name: t for t in tensors}, (op,), ("features",), ("score",))
