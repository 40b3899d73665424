"""Settings of the sensor blocks, and made-up signals for those that movements do not suit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit import dsp
from motekit.core.block import Signal

from .cases import Setting

Counts = npt.NDArray[np.int16]
WINDOWS = 4


@dataclass(frozen=True)
class MadeUp(Setting):
    """A setting on a signal of its own."""

    source: Callable[[], tuple[Signal, Counts]] = lambda: pulse(50.0, 10.0)

    def signal(self) -> Signal:
        return self.source()[0]

    def windows(self) -> Counts:
        return self.source()[1]


def _one(name: str, unit: str, rate_hz: float, scale: float, x: npt.NDArray[np.float64]) -> tuple[
    Signal, Counts
]:  # fmt: skip
    """Windows × samples of one channel, in counts."""
    length = x.shape[1]
    signal = Signal(rate_hz, length, length, (name,), (unit,), (scale,))
    return signal, np.round(x).astype(np.int16)[..., None]


def pulse(rate_hz: float, seconds: float, width_s: float = 0.1) -> tuple[Signal, Counts]:
    """Beats of 55 to 100 a minute on a drift and noise; counts."""
    rng = np.random.default_rng(5)
    t = np.arange(round(rate_hz * seconds)) / rate_hz
    rows = []
    for bpm in np.linspace(55, 100, WINDOWS):
        at = 0.4 + np.cumsum(60 / bpm * (1 + 0.04 * rng.normal(size=40)))
        beats = np.exp(-(((t[:, None] - at) / width_s) ** 2)).sum(axis=1)
        rows.append(8000 + 600 * beats + 150 * np.sin(t) + 8 * rng.normal(size=len(t)))
    return _one("pulse", "count", rate_hz, 1.0, np.stack(rows))


def brain() -> tuple[Signal, Counts]:
    """4 s at 125 Hz whose spectrum falls as an EEG's, 0.1 µV a count."""
    rng = np.random.default_rng(6)
    steps = rng.normal(size=(WINDOWS, 600)) * 40
    x = np.zeros_like(steps)
    for i in range(1, steps.shape[1]):
        x[:, i] = 0.9 * x[:, i - 1] + steps[:, i]
    return _one("eeg", "uV", 125.0, 0.1, x[:, 100:])


def skin() -> tuple[Signal, Counts]:
    """30 s at 10 Hz with one to four responses, 1 nS a count."""
    t = np.arange(300)[:, None] / 10
    rows = []
    for n in range(1, WINDOWS + 1):
        since = np.maximum(t - np.linspace(4, 22, n), 0)
        rises = ((1 - np.exp(-since / 0.7)) * np.exp(-since / 4)).sum(axis=1)
        rows.append(3000 + 700 * rises + 10 * t[:, 0])
    return _one("eda", "uS", 10.0, 0.001, np.stack(rows))


def picture() -> tuple[Signal, Counts]:
    """Noise of 96 × 96 pixels in three colours."""
    x = np.random.default_rng(7).integers(0, 256, (1, 96 * 96, 3))
    n = x.shape[1]
    return Signal(1.0, n, n, ("r", "g", "b"), ("",) * 3, (1.0,) * 3), x.astype(np.int16)


def settings() -> tuple[Setting, ...]:
    """3 axes × 125 samples of movements, or what is made up here."""
    flatten, low = dsp.block("flatten").params, dsp.block("filter").params
    heart, bands = dsp.block("heart").params, dsp.block("bands").params
    image, turn = dsp.block("image").params, dsp.block("orientation").params
    length = dsp.block("magnitude").params
    return (
        Setting(
            "flatten_more", "flatten",
            flatten(zero_crossings=True, energy=True, percentiles=(25.0, 50.0, 75.0),
                    magnitude_area=True),
            "12 statistics an axis, 3 of them percentiles, and the magnitude area",
        ),
        Setting("filter_low", "filter", low(), "Butterworth low-pass of order 4 at 3 Hz"),
        Setting(
            "filter_band", "filter", low(kind="band", cutoff_hz=0.5, high_hz=10.0, order=2),
            "Butterworth band-pass of order 2 an edge, 0.5 to 10 Hz",
        ),
        Setting("filter_fir", "filter", low(design="fir"), "FIR low-pass of 31 taps"),
        Setting(
            "filter_decimate", "filter", low(design="fir", keep_every=4),
            "the same, one frame in four kept",
        ),
        Setting("filter_median", "filter", low(kind="median", taps=5), "median of 5"),
        Setting("orientation", "orientation", turn(), "inclination, magnitude and jerk"),
        Setting("magnitude", "magnitude", length(), "length of 3 axes"),
        MadeUp(
            "heart_ppg", "heart", heart(), "PPG, 10 s at 50 Hz", source=lambda: pulse(50.0, 10.0)
        ),
        MadeUp(
            "heart_ecg", "heart", heart(kind="ecg"), "ECG, 10 s at 250 Hz",
            source=lambda: pulse(250.0, 10.0, 0.02),
        ),
        MadeUp("bands_eeg", "bands", bands(), "five bands of an EEG, 4 s at 125 Hz", source=brain),
        MadeUp(
            "electrodermal", "electrodermal", dsp.block("electrodermal").params(),
            "30 s at 10 Hz", source=skin,
        ),
        MadeUp(
            "image", "image", image(width=48, height=48, grayscale=True),
            "96 × 96 colour pixels to 48 × 48 gray ones", source=picture,
        ),
    )  # fmt: skip
