"""From the parameters of `mfcc` to the plan of an audio block."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from motekit.core.block import F64, Feature, Signal
from motekit.core.errors import InputError
from motekit.dsp.audio.check import check_band, check_bank, check_frames
from motekit.dsp.audio.mel import bank, bank_of_bins
from motekit.dsp.audio.plan import EI, EI_ZERO, AudioPlan, frame_hop, frames, next_smooth, taper

from .params import Params


def _fft(signal: Signal, p: Params) -> int:
    if p.fft_length or p.numerics == EI:
        return p.fft_length or 256
    return next_smooth(frame_hop(signal, p.frame_s, p.stride_s, p.numerics)[0])


def _band(signal: Signal, p: Params) -> tuple[float, float]:
    return p.low_hz, p.high_hz or signal.rate_hz / 2


def cosines(coefficients: int, filters: int) -> F64:
    """Rows of the orthonormal cosine transform of type 2."""
    k, n = np.arange(coefficients)[:, None], np.arange(filters)
    rows = np.cos(np.pi * k * (2 * n + 1) / (2 * filters)) * math.sqrt(2 / filters)
    rows[0] /= math.sqrt(2)
    return np.asarray(rows)


def check(signal: Signal, p: Params) -> None:
    """Raises InputError if the block cannot compute on this signal."""
    fft = _fft(signal, p)
    check_frames("mfcc", signal, p.numerics, p.frame_s, p.stride_s, fft)
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
            way_out=f"use {p.norm_frames + 1}, or 0 for none",
        )
    check_bank("mfcc", signal.rate_hz, fft, p.filters, _band(signal, p), p.numerics)


@lru_cache(maxsize=64)
def plan(signal: Signal, p: Params) -> AudioPlan:
    """The plan. Signal and parameters must have passed `check`."""
    ei = p.numerics == EI
    fft = _fft(signal, p)
    length, hop = frame_hop(signal, p.frame_s, p.stride_s, p.numerics)
    weights = np.ones(min(length, fft)) if ei else taper(p.taper, length)
    mel = (bank_of_bins if ei else bank)(signal.rate_hz, fft, p.filters, *_band(signal, p))
    counts = signal.sample == "int16"
    scale = signal.scale[0]
    # A frame of edge_impulse_v4 is of counts; its power is |X|² / fft. Elsewhere it is that of a
    # sine in its unit, but for a factor of 4 / fft: |X|² / Σw².
    unit2 = 1 / fft if ei else scale**2 / float(np.sum(weights**2))
    noise = np.zeros(p.filters)
    if not ei:
        noise = (scale**2 / 12 if counts else EI_ZERO) * mel.matrix.sum(axis=1)
    norm = (101 if ei else 0) if p.norm_frames < 0 else p.norm_frames
    return AudioPlan(
        frames=frames(signal, length, hop, fft, p.emphasis, weights),
        bins=(0, 0), mel=mel, cosines=cosines(p.coefficients, p.filters), energy=ei, unit2=unit2,
        noise=noise, least=EI_ZERO if ei else 1e-30, gain=1.0, base=0.0, clip=False, norm=norm,
        kept=signal.stride < signal.length,
    )  # fmt: skip


def names(signal: Signal, p: Params) -> tuple[Feature, ...]:
    """The coefficients of a frame; 0 is the level."""
    return tuple(Feature(f"c{k}", "") for k in range(p.coefficients))
