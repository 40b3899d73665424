"""Fixed-point arithmetic as LiteRT's reference kernels do it, vectorised over NumPy arrays.

Source of the definitions: the gemmlowp fixed-point notes and TensorFlow Lite's quantization
specification; every function here is compared with LiteRT's BUILTIN_REF by the op tests.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


def quantize_multiplier(real: float, limit: float = 1 << 30) -> tuple[int, int]:
    """A real factor, 0 or positive, as (multiplier, shift): real ≈ multiplier × 2**(shift − 31).

    multiplier is 0 or in [2**30, 2**31 − 1]; a factor below 2**−32 becomes (0, 0).

    Raises:
        InputError: not a number, negative, or `limit` and more, which the kernels cannot shift.
    """
    if not 0 <= real < limit:
        raise InputError("the scales give a factor that cannot be used", value=real)
    if real == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(real)
    multiplier = math.floor(mantissa * (1 << 31) + 0.5)
    if multiplier == 1 << 31:
        multiplier //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def quantize_multipliers(reals: Sequence[float]) -> tuple[I32, I32]:
    """`quantize_multiplier` of several factors, as two int32 arrays."""
    pairs = [quantize_multiplier(real) for real in reals]
    return (
        np.array([p[0] for p in pairs], dtype=np.int32),
        np.array([p[1] for p in pairs], dtype=np.int32),
    )


def multiply_single(x: npt.ArrayLike, multiplier: npt.ArrayLike, shift: npt.ArrayLike) -> I64:
    """x × multiplier × 2**(shift − 31), rounded once, halves upwards. int64, not clamped."""
    right = 31 - np.asarray(shift, dtype=np.int64)
    product = np.asarray(x, dtype=np.int64) * np.asarray(multiplier, dtype=np.int64)
    return np.asarray((product + (np.int64(1) << (right - 1))) >> right)


def doubling_high_mul(a: npt.ArrayLike, b: npt.ArrayLike) -> I64:
    """SRDHM: high 32 bits of 2·a·b, rounded to nearest, halves upwards, saturated to int32.

    gemmlowp spells it with a nudge of either sign and a truncating division; that is the same.
    """
    product = np.asarray(a, dtype=np.int64) * np.asarray(b, dtype=np.int64)
    return np.asarray(np.minimum((product + (1 << 30)) >> 31, INT32_MAX))


def rounding_shift(x: npt.ArrayLike, exponent: npt.ArrayLike) -> I64:
    """x / 2**exponent, rounded to nearest, halves away from zero."""
    x, exponent = np.asarray(x, dtype=np.int64), np.asarray(exponent, dtype=np.int64)
    mask = (np.int64(1) << exponent) - 1
    remainder = x & mask
    threshold = (mask >> 1) + (x < 0)
    return np.asarray((x >> exponent) + (remainder > threshold))


def multiply_double(x: npt.ArrayLike, multiplier: npt.ArrayLike, shift: npt.ArrayLike) -> I64:
    """As `multiply_single` but rounded twice: SRDHM, then a rounding shift."""
    shift = np.asarray(shift, dtype=np.int64)
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    shifted = np.asarray(x, dtype=np.int64) << left
    shifted = shifted.astype(np.int32).astype(np.int64)  # the C arithmetic is 32 bits wide
    return rounding_shift(doubling_high_mul(shifted, multiplier), right)


REDUCED_BITS = 16  # of a 32-bit multiplier that a product with a 64-bit sum leaves away
REDUCED_MOST = 7  # largest shift of such a product


def reduced_multiplier(multiplier: npt.ArrayLike) -> I64:
    """The 15-bit multiplier that LiteRT multiplies 64-bit sums with."""
    wide = np.asarray(multiplier, dtype=np.int64)
    return np.asarray(np.where(wide < 0x7FFF0000, (wide + (1 << 15)) >> REDUCED_BITS, 0x7FFF))


def multiply_reduced(x: npt.ArrayLike, multiplier: npt.ArrayLike, shift: npt.ArrayLike) -> I64:
    """As `multiply_single` for 64-bit x, with a multiplier rounded to 15 bits. |x| < 2**47."""
    right = 31 - REDUCED_BITS - np.asarray(shift, dtype=np.int64)
    product = np.asarray(x, dtype=np.int64) * reduced_multiplier(multiplier)
    scaled = (product + (np.int64(1) << (right - 1))) >> right
    return np.asarray(scaled.astype(np.int32).astype(np.int64))  # an int32 in LiteRT, too


def multiply_real(x: npt.ArrayLike, factors: npt.ArrayLike) -> I64:
    """x × factor in float64, rounded to the nearest integer, halves away from zero, and limited to
    what an int32 holds: LiteRT's dense layers of int16."""
    product = np.asarray(x, dtype=np.float64) * np.asarray(factors, dtype=np.float64)
    whole = np.trunc(product)
    away = whole + np.where(np.abs(product - whole) >= 0.5, np.sign(product), 0)
    return np.asarray(np.clip(away, -INT32_MAX, INT32_MAX).astype(np.int64))


def multiply(
    x: npt.ArrayLike, multiplier: npt.ArrayLike, shift: npt.ArrayLike, rounding: str
) -> I64:
    """Scale by a fixed-point factor with "single", "double" or "reduced" rounding."""
    function = {
        "single": multiply_single, "double": multiply_double, "reduced": multiply_reduced
    }[rounding]  # fmt: skip
    return function(x, multiplier, shift)


def activation_range(activation: str, scale: float, zero_point: int, dtype: str) -> tuple[int, int]:
    """Bounds that a fused activation puts on a quantized output."""
    info = np.iinfo(dtype)

    def quantized(real: float) -> int:
        ratio = np.float32(real) / np.float32(scale)
        return zero_point + int(math.copysign(math.floor(abs(float(ratio)) + 0.5), float(ratio)))

    low, high = int(info.min), int(info.max)
    if activation in ("relu", "relu6", "relu_n1_to_1"):
        low = max(low, quantized(-1.0 if activation == "relu_n1_to_1" else 0.0))
    if activation == "relu6":
        high = min(high, quantized(6.0))
    if activation == "relu_n1_to_1":
        high = min(high, quantized(1.0))
    return low, high


def output_factors(
    input_scale: float, weight_scales: Sequence[float], output_scale: float
) -> list[float]:
    """Real factors from an int32 accumulator to the output, one per channel.

    All in double precision. (LiteRT's sources also hold a float32 product for per-tensor layers;
    measured, the dense layer of BUILTIN_REF does not use it.)
    """
    return [float(input_scale) * float(w) / float(output_scale) for w in weight_scales]


def ratio_f32(numerator: float, denominator: float, times: float = 1.0) -> float:
    """numerator × times / denominator in float32, which some LiteRT ops use for their factor."""
    with np.errstate(over="ignore"):  # infinity is refused by quantize_multiplier
        return float(np.float32(numerator) * np.float32(times) / np.float32(denominator))


def matmul_int(a: npt.NDArray[np.generic], b: npt.NDArray[np.generic]) -> I64:
    """Exact integer product of two matrices whose sums stay below 2**53, through BLAS."""
    return np.asarray(np.rint(a.astype(np.float64) @ b.astype(np.float64)).astype(np.int64))


def wrap_int32(x: I64) -> I32:
    """The low 32 bits, as the int32 accumulator of the C code holds them."""
    return x.astype(np.int32)


def divide_rounded(total: I64, count: I64) -> I64:
    """total / count to the nearest integer, halves away from zero; count is positive."""
    half = count // 2
    positive = (total + half) // count
    negative = -((-total + half) // count)
    return np.asarray(np.where(total > 0, positive, negative))


def round_away(x: npt.NDArray[np.float32]) -> I64:
    """Nearest integers, halves away from zero, as C's round() gives them."""
    whole = np.trunc(x)
    away = np.where(np.abs(x - whole) >= 0.5, np.copysign(np.float32(1), x), 0)  # x − whole: exact
    return np.asarray((whole + away).astype(np.int64))
