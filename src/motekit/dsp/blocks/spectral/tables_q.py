"""Constant tables of the fixed-point variant."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from motekit.core.block import Signal
from motekit.dsp.common import counts_to_units

from .fixed_plan import Cascade, FixedPlan, power_unit
from .params import Params
from .plan import Plan

I16 = npt.NDArray[np.int16]


def channel_offsets(signal: Signal, p: Params, pl: Plan, fp: FixedPlan) -> list[int]:
    """log2 of the unit of power of each channel, in 2^-16ths."""
    if not pl.fft:
        return [0] * len(signal.channels)
    unit = power_unit(p, pl, fp.unit) / max(1, pl.width)
    return [round(math.log2(unit * scale**2) * 65536) for scale in counts_to_units(signal, p.scale)]


def taper(pl: Plan) -> I16 | None:
    """Weights of a frame in 2^-15ths, or None where all are 1."""
    if not np.any(pl.window != 1.0):
        return None
    return np.minimum(np.round(pl.window * 2**15), 32767).astype(np.int16)


def section_words(cascades: list[Cascade]) -> I16:
    """All sections as mk_biquad_q reads them, one after the other."""
    words = [word for c in cascades for section in c.sections for word in section.words()]
    return np.array(words, dtype=np.int16)
