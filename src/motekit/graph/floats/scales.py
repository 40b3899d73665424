"""Real numbers to integers, with the meaning TFLite gives the stored values.

Weights are symmetric int8 (zero point 0, −127 … 127). Activations are asymmetric int8 and biases
int32, or activations symmetric int16 and biases int64; biases have the scale input × weight.
Scales are float32 values, as a .tflite file stores them.
Source: the LiteRT 8-bit and 16x8 quantization specifications.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.tensors import QuantParams

Real = npt.NDArray[np.floating[Any]]
I8 = npt.NDArray[np.int8]
TINY = 1e-8  # smallest range that is worth a scale: below it a tensor is constant zero
MOST_BIAS = (1 << 30) - 1  # leaves the other half of int32 to the sum of products
MOST_WIDE_BIAS = (1 << 46) - 1  # the same of the 48 bits that LiteRT scales


def float32(value: float) -> float:
    """The nearest value that a float32 can hold."""
    return float(np.float32(value))


def weights_int8(w: Real, axis: int | None, at_least: Real | None = None) -> tuple[I8, QuantParams]:
    """Symmetric int8 weights and their scales, one a slice of `axis` or one for all.

    Args:
        at_least: smallest scale of every channel.
    """
    others = tuple(a for a in range(w.ndim) if a != axis)
    top = np.abs(w).max(axis=others, initial=0.0).reshape(-1)
    scale = np.maximum(top, TINY) / 127.0
    if at_least is not None:
        scale = np.maximum(scale, at_least)
    scale = scale.astype(np.float32).astype(np.float64)
    along = [-1 if a == axis else 1 for a in range(w.ndim)]
    q = np.clip(np.rint(w / scale.reshape(along)), -127, 127).astype(np.int8)
    return q, QuantParams(tuple(scale.tolist()), (0,) * len(scale), axis)


def bias_int32(b: Real, in_scale: float, weights: QuantParams) -> npt.NDArray[np.int32]:
    """Biases at the scale of the accumulator."""
    scale = in_scale * np.array(weights.scale)
    return np.clip(np.rint(b / scale), -MOST_BIAS, MOST_BIAS).astype(np.int32)


def stored_bias(
    b: Real, in_scale: float, weights: QuantParams, activations: str
) -> npt.NDArray[np.signedinteger[Any]]:
    """Biases at the scale of the accumulator: int32, or int64 for int16 activations."""
    if activations == "int8":
        return bias_int32(b, in_scale, weights)
    steps = np.rint(b / (in_scale * np.array(weights.scale)))
    return np.clip(steps, -MOST_WIDE_BIAS, MOST_WIDE_BIAS).astype(np.int64)


def parameters(low: float, high: float, dtype: str) -> QuantParams:
    """Parameters of activations from `low` to `high`; 0.0 is always exact."""
    if dtype == "int16":
        return QuantParams((float32(max(-low, high, TINY) / 32767.0),), (0,))
    return asymmetric(low, high)


def asymmetric(low: float, high: float) -> QuantParams:
    """int8 parameters for real values from `low` to `high`; 0.0 is always exact."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = float32(max(high - low, TINY) / 255.0)
    zero = int(np.clip(np.rint(-128.0 - low / scale), -128, 127))
    return QuantParams((scale,), (zero,))


def quantized(
    values: Real, quant: QuantParams, dtype: str = "int8"
) -> npt.NDArray[np.signedinteger[Any]]:
    """Stored integers of real values, saturating."""
    scale, zero = quant.per_tensor
    info = np.iinfo(dtype)
    stored = np.clip(np.rint(values / scale) + zero, info.min, info.max)
    return np.asarray(stored, dtype=dtype)
