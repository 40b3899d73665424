"""Real numbers to int8 for the learners: `motekit.graph.floats.scales`, and ranges chosen by the
error they cause."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.tensors import QuantParams
from motekit.graph.floats import scales
from motekit.graph.floats.scales import Real, asymmetric, bias_int32, float32, quantized

SHARES = (1.0, 0.97, 0.94, 0.9, 0.85, 0.8, 0.74, 0.68, 0.6, 0.52, 0.45)  # of the whole range

__all__ = [
    "activation_quant", "asymmetric", "bias_int32", "float32", "noise", "quantized", "weights_int8",
]  # fmt: skip


def weights_int8(w: Real, per_channel: bool) -> tuple[npt.NDArray[np.int8], QuantParams]:
    """Symmetric int8 weights [out, in] and their scales."""
    return scales.weights_int8(w, 0 if per_channel else None)


def noise(values: Real, quant: QuantParams) -> float:
    """Mean squared error of storing `values` as int8."""
    scale, zero = quant.per_tensor
    back = (quantized(values, quant).astype(np.float64) - zero) * scale
    return float(np.mean((values - back) ** 2))


def activation_quant(values: Real, method: str) -> QuantParams:
    """int8 parameters of an activation from calibration rows.

    Args:
        method: "minmax", or "sqnr": the share of the range with the least squared error.
    """
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    if method == "minmax":
        return asymmetric(low, high)
    options = [asymmetric(low * share, high * share) for share in SHARES]
    return min(options, key=lambda quant: noise(values, quant))
