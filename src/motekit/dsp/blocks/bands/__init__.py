"""Powers of frequency bands, such as the rhythms of an EEG, as samples come: no FFT, no window."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit.core.block import Block, CBlock, Signal
from motekit.core.errors import InputError
from motekit.dsp.common import FEATURES, counts_to_units, rate_from, require_fixed_input
from motekit.dsp.quantity import SWINGING, require_quantity

from .bound import bound
from .params import Params
from .plan import cascades, fixed_reference, floors, frames, lsb, offsets, plans, point
from .reference import bands, features, reference, settle, sides

HIGHEST = 0.98  # of half the rate
MOST_BANDS = 16
CYCLES = 1.0  # of the lowest edge that the window must hold
SHARED = (
    "mk_bands.h", "mk_block.h", "mk_types.h", "mk_history.h", "mk_features.h", "mk_svf.h",
)  # fmt: skip
SOURCES = {
    "float": (
        *SHARED, "mk_bands_f32.c", "mk_svf_f32.c", "mk_log.h", "mk_log_f32.c", *FEATURES["float"],
    ),
    "fixed": (
        *SHARED, "mk_bands_q.c", "mk_svf_q.c", "mk_wide.h", "mk_wide.c", "mk_fix.h",
        *FEATURES["fixed"],
    ),
}  # fmt: skip


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    _check_bands(signal, p)
    require_quantity(
        "bands", signal, SWINGING, "what swings about a mean",
        "choose other channels, or use flatten for levels",
    )  # fmt: skip
    for ratio in p.ratios:
        if sides(ratio, p) is None:
            raise InputError(
                "not a ratio of bands", where="bands.ratios", value=ratio,
                way_out=f"such as {p.names[0]}/{p.names[-1]}; bands: {', '.join(p.names)}",
            )  # fmt: skip
    lowest = min(p.edges_hz)
    least = int(np.ceil(CYCLES / lowest * signal.rate_hz))
    if frames(signal, p) < least:
        raise InputError(
            f"the window has {signal.length} samples, of which {max(0, frames(signal, p))} count "
            f"after settle_s, and one period of {lowest:g} Hz takes {least}",
            where="bands.edges_hz", value=lowest,
            way_out=f"make the window at least {CYCLES / lowest + p.settle_s:g} s long, or start "
            "at a higher edge",
        )  # fmt: skip
    if not (p.power or p.relative or p.ratios):
        raise InputError("there are no features: all are off", where="bands",
                         way_out="switch at least one on")  # fmt: skip


def _check_bands(signal: Signal, p: Params) -> None:
    if not 1 <= len(p.names) <= MOST_BANDS or len(set(p.names)) != len(p.names):
        raise InputError(f"expected 1 to {MOST_BANDS} different names", where="bands.names",
                         value=p.names, way_out="name each band once")  # fmt: skip
    if len(p.edges_hz) != len(p.names) + 1 or list(p.edges_hz) != sorted(set(p.edges_hz)):
        raise InputError(
            f"{len(p.names)} bands lie between {len(p.names) + 1} rising edges",
            where="bands.edges_hz", value=p.edges_hz, way_out="give one edge more than names",
        )  # fmt: skip
    most = HIGHEST * signal.rate_hz / 2
    if max(p.edges_hz) > most:
        raise InputError(
            f"a rate of {signal.rate_hz:g} Hz carries bands up to {most:g} Hz",
            where="bands.edges_hz", value=max(p.edges_hz),
            way_out="leave the highest band out, or record at "
            f"{rate_from(2 * max(p.edges_hz) / HIGHEST)} or faster",
        )  # fmt: skip


def c(signal: Signal, p: Params, arithmetic: str) -> CBlock:
    """Either variant."""
    many, channels = len(bands(p)), len(signal.channels)
    ratios = [sides(ratio, p) or (0, 0) for ratio in p.ratios]
    fields: dict[str, Any] = {}
    words: tuple[float, ...] = ()
    if arithmetic == "float":
        rows = np.array([[k.row() for k in cascade] for cascade in cascades(signal, p)])
        fields["rows"] = rows.astype(np.float32).reshape(-1)
        unit = counts_to_units(signal) ** 2 / frames(signal, p)
        fields |= {"unit": unit.astype(np.float32), "floor": p.floor}
        state = channels * many * (8 * p.order + 8)
    else:
        require_fixed_input(signal)
        integer = plans(signal, p)
        fields["rows"] = np.array([plan.rows for plan in integer], dtype=np.int32).reshape(-1)
        fields["ups"] = np.array([plan.up for plan in integer], dtype=np.uint8)
        fields["mixes"] = np.array([plan.mix for plan in integer], dtype=np.uint8)
        floor = np.array([[v & 0xFFFFFFFF, v >> 32] for v in floors(signal, p)], dtype=np.uint32)
        fields["floors"] = floor.reshape(-1)
        fields["offsets"] = offsets(signal, p).astype(np.int32)
        state = channels * many * (16 * p.order + 8)
        words = lsb(signal, p)
    fields["ratios"] = np.array(ratios, dtype=np.uint16).reshape(-1) if ratios else 0
    fields |= {"channels": channels, "bands": many, "sections": p.order}
    fields |= {"settle": settle(signal, p), "count": len(ratios)}
    fields["wanted"] = int(p.power) + 2 * int(p.relative)
    if arithmetic == "fixed":
        fields["point"] = point(signal, p)
    return CBlock(SOURCES[arithmetic], fields, 4 + state, 0, lsb=words)


BLOCK = Block(
    name="bands",
    summary="Powers of frequency bands and their ratios, such as the rhythms of an EEG",
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
