"""The length of a vector, frame by frame: a signal that does not mind how a sensor is worn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Block, CBlock, Feature, Samples, Signal
from motekit.dsp.common import EPS, require_fixed_input
from motekit.dsp.quantity import require_vector

MOST = 32767  # counts of a sample
SOURCES = (
    "mk_magnitude.h", "mk_magnitude.c", "mk_block.h", "mk_types.h", "mk_history.h",
    "mk_features.h",
)  # fmt: skip


@dataclass(frozen=True)
class Params:
    """`magnitude` has no parameters."""


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    require_vector("magnitude", signal, (2, 3))


def output(signal: Signal, p: Params) -> Signal:
    """One channel, of the unit and the counts of the axes."""
    return replace(
        signal, channels=("magnitude",), units=signal.units[:1], scale=signal.scale[:1]
    )  # fmt: skip


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    return ()


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × axes) in units → (… × samples × 1); counts end at 32767."""
    length = np.sqrt(np.sum(x**2, axis=-1, keepdims=True))
    if signal.sample == "int16":
        length = np.minimum(length, MOST * signal.scale[0])
    return np.asarray(length)


def exact(x: Samples, signal: Signal, p: Params, arithmetic: str) -> Samples:
    """The same, bit for bit as the C has it."""
    if signal.sample == "int16":
        square = np.sum(x.astype(np.int64) ** 2, axis=-1, keepdims=True)
        return np.asarray(np.minimum(np.rint(np.sqrt(square)), MOST).astype(np.int16))
    sum_of = np.zeros(x.shape[:-1], dtype=np.float32)
    for axis in range(x.shape[-1]):
        sum_of = sum_of + x[..., axis] * x[..., axis]
    return np.asarray(np.sqrt(sum_of)[..., None])


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    return exact(x, signal, p, "fixed").astype(np.int32)


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """Half a count; in float a few roundings."""
    length = np.sqrt(np.sum(windows**2, axis=-1, keepdims=True))
    if signal.sample == "int16":
        return np.full(length.shape, 0.5 * signal.scale[0] * (1 + 1e-9))
    return np.asarray(4 * EPS * length + 1e-18)  # squares below it are lost


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """The same C in either arithmetic."""
    if arithmetic == "fixed":
        require_fixed_input(signal)
    fields: dict[str, Any] = {"axes": len(signal.channels)}
    return CBlock(SOURCES, fields, 0, 0)


BLOCK = Block(
    name="magnitude",
    summary="Length of a vector as a signal, for the blocks that read it",
    params=Params,
    check=check,
    features=features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=False,
    package=__name__,
    restarts=True,
    output=output,
    exact=exact,
)
