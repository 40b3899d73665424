from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.core.params import from_mapping
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.windows import WindowParams, cut, require_classes

G = Channel("x", "g", 1 / 4096)


def made(name: str = "a", rows: int = 100, rate_hz: float = 10.0, label: str | None = "walk",
         dtype: str = "int16", **facts: object) -> Recording:  # fmt: skip
    stream_facts = {k: facts.pop(k) for k in ("gaps", "time_s") if k in facts}
    values = np.arange(rows).astype(dtype)[:, None]
    stream = Stream("acc", (G,), rate_hz, values, **stream_facts)  # type: ignore[arg-type]
    return Recording(name, (stream,), label=label, **facts)  # type: ignore[arg-type]


@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 30))
def test_windows_hold_consecutive_rows(rows: int, length: int, stride: int) -> None:
    params = WindowParams(length=length, stride=stride)
    if length > rows:
        with pytest.raises(InputError, match="longer than every recording"):
            cut([made(rows=rows)], params)
        return
    windows = cut([made(rows=rows)], params)
    assert windows.start.tolist() == list(range(0, rows - length + 1, stride))
    expected = windows.start[:, None] + np.arange(length)
    assert (windows.values[:, :, 0] == expected).all() and windows.values.dtype == np.int16
    assert windows.stride == stride and windows.signal().length == length


@given(st.lists(st.integers(0, 1), min_size=30, max_size=80), st.integers(1, 8))
def test_no_window_crosses_a_gap(lost: list[int], length: int) -> None:
    lost[0] = lost[-1] = 0
    index = np.flatnonzero(np.array(lost) == 0)
    breaks = np.flatnonzero(np.diff(index) > 1)
    gaps = tuple(Gap(int(index[i]) + 1, int(index[i + 1] - index[i] - 1)) for i in breaks)
    recording = made(rows=len(index), gaps=gaps)
    assert (recording.streams[0].index() == index).all()
    try:
        windows = cut([recording], WindowParams(length=length, stride=1))
    except InputError:
        assert all(b - a != length - 1 for a, b in zip(index, index[length - 1 :], strict=False))
        return
    ends = index[windows.start + length - 1]
    assert (ends - index[windows.start] == length - 1).all()
    assert len(windows) == (index[length - 1 :] - index[: len(index) - length + 1]
                            == length - 1).sum()  # fmt: skip


def test_gaps_that_only_the_clock_shows_count_too() -> None:
    time = np.delete(np.arange(60) / 10.0, [25])
    windows = cut([made(rows=59, time_s=time)], WindowParams(length=10, stride=1))
    assert not any(start <= 24 < start + 9 for start in windows.start)
    assert len(windows) == (25 - 9) + (34 - 9)


def test_labels_by_coverage() -> None:
    segments = (Segment("a", 0, 50), Segment("b", 50, 80))
    recording = made(label=None, segments=segments)
    params = WindowParams(length=10, stride=5, coverage=0.8)
    windows = cut([recording], params)
    assert windows.classes == ("a", "b")
    kept = {int(s): windows.classes[i] for s, i in zip(windows.start, windows.labels, strict=True)}
    assert kept == {**{s: "a" for s in range(0, 45, 5)}, **{s: "b" for s in range(50, 75, 5)}}
    every = cut([recording], replace(params, unlabelled="keep"))
    assert len(every) == 19 and (every.labels[-3:] == -1).all()
    half = cut([recording], replace(params, coverage=0.5))
    assert set(half.start) - set(windows.start) == {45, 75}


def test_segments_of_the_first_stream_label_the_second_by_time() -> None:
    slow = Stream("acc", (G,), 10.0, np.zeros((100, 1), np.int16))
    fast = Stream("ppg", (G,), 40.0, np.zeros((400, 1), np.int16))
    recording = Recording("r", (slow, fast), segments=(Segment("a", 50, 100),))
    windows = cut([recording], WindowParams(length=40, stride=40, sensor="ppg", coverage=1.0))
    assert windows.start.tolist() == [200, 240, 280, 320, 360]
    with pytest.raises(InputError, match="nothing says which to use"):
        cut([recording], WindowParams())


def test_lengths_in_seconds() -> None:
    windows = cut([made(rate_hz=62.5, rows=500)], WindowParams(length_s=2.0, stride_s=0.5))
    assert windows.values.shape[1] == 125 and windows.stride == 31
    with pytest.raises(InputError, match="less than one sample"):
        cut([made()], WindowParams(length_s=0.01))


def test_two_rates_are_refused_unless_a_resampling_is_declared() -> None:
    mixed = [made("a"), made("b"), made("c", rate_hz=20.0, rows=200)]
    with pytest.raises(InputError, match="two rates") as error:
        cut(mixed)
    assert error.value.where == "c" and "rate_hz" in str(error.value.way_out)
    windows = cut(mixed, WindowParams(rate_hz=10.0))
    assert windows.rate_hz == 10.0 and set(windows.recording) == {"a", "b", "c"}


def test_rates_that_differ_as_oscillators_do_are_one() -> None:
    assert cut([made("a", rate_hz=10.01), made("b", rate_hz=9.99), made("c")]).rate_hz == 10.0
    assert cut([made("a", rate_hz=10.01), made("b"), made("c")]).rate_hz == 10.0
    with pytest.raises(InputError, match="two rates"):
        cut([made("a"), made("b"), made("c", rate_hz=10.2)])


@pytest.mark.parametrize(
    ("channel", "what"), [(Channel("y", "g", 1 / 4096), "y"), (Channel("x", "m/s2"), "m/s2")]
)
def test_other_channels_or_units_are_refused(channel: Channel, what: str) -> None:
    other = made("b")
    other = replace(other, streams=(replace(other.streams[0], channels=(channel,)),))
    with pytest.raises(InputError, match="channels differ") as error:
        cut([made("a"), other])
    assert what in str(error.value.value)


def test_channels_are_picked_in_the_order_asked_for() -> None:
    values = np.arange(60, dtype=np.int16).reshape(20, 3)
    stream = Stream("s", tuple(Channel(c, "g") for c in "abc"), 10.0, values)
    recording = Recording("r", (stream,), label="l")
    windows = cut([recording], WindowParams(length=2, stride=1, channels=("c", "a")))
    assert windows.values[0].tolist() == [[2, 0], [5, 3]] and windows.channels == ("c", "a")
    with pytest.raises(InputError, match="no channel"):
        cut([recording], WindowParams(length=2, stride=1, channels=("d",)))


@pytest.mark.parametrize(
    ("dtype", "becomes"),
    [("int8", "int16"), ("uint8", "int16"), ("int32", "float32"), ("float64", "float32")],
)
def test_values_are_what_a_device_would_push(dtype: str, becomes: str) -> None:
    windows = cut([made(dtype=dtype)])
    assert windows.values.dtype == becomes and windows.signal().sample == becomes


def test_groups_follow_the_windows() -> None:
    windows = cut([made("a", subject="s1", session="m"), made("b")])
    taken = windows.take(windows.recording == "a")
    assert set(taken.subject) == {"s1"} and set(taken.session) == {"m"} and taken.sensor == "acc"
    assert set(windows.subject) == {"s1", ""}


def test_classes_that_cannot_be_learned_are_refused() -> None:
    require_classes(cut([made(n, label=n[0]) for n in ("a1", "a2", "b1", "b2")]))
    with pytest.raises(InputError, match="one class only"):
        require_classes(cut([made("a"), made("b")]))
    with pytest.raises(InputError, match="'b' has one recording") as error:
        require_classes(cut([made(n, label=n[0]) for n in ("a1", "a2", "b1")]))
    assert error.value.where == "b1"
    with pytest.raises(InputError, match="no window has a label"):
        require_classes(cut([made(label=None)], WindowParams(unlabelled="keep")))


def test_nothing_to_cut_is_refused() -> None:
    with pytest.raises(InputError, match="no recordings"):
        cut([])
    with pytest.raises(InputError, match="no recording has a label"):
        cut([made(label=None)])
    with pytest.raises(InputError, match=r"signal\.length_s: the window of"):
        cut([made()], WindowParams(length_s=1000.0), "signal")


def test_params_come_from_a_project_file() -> None:
    params = from_mapping(WindowParams, {"length_s": 1, "channels": ["x"]}, "mote.toml, window")
    assert params.length_s == 1.0 and params.channels == ("x",)
    with pytest.raises(InputError, match="did you mean 'stride_s'"):
        from_mapping(WindowParams, {"strides": 1}, "mote.toml, window")
