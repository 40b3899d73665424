"""From the parameters of `mfcc` to the plan of an audio block."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from motekit.core.block import F64, Feature, Signal
from motekit.core.errors import InputError
from motekit.dsp.audio.check import check_band, check_bank, check_frames, check_sound
from motekit.dsp.audio.pcen import check_pcen, pcen_of
from motekit.dsp.audio.plan import EI, EI_ZERO, AudioPlan, Cut, band_plan

from .params import Params


def _cut(signal: Signal, p: Params) -> Cut:
    return Cut(p.numerics, p.frame_s, p.stride_s, p.fft_length, 256, p.emphasis, p.taper)


def cosines(coefficients: int, filters: int) -> F64:
    """Rows of the orthonormal cosine transform of type 2."""
    k, n = np.arange(coefficients)[:, None], np.arange(filters)
    rows = np.cos(np.pi * k * (2 * n + 1) / (2 * filters)) * math.sqrt(2 / filters)
    rows[0] /= math.sqrt(2)
    return np.asarray(rows)


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    cut = _cut(signal, p)
    check_pcen("mfcc", p)
    check_frames("mfcc", signal, cut)
    check_sound("mfcc", signal)
    check_band("mfcc", signal, p.low_hz, p.high_hz)
    if p.coefficients > p.filters:
        raise InputError(
            f"{p.filters} filters give at most as many coefficients",
            where="mfcc.coefficients",
            value=p.coefficients,
            way_out=f"use at most {p.filters}, or more filters",
        )
    if p.norm_frames > 0 and p.norm_frames % 2 == 0:
        raise InputError(
            "must be odd: a frame and as many before as behind it",
            where="mfcc.norm_frames",
            value=p.norm_frames,
            way_out=f"use {p.norm_frames - 1}, or 0 for none",
        )
    if p.pcen and p.norm_frames > 0:
        raise InputError(
            "pcen normalises each band already",
            where="mfcc.norm_frames",
            value=p.norm_frames,
            way_out="use 0, or pcen = false",
        )
    check_bank("mfcc", signal, cut, p.filters, (p.low_hz, p.high_hz))


@lru_cache(maxsize=64)
def plan(signal: Signal, p: Params) -> AudioPlan:
    """The plan. Signal and parameters must have passed `check`."""
    ei = p.numerics == EI
    cut = _cut(signal, p)
    pcen = pcen_of(p, cut.hop(signal)[1] / signal.rate_hz)
    bands = band_plan(signal, cut, (p.low_hz, p.high_hz), p.filters, pcen=pcen)
    norm = (101 if ei else 0) if p.norm_frames < 0 else p.norm_frames
    return replace(
        bands, cosines=cosines(p.coefficients, p.filters), energy=ei, norm=norm,
        unit2=1 / bands.frames.fft if ei else bands.unit2, least=EI_ZERO if ei else bands.least,
        gain=1.0, base=0.0, clip=False,
    )  # fmt: skip


def names(signal: Signal, p: Params) -> tuple[Feature, ...]:
    """The coefficients of a frame; 0 is the level."""
    return tuple(Feature(f"c{k}", "") for k in range(p.coefficients))
