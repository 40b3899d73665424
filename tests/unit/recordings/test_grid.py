import json

import numpy as np
import pytest
from command_line import motekit
from small_project import write_project

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.grid import GridParams, on_grid, recording_on_grid
from motekit.recordings.store import Store

RATE = 50.0


def sampled(true_hz=50.15, rows=500, gaps=(), jitter=0.0, dtype=np.float64, seed=0):
    """A sine of 3 Hz as a device samples it whose oscillator is 0.3 % fast."""
    index = np.arange(rows)
    for start, count in gaps:
        index = index[(index < start) | (index >= start + count)]
    stamps = 7.0 + index / true_hz
    values = np.sin(2 * np.pi * 3 * stamps)[:, None] * (8000 if dtype == np.int16 else 1)
    noise = np.random.default_rng(seed).uniform(0, jitter, len(index))
    return Stream("s", (Channel("x", "g", 1.0),), RATE,
                  np.rint(values).astype(dtype) if dtype == np.int16 else values, 100,
                  tuple(Gap(100 + a, n, "radio") for a, n in gaps), stamps + noise)  # fmt: skip


def test_the_grid_has_the_signal_at_its_own_times():
    made, how = on_grid(sampled(), GridParams())
    assert np.allclose(np.diff(made.time_s), 1 / RATE, atol=1e-12) and made.rate_hz == RATE
    assert len(made) == 498  # 499 intervals of 1/50.15 s hold 497 of 1/50 s
    assert np.abs(made.values[:, 0] - np.sin(2 * np.pi * 3 * made.time_s)).max() < 2e-3
    assert "50.15 Hz measured, onto 50 Hz: cubic spline at the timestamps, 0 gaps kept" in how


def test_counts_stay_counts_and_gaps_stay_gaps():
    source = sampled(gaps=((100, 30), (300, 1)), dtype=np.int16)
    made, how = on_grid(source, GridParams())
    assert made.values.dtype == np.int16 and "2 gaps kept" in how
    assert [g.reason for g in made.gaps] == ["radio", "radio"]
    assert abs(made.gaps[0].count - 30) <= 1 and abs(made.gaps[1].count - 1) <= 1
    assert np.array_equal(made.index() - 100, np.rint((made.time_s - 7.0) * RATE))
    assert np.abs(made.values[:, 0] - 8000 * np.sin(2 * np.pi * 3 * made.time_s)).max() < 30


def test_a_line_through_late_stamps_gives_the_even_times():
    late = sampled(jitter=0.01)
    errors = {}
    for times in ("stamps", "line"):
        made, _ = on_grid(late, GridParams(times))
        even = made.time_s - 0.005  # the mean delay is not known
        errors[times] = np.abs(made.values[:, 0] - np.sin(2 * np.pi * 3 * even))[5:-5].max()
    assert errors["line"] < 0.02 < errors["stamps"]


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_short_streams(rows):
    made, _ = on_grid(sampled(rows=rows), GridParams())
    assert 1 <= len(made) <= rows and made.values[0, 0] == sampled(rows=rows).values[0, 0]


def test_what_has_no_usable_times_is_refused():
    plain = Stream("s", (Channel("x", "g"),), RATE, np.zeros((9, 1)))
    with pytest.raises(InputError, match="no times"):
        on_grid(plain, GridParams())
    still = sampled()
    still.time_s[5] = still.time_s[4]
    with pytest.raises(InputError, match=r"row 5.*times=line"):
        on_grid(still, GridParams())
    assert len(on_grid(still, GridParams("line"))[0]) > 490


def test_segments_cover_the_same_time():
    source = Recording("r", (sampled(gaps=((100, 30),)),), segments=(Segment("a", 200, 300),))
    made = recording_on_grid(source, GridParams())
    (segment,) = made.segments
    old, new = source.streams[0].time_s, made.streams[0].time_s
    assert abs(new[segment.start] - old[200]) <= 0.011
    assert abs(new[segment.stop - 1] - old[299]) <= 0.011
    assert "grid.s" in made.metadata


def test_the_verb_makes_new_recordings_and_can_be_undone(tmp_path):
    write_project(tmp_path)
    store = Store.of_project(tmp_path)
    list(store.add([Recording("r", (sampled(),))]))
    ended = motekit("regrid", "r", "--replace", "--project", tmp_path, "--json")
    assert ended.code == 0 and "50.15 Hz" in json.loads(ended.out)["recordings"]["r.grid"]["grid.s"]
    assert store.names() == ["r.grid"] and store.removed() == ["r"]
    assert motekit("restore", "r", "--project", tmp_path).code == 0
    assert motekit("regrid", "r", "--suffix", "", "--project", tmp_path).code == 2
