"""Skin conductance: the tonic level, what is phasic about it, and responses."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.core.block import Block, CBlock, Signal
from motekit.core.errors import InputError
from motekit.dsp.common import (
    FEATURES,
    rate_from,
    require_fixed_input,
    require_one_channel,
    require_samples,
)
from motekit.dsp.quantity import CONDUCTANCE, factor, primary, require_quantity

from .levels import (
    POINT,
    bound,
    count_of,
    drift,
    features,
    fixed_reference,
    lsb,
    passed,
    reference,
    threshold,
    wanted,
)
from .params import Params

LOWEST = 1e-4  # of the rate: below, the tonic filter loses its precision
HIGHEST = 0.45  # of the rate
LEAST_S = 5.0
MOST_SAMPLES = 65535
LEAST_RISE, MOST_RISE = 0.001, 10.0  # of a response, microsiemens
SHARED = (
    "mk_electrodermal.h", "mk_electrodermal.c", "mk_block.h", "mk_types.h", "mk_history.h",
    "mk_features.h", "mk_svf.h", "mk_svf_q.c", "mk_fix.h", "mk_count.h", "mk_pair.h",
)  # fmt: skip
SOURCES = {
    "float": (*SHARED, "mk_electrodermal_f32.c", *FEATURES["float"]),
    "fixed": (*SHARED, "mk_electrodermal_q.c", "mk_wide.h", "mk_wide.c", *FEATURES["fixed"]),
}
STATE_BYTES = 84  # of mk_electrodermal_state


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    require_one_channel("electrodermal", signal)
    _check_unit(signal, p)
    most = HIGHEST * signal.rate_hz
    if p.smooth_hz > most:
        raise InputError(
            f"a rate of {signal.rate_hz:g} Hz smooths at {most:g} Hz at most",
            where="electrodermal.smooth_hz", value=p.smooth_hz,
            way_out=f"choose at most {most:g}, or record at {rate_from(p.smooth_hz / HIGHEST)} or "
            "faster",
        )  # fmt: skip
    if not p.tonic_hz < p.smooth_hz:
        raise InputError(
            "the slow level must change more slowly than the smoothed signal",
            where="electrodermal.tonic_hz", value=p.tonic_hz,
            way_out=f"choose less than smooth_hz = {p.smooth_hz:g}",
        )  # fmt: skip
    if p.tonic_hz < LOWEST * signal.rate_hz:
        raise InputError(
            f"a level of {p.tonic_hz:g} Hz needs at most {p.tonic_hz / LOWEST:g} samples a second",
            where="electrodermal.tonic_hz", value=signal.rate_hz,
            way_out="put a filter with keep_every in front, or record more slowly",
        )  # fmt: skip
    least = max(2, int(np.ceil(LEAST_S * signal.rate_hz)))
    require_samples(signal, least, "a response of skin conductance", "electrodermal")
    if signal.length > MOST_SAMPLES:
        raise InputError(
            f"the window has {signal.length} samples, electrodermal takes at most {MOST_SAMPLES}",
            where="electrodermal",
            way_out=f"make the window at most {MOST_SAMPLES / signal.rate_hz:g} s long",
        )
    _check_counts(signal, p)
    if not wanted(p):
        raise InputError("there are no features: all are off", where="electrodermal",
                         way_out="switch at least one on")  # fmt: skip


def _check_unit(signal: Signal, p: Params) -> None:
    given = signal.units[0]
    way_out = "import skin conductance, such as in uS"
    if primary(given) == "Ohm":
        way_out = "import its inverse: 1e6 / Ohm is uS"
    require_quantity("electrodermal", signal, (CONDUCTANCE,), "skin conductance", way_out)
    per = factor(given) * 1e6  # microsiemens
    if primary(given) and not LEAST_RISE <= p.threshold * per <= MOST_RISE:
        raise InputError(
            f"in {given} this is {p.threshold * per:g} uS, responses of skin are {LEAST_RISE:g} to "
            f"{MOST_RISE:g} uS", where="electrodermal.threshold", value=p.threshold,
            way_out=f"0.05 uS is {0.05 / per:g} {given}",
        )  # fmt: skip


def _check_counts(signal: Signal, p: Params) -> None:
    if signal.sample != "int16" and not p.resolution:
        raise InputError(
            "levels are computed on whole counts, and float samples have none",
            where="electrodermal.resolution", value=p.resolution,
            way_out=f"say what one count shall be worth, such as {p.threshold / 50:g}",
        )  # fmt: skip
    if threshold(signal, p) < 1:
        raise InputError(
            "the threshold is less than the sensor can tell", where="electrodermal.threshold",
            value=p.threshold, way_out=f"choose at least {count_of(signal, p) / 2**POINT:g}",
        )  # fmt: skip


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant: the same levels, and a few divisions at the end of a window."""
    if arithmetic == "fixed":
        require_fixed_input(signal)
    smooth, slow = passed(signal, p)
    rows = np.array([*smooth.rows, *slow.rows], dtype=np.int32).reshape(-1)
    fields: dict[str, Any] = {"rows": rows}
    if arithmetic == "float":
        fields |= {
            "per_count": 1 / count_of(signal, p), "level": count_of(signal, p) * 2.0**-POINT,
            "rate": 60 * signal.rate_hz,
        }  # fmt: skip
    fields |= {
        "threshold": threshold(signal, p), "length": signal.length, "up_smooth": smooth.up,
        "up_slow": slow.up, "mix": smooth.mix, "mix_slow": slow.mix,
        "wanted": sum(1 << i for i in wanted(p)),
    }  # fmt: skip
    fields["step"], fields["every"] = drift(signal, p)
    words = lsb(signal, p) if arithmetic == "fixed" else ()
    return CBlock(SOURCES[arithmetic], fields, STATE_BYTES, 0, lsb=words)


BLOCK = Block(
    name="electrodermal",
    summary="Tonic and phasic level of skin conductance, and its responses",
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
)
