"""Every fault that is put in is found, and nothing is found in what is good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.check import CheckParams, CheckReport, check
from motekit.recordings.checks.duplicates import row_hashes, stretch_hashes
from motekit.recordings.samples import load

GOOD = [  # 16 recordings, two classes, all subjects
    r for r in load("spar_watch") if r.label in ("PEN", "ROW") and str(r.session).endswith("left")
]


def kinds(report: CheckReport) -> set[str]:
    return {finding.kind for finding in report.findings}


def with_stream(recording: Recording, **changes: object) -> Recording:
    stream = replace(recording.streams[0], **changes)  # type: ignore[arg-type]
    return replace(recording, streams=(stream,))


def with_values(recording: Recording, change: Callable[[np.ndarray], object]) -> Recording:
    values = recording.streams[0].values.copy()
    change(values)
    return with_stream(recording, values=values)


def timed(recording: Recording, rate_hz: float = 50.0, jitter_s: float = 0.0) -> Recording:
    stream = recording.streams[0]
    noise = np.random.default_rng(1).normal(0, jitter_s, len(stream)) if jitter_s else 0.0
    return with_stream(recording, time_s=np.sort(np.arange(len(stream)) / rate_hz + noise))


def one(fault: Callable[[Recording], Recording], kind: str) -> object:
    """Put a fault into one of the good recordings; it alone must be found, there."""
    recordings = [fault(r) if i == 4 else r for i, r in enumerate(GOOD)]
    report = check(recordings)
    assert kinds(report) == {kind}, [f.line() for f in report.findings]
    assert {f.recording for f in report.findings} == {GOOD[4].name}
    for finding in report.findings:
        assert finding.way_out and finding.value and finding.expected and finding.what
        assert set(finding.as_dict()) >= {"kind", "severity", "recording", "sensor", "channel"}
        assert "\n" not in finding.line()
    return report.findings[0]


def test_good_recordings_have_no_findings() -> None:
    assert check(load("spar_watch")).findings == ()
    report = check([timed(r, jitter_s=1e-3) for r in GOOD])
    assert report.findings == () and report.ok and report.recordings == len(GOOD)


def test_a_wrong_rate_is_found() -> None:
    for factor in (1.005, 0.995):
        found = one(lambda r, f=factor: timed(r, 50.0 * f, 1e-3), "rate")  # type: ignore[misc]
        assert f"{(factor - 1) * 100:+.1f}" in found.value  # type: ignore[attr-defined]
    fine = [timed(r, 50.0 * 1.002, 1e-3) for r in GOOD]
    assert kinds(check(fine)) == set()


def test_a_rate_that_differs_from_the_others_is_found() -> None:
    found = one(lambda r: with_stream(r, rate_hz=50.25), "rates_differ")
    assert found.severity == "warning"  # type: ignore[attr-defined]
    found = one(lambda r: with_stream(r, rate_hz=52.0), "rates_differ")
    assert found.severity == "error"  # type: ignore[attr-defined]


def test_jitter_and_a_coarse_clock_are_found() -> None:
    assert one(lambda r: timed(r, jitter_s=5e-3), "jitter")

    def coarse(recording: Recording) -> Recording:
        stream = recording.streams[0]
        time = np.floor(np.arange(len(stream)) / 50.0 / 0.064) * 0.064
        return with_stream(recording, time_s=time)

    assert one(coarse, "coarse_clock")


@pytest.mark.parametrize("by", ["index", "clock"])
def test_one_percent_drops_are_found(by: str) -> None:
    def dropping(recording: Recording) -> Recording:
        stream = recording.streams[0]
        keep = np.random.default_rng(3).random(len(stream)) >= 0.01
        keep[:9] = keep[-9:] = True
        index = np.flatnonzero(keep)
        steps = np.diff(index)
        gaps = tuple(Gap(int(index[i]) + 1, int(steps[i]) - 1) for i in np.flatnonzero(steps > 1))
        if by == "clock":
            return with_stream(recording, values=stream.values[keep], time_s=index / 50.0)
        return with_stream(recording, values=stream.values[keep], gaps=gaps)

    found = one(dropping, "gaps")
    missing = len(GOOD[4].streams[0]) - len(dropping(GOOD[4]).streams[0])
    assert found.value.startswith(f"{missing} in ")  # type: ignore[attr-defined]
    assert found.severity == "warning"  # type: ignore[attr-defined]


def test_a_stuck_axis_is_found() -> None:
    def stuck(values: np.ndarray) -> None:
        values[400:, 1] = values[400, 1]

    found = one(lambda r: with_values(r, stuck), "stuck")
    assert found.channel == "accY" and "8.00 s" in found.what  # type: ignore[attr-defined]


def test_a_dead_channel_is_found() -> None:
    def dead(values: np.ndarray) -> None:
        values[:, 2] = 17

    found = one(lambda r: with_values(r, dead), "dead")
    assert found.channel == "accZ" and found.severity == "error"  # type: ignore[attr-defined]


@pytest.mark.parametrize("high", [True, False])
def test_clipping_is_found(high: bool) -> None:
    def clip(values: np.ndarray) -> None:
        low, top = np.percentile(values[:, 0], [1.0, 99.0]).astype(np.int16)
        np.clip(values[:, 0], None if high else low, top if high else None, out=values[:, 0])

    found = one(lambda r: with_values(r, clip), "clipping")
    assert found.channel == "accX" and "cut off at" in found.what  # type: ignore[attr-defined]


@pytest.mark.parametrize("levels", [40, 1000, 30_000])
def test_a_full_sine_and_noise_are_not_clipped(levels: int) -> None:
    wave = np.rint(np.sin(np.arange(5000) * 0.0371) * levels).astype(np.int32)
    noise = np.rint(np.random.default_rng(1).normal(0, levels / 4, 5000)).astype(np.int32)
    stream = Stream("s", (Channel("a", "V"), Channel("b", "V")), 100.0, np.stack([wave, noise], 1))
    report = check([Recording("r", (stream,), "x", "s", "1")])
    assert kinds(report) == {"one_class"}, report.findings


def test_states_and_counters_are_not_clipped_or_stuck() -> None:
    states = np.repeat(np.random.default_rng(2).integers(0, 3, 50), 100)
    slow = np.rint(20 + 5 * np.sin(np.arange(5000) / 800))
    values = np.stack([states, np.arange(5000), slow], axis=1).astype(np.float64)
    stream = Stream("s", tuple(Channel(c, "N/A") for c in "abc"), 50.0, values)
    assert kinds(check([Recording("r", (stream,), "x", "s", "1")])) <= {"one_class", "no_unit"}


def test_missing_values_are_found() -> None:
    stream = GOOD[4].streams[0]
    values = stream.physical()
    values[100:103, 1] = np.nan
    found = [
        with_stream(r, values=values if r is GOOD[4] else r.streams[0].physical(),
                    channels=tuple(Channel(c.name, c.unit) for c in stream.channels))
        for r in GOOD
    ]  # fmt: skip
    report = check(found)
    assert kinds(report) == {"nan"} and report.findings[0].value.startswith("3 of")
    assert not report.ok and report.counts() == {"error": 1, "warning": 0, "note": 0}


def test_g_and_metres_per_square_second_are_told_apart() -> None:
    as_ms2 = tuple(replace(c, unit="m/s2") for c in GOOD[0].streams[0].channels)
    report = check([with_stream(r, channels=as_ms2) for r in GOOD])
    assert kinds(report) == {"unit"} and len(report.findings) == len(GOOD)
    assert "looks like g, not m/s2" in report.findings[0].what
    truly = tuple(Channel(c.name, "m/s2", c.scale * 9.80665) for c in as_ms2)
    assert check([with_stream(r, channels=truly) for r in GOOD]).findings == ()
    wrong = tuple(replace(c, unit="g") for c in truly)
    report = check([with_stream(r, channels=wrong) for r in GOOD])
    assert "looks like m/s2, not g" in report.findings[0].what
    none = tuple(replace(c, unit="N/A") for c in truly)
    report = check([with_stream(r, channels=none) for r in GOOD])
    assert kinds(report) == {"unit", "no_unit"} and report.ok


def test_acceleration_without_gravity_is_fine() -> None:
    rng = np.random.default_rng(1)
    for symbol, size in (("g", 0.3), ("m/s2", 3.0)):
        values = rng.normal(0, size, (3000, 3))
        channels = tuple(Channel(f"acc{a}", symbol) for a in "XYZ")
        stream = Stream("accelerometer", channels, 50.0, values)
        assert "unit" not in kinds(check([Recording("r", (stream,))]))


@pytest.mark.parametrize(
    ("unit", "value", "wrong"),
    [("Cel", 21.0, False), ("Cel", 294.0, True), ("K", 294.0, False), ("K", 21.0, True),
     ("Pa", 101_325.0, False), ("Pa", 1013.0, True), ("hPa", 1013.0, False), ("%RH", 55.0, False),
     ("%RH", 4000.0, True), ("bpm", 70.0, False), ("bpm", 1.2, True), ("lx", -5.0, True),
     ("rad/s", 3.0, False), ("rad/s", 400.0, True), ("deg/s", 400.0, False)],
)  # fmt: skip
def test_values_that_cannot_be_what_their_unit_says(unit: str, value: float, wrong: bool) -> None:
    values = value * (1 + 0.01 * np.random.default_rng(1).normal(size=(500, 1)))
    stream = Stream("s", (Channel("x", unit),), 10.0, values)
    assert ("unit" in kinds(check([Recording("r", (stream,))]))) is wrong


def test_a_copied_recording_is_found() -> None:
    report = check([*GOOD, replace(GOOD[2], name="copy", session="other")])
    assert kinds(report) == {"duplicate"}
    assert report.findings[0].recording == "copy" and GOOD[2].name in report.findings[0].what


def test_a_copy_in_other_numbers_is_found() -> None:
    stream = GOOD[2].streams[0]
    channels = tuple(Channel(c.name, c.unit) for c in stream.channels)
    other = with_stream(GOOD[2], values=stream.physical(), channels=channels)
    assert "duplicate" in kinds(check([*GOOD, replace(other, name="copy")]))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 600), st.integers(0, 900), st.integers(128, 300))
def test_a_repeated_part_is_found_wherever_it_lies(source: int, target: int, rows: int) -> None:
    part = GOOD[2].streams[0].values[source : source + rows]
    values = GOOD[5].streams[0].values.copy()
    values[target : target + len(part)] = part[: len(values) - target]
    if len(values) - target < 128:
        return
    report = check([*GOOD[:5], with_stream(GOOD[5], values=values)])
    assert kinds(report) == {"duplicate"}
    assert {f.recording for f in report.findings} == {GOOD[5].name}


def test_a_part_that_repeats_within_a_recording_is_found() -> None:
    def again(values: np.ndarray) -> None:
        values[701:901] = values[100:300]

    found = one(lambda r: with_values(r, again), "duplicate")
    assert "a part of itself" in found.what  # type: ignore[attr-defined]


def test_silence_is_no_duplicate() -> None:
    rng = np.random.default_rng(1)
    out = []
    for i in range(3):
        values = rng.normal(size=(900, 1))
        values[300:340] = 0.0
        stream = Stream("s", (Channel("x", "V"),), 50.0, values)
        out.append(Recording(f"r{i}", (stream,), "ab"[i % 2], f"s{i}", "1"))
    assert "duplicate" not in kinds(check(out))


@given(st.integers(0, 200), st.integers(1, 64))
def test_stretch_hashes_depend_on_the_stretch_alone(shift: int, length: int) -> None:
    rng = np.random.default_rng(length)
    values = rng.integers(-5, 5, (300, 2))
    stream = Stream("s", (Channel("a", "V"), Channel("b", "V")), 1.0, values)
    rows = row_hashes(stream)
    moved = np.concatenate([rng.integers(0, 2**63, shift).astype(np.uint64), rows])
    assert (stretch_hashes(rows, length) == stretch_hashes(moved, length)[shift:]).all()
    assert len(stretch_hashes(rows[: length - 1], length)) == 0


def test_classes_out_of_balance_are_found() -> None:
    long = replace(GOOD[0], label="rare", name="x")
    short = with_stream(long, values=long.streams[0].values[:150])
    report = check([*(replace(r, label="often") for r in GOOD), short])
    assert kinds(report) == {"imbalance", "single_recording"} | (
        {"duplicate"} if "duplicate" in kinds(report) else set()
    )


def test_one_class_one_subject_and_missing_groups_are_found() -> None:
    assert kinds(check([replace(r, label="x") for r in GOOD])) == {"one_class"}
    silent = [replace(r, subject=None, session=None) for r in GOOD]
    report = check(silent)
    assert kinds(report) == {"no_subject", "no_session"} and report.ok
    report = check([*GOOD[1:], replace(GOOD[0], subject=None, label=None)])
    found = {f.kind: f for f in report.findings}
    assert found["no_subject"].severity == found["no_label"].severity == "warning"
    assert GOOD[0].name in found["no_subject"].value
    two = [replace(r, label="ab"[r.subject == "s1"]) for r in load("spar_watch")[::5]]
    assert "single_subject" in kinds(check(two))


def test_short_recordings_are_found_one_by_one_or_together() -> None:
    found = one(lambda r: with_stream(r, values=r.streams[0].values[:90]), "short")
    assert found.value == "1.8 s"  # type: ignore[attr-defined]
    all_short = [with_stream(r, values=r.streams[0].values[:90]) for r in GOOD]
    assert len([f for f in check(all_short).findings if f.kind == "short"]) == 1
    assert "short" not in kinds(check(all_short, CheckParams(window_s=1.0)))


def test_other_channels_are_found() -> None:
    names = tuple(replace(c, name=c.name.lower()) for c in GOOD[0].streams[0].channels)
    assert one(lambda r: with_stream(r, channels=names), "channels_differ")


def test_segments_count_as_labels() -> None:
    first = replace(GOOD[0], label=None, segments=(Segment("a", 0, 500), Segment("b", 500, 900)))
    second = replace(GOOD[1], label=None, segments=(Segment("a", 0, 500), Segment("b", 500, 900)))
    assert kinds(check([first, second])) <= {"single_subject"}


def test_errors_come_first_and_the_report_is_plain_data() -> None:
    def dead(values: np.ndarray) -> None:
        values[:, 2] = 17

    report = check([replace(with_values(r, dead), subject=None) for r in GOOD])
    order = [f.severity for f in report.findings]
    assert order == sorted(order, key=("error", "warning", "note").index)
    data = report.as_dict()
    assert data["recordings"] == len(GOOD) and len(data["findings"]) == len(report.findings)


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 40])
def test_short_and_empty_recordings_do_not_trip_the_checks(rows: int) -> None:
    recordings = [
        timed(with_stream(r, values=r.streams[0].values[:rows])) for r in GOOD[:2]
    ]  # fmt: skip
    check(recordings)
