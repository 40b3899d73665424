"""How the fixed-point variant of an audio block scales."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.dsp.mixed import is_mixed, mixed

from . import narrow, pcen_fixed
from .pcen import largest
from .plan import AudioPlan

LOG2_LSB = math.log10(2) / 65536  # log10 per unit of a logarithm
ROOM = 12  # bits that powers lose before mel bands are weighted
SHIFT = 15  # a sample is worth 2^SHIFT units before it is scaled up


@dataclass(frozen=True)
class FixedPlan:
    """Scaling.

    Args:
        most: largest left shift of a frame.
        noise, noise_exponent: power added to each band, noise × 2^(exponent + 2·shift).
        base: added to a log2, 2^-16ths.
        least: the least logarithm.
        clip: a feature in 2^-16ths is log2 × clip / 2^28, or 0.
        shares: end and slope of each mel run, 2^-16ths.
        down, energy_down: bits that coefficients are shifted down by.
        pcen, pcen_bits: see pcen_fixed.numbers; None where logarithms are taken.
    """

    most: int
    noise: npt.NDArray[np.uint32]
    noise_exponent: int
    base: int
    least: int
    clip: int
    shares: npt.NDArray[np.uint32]
    down: int
    energy_down: int
    pcen: npt.NDArray[np.int32] | None = None
    pcen_bits: int = 0

    def lsb(self, pl: AudioPlan) -> tuple[float, ...]:
        """Worth of one integer of each value of a frame."""
        if pl.norm:
            return (2.0**-16,) * pl.values
        if pl.clip:
            return (2.0**-16,) * pl.values
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
            out[0] = one * 2**self.energy_down
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
    return unit * 2.0**ROOM if pl.mel is not None else unit


def loudest(pl: AudioPlan) -> float:
    """No energy of a band is above this, whatever the 16 bits of samples are."""
    top = (2.0**15 * (1 + pl.frames.emphasis) * float(np.sum(np.abs(pl.frames.taper)))) ** 2
    weight = float(pl.mel.matrix.sum(axis=1).max()) if pl.mel is not None else 1.0
    return 2 * pl.unit2 * top * weight + float(pl.noise.max())


def fixed_plan(pl: AudioPlan) -> FixedPlan:
    """The scaling of a plan."""
    unit = power_unit(pl)
    raw = pl.noise / unit
    noise, exponent = _mantissa(raw)
    most = 28
    if raw.max() > 0:
        room = 46 if pl.mel is not None else 58
        most = min(28, math.floor((room - math.log2(float(raw.max()))) / 2))
    clip, base = 0, math.log2(unit) * 65536
    if pl.clip:  # (log10 × gain + base) × 2^16 = (log2 + offset) × clip
        clip = round(pl.gain * math.log10(2) * 2**28)
        base += pl.base / (pl.gain * math.log10(2)) * 65536
        least = -(2**22)
    else:
        least = round(math.log2(pl.least) * 65536)
    down = energy_down = 0
    shares = np.zeros(0)
    if pl.mel is not None:
        shares = np.stack([pl.mel.end, pl.mel.slope], axis=-1).reshape(-1)
    if pl.cosines is not None and (pl.norm or pl.kept) and not pl.pcen:
        half = np.abs(pl.cosines).sum(axis=1)[1 if pl.energy else 0 :]
        scale = [math.sqrt((2 if k else 1) / pl.cosines.shape[1]) for k in range(pl.values)]
        sums = half / np.array(scale[1 if pl.energy else 0 :])
        down = max(0, math.ceil(math.log2(float(sums.max()) * 2**22 / 2)) - 22)
        energy_down = 1
    pcen, bits = None, 0
    if pl.pcen is not None:
        bits = pcen_fixed.value_bits(largest(loudest(pl), pl.pcen))
        pcen = pcen_fixed.numbers(pl.pcen, unit, bits)
    return FixedPlan(
        most, noise, exponent, round(base), least, clip,
        np.clip(np.round(shares * 65536), 0, 2**32 - 1).astype(np.uint32), down, energy_down,
        pcen, bits,
    )  # fmt: skip
