"""Frames of 16 bits: what mk_audio_q15.c computes, how precise it is, and where it is offered.

Beside frames of 32 bits they take half the memory and fewer cycles on cores without a long
multiplication, and lose what lies 60 to 75 dB below the loudest part of a frame. So they are
offered where features end at a floor above that, and only if a project asks for them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, Signal
from motekit.core.errors import InputError
from motekit.dsp import fft_q15
from motekit.dsp.errors import SIGMAS

from .plan import AudioPlan, Cut, Frames

I64 = npt.NDArray[np.int64]
MORE = 16  # bits that powers get behind those of the FFT
FULL = 32767
KEPT_DB = 77.0  # of a tone of full scale by an FFT of 16 samples …
KEPT_LESS_DB = 2.4  # … and this much less for each doubling; see mk_fft_q15.h
HEADROOM_DB = 15.0  # of the floor of features above the rounding of a tone of full scale


def frames(x: I64, f: Frames, most: int) -> tuple[I64, I64]:
    """(frames of fft samples of 16 bits, exponents) of windows of counts."""
    at = np.arange(f.count)[:, None] * f.hop + np.arange(f.used)
    v = x[..., at] * 32768
    if f.emphasis:
        anew = (np.arange(f.count) % f.restart == 0)[:, None] & (np.arange(f.used) == 0)
        v = v - share(f) * x[..., np.where(anew, at, np.maximum(at - 1, 0))]
    up = _room(np.max(np.abs(v), axis=-1), most)
    out = np.zeros((*v.shape[:-1], f.fft), dtype=np.int64)
    out[..., : f.used] = _scaled(v, up[..., None])
    return out, up


def share(f: Frames) -> int:
    """Of the sample before, in 2^-15ths."""
    return round(f.emphasis * 32768)


def _scaled(v: I64, up: I64) -> I64:
    """v × 2^up, halves upwards."""
    return np.asarray((((v << np.maximum(0, up + 1)) >> np.maximum(0, -up - 1)) + 1) >> 1)


def _room(most: I64, limit: int) -> I64:
    """The largest exponent with which magnitudes fit 16 bits, from −17 to `limit`."""
    up = np.full(most.shape, -17, dtype=np.int64)
    for _ in range(limit + 17):
        up += _scaled(most, up + 1) <= FULL
    return up


def powers(x: I64, pl: AudioPlan, most: int) -> tuple[npt.NDArray[np.uint64], I64]:
    """(powers of bins, … × frames × bins, exponents of frames) as mk_audio_q15.c has them."""
    v, up = frames(x, pl.frames, most)
    power, down = fft_q15.fft_power(v)
    return (power << MORE).astype(np.uint64), up - down


def line(x: F64, pl: AudioPlan, most: int, power: F64) -> tuple[F64, F64]:
    """(largest error of |X| in counts, root of what a unit of powers is worth), … × frames × 1.

    Args:
        x: windows of counts.
        power: of their bins, … × frames × bins, in the features' unit.
    """
    v, up = frames(np.round(x).astype(np.int64), pl.frames, most)
    units, turns, down = fft_q15.rounding(v, SIGMAS)
    loudest = np.sqrt(np.max(power, axis=-1) / pl.unit2)
    count = 2.0 ** -(15 + up)
    unit = 2.0 ** (down - 1 - MORE // 2) * count
    return np.asarray(units * count + turns * loudest)[..., None], unit[..., None]


def power_unit(pl: AudioPlan, shift: int) -> float:
    """Power in the features' unit of one unit of `powers` at exponent 0.

    Args:
        shift: a count is 2^shift units of a sample.
    """
    return pl.unit2 / 4 / 4.0**shift / 2.0**MORE


def rounding_db(length: int) -> float:
    """Level in dB that rounding leaves in a bin of a frame with a tone of full scale.

    Powers are |X|² / length and full scale is 1, as in edge_impulse_v4: the tone has length / 4,
    and length / 2 bins share what is lost. See mk_fft_q15.h for what the FFT keeps.
    """
    return -(10 * math.log10(2) + KEPT_DB - KEPT_LESS_DB * (math.log2(length) - 4))


def check_narrow(name: str, signal: Signal, cut: Cut, p: Any) -> None:
    """Raises InputError where 16 bits would show in the features."""
    if p.fft != "q15":
        return
    where, out = f"{name}.fft", 'fft = "q31"'
    if not cut.ei:
        raise InputError(
            "motekit's numerics keep what lies 60 dB and more below the loudest part of a frame, "
            "which 16 bits lose",
            where=where, value=p.fft, way_out=f'use {out}, or numerics = "edge_impulse_v4"',
        )  # fmt: skip
    length = cut.fft(signal)
    if not fft_q15.supports(length):
        raise InputError(
            f"frames of 16 bits are transformed in powers of two from {fft_q15.LEAST} on, not in "
            f"{length} samples",
            where=where, value=p.fft,
            way_out=f"use {out}, or fft_length = {max(fft_q15.LEAST, 1 << length.bit_length())}",
        )  # fmt: skip
    least = math.ceil(rounding_db(length) + HEADROOM_DB)
    if p.noise_floor_db < least:
        raise InputError(
            f"rounding to 16 bits leaves {rounding_db(length):.0f} dB in the bins beside a tone of "
            f"full scale, too near to the floor of {p.noise_floor_db:g} dB",
            where=where, value=p.fft,
            way_out=f"use {out}, noise_floor_db = {least} or above, or a shorter fft_length",
        )  # fmt: skip
