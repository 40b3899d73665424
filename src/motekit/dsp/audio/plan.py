"""What signal and parameters come to: frames, FFT, bands, cepstra, and how powers become features.

Features, references, C and bounds of the audio blocks all read this one plan.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from motekit.core.block import F64, Signal

from .mel import Mel

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

    @property
    def values(self) -> int:
        """Features of a frame."""
        if self.cosines is not None:
            return len(self.cosines)
        return self.mel.filters if self.mel is not None else self.bins[1] - self.bins[0]

    @property
    def slots(self) -> int:
        """Frames that a mote keeps."""
        return self.frames.count + self.frames.spare if self.kept else 0


def samples(seconds: float, rate_hz: float) -> int:
    """A time in samples, rounded up."""
    return max(1, math.ceil(seconds * rate_hz - 1e-6))


def smooth(n: int) -> bool:
    """Whether the FFT takes this length: a power of two, at least 8."""
    return n >= 8 and n & (n - 1) == 0


def next_smooth(n: int) -> int:
    """The shortest length from n on that the FFT takes."""
    n = max(8, n)
    while not smooth(n):
        n += 1
    return n


def frame_hop(signal: Signal, frame_s: float, stride_s: float, numerics: str) -> tuple[int, int]:
    """(samples of a frame, samples from one to the next)."""
    length = samples(frame_s, signal.rate_hz)
    hop = samples(stride_s, signal.rate_hz)
    if numerics == EI and signal.length >= length:
        hop = max(hop, math.ceil((signal.length - length) / (MOST_FRAMES - 1)))
    return length, hop


def frames(signal: Signal, length: int, hop: int, fft: int, emphasis: float, taper: F64) -> Frames:
    """The frames of a window. `taper` has as many weights as samples are used."""
    count = 1 + (signal.length - length) // hop
    spare = 0
    used = len(taper)
    if signal.stride < signal.length:
        spare = max(0, 1 + (signal.length - used) // hop - count)
    restart = max(1, min(signal.stride, signal.length) // hop)
    kept = signal.stride < signal.length
    return Frames(used, length, hop, count, fft, emphasis, restart if kept else count, taper, spare)


def taper(name: str, length: int) -> F64:
    """Weights of a frame: periodic windows."""
    n = np.arange(length)
    if name == "hann":
        return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * n / length))
    if name == "hamming":
        return np.asarray(0.54 - 0.46 * np.cos(2 * np.pi * n / length))
    return np.ones(length)
