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

Real = npt.NDArray[np.floating[Any]]
I8 = npt.NDArray[np.int8]
TINY = 1e-8  # smallest range that is worth a scale: below it a tensor is constant zero
MOST_BIAS = (1 << 30) - 1  # leaves the other half of int32 to the sum of products


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


def asymmetric(low: float, high: float) -> QuantParams:
    """int8 parameters for real values from `low` to `high`; 0.0 is always exact."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = float32(max(high - low, TINY) / 255.0)
    zero = int(np.clip(np.rint(-128.0 - low / scale), -128, 127))
    return QuantParams((scale,), (zero,))


def quantized(values: Real, quant: QuantParams) -> I8:
    """Stored int8 of real values, saturating."""
    scale, zero = quant.per_tensor
    return np.asarray(np.clip(np.rint(values / scale) + zero, -128, 127), dtype=np.int8)
