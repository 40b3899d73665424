"""Every block refuses a signal it means nothing for: one line, with the numbers and the way out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.errors import InputError
from motekit.core.params import from_mapping

WIDE = Signal(62.5, 500, 250, ("x", "y", "z"), ("g",) * 3, (1 / 4096,) * 3)
SOUND = Signal(16000.0, 16000, 16000, ("audio",), ("/",), (2.0**-15,))
ONE = replace(WIDE, channels=("x",), units=("g",), scale=(1 / 4096,))
HEART = replace(ONE, units=("count",), scale=(1.0,))
EEG = Signal(125.0, 500, 250, ("c3", "c4"), ("uV", "uV"), (0.1, 0.1))
SKIN = Signal(10.0, 200, 100, ("eda",), ("uS",), (0.001,))
PIXEL = Signal(1.0, 96 * 96, 96 * 96, ("pixel",), ("count",), (1.0,))

# block → (a signal that fits, parameters, units it takes, units it refuses; None: it takes all)
UNITS: dict[str, tuple[Signal, dict[str, Any], str, str | None]] = {
    "bands": (EEG, {}, "uV mV count N/A g m/s2 uS", "dB dBm Cel lat pH %EL"),
    "electrodermal": (SKIN, {}, "uS N/A count", "kOhm V g Cel S"),
    "filter": (WIDE, {"kind": "low", "cutoff_hz": 5.0}, "g Cel dB N/A", None),
    "flatten": (WIDE, {}, "g Cel dB N/A furlong", None),
    "heart": (HEART, {}, "count N/A V uA lx", "g Cel deg/s uS bpm"),
    "image": (PIXEL, {"source_width": 96}, "count N/A /", "g Cel V"),
    "lags": (WIDE, {}, "g Cel dB N/A", None),
    "magnitude": (WIDE, {}, "g m/s2 uT deg/s N/A count", "Cel Pa V dB"),
    "mfcc": (SOUND, {}, "/ count N/A Pa mV", "g m/s2 Cel deg/s uS"),
    "mfe": (SOUND, {}, "/ count N/A Pa mV", "g m/s2 Cel deg/s uS"),
    "orientation": (WIDE, {}, "g m/s2 uT N/A count", "deg/s Cel Pa V"),
    "raw": (WIDE, {}, "g Cel dB N/A", None),
    "spectral": (WIDE, {}, "g Cel dB N/A", None),
    "spectrogram": (SOUND, {}, "/ Pa mV g m/s2 uA", "Cel deg uS dB"),
}

# block → (what is wrong, parameters, a word of the message)
REFUSED = {
    "bands": [
        (replace(EEG, rate_hz=50.0), {}, "at 50 samples a second a band reaches 24.5 Hz"),
        (replace(EEG, length=30), {}, "30 samples count"),
    ],
    "electrodermal": [
        (replace(SKIN, rate_hz=1.0), {}, "at most 0.45 Hz"),
        (replace(SKIN, length=20), {}, "needs at least 50"),
        (replace(WIDE, units=("uS",) * 3), {}, "one channel, here are 3"),
        (SKIN, {"threshold": 5e-5}, "in uS this is 5e-05 uS"),
    ],
    "filter": [
        (replace(WIDE, rate_hz=9.0), {"kind": "low", "cutoff_hz": 5.0}, "reaches 4.41 Hz"),
        (replace(WIDE, units=("uV",) * 3), {"kind": "gravity"}, "from accelerations"),
        (replace(WIDE, length=1), {"kind": "low", "cutoff_hz": 5.0}, "fewer than 2"),
    ],
    "flatten": [
        (replace(WIDE, length=1), {}, "needs at least 2"),
        (ONE, {"correlation": True}, "two channels"),
        (replace(WIDE, units=("g", "g", "V")), {"magnitude_area": True}, "different units"),
    ],
    "heart": [
        (replace(HEART, rate_hz=5.0), {}, "at 16.96 to 1200 samples"),
        (replace(HEART, length=100), {}, "needs at least"),
        (WIDE, {}, "one channel, here are 3"),
        (replace(HEART, units=("lx",)), {"kind": "ecg"}, "potential of an ECG"),
    ],
    "image": [
        (PIXEL, {"source_width": 100}, "no whole rows of 100"),
        (replace(PIXEL, channels=("a", "b"), units=("", ""), scale=(1.0, 1.0)),
         {"source_width": 96}, "here are 2"),
    ],
    "lags": [(replace(WIDE, length=20), {}, "20")],
    "magnitude": [
        (ONE, {}, "two or three axes of one sensor, here are 1"),
        (replace(WIDE, scale=(1.0, 1.0, 2.0)), {}, "one unit and one scale"),
    ],
    "mfcc": [
        (replace(SOUND, rate_hz=1000.0), {"high_hz": 4000.0}, "carries nothing above 500 Hz"),
        (replace(SOUND, length=200), {}, "a frame has 320 samples, the window only 200"),
        (replace(SOUND, channels=("l", "r"), units=("/",) * 2, scale=(1.0,) * 2), {}, "here are 2"),
    ],
    "orientation": [
        (EEG, {}, "three axes of one sensor, here are 2"),
        (replace(WIDE, length=1), {}, "needs at least 2"),
        (replace(WIDE, units=("Cel",) * 3), {"inclination": False}, "axes of a vector"),
    ],
    "spectral": [
        (replace(WIDE, rate_hz=5.0), {"filter": "low"}, "below 2.5 Hz"),
        (replace(WIDE, length=1), {}, "needs at least 2"),
        (replace(WIDE, length=100), {"fft_length": 256}, "over 100 samples is mostly zeros"),
    ],
}  # fmt: skip
REFUSED["mfe"] = REFUSED["mfcc"]
REFUSED["spectrogram"] = REFUSED["mfcc"]


def refusal(name: str, signal: Signal, given: dict[str, Any]) -> InputError:
    block = dsp.block(name)
    with pytest.raises(InputError) as caught:
        block.check(signal, from_mapping(block.params, given, name))
    assert caught.value.way_out and "\n" not in caught.value.line()
    assert name in str(caught.value.where) or "window" in str(caught.value.where)
    return caught.value


def test_the_tables_hold_every_block() -> None:
    assert set(UNITS) == set(dsp.block_names())
    assert set(REFUSED) == set(UNITS) - {"raw"}  # raw takes any samples


@pytest.mark.parametrize("name", sorted(UNITS))
def test_units(name: str) -> None:
    fits, given, takes, refuses = UNITS[name]
    block = dsp.block(name)
    for unit in takes.split():
        signal = replace(fits, units=(unit,) * len(fits.channels))
        block.check(signal, from_mapping(block.params, given, name))
    for unit in (refuses or "").split():
        error = refusal(name, replace(fits, units=(unit,) * len(fits.channels)), given)
        assert unit in error.line()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_rates_windows_and_channels(name: str) -> None:
    for signal, given, says in REFUSED[name]:
        assert says in refusal(name, signal, given).line()
