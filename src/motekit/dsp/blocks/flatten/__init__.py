"""Statistics of every channel: the cheapest block, and often enough."""

from __future__ import annotations

from motekit.core.block import Block, Signal
from motekit.core.errors import InputError
from motekit.dsp.common import require_samples

from .bound import bound
from .c import c
from .fixed import fixed_reference
from .params import Params
from .reference import features, reference, wanted

MOST_SAMPLES = 65535  # an exact sum of int16 samples must fit 32 bits


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    require_samples(signal, 2, "flatten", "flatten")
    if signal.length > MOST_SAMPLES:
        raise InputError(
            f"the window has {signal.length} samples, flatten takes at most {MOST_SAMPLES}",
            where="flatten",
            way_out=f"make the window at most {MOST_SAMPLES / signal.rate_hz:g} s long",
        )
    if p.correlation and len(signal.channels) < 2:
        raise InputError(
            "correlation needs two channels",
            where="flatten.correlation",
            value=len(signal.channels),
            way_out="switch it off or feed the block more channels",
        )
    if p.magnitude_area and len(set(signal.units)) > 1:
        raise InputError(
            "magnitudes of different units do not add up", where="flatten.magnitude_area",
            value=signal.units, way_out="choose channels of one unit",
        )  # fmt: skip
    if not wanted(p) and not (p.correlation or p.magnitude_area or p.percentiles):
        raise InputError(
            "there are no features: every statistic is off",
            where="flatten",
            way_out="switch at least one on",
        )


BLOCK = Block(
    name="flatten",
    summary="Mean, extremes, RMS, spread and shape of each channel",
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
