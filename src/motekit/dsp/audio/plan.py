"""What signal and parameters come to: frames, FFT, bands, cepstra, and how powers become features.

Features, references, C and bounds of the audio blocks all read this one plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from motekit.core.block import F64, Signal

from .mel import Mel, bank, bank_of_bins
from .pcen import Pcen

EI = "edge_impulse_v4"
MOST_FRAMES = 500  # of a window in edge_impulse_v4: more stretch the stride
EI_ZERO = (
    1e-10  # what edge_impulse_v4's mfcc takes the logarithm of where an energy is 0: see least
)


@dataclass(frozen=True)
class Frames:
    """How a window is cut.

    Args:
        used: samples of a frame that enter the FFT, at most `fft`.
        length: samples of a frame.
        hop: samples from the start of a frame to that of the next.
        count: frames of a window.
        fft: samples per FFT.
        emphasis: share of the sample before that is taken from each.
        restart: frames after which emphasis begins anew, a frame's first sample then standing
            for the one before it: the first frame of every window.
        taper: weight of each of the `used` samples.
        spare: frames that are complete at the end of a window and belong to later ones.
    """

    used: int
    length: int
    hop: int
    count: int
    fft: int
    emphasis: float
    restart: int
    taper: F64
    spare: int

    @property
    def tapered(self) -> bool:
        return bool(np.any(self.taper != 1.0))


@dataclass(frozen=True)
class AudioPlan:
    """An audio block for one signal.

    Args:
        frames: see Frames.
        bins: (first, last + 1) FFT bin that becomes a feature, where there is no mel bank.
        mel: the bank, or None.
        cosines: (coefficients, filters) rows of the cosine transform of natural logarithms, or
            None. Where `energy` is set, row 0 is not used.
        energy: coefficient 0 is the logarithm of the frame's energy.
        unit2: power in the unit of the features per |X|² of counts.
        noise: added to a power before its logarithm, in the unit of the features.
        least: what a power below it counts as; above 0.
        gain, base: a log10 becomes log10 × gain + base …
        clip: … limited to 0 … 1.
        norm: frames over which a coefficient is normalised to mean 0 and deviation 1; 0: not.
        kept: whether frames are kept for windows that overlap.
        narrow: in fixed point, frames and FFT have 16 bits.
        pcen: takes the place of the logarithms of the bands, or None. The unit of energies is then
            the square of a count.
    """

    frames: Frames
    bins: tuple[int, int]
    mel: Mel | None
    cosines: F64 | None
    energy: bool
    unit2: float
    noise: F64
    least: float
    gain: float
    base: float
    clip: bool
    norm: int
    kept: bool
    pcen: Pcen | None = None
    narrow: bool = False

    @property
    def values(self) -> int:
        """Features of a frame."""
        if self.cosines is not None:
            return len(self.cosines)
        return self.mel.filters if self.mel is not None else self.bins[1] - self.bins[0]

    @property
    def per_slot(self) -> int:
        """Numbers that a mote keeps of a frame."""
        return self.mel.filters if self.pcen and self.mel else self.values

    @property
    def slots(self) -> int:
        """Frames that a mote keeps."""
        return self.frames.count + self.frames.spare if self.kept else 0


def samples(seconds: float, rate_hz: float) -> int:
    """A time in samples, rounded up."""
    return max(1, math.ceil(seconds * rate_hz - 1e-6))


def smooth(n: int) -> bool:
    """Whether the FFT takes this length: even, a product of 2, 3 and 5, at least 8."""
    if n < 8 or n % 2:
        return False
    for factor in (2, 3, 5):
        while n % factor == 0:
            n //= factor
    return n == 1


def next_smooth(n: int) -> int:
    """The shortest length from n on that the FFT takes."""
    n = max(8, n)
    while not smooth(n):
        n += 1
    return n


@dataclass(frozen=True)
class Cut:
    """How a block wants its signal cut and transformed.

    Args:
        fft_length: samples per FFT; 0: as a frame needs, or `ei_fft` in edge_impulse_v4.
    """

    numerics: str
    frame_s: float
    stride_s: float
    fft_length: int
    ei_fft: int
    emphasis: float
    taper: str

    @property
    def ei(self) -> bool:
        return self.numerics == EI

    def hop(self, signal: Signal) -> tuple[int, int]:
        """(samples of a frame, samples from one to the next)."""
        length = samples(self.frame_s, signal.rate_hz)
        hop = samples(self.stride_s, signal.rate_hz)
        if self.ei and signal.length >= length:
            hop = max(hop, math.ceil((signal.length - length) / (MOST_FRAMES - 1)))
        return length, hop

    def fft(self, signal: Signal) -> int:
        """Samples per FFT."""
        if self.fft_length:
            return self.fft_length
        return self.ei_fft if self.ei else next_smooth(self.hop(signal)[0])


def frames(signal: Signal, cut: Cut) -> Frames:
    """The frames of a window."""
    length, hop = cut.hop(signal)
    fft = cut.fft(signal)
    weights = np.ones(min(length, fft)) if cut.ei else taper(cut.taper, length)
    count = 1 + (signal.length - length) // hop
    kept = signal.stride < signal.length
    spare = max(0, 1 + (signal.length - len(weights)) // hop - count) if kept else 0
    restart = max(1, signal.stride // hop) if kept else count
    return Frames(len(weights), length, hop, count, fft, cut.emphasis, restart, weights, spare)


def bins_between(signal: Signal, cut: Cut, low_hz: float, high_hz: float) -> tuple[int, int]:
    """(first, last + 1) bin of a band; without bin 0 but in edge_impulse_v4."""
    fft = cut.fft(signal)
    if cut.ei:
        return 0, fft // 2 + 1
    width = signal.rate_hz / fft
    first = max(1, math.ceil(low_hz / width - 1e-9))
    return first, math.floor((high_hz or signal.rate_hz / 2) / width + 1e-9) + 1


def level_unit(signal: Signal, numerics: str) -> str:
    """Unit of a level."""
    return "" if numerics == EI else f"log10({signal.units[0]}^2)"


def band_plan(
    signal: Signal,
    cut: Cut,
    band: tuple[float, float],
    filters: int,
    floor_db: float = -52.0,
    pcen: Pcen | None = None,
    narrow: bool = False,
) -> AudioPlan:
    """Levels of mel bands, or of bins where there are no filters.

    Power is |X|² / Σw² in the square of the channel's unit, plus the quantization noise of a count
    in every bin; a feature is its log10. In edge_impulse_v4 full scale is 1, power |X|² / N, and a
    feature 0 at `floor_db` and 1 at 12 dB. With `pcen` powers are in the square of a count.
    """
    f = frames(signal, cut)
    scale = 1.0 if pcen else signal.scale[0]
    mel = None
    weight = np.ones(1)
    if filters:
        make = bank_of_bins if cut.ei else bank
        mel = make(signal.rate_hz, f.fft, filters, band[0], band[1] or signal.rate_hz / 2)
        weight = mel.matrix.sum(axis=1)
    if cut.ei:
        unit2, noise = 2.0**-30 / f.fft, np.zeros(len(weight))
    else:
        unit2 = scale**2 / float(np.sum(f.taper**2))
        noise = (scale**2 / 12 if signal.sample == "int16" else EI_ZERO) * weight
    span = 12.0 - floor_db
    return AudioPlan(
        frames=f, bins=bins_between(signal, cut, *band), mel=mel, cosines=None, energy=False,
        unit2=unit2, noise=noise, least=1e-30, gain=10 / span if cut.ei else 1.0,
        base=-floor_db / span if cut.ei else 0.0, clip=cut.ei, norm=0,
        kept=signal.stride < signal.length, pcen=pcen, narrow=narrow,
    )  # fmt: skip


def taper(name: str, length: int) -> F64:
    """Weights of a frame: periodic windows."""
    n = np.arange(length)
    if name == "hann":
        return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * n / length))
    if name == "hamming":
        return np.asarray(0.54 - 0.46 * np.cos(2 * np.pi * n / length))
    return np.ones(length)
