"""How far powers may be from those of the plan that the C computes, for given windows.

Rounding errors inside a transform are taken as independent, eight standard deviations of their sum
as their bound (see errors.py). Samples less their share of the one before, weighted, are computed
as float does it; in fixed point their errors are taken as alike: they are where samples repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from motekit.core.block import F64
from motekit.dsp.common import EPS
from motekit.dsp.errors import ROUNDING, SIGMAS
from motekit.dsp.mixed import is_mixed, mixed

from . import narrow
from .fixed_plan import LONG, LONG_DOWN, SHIFT, fixed_plan
from .mel import AGAIN
from .plan import AudioPlan, Frames
from .reference import cut, powers_of

# Variances and biases of complex values in mk_fft_q.c, in its units, by what happens to them.
SHIFTED = {1: 0.125, 2: 0.156, 3: 0.164}  # rounded to integers, so many bits less
BIAS = {1: 0.36, 2: 0.18, 3: 0.09}  # halves are rounded upwards
TURNED = 4 / 3  # both parts sums of two products that are cut off
ANGLE = 2.5e-9  # of an angle that values are turned by: rounded, and all a little shorter


@dataclass(frozen=True)
class Powers:
    """Powers of frames and their largest errors.

    Args:
        bins: … × frames × fft/2 + 1.
        bands, bands_error: of mel bands, or of the bins that are features, … × frames × bands, in
            the unit of the features.
        total, total_error: of all bins together, … × frames.
        unit: fixed point: worth of a unit of the FFT's powers at most, … × frames × 1; float: 0.
    """

    bins: F64
    bands: F64
    bands_error: F64
    total: F64
    total_error: F64
    unit: F64


def fft_error(length: int) -> tuple[float, float]:
    """(error of amplitudes, in units of mk_fft_power_q's or mk_fft_mixed_q's; passes)."""
    half = length // 2
    twos = (half & -half).bit_length() - 1
    odds = mixed(length).odds if is_mixed(length) else ()
    passes: list[tuple[int, int, float]] = [(4, 2, 3 * TURNED)] * (twos // 2)
    if odds and twos % 2:
        passes.insert(0, (2, 1, 0.0))
    elif twos % 2:
        passes.append((2, 1, TURNED))
    # Thirds and fifths multiply by roots of unity, too: products cut off to a unit.
    passes += [(3, 2, 2 * TURNED + 1) if radix == 3 else (5, 3, 4 * TURNED + 3) for radix in odds]
    variance = bias = 0.0
    for i, (radix, bits, turned) in enumerate(passes):
        variance = (radix * variance + (turned if i else 0.0)) / 4**bits + SHIFTED[bits]
        bias = radix * bias / 2**bits + BIAS[bits]
    # From half a transform to a real one: sums of four. Only what lies along an amplitude counts.
    variance = 4 * variance + TURNED
    return float(SIGMAS * np.sqrt(variance / 2) + np.sqrt(8) * bias), float(len(passes) + 1)


def _frame_units(x: F64, pl: AudioPlan) -> tuple[F64, F64]:
    """Largest worth, in counts, of a unit of the frames before and behind the taper."""
    least = 2.0 ** -(SHIFT + fixed_plan(pl).most)
    plain = replace(pl.frames, taper=np.ones(pl.frames.used))
    peak = np.max(np.abs(cut(x, plain)), axis=-1, keepdims=True) * 1.0001
    before = np.maximum(peak * 2.0**-27, least)
    if not pl.frames.tapered:
        return before, before
    peak = np.max(np.abs(cut(x, pl.frames)), axis=-1, keepdims=True) * 1.0001
    return before, np.maximum(np.minimum(before, peak * 2.0**-26), least)


def _fixed_line(x: F64, pl: AudioPlan) -> tuple[F64, F64]:
    """(largest error of |X| in counts, worth of a unit of an amplitude), … × frames × 1."""
    f = pl.frames
    before, behind = _frame_units(x, pl)
    loss = mixed(f.fft).loss if is_mixed(f.fft) else 1.0
    amplitude = behind * f.fft / 4 / loss
    samples = float(np.sum(np.abs(f.taper)))
    if f.tapered:  # products cut off to two units
        samples += SIGMAS * np.sqrt(f.used / 3)
    units, passes = fft_error(f.fft)
    energy = np.sqrt(np.sum(cut(x, f) ** 2, axis=-1, keepdims=True))
    turning = passes * ANGLE * np.sqrt(f.fft) * energy
    return before * samples + units * amplitude + turning, amplitude


def cut_as_float(x: F64, f: Frames) -> F64:
    """Frames of windows of counts, every operation rounded to float."""
    counts = x.astype(np.float32).astype(np.float64)
    plain = replace(f, emphasis=0.0, taper=np.ones(f.used))
    now = cut(counts, plain)
    if f.emphasis:
        share = now - cut(counts, replace(plain, emphasis=1.0))  # the sample before
        now = now - (f.emphasis * share).astype(np.float32)
    return np.asarray((now.astype(np.float32) * f.taper).astype(np.float32), dtype=np.float64)


def _float_line(frames: F64, pl: AudioPlan) -> F64:
    """Largest error of |X| in counts, … × frames × 1."""
    energy = np.sqrt(np.sum(frames**2, axis=-1, keepdims=True))
    # A step of two: a sum, and for three of eight values a product of sums; twice as much as
    # comes of it if all is independent, for samples that repeat are rounded alike.
    steps = np.log2(max(pl.frames.fft, 2))
    return np.asarray(SIGMAS * ROUNDING * np.sqrt(4 * steps + 4) * energy)


def _of_runs(values: F64, pl: AudioPlan) -> F64:
    """What each run gives (… × runs) to the bands above and below it."""
    return np.asarray(values[..., :-1] + values[..., 1:])


def _weighing(power: F64, pl: AudioPlan, unit: F64, fixed: bool) -> F64:
    """Error of weighing bins, … × frames × filters."""
    assert pl.mel is not None
    n = np.array([1 if run == AGAIN else run for run in pl.mel.runs])
    if fixed:  # two products cut off, and sums of sums
        cut_off = np.where(n > LONG, (2.0 + n * pl.mel.slope) * 2.0**LONG_DOWN, 2.0)
        return np.asarray(_of_runs(cut_off, pl) * unit)
    k, sums = pl.mel.first, []
    for run in pl.mel.runs:
        first, end = (k - 1, k) if run == AGAIN else (k, k + run)
        sums.append(power[..., first:end].sum(axis=-1))
        k = k if run == AGAIN else end
    return _of_runs(np.stack(sums, axis=-1) * (2 * n + 4) * EPS, pl)


def powers_with_errors(x: F64, pl: AudioPlan, fixed: bool) -> Powers:
    """Of windows of counts, for a plan whose constants are those of the C."""
    frames = cut(x, pl.frames) if fixed else cut_as_float(x, pl.frames)
    power = powers_of(frames, pl)
    if fixed:
        most = fixed_plan(pl).most
        line, amplitude = narrow.line(x, pl, most, power) if pl.narrow else _fixed_line(x, pl)
        unit = pl.unit2 * amplitude**2
    else:
        line = _float_line(frames, pl)
        unit = np.zeros_like(line)
    linear = 2 * np.sqrt(power * pl.unit2) * line  # along an amplitude
    square = pl.unit2 * line**2
    total, bins = power.sum(axis=-1), power.shape[-1]
    total_error = np.sqrt(np.sum(linear**2, axis=-1)) + square[..., 0] * bins
    if pl.mel is None:
        bands, linear = (a[..., pl.bins[0] : pl.bins[1]] for a in (power, linear))
        wrong = linear + square
    else:
        matrix = pl.mel.matrix
        bands = power @ matrix.T
        # Of 16 bits, a part of the error is a share of every amplitude: not independent.
        apart = np.sqrt(linear**2 @ (matrix**2).T)
        wrong = (linear @ matrix.T if pl.narrow else apart) + square * matrix.sum(axis=1)
        wrong = wrong + _weighing(power, pl, unit, fixed)
    if fixed:  # the noise is rounded down to a unit
        return Powers(power, bands, wrong + unit, total, total_error, unit)
    wrong = wrong + 6 * EPS * (bands + pl.noise)
    total_error = total_error + (SIGMAS * ROUNDING * np.sqrt(bins) + 3 * EPS) * total
    return Powers(power, bands, wrong, total, total_error, unit)
