"""`heart` keeps the contract, and finds the beats of signals whose beats are known."""

from dataclasses import replace

import numpy as np
import pytest

from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.dsp.blocks.heart import BLOCK, Params
from motekit.testing.block import BlockContract

PPG = Signal(50.0, 400, 200, ("ppg",), ("count",), (1.0,))
ECG = replace(PPG, rate_hz=125.0, length=700, channels=("ecg",), units=("mV",), scale=(0.001,))
FLOAT = replace(PPG, rate_hz=25.0, length=150, sample="float32")
LONG = replace(PPG, rate_hz=17.0, length=1200)  # three parts of the spectrum
ALL = Params(pnn50=True, beats=True, amplitude=True, beat_rate=True, spectral_rate=True,
             fastest_bpm=200.0)  # fmt: skip

NOTHING = Params(rate=False, sdnn=False, rmssd=False, quality=False, periodicity=False)


class TestHeart(BlockContract):
    block = BLOCK
    params = (
        ALL,
        Params(kind="ppg", resolution=0.001, invert=True, tolerance=50),
        Params(kind="ecg", beats=True, periodicity=False),
        replace(NOTHING, beat_rate=True),
        Params(slowest_bpm=38.0, fastest_bpm=400.0, spectral_rate=True),
    )
    signals = (PPG, ECG, FLOAT, LONG)


def pulses(signal: Signal, at: np.ndarray, width_s: float, height: float) -> np.ndarray:
    """One window with a smooth pulse at each of these times (s) on a slow drift."""
    t = np.arange(signal.length)[:, None] / signal.rate_hz
    beats = np.exp(-(((t - at) / width_s) ** 2)).sum(axis=1)
    return (height * beats + 200 * np.sin(t[:, 0]) + 3000)[:, None] * signal.scale[0]


@pytest.mark.parametrize("bpm", [45.0, 72.0, 110.0, 170.0])
@pytest.mark.parametrize(("signal", "kind", "width"), [(PPG, "ppg", 0.12), (ECG, "ecg", 0.02)])
def test_finds_the_rate_of_regular_beats(
    signal: Signal, kind: str, width: float, bpm: float
) -> None:
    width = min(width, 0.2 * 60 / bpm) if kind == "ppg" else width
    x = pulses(replace(signal, length=1500), np.arange(0.3, 40, 60 / bpm), width, 900.0)
    wide = replace(signal, length=1500)
    rate, sdnn, rmssd, quality, _ = BLOCK.reference(x, wide, Params(kind=kind))
    assert abs(rate - bpm) < 0.5
    assert sdnn < 8 and rmssd < 12
    assert quality > 0.8


def test_variability_is_that_of_the_intervals() -> None:
    """Intervals of 760 and 840 ms in turn: RMSSD 80 ms, SDNN 40 ms, all steps above 50 ms."""
    gaps = np.tile([0.76, 0.84], 12)
    signal = replace(ECG, rate_hz=250.0, length=4000)
    x = pulses(signal, 0.5 + np.cumsum(gaps), 0.02, 900.0)
    p = Params(kind="ecg", pnn50=True, beats=True)
    rate, sdnn, rmssd, pnn50, beats, quality, _ = BLOCK.reference(x, signal, p)
    assert abs(rate - 75) < 0.8 and abs(rmssd - 80) < 3 and abs(sdnn - 41) < 3
    assert pnn50 == 100 and beats == 19 and quality > 0.85


def test_a_missed_beat_does_not_count() -> None:
    at = np.delete(np.arange(0.5, 12, 0.8), 6)
    signal = replace(PPG, length=600)
    x = pulses(signal, at, 0.12, 900.0)
    rate, sdnn, _, quality, _ = BLOCK.reference(x, signal, Params())
    assert abs(rate - 75) < 0.5 and sdnn < 8 and 0.6 < quality < 0.85


@pytest.mark.parametrize("bpm", [43.0, 61.7, 95.0, 142.0, 178.0])
@pytest.mark.parametrize(("signal", "kind", "width"), [(PPG, "ppg", 0.12), (ECG, "ecg", 0.02),
                                                       (LONG, "ppg", 0.12)])  # fmt: skip
def test_spectrum_finds_the_rate_by_itself(
    signal: Signal, kind: str, width: float, bpm: float
) -> None:
    """Within a fifth of a bin; windows of 20 s and, of more than one part, of 70 s."""
    wide = replace(signal, length=max(signal.length, round(20 * signal.rate_hz)))
    x = pulses(wide, np.arange(0.3, 90, 60 / bpm), min(width, 12 / bpm), 900.0)
    p = Params(kind=kind, spectral_rate=True)
    values = BLOCK.reference(x, wide, p)
    assert abs(values[-2] - bpm) < 0.6 and values[-1] > 0.75


def test_rate_comes_from_the_spectrum_where_beats_do_not_hold() -> None:
    """Noise as strong as the pulse hides beats, not their rhythm."""
    signal, rng = replace(PPG, length=1000), np.random.default_rng(3)
    x = np.stack([pulses(signal, np.arange(0.2, 20, 0.8), 0.12, 900.0) for _ in range(30)])
    p = Params(beat_rate=True, spectral_rate=True)
    rate, quality, beat, spectral = BLOCK.reference(x + rng.normal(size=x.shape) * 800, signal, p)[
        :, [0, 3, 4, 5]
    ].T
    held = (quality >= 0.7) | (np.abs(beat - spectral) <= 60 / 20)
    assert 3 < held.sum() < 27
    assert np.array_equal(rate, np.where(held, beat, spectral))
    assert np.abs(rate - 75).mean() < 0.2 * np.abs(beat - 75).mean()


def test_silence_and_noise_have_no_quality() -> None:
    assert np.array_equal(BLOCK.reference(np.zeros((400, 1)), PPG, Params()), np.zeros(5))
    noise = np.random.default_rng(1).normal(size=(40, 400, 1)) * 300
    quality, periodicity = np.median(BLOCK.reference(noise, PPG, Params())[:, 3:], axis=0)
    assert quality < 0.7 and periodicity < 0.4


def test_inverted_is_the_same() -> None:
    x = np.round(pulses(PPG, np.arange(0.5, 8, 0.7), 0.1, 900.0))
    a = BLOCK.reference(x, PPG, Params())
    assert np.allclose(BLOCK.reference(6000 - x, PPG, Params(invert=True)), a, atol=0.6)


@pytest.mark.parametrize(
    ("signal", "params", "says"),
    [
        (replace(PPG, channels=("a", "b")), Params(), "takes one channel"),
        (replace(PPG, rate_hz=16.0), Params(), "16.96 to 1200 Hz"),
        (replace(PPG, rate_hz=40.0), Params(kind="ecg"), "up to 20 Hz"),
        (replace(PPG, length=200), Params(), "at least 225 for 3 beats of 40 a minute"),
        (PPG, Params(slowest_bpm=100.0, fastest_bpm=90.0), "above the slowest"),
        (FLOAT, Params(), "whole counts"),
        (
            PPG,
            Params(rate=False, sdnn=False, rmssd=False, quality=False, periodicity=False),
            "all are off",
        ),
    ],
)
def test_refuses(signal: Signal, params: Params, says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        BLOCK.check(signal, params)
    assert error.value.way_out and "heart" in str(error.value.where)
