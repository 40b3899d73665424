"""How the fixed-point variant of an audio block scales."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.dsp.mixed import is_mixed, mixed

from . import cosines, narrow, pcen_fixed
from .pcen import largest
from .plan import AudioPlan
from .rounded import log_range, shares

LOG2_LSB = math.log10(2) / 65536  # log10 per unit of a logarithm
LONG = 16  # bins of a run above which sums of sums need room: they lose …
LONG_DOWN = 7  # … so many bits
CLIP_BITS = 19  # behind the point of a feature from 0 to 1
WORTH = 2  # bits that a tapered frame is scaled up by at least
NOTHING = 1024  # units of a power that rounding may leave where there is none and no noise
MOST = 15  # largest left shift of a frame: the fine part of emphasis is exact then
SHIFT = 15  # a sample is worth 2^SHIFT units before it is scaled up


@dataclass(frozen=True)
class FixedPlan:
    """Scaling.

    Args:
        most: largest left shift of a frame.
        noise, noise_exponent: power added to each band, noise × 2^(exponent + 2·shift).
        base: added to a log2, 2^-16ths.
        least: the least logarithm.
        nothing: a power below it, in units of the FFT's, counts as none: rounding leaves as much.
        clip: a feature in 2^-19ths is log2 × clip / 2^31, or 0.
        shares: end and slope of each mel run, 2^-32ths, rounded down.
        down: bits that coefficients are shifted down by.
        pcen, pcen_bits: see pcen_fixed.numbers; None where logarithms are taken.
    """

    most: int
    noise: npt.NDArray[np.uint32]
    noise_exponent: int
    base: int
    least: int
    nothing: int
    clip: int
    shares: npt.NDArray[np.uint32]
    down: int
    pcen: npt.NDArray[np.int32] | None = None
    pcen_bits: int = 0

    def lsb(self, pl: AudioPlan) -> tuple[float, ...]:
        """Worth of one integer of each value of a frame."""
        if pl.norm:
            return (2.0**-16,) * pl.values
        if pl.clip:
            return (2.0**-CLIP_BITS,) * pl.values
        if pl.cosines is None and pl.pcen:
            return (2.0**-self.pcen_bits,) * pl.values
        if pl.cosines is None:
            return (LOG2_LSB * pl.gain,) * pl.values
        return self.coefficient_lsb(pl)

    def coefficient_lsb(self, pl: AudioPlan) -> tuple[float, ...]:
        """Worth of one integer of each coefficient, before it is normalised."""
        assert pl.cosines is not None
        one = 2.0**-self.pcen_bits if pl.pcen else math.log(2) / 65536
        n = pl.cosines.shape[1]
        out = [2 * one * 2**self.down * math.sqrt((2 if k else 1) / n) for k in range(pl.values)]
        if pl.energy:
            out[0] = one
        return tuple(out)


def _mantissa(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.uint32], int]:
    """values ≈ m × 2^e with one e; the largest has 31 bits."""
    top = float(values.max())
    if top <= 0:
        return np.zeros(len(values), np.uint32), 0
    e = math.frexp(top)[1] - 31
    return np.round(values / 2.0**e).astype(np.uint32), e


def power_unit(pl: AudioPlan) -> float:
    """Power in the features' unit of one unit of the fixed-point powers at shift 0."""
    unit = pl.unit2 * pl.frames.fft**2 / 16 / 4.0**SHIFT
    if pl.narrow:
        unit = narrow.power_unit(pl, SHIFT)
    if is_mixed(pl.frames.fft):
        unit /= mixed(pl.frames.fft).loss ** 2
    return unit


def loudest(pl: AudioPlan) -> float:
    """No energy of a band is above this, whatever the 16 bits of samples are."""
    top = (2.0**15 * (1 + pl.frames.emphasis) * float(np.sum(np.abs(pl.frames.taper)))) ** 2
    weight = float(pl.mel.matrix.sum(axis=1).max()) if pl.mel is not None else 1.0
    return 2 * pl.unit2 * top * weight + float(pl.noise.max())


def _down(pl: AudioPlan) -> int:
    """Bits that sums of levels lose to fit the 23 and a sign that are kept."""
    assert pl.cosines is not None
    low, top = (level / math.log(2) * 65536 for level in log_range(pl))
    # The mean of levels does not matter but in coefficient 0.
    most = [(top - low) / 2] * pl.values
    most[0] = 0.0 if pl.energy else max(abs(top), abs(low))
    sizes = np.abs(pl.cosines).sum(axis=1) / [2 * cosines.scale(pl, k) for k in range(pl.values)]
    return max(0, math.ceil(math.log2(1.001 * float(np.max(sizes * most)))) - 23)


def fixed_plan(pl: AudioPlan) -> FixedPlan:
    """The scaling of a plan."""
    unit = power_unit(pl)
    raw = pl.noise / unit
    noise, exponent = _mantissa(raw)
    most = MOST
    if raw.max() > 0:
        most = min(MOST, math.floor((58 - math.log2(float(raw.max()))) / 2))
    clip, base = 0, math.log2(unit) * 65536
    if pl.clip:  # (log10 × gain + base) × 2^CLIP_BITS = (log2 + offset) × clip / 2^12
        clip = round(pl.gain * math.log10(2) * 2.0 ** (12 + CLIP_BITS))
        base += pl.base / (pl.gain * math.log10(2)) * 65536
        least = -(2**22)
    else:
        least = round(math.log2(pl.least) * 65536)
    down = 0
    if pl.cosines is not None and (pl.norm or pl.kept) and not pl.pcen:
        down = _down(pl)
    pcen, bits = None, 0
    if pl.pcen is not None:
        bits = pcen_fixed.value_bits(largest(loudest(pl), pl.pcen))
        pcen = pcen_fixed.numbers(pl.pcen, unit, bits)
    return FixedPlan(
        most, noise, exponent, round(base), least, NOTHING if raw.max() == 0 else 1, clip,
        shares(pl.mel) if pl.mel is not None else np.zeros(0, np.uint32), down,
        pcen, bits,
    )  # fmt: skip
