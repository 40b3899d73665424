"""Real numbers to int8, with the meaning TFLite gives the stored integers.

Weights are symmetric (zero point 0, −127 … 127), activations asymmetric, biases int32 at the
scale input × weight. Scales are float32 values, as a .tflite file stores them.
Source: the LiteRT 8-bit quantization specification.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.tensors import QuantParams

F64 = npt.NDArray[np.float64]
Real = npt.NDArray[np.floating[Any]]
SHARES = (1.0, 0.97, 0.94, 0.9, 0.85, 0.8, 0.74, 0.68, 0.6, 0.52, 0.45)  # of the whole range
_TINY = 1e-8  # smallest range that is worth a scale: below it a tensor is constant zero


def float32(value: float) -> float:
    """The nearest value that a float32 can hold."""
    return float(np.float32(value))


def weights_int8(w: Real, per_channel: bool) -> tuple[npt.NDArray[np.int8], QuantParams]:
    """Symmetric int8 weights [out, in] and their scales."""
    top = np.abs(w).max(axis=1) if per_channel else np.array([np.abs(w).max()])
    scale = (np.maximum(top, _TINY) / 127.0).astype(np.float32).astype(np.float64)
    q = np.clip(np.rint(w / scale[:, None]), -127, 127).astype(np.int8)
    quant = QuantParams(
        tuple(scale.tolist()), (0,) * len(scale), axis=0 if per_channel else None
    )  # fmt: skip
    return q, quant


def bias_int32(b: Real, in_scale: float, weights: QuantParams) -> npt.NDArray[np.int32]:
    """Biases at the scale of the accumulator."""
    scale = in_scale * np.array(weights.scale)
    limit = (1 << 30) - 1  # leaves the other half of int32 to the sum of products
    return np.clip(np.rint(b / scale), -limit, limit).astype(np.int32)


def asymmetric(low: float, high: float) -> QuantParams:
    """int8 parameters for real values from `low` to `high`; 0.0 is always exact."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = float32(max(high - low, _TINY) / 255.0)
    zero = int(np.clip(np.rint(-128.0 - low / scale), -128, 127))
    return QuantParams((scale,), (zero,))


def quantized(values: Real, quant: QuantParams) -> npt.NDArray[np.int8]:
    """Stored int8 of real values, saturating."""
    scale, zero = quant.per_tensor
    return np.asarray(np.clip(np.rint(values / scale) + zero, -128, 127), dtype=np.int8)


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
