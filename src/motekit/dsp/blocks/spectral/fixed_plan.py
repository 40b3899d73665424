"""How the fixed-point variant scales: shifts that no sample can overflow, and what they mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import signal as scipy_signal

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.integer import Section, section
from motekit.dsp.mixed import is_mixed, mixed

from .params import EI, WAVELET, Params
from .plan import Plan, Sections, plan

FULL = 2**15  # magnitude of an int16 sample
ROOM = 2.0**28  # no output of a section reaches it
SHIFT = 12  # left shift of a sample
LONGEST = 4096  # samples of an impulse response that are summed
LEAST_NOISE = 0.01  # of that of quantization, in power: more is worth finer sections
LOG_LSB = math.log10(2) / 65536  # log10 per integer of a power feature
LOG_OF_ZERO = -2177043  # round(−10 / LOG_LSB)


@dataclass(frozen=True)
class Cascade:
    """Integer sections, in order.

    Args:
        ratio: keep every n-th sample behind them.
        sections: see motekit.dsp.integer.
        dc: steady output per unit of steady input, in 2^-28ths; None to start from zero.
    """

    ratio: int
    sections: tuple[Section, ...]
    dc: int | None


@dataclass(frozen=True)
class FixedPlan:
    """Scaling of the fixed-point variant.

    Args:
        shift: left shift of a sample.
        cascades: decimation stages, then the Butterworth filter.
        unit: counts per unit of the filtered samples (the gains of the filters included).
        top: filtered samples without their mean deviate by less than 2^top.
        most: largest left shift of the filtered samples before the FFT.
        noise: (m, e): power added before the logarithm, m × 2^(e + 2·shift).
    """

    shift: int
    cascades: tuple[Cascade, ...]
    unit: float
    top: int
    most: int
    noise: tuple[int, int]


def _cascade(s: Sections, peak: float, ratio: int, fine: bool) -> tuple[Cascade, float, float]:
    """(integer sections, largest output, gain) for inputs of at most `peak`."""
    out: list[Section] = []
    gain = 1.0
    swing = 2.0 if s.rest is not None else 1.0  # x − x[0] swings twice as far
    response = np.zeros(LONGEST)
    response[0] = peak * swing
    for b1, a1, a2 in zip(s.b1, s.a1, s.a2, strict=True):
        raw = scipy_signal.lfilter([1.0, b1, 1.0], [1.0, a1, a2], response)
        inner = scipy_signal.lfilter([1.0, b1, 1.0], [1.0], response)
        largest = max(float(np.sum(np.abs(v))) for v in (raw, inner))
        shift = max(0, math.ceil(math.log2(largest / ROOM * 1.01)))
        out.append(section(b1, a1, a2, shift, fine))
        response = raw / 2**shift
        gain /= 2**shift
    top = float(np.sum(np.abs(response)))
    steady = None
    if s.rest is not None:
        dc = gain * s.steady()
        steady = round(dc * 2**28)
        top += peak * abs(dc)
    return Cascade(ratio, tuple(out), steady), top, gain


def _cascades(stages: list[tuple[int, Sections]], fine: bool) -> tuple[list[Cascade], float, float]:
    """(integer filters, largest output, counts per unit of it)."""
    peak, unit = float(FULL << SHIFT), 2.0**-SHIFT
    out = []
    for ratio, sections in stages:
        cascade, peak, gain = _cascade(sections, peak, ratio, fine)
        out.append(cascade)
        unit *= sections.gain / gain
    return out, peak, unit


def _drowns(stages: list[tuple[int, Sections]], cascades: list[Cascade]) -> bool:
    """Whether rounding in plain sections adds more than a hundredth to the power of the sensor's
    quantization noise behind the filters."""
    rounding, sensor = 0.0, 4.0**SHIFT / 12
    for (_, s), cascade in zip(stages, cascades, strict=True):
        onward = np.zeros(LONGEST)  # from a section to the output
        onward[0] = 1.0
        added = 0.0
        for b1, a1, a2, k in reversed(list(zip(s.b1, s.a1, s.a2, cascade.sections, strict=True))):
            loop = scipy_signal.lfilter([1.0], [1.0, a1, a2], onward)
            onward = scipy_signal.lfilter([1.0, b1, 1.0], [1.0], loop)
            added += (2 * np.sum(loop**2) + (k.shift > 0) * np.sum(onward**2)) / 12
            onward = onward / 2**k.shift
        energy = float(np.sum(onward**2))
        rounding, sensor = rounding * energy + float(added), sensor * energy
    return rounding > LEAST_NOISE * sensor


@lru_cache(maxsize=256)
def fixed_plan(signal: Signal, p: Params) -> FixedPlan:
    """The scaling. Raises InputError where the block has no fixed-point form."""
    if p.fft_length and p.analysis != WAVELET and not p.log:
        raise InputError(
            "powers span more than 32 bits, a core without FPU takes their logarithm only",
            where="spectral.log",
            value=False,
            way_out="set log = true, or choose a core with FPU",
        )
    pl = plan(signal, p)
    stages = [*pl.decimators, *([(1, pl.butterworth)] if pl.butterworth else [])]
    cascades, peak, unit = _cascades(stages, False)
    if _drowns(stages, cascades):
        cascades, peak, unit = _cascades(stages, True)
    noise = _noise(p, pl, unit)
    most = 28
    if noise > 0:
        bins = max(b - a for a, b in zip(pl.edges, pl.edges[1:], strict=False))
        most = min(28, math.floor((59 - math.log2(noise * bins)) / 2))
    top = math.ceil(math.log2(peak))
    return FixedPlan(SHIFT, tuple(cascades), unit, top, most, _mantissa(noise))


def frames_summed(p: Params, pl: Plan) -> int:
    """Frames whose powers add up in a feature."""
    starts = sum(start < pl.length for start in pl.frames)
    return starts if p.combine == "mean" and p.numerics != EI else 1


def sum_shift(p: Params, pl: Plan) -> int:
    """Bits a power loses so that the sum over the frames fits 64 bits."""
    return (frames_summed(p, pl) - 1).bit_length()


def power_unit(p: Params, pl: Plan, unit: float) -> float:
    """counts² of power per unit of the combined powers, before the shift of a window."""
    frames = frames_summed(p, pl) / 2 ** sum_shift(p, pl)
    loss = mixed(pl.fft).loss if is_mixed(pl.fft) else 1.0
    return float(pl.power_scale() * pl.fft**2 / 16 * (unit / loss) ** 2 / frames)


def _noise(p: Params, pl: Plan, unit: float) -> float:
    if p.numerics == EI or not pl.fft:
        return 0.0
    return 1 / 12 / power_unit(p, pl, unit)


def _mantissa(value: float) -> tuple[int, int]:
    """value as m × 2^e with 31 significant bits."""
    if value == 0:
        return 0, 0
    m, e = math.frexp(value)
    return round(m * 2**31), e - 31
