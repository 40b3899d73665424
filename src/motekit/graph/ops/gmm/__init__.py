"""Distance of a feature vector in a Gaussian mixture, by its most likely component.

    u(k, i) = clamp16(x[axis i] − means[k, i])
    y(k, j) = clamp16((Σ over i ≤ j factors[k, j, i] · u(k, i) + 2**(shift − 1)) >> shift(k, j))
    d(k)    = min(LIMIT, offsets[k] + Σ over j y(k, j)²)
    score   = (isqrt(min over k d(k)) · mul + 2**(out_shift − 1)) >> out_shift

y are the components' own axes in standard deviations × 256 (the inverse Cholesky factor of the
covariance applied to the difference), offsets what less likely components are farther away
(× 65536): the score is √(2 · (negative log density of the most likely component − the least there
is)), in Q8.8 of the network input.

Inputs: x, int16 rows of n features in Q8.8; means, int16 [k, a]; factors, int16 [k, a, a], zero
above the diagonal, or [k, a] for components along the axes; shifts, int8 [k, a], 1 to 46; offsets,
int32 [k], 0 or more. Output: int32 [rows, 1].
Attributes: axes (which features), mul (0 to 65535), out_shift (1 to 28).

Source of the meaning: the weighted log densities of scikit-learn's GaussianMixture; the integer
form is ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared.roots import isqrt

LIMIT = 3 * 2**30 - 1  # one square more stays below 2**32
MAX_SHIFT = 46  # of a sum of at most 65,536 products of 31 bits
MAX_OUT_SHIFT = 28  # keeps root · mul + half below 2**32
I64 = npt.NDArray[np.int64]


def axes(op: Op) -> tuple[int, ...]:
    """The features that are compared."""
    found = op.attrs.get("axes")
    if not isinstance(found, tuple) or not found:
        raise InputError("axes must be a tuple of feature numbers", value=found)
    return tuple(int(axis) for axis in found)


def diagonal(op: Op, graph: Graph) -> bool:
    """Whether components lie along the axes."""
    return graph.constant(str(op.inputs[2])).ndim == 2


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    if len(op.inputs) != 5 or None in op.inputs:
        raise InputError("gmm takes features, means, factors, shifts, offsets", value=op.inputs)
    x, chosen = graph.type(str(op.inputs[0])), axes(op)
    if x.dtype != "int16" or len(x.shape) != 2:
        raise InputError("features must be int16 rows", value=(x.dtype, x.shape))
    if not all(0 <= axis < x.shape[1] for axis in chosen):
        raise InputError(f"axes count features from 0 to {x.shape[1] - 1}", value=chosen)
    means, factors, shifts, offsets = (graph.constant(str(name)) for name in op.inputs[1:])
    k, a = len(means), len(chosen)
    square = () if factors.ndim == 2 else (a,)
    shapes = (means.shape, factors.shape, shifts.shape, offsets.shape)
    if k == 0 or shapes != ((k, a), (k, a, *square), (k, a), (k,)):
        raise InputError(f"constants must be of {k} components and {a} axes", value=shapes)
    dtypes = tuple(c.dtype.name for c in (means, factors, shifts, offsets))
    if dtypes != ("int16", "int16", "int8", "int32"):
        raise InputError("constants must be int16, int16, int8, int32", value=dtypes)
    low, high = int(shifts.astype(np.int64).min()), int(shifts.astype(np.int64).max())
    if (offsets.astype(np.int64) < 0).any() or low < 1 or high > MAX_SHIFT:
        raise InputError(f"offsets from 0, shifts from 1 to {MAX_SHIFT}", value=op.name)
    if factors.ndim == 3 and np.triu(factors, 1).any():
        raise InputError("factors must be zero above the diagonal", value=op.name)
    mul, out_shift = op.attrs.get("mul"), op.attrs.get("out_shift")
    if not (isinstance(mul, int) and isinstance(out_shift, int)):
        raise InputError("mul and out_shift must be whole numbers", value=(mul, out_shift))
    if not (0 <= mul <= 65535 and 1 <= out_shift <= MAX_OUT_SHIFT):
        raise InputError(
            f"mul from 0 to 65535, out_shift from 1 to {MAX_OUT_SHIFT}", value=(mul, out_shift)
        )
    return (TensorType((x.shape[0], 1), "int32"),)


def squares(x: I64, means: I64, factors: I64, shifts: I64) -> I64:
    """Σ y² of each row and component, shape (rows, k)."""
    away = np.clip(x[:, None, :] - means, -32768, 32767)
    full = factors.ndim == 3
    total = np.einsum("rki,kji->rkj", away, factors) if full else away * factors
    y = np.clip((total + (np.int64(1) << (shifts - 1))) >> shifts, -32768, 32767)
    return np.asarray((y**2).sum(axis=2))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x = inputs[0].astype(np.int64)[:, list(axes(op))]
    means, factors, shifts, offsets = (array.astype(np.int64) for array in inputs[1:])
    d = np.minimum(offsets + squares(x, means, factors, shifts), LIMIT).min(axis=1, keepdims=True)
    mul, out_shift = int(str(op.attrs["mul"])), int(str(op.attrs["out_shift"]))
    return (((isqrt(d) * mul + (1 << (out_shift - 1))) >> out_shift).astype(np.int32),)


def macs(op: Op, graph: Graph) -> int:
    rows, (k, a) = graph.type(op.outputs[0]).shape[0], graph.type(str(op.inputs[1])).shape
    return rows * k * (a if diagonal(op, graph) else a * (a + 1) // 2)


OP = OpSpec(
    kind="gmm",
    summary="distance in a Gaussian mixture, by its most likely component",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(),
    package=__name__,
    arity=(5, 5),
)
