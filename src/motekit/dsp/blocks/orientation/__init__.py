"""Where a three-axis sensor points, how strong what it measures is, and how fast it changes."""

from __future__ import annotations

from typing import Any

from motekit.core.block import Block, CBlock, Signal
from motekit.core.errors import InputError
from motekit.dsp.common import FEATURES, require_fixed_input, require_samples
from motekit.dsp.quantity import ACCELERATION, FIELD, require_quantity, require_vector

from .bound import bound
from .fixed import fixed_reference, lsb
from .params import Params
from .reference import AXES, features, reference

POINTING = ("/", ACCELERATION, FIELD)
MOST_SAMPLES = 65535  # an exact sum of int16 samples must fit 32 bits
SHARED = (
    "mk_orientation.h", "mk_block.h", "mk_types.h", "mk_history.h", "mk_features.h", "mk_atan.h",
)  # fmt: skip
SOURCES = {
    "float": (*SHARED, "mk_orientation_f32.c", "mk_atan_f32.c", *FEATURES["float"]),
    "fixed": (
        *SHARED, "mk_orientation_q.c", "mk_atan_q.c", "mk_wide.h", "mk_wide.c", "mk_fix.h",
        "mk_pair.h",
        *FEATURES["fixed"],
    ),
}  # fmt: skip
STATE_BYTES = {"float": 68, "fixed": 60}  # of mk_orientation_state


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    require_vector("orientation", signal, (AXES,))
    if p.inclination:
        require_quantity(
            "orientation", signal, POINTING, "what points along gravity or a field",
            "choose an accelerometer or magnetometer, or set inclination = false",
        )  # fmt: skip
    require_samples(signal, 2, "orientation", "orientation")
    if signal.length > MOST_SAMPLES:
        raise InputError(
            f"the window has {signal.length} samples, orientation takes at most {MOST_SAMPLES}",
            where="orientation",
            way_out=f"make the window at most {MOST_SAMPLES / signal.rate_hz:g} s long",
        )
    if not (p.inclination or p.magnitude or p.jerk):
        raise InputError("there are no features: all are off", where="orientation",
                         way_out="switch at least one on")  # fmt: skip


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant."""
    bits = int(p.inclination) | 2 * int(p.magnitude) | 4 * int(p.jerk)
    fields: dict[str, Any] = {"length": signal.length, "wanted": bits}
    words: tuple[float, ...] = ()
    if arithmetic == "float":
        fields |= {"scale": signal.scale[0], "rate": signal.rate_hz}
    else:
        require_fixed_input(signal)
        words = lsb(signal, p)
    return CBlock(SOURCES[arithmetic], fields, STATE_BYTES[arithmetic], 0, lsb=words)


BLOCK = Block(
    name="orientation",
    summary="Tilt, magnitude and jerk of a three-axis sensor",
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
