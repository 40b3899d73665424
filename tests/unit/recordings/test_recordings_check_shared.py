"""What `check` finds in real recordings, as check_findings.toml lists it, and in copies with
faults that this test puts in."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shared_data

from motekit.core.recording import Gap, Recording, Stream
from motekit.recordings import read
from motekit.recordings.check import check

TABLE = tomllib.loads(Path(__file__).with_name("check_findings.toml").read_text("utf-8"))
UNSAID = {"no_subject", "no_session", "no_label", "no_unit"}
Sets = dict[str, Callable[[], Iterable[Recording]]]


def nab() -> list[Recording]:
    return list(read(shared_data.nab("ambient_temperature_system_failure")))


SETS: Sets = {
    "spar_watch.six_axes": shared_data.spar_watch_6axis,
    "motionsense.all": shared_data.motionsense,
    "motionsense.short_25hz": lambda: shared_data.motionsense(short=True),
    "uci_fan_vibration.all": shared_data.uci_fan,
    "ei_gestures.all": shared_data.ei_gestures,
    "ei_coffee_machine.all": shared_data.ei_coffee_machine,
    "welltory_ppg.all": shared_data.welltory,
    "speech_commands_bed_cat_happy.all": shared_data.speech_commands,
    "heartpy.data": lambda: [shared_data.heartpy()],
    "heartpy.data2": lambda: [shared_data.heartpy("data2.csv")],
    "heartpy.data3": lambda: [shared_data.heartpy("data3.csv")],
    "scipy_ecg.all": lambda: [shared_data.scipy_ecg()],
    "physionet2015_icu.a103l": lambda: [shared_data.physionet("a103l")],
    "physionet2015_icu.v102s": lambda: [shared_data.physionet("v102s")],
    "nab.ambient_temperature_system_failure": nab,
    "tflm_micro_speech_wav.all": lambda: shared_data.wav_files("tflm_micro_speech_wav"),
    "mlperf_tiny_sww.all": lambda: shared_data.wav_files("mlperf_tiny_sww"),
    **{
        f"biosppy_samples.{name}": (lambda name=name: [shared_data.biosppy(name)])  # type: ignore[misc]
        for name in TABLE["biosppy_samples"]
    },
}  # fmt: skip


@cache
def recordings(name: str) -> list[Recording]:
    return list(SETS[name]())


def test_the_table_has_every_folder_and_every_set() -> None:
    assert {f"{folder}.{name}" for folder, sets in TABLE.items() for name in sets} == set(SETS)
    data = shared_data.ROOT / "data"
    if not data.is_dir():
        pytest.skip(f"needs the recordings below {data} (set MOTEKIT_SHARED)")
    assert {path.name for path in data.iterdir() if path.is_dir()} == set(TABLE)


@pytest.mark.parametrize("name", SETS)
def test_findings_on_real_recordings(name: str) -> None:
    folder, _, one = name.partition(".")
    report = check(recordings(name))
    found = Counter(f.kind for f in report.findings if f.kind not in UNSAID)
    assert found == TABLE[folder][one]["findings"], "\n".join(f.line() for f in report.findings)


def victim(name: str, levels: int = 0) -> Recording:
    """The longest recording of a set whose first channel has so many different values."""
    fine = [r for r in recordings(name) if len(np.unique(r.streams[0].values[:, 0])) >= levels]
    return max(fine, key=lambda r: len(r.streams[0]) / r.streams[0].rate_hz)


def first(recording: Recording, **changes: object) -> Recording:
    """The recording with another first stream."""
    made = replace(recording.streams[0], **changes)  # type: ignore[arg-type]
    return replace(recording, streams=(made, *recording.streams[1:]))


def stuck(r: Recording) -> Recording:
    """One channel stands still for 5 s, or a quarter of the recording if that is longer."""
    values = r.streams[0].values.copy()
    rows = max(int(5 * r.streams[0].rate_hz), len(values) // 4)
    values[100 : 100 + rows, 0] = values[100, 0]
    return first(r, values=values)


def clipped(r: Recording) -> Recording:
    """The sensor's range leaves out 2 % of the samples on each side."""
    values = r.streams[0].values.copy()
    low, high = np.percentile(values[:, 0], (2, 98)).astype(values.dtype)
    values[:, 0] = np.clip(values[:, 0], low, high)
    return first(r, values=values)


def flat_tops(r: Recording) -> Recording:
    """The highest twentieth of a smooth signal is cut off."""
    values = r.streams[0].values.copy()
    values[:, 0] = np.minimum(values[:, 0], np.percentile(values[:, 0], 95).astype(values.dtype))
    return first(r, values=values)


def other_unit(r: Recording) -> Recording:
    """g under the name of m/s², or the other way round."""
    swap = {"g": "m/s2", "m/s2": "g"}
    channels = tuple(replace(c, unit=swap.get(c.unit, c.unit)) for c in r.streams[0].channels)
    return first(r, channels=channels)


def with_times(stream: Stream, rate_hz: float) -> Stream:
    return replace(stream, time_s=(stream.index() - stream.first_index) / rate_hz)


def dropped(r: Recording, by: str) -> Recording:
    """1 % of the samples are missing, at random, by the index or by the times."""
    stream = r.streams[0]
    keep = np.random.default_rng(1).random(len(stream)) >= 0.01
    keep[[0, -1]] = True
    holes = np.flatnonzero(~keep)
    starts = holes[np.insert(np.diff(holes) > 1, 0, True)]
    stops = holes[np.append(np.diff(holes) > 1, True)] + 1
    gaps = tuple(
        Gap(stream.first_index + int(a), int(b - a)) for a, b in zip(starts, stops, strict=True)
    )
    times = with_times(stream, stream.rate_hz).time_s if by == "times" else None
    return first(
        r, values=stream.values[keep], gaps=gaps if by == "index" else (),
        time_s=None if times is None else times[keep],
    )  # fmt: skip


def slow(r: Recording) -> Recording:
    """The device samples 0.5 % faster than it says."""
    made = with_times(r.streams[0], r.streams[0].rate_hz * 1.005)
    return replace(r, streams=(made, *r.streams[1:]))


def own(r: Recording) -> Recording:
    """The samples' own times, 0.5 % shorter, and no gap list, if the source had times."""
    times = r.streams[0].time_s
    assert times is not None
    return first(r, time_s=times / 1.005)


LONG = [
    "spar_watch.six_axes", "motionsense.all", "uci_fan_vibration.all", "ei_gestures.all",
    "ei_coffee_machine.all", "heartpy.data", "scipy_ecg.all", "physionet2015_icu.a103l",
    "physionet2015_icu.v102s", "biosppy_samples.ecg", "biosppy_samples.ppg", "biosppy_samples.resp",
    "biosppy_samples.eda", "biosppy_samples.emg",
]  # fmt: skip
IN_G = ["spar_watch.six_axes", "motionsense.all", "uci_fan_vibration.all", "ei_gestures.all"]
COARSE = ("biosppy_samples.ppg", "biosppy_samples.emg")  # less than 100 levels
SMOOTH = [name for name in LONG if name not in ("uci_fan_vibration.all", "biosppy_samples.emg")]
FAULTS: dict[str, tuple[Callable[[Recording], Recording], str, list[str]]] = {
    "stuck": (stuck, "stuck", LONG),
    "clipped": (clipped, "clipping", [name for name in LONG if name not in COARSE]),
    "flat tops": (flat_tops, "clipping", SMOOTH),
    "unit": (other_unit, "unit", IN_G),
    "dropped, by the index": (lambda r: dropped(r, "index"), "gaps", LONG),
    "dropped, by the times": (lambda r: dropped(r, "times"), "gaps", LONG),
    "rate": (slow, "rate", LONG),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_that_were_put_in_are_reported(fault: str) -> None:
    harm, kind, names = FAULTS[fault]
    missed = []
    for name in names:
        good = victim(name, 100 if fault == "clipped" else 0)
        before = {(f.kind, f.sensor, f.channel) for f in check([good]).findings}
        new = [
            f for f in check([harm(good)]).findings
            if (f.kind, f.sensor, f.channel) not in before and f.kind == kind
        ]  # fmt: skip
        known = kind in {k for k, _, _ in before}
        if not new and not known:
            missed.append(name)
    assert not missed


@pytest.mark.parametrize("name", [n for n in SETS if n.split(".")[0] not in ("nab", "heartpy")])
def test_a_session_that_was_copied_is_reported(name: str) -> None:
    good = victim(name)
    copy = replace(good, name=f"{good.name} again", session="another")
    part = replace(
        copy, streams=tuple(replace(s, values=s.values[len(s) // 3 :], gaps=(), time_s=None)
                            for s in copy.streams),
    )  # fmt: skip
    for twin in (copy, part):
        found = [f for f in check([good, twin]).findings if f.kind == "duplicate"]
        assert found, name


@pytest.mark.parametrize("name", ["welltory_ppg.all", "heartpy.data2"])
def test_a_wrong_rate_is_reported_by_the_source_s_own_times(name: str) -> None:
    good = victim(name)
    kinds = {f.kind for f in check([first(good, gaps=())]).findings}
    assert "rate" not in kinds
    assert "rate" in {f.kind for f in check([own(good)]).findings}
