"""The settings that are measured, and the windows they are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit import dsp
from motekit.core.block import Signal
from motekit.recordings import samples
from motekit.recordings.windows import WindowParams, cut

RATE_HZ, LENGTH = 62.5, 125
WINDOWS = 24  # of all subjects, over all exercises


@dataclass(frozen=True)
class Setting:
    """A block with parameters.

    Args:
        what: for people.
        peer: (cycles, heap bytes) of the vendor's SDK in the same setting on a Cortex-M4F, None
            where it has not been measured.
        sound: a second of sound instead of a window of movements.
        optimize: what its form is chosen for: "speed" or "flash".
    """

    name: str
    block: str
    params: Any
    what: str
    peer: tuple[int, int] | None = None
    sound: bool = False
    optimize: str = "speed"

    def signal(self) -> Signal:
        """What the block is fed."""
        return sound_signal() if self.sound else signal()

    def windows(self) -> npt.NDArray[np.int16]:
        """Counts, windows × samples × channels."""
        return sounds() if self.sound else windows()


def settings() -> tuple[Setting, ...]:
    """All of them: 3 axes × 125 samples, or a second of sound at 16 kHz."""
    flatten, spectral = dsp.block("flatten").params, dsp.block("spectral").params
    lags, raw = dsp.block("lags").params, dsp.block("raw").params
    return (
        Setting("raw", "raw", raw(), "375 samples"),
        Setting("flatten", "flatten", flatten(), "7 statistics an axis"),
        Setting(
            "flatten_all", "flatten", flatten(crossings=True, activity=True, correlation=True),
            "9 statistics an axis and 3 correlations",
        ),
        Setting("lags", "lags", lags(), "6 lags an axis"),
        Setting(
            "spectral_seed", "spectral",
            spectral(filter="low", fft_length=128, overlap=False, bands=8, mask=False),
            "order 6 at 3 Hz, 3 statistics, 8 bands of an FFT of 128",
        ),
        Setting(
            "spectral_fft128_lp", "spectral",
            spectral(filter="low", cutoff_hz=7.08, fft_length=128, overlap=False),
            "order 6 at 7.08 Hz, 3 statistics, 15 bins of an FFT of 128",
            (678_519, 2_792),
        ),
        Setting(
            "spectral_ei_v4", "spectral", spectral(numerics="edge_impulse_v4", fft_length=16),
            "no filter, 5 statistics, 8 bins of overlapping FFTs of 16, maximum held",
        ),
        Setting(
            "spectral_wavelet", "spectral",
            spectral(numerics="edge_impulse_v4", analysis="wavelet"),
            "no filter, db4, one level: 28 features an axis",
        ),
        *_sounds(),
    )  # fmt: skip


def _sounds() -> tuple[Setting, ...]:
    """Settings of the audio blocks."""
    mfcc, mfe = dsp.block("mfcc").params, dsp.block("mfe").params
    spectrogram = dsp.block("spectrogram").params
    ei = "edge_impulse_v4"
    return (
        Setting(
            "mfcc_ei", "mfcc", mfcc(numerics=ei),
            "13 coefficients of 32 filters, FFT of 256, 20 / 20 ms, normalised over 101 frames",
            (13_203_799, 13_164), sound=True,
        ),
        Setting(
            "mfcc_ei_flash", "mfcc", mfcc(numerics=ei), "the same, optimized for flash",
            sound=True, optimize="flash",
        ),
        Setting(
            "mfcc", "mfcc", mfcc(),
            "13 coefficients of 32 filters, 20 / 20 ms, Hann", sound=True,
        ),
        Setting(
            "mfcc_pcen", "mfcc", mfcc(pcen=True),
            "13 coefficients of 32 filters, 20 / 20 ms, Hann, energies normalized per channel",
            sound=True,
        ),
        Setting(
            "mfe_ei", "mfe", mfe(numerics=ei), "40 filters, FFT of 256, 20 / 10 ms",
            (8_178_402, 4_452), sound=True,
        ),
        Setting(
            "mfe_ei_q15", "mfe", mfe(numerics=ei, fft="q15"), "the same, frames of 16 bits",
            sound=True,
        ),
        Setting("mfe", "mfe", mfe(), "40 filters, 20 / 10 ms, Hann", sound=True),
        Setting(
            "mfe_pcen", "mfe", mfe(pcen=True),
            "40 filters, 20 / 10 ms, Hann, energies normalized per channel", sound=True,
        ),
        Setting(
            "spectrogram_ei", "spectrogram", spectrogram(numerics=ei),
            "65 bins of an FFT of 128, 20 / 10 ms", sound=True,
        ),
        Setting(
            "spectrogram_ei_q15", "spectrogram", spectrogram(numerics=ei, fft="q15"),
            "the same, frames of 16 bits", sound=True,
        ),
    )  # fmt: skip


def signal() -> Signal:
    """3 axes of int16 at 62.5 Hz, 4096 counts per g."""
    scale = (1 / 4096,) * 3
    return Signal(RATE_HZ, LENGTH, LENGTH, ("accX", "accY", "accZ"), ("g",) * 3, scale)


def windows() -> npt.NDArray[np.int16]:
    """Wrist movements, evenly taken from all recordings, resampled to 62.5 Hz."""
    params = WindowParams(length=LENGTH, stride=LENGTH, rate_hz=RATE_HZ)
    every = cut(list(samples.load("spar_watch")), params).values
    picked = every[np.linspace(0, len(every) - 1, WINDOWS).astype(int)]
    counts: npt.NDArray[np.int16] = np.round(picked).astype(np.int16)
    return counts


def sound_signal() -> Signal:
    """A second of int16 at 16 kHz, full scale 1."""
    return Signal(16000.0, 16000, 16000, ("audio",), ("/",), (2.0**-15,))


def sounds() -> npt.NDArray[np.int16]:
    """Two seconds made up: a rising tone in bursts over noise, loud and quiet."""
    rng = np.random.default_rng(8)
    t = np.arange(16000) / 16000
    tone = np.sin(2 * np.pi * (200 * t + 3500 * t**2)) * (np.sin(2 * np.pi * 4 * t) > -0.3)
    noise = rng.normal(0.0, 0.01, (2, len(t)))
    counts: npt.NDArray[np.int16] = np.round(
        32767 * (np.array([[0.6], [0.02]]) * tone + noise * [[1.0], [0.05]])
    ).astype(np.int16)
    return counts[..., None]
