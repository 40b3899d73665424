"""Every sample of the window as a feature, for learners that find their own features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Block, CBlock, Feature, Signal
from motekit.core.params import param
from motekit.dsp.common import EPS, FEATURES, HISTORY, counts_to_units, require_fixed_input


@dataclass(frozen=True)
class Params:
    """Parameters of `raw`."""

    scale: float = param(1.0, "factor on every sample", minimum=1e-12, maximum=1e12)


def check(signal: Signal, p: Params) -> None:
    """Any window will do."""


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    return tuple(
        Feature(f"{name}[{i}]", unit)
        for i in range(signal.length)
        for name, unit in zip(signal.channels, signal.units, strict=True)
    )


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) → (… × samples·channels), frame after frame."""
    return np.asarray(x * p.scale).reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    return x.astype(np.int32).reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant. Windows that do not overlap are put as samples come, and not kept."""
    streams = signal.stride >= signal.length and not signal.kept
    fields: dict[str, Any] = {"channels": len(signal.channels)}
    scale = counts_to_units(signal, p.scale)
    lsb: tuple[float, ...] = ()
    if arithmetic == "float":
        fields["scale"] = scale.astype(np.float32)
    else:
        require_fixed_input(signal)
        lsb = tuple(float(s) for s in np.tile(scale, signal.length))
    work = ("mk_work.h",) if streams else ()
    sources = ("mk_raw.h", "mk_raw.c", *work, *HISTORY, *FEATURES[arithmetic])
    defines = {"MK_RAW_STREAM" if streams else "MK_RAW_WHOLE": 1}
    state = 4 if streams else 0
    return CBlock(sources, fields, state, 0, defines, lsb, streams, not streams)


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """Three float32 roundings; fixed point is exact, as far as float64 can tell."""
    each = 3 * EPS if arithmetic == "float" else 2.0**-50
    return reference(np.abs(windows) * each, signal, p)


BLOCK = Block(
    name="raw",
    summary="The samples themselves, scaled",
    params=Params,
    check=check,
    features=features,
    reference=reference,
    fixed_reference=fixed_reference,
    c=c,
    bound=bound,
    history=True,
    package=__name__,
    restarts=True,
)
