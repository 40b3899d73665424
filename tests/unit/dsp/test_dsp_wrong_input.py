"""Every block refuses a signal it means nothing for: one line, with the numbers and the way out."""

from __future__ import annotations

import re
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
        (replace(EEG, rate_hz=50.0), {}, "carries bands up to 24.5 Hz"),
        (replace(EEG, length=30), {}, "30 count after settle_s"),
    ],
    "electrodermal": [
        (replace(SKIN, rate_hz=1.0), {}, "smooths at 0.45 Hz at most"),
        (replace(SKIN, length=20), {}, "must have at least 50"),
        (replace(WIDE, units=("uS",) * 3), {}, "one channel, here are 3"),
        (SKIN, {"threshold": 5e-5}, "in uS this is 5e-05 uS"),
    ],
    "filter": [
        (replace(WIDE, rate_hz=9.0), {"kind": "low", "cutoff_hz": 5.0}, "reaches 4.41 Hz"),
        (replace(WIDE, units=("uV",) * 3), {"kind": "gravity"}, "from accelerations"),
        (replace(WIDE, length=1), {"kind": "low", "cutoff_hz": 5.0}, "2 must be left"),
    ],
    "flatten": [
        (replace(WIDE, length=1), {}, "must have at least 2"),
        (ONE, {"correlation": True}, "two channels"),
        (replace(WIDE, units=("g", "g", "V")), {"magnitude_area": True}, "different units"),
    ],
    "heart": [
        (replace(HEART, rate_hz=5.0), {}, "5 Hz is too low"),
        (replace(HEART, length=100), {}, "must have at least"),
        (WIDE, {}, "one channel, here are 3"),
        (replace(HEART, units=("lx",)), {"kind": "ecg"}, "potential of an ECG"),
    ],
    "image": [
        (PIXEL, {"source_width": 100}, "rows of 100 pixels"),
        (replace(PIXEL, channels=("a", "b"), units=("", ""), scale=(1.0, 1.0)),
         {"source_width": 96}, "here are 2"),
    ],
    "lags": [(replace(WIDE, length=20), {}, "20")],
    "magnitude": [
        (ONE, {}, "two or three axes of one sensor, here is 1"),
        (replace(WIDE, scale=(1.0, 1.0, 2.0)), {}, "one unit and one scale"),
    ],
    "mfcc": [
        (replace(SOUND, rate_hz=1000.0), {"high_hz": 4000.0}, "carries nothing above 500 Hz"),
        (replace(SOUND, length=200), {}, "a frame has 320 samples, the window only 200"),
        (replace(SOUND, channels=("l", "r"), units=("/",) * 2, scale=(1.0,) * 2), {}, "here are 2"),
    ],
    "orientation": [
        (EEG, {}, "three axes of one sensor, here are 2"),
        (replace(WIDE, length=1), {}, "must have at least 2"),
        (replace(WIDE, units=("Cel",) * 3), {"inclination": False}, "axes of a vector"),
    ],
    "spectral": [
        (replace(WIDE, rate_hz=5.0), {"filter": "low"}, "below 2.5 Hz"),
        (replace(WIDE, length=1), {}, "must have at least 2"),
        (replace(WIDE, length=100), {"fft_length": 256}, "over 100 samples is mostly zeros"),
    ],
}  # fmt: skip
REFUSED["mfe"] = [
    *REFUSED["mfcc"], (replace(SOUND, rate_hz=200.0, stride=200), {}, "use at most 6")
]  # fmt: skip
REFUSED["spectrogram"] = [
    *REFUSED["mfcc"], (replace(SOUND, rate_hz=50.0), {}, "use at least 0.08 s, or record faster")
]  # fmt: skip


def refusal(name: str, signal: Signal, given: dict[str, Any]) -> InputError:
    block = dsp.block(name)
    with pytest.raises(InputError) as caught:
        block.check(signal, from_mapping(block.params, given, name))
    assert caught.value.way_out and "\n" not in caught.value.line()
    assert name in str(caught.value.where) or "signal.stride" in str(caught.value.where)
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


def followed(signal: Signal, way_out: str) -> Signal | None:
    """The signal after what a way out says of window and rate; None if it says nothing of them."""
    window = re.search(r"make the window at least ([\d.]+) s", way_out)
    rate = re.search(r"record at ([\d.]+) Hz or faster", way_out)
    if window:
        length = round(float(window[1]) * signal.rate_hz)
        return replace(signal, length=length, stride=min(length, signal.stride))
    if rate:
        return replace(signal, rate_hz=float(rate[1]), length=1000)
    return None


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_way_out_leads_out(name: str) -> None:
    block = dsp.block(name)
    for signal, given, _ in REFUSED[name]:
        better = followed(signal, str(refusal(name, signal, given).way_out))
        for _ in range(2):  # what is long enough may not be long enough for all
            try:
                if better is not None:
                    block.check(better, from_mapping(block.params, given, name))
                break
            except InputError as error:
                better = followed(better or signal, str(error.way_out))
                assert better is not None, error.line()
        else:
            raise AssertionError(f"{name}: no way out")


def test_many_channels_are_not_all_listed() -> None:
    many = replace(SKIN, channels=tuple(f"c{i}" for i in range(64)), units=("uS",) * 64,
                   scale=(1.0,) * 64)  # fmt: skip
    told = refusal("electrodermal", many, {}).line()
    assert "here are 64: c0, c1, c2, c3, c4, c5, …" in told and len(told) < 200


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_rates_windows_and_channels(name: str) -> None:
    for signal, given, says in REFUSED[name]:
        assert says in refusal(name, signal, given).line()
