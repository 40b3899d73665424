"""How often a channel changes its sign within the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Block, CBlock, Feature, Signal
from motekit.core.params import param
from motekit.dsp.common import FEATURES, HISTORY, require_fixed_input, require_samples


@dataclass(frozen=True)
class Params:
    """Parameters of `zero_crossings`."""

    weight: int = param(1, "what one crossing counts", minimum=1, maximum=100)


def check(signal: Signal, p: Params) -> None:
    require_samples(signal, 2, "a crossing", "pipeline.window")


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    return tuple(Feature(f"{name}.crossings", "1") for name in signal.channels)


def _count(x: npt.NDArray[np.generic], p: Params) -> npt.NDArray[np.int64]:
    negative = x < 0
    return p.weight * (negative[..., 1:, :] != negative[..., :-1, :]).sum(axis=-2)


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) → (… × channels)."""
    return _count(x, p).astype(np.float64)


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    return _count(x, p).astype(np.int32)


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    if arithmetic == "fixed":
        require_fixed_input(signal)
    sources = ("mk_zero_crossings.h", "mk_zero_crossings.c", *HISTORY, *FEATURES[arithmetic])
    channels = len(signal.channels)
    lsb = (1.0,) * channels if arithmetic == "fixed" else ()
    return CBlock(sources, {"channels": channels, "weight": p.weight}, 0, 0, lsb=lsb)


def bound(signal: Signal, p: Params, arithmetic: str, full_scale: float) -> F64:
    """A count is exact."""
    return np.zeros(len(signal.channels))


BLOCK = Block(
    name="zero_crossings",
    summary="Sign changes of each channel",
    params=Params,
    check=check,
    features=features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=True,
    package=__name__,
)
