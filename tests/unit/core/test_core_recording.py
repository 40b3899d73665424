from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Stream

X = (Channel("x", "g", 0.5),)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(-5, 1000))
def test_the_index_leaves_the_gaps_out(kept: list[bool], first: int) -> None:
    kept[0] = True
    index = first + np.flatnonzero(kept)
    jumps = np.flatnonzero(np.diff(index) > 1)
    gaps = tuple(Gap(int(index[i]) + 1, int(index[i + 1] - index[i]) - 1) for i in jumps)
    stream = Stream("s", X, 1.0, np.zeros((len(index), 1)), first, gaps)
    assert (stream.index() == index).all()
    runs = stream.contiguous()
    assert [i for run in runs for i in range(run.start, run.stop)] == list(range(len(index)))
    assert all((np.diff(index[run]) == 1).all() for run in runs) and len(runs) == len(gaps) + 1


def test_many_gaps_are_no_burden() -> None:
    gaps = tuple(Gap(2 * i + 1, 1) for i in range(100_000))
    stream = Stream("s", X, 1.0, np.zeros((100_001, 1), np.int8), 0, gaps)
    assert (stream.index() == 2 * np.arange(100_001)).all()


def test_physical_values_are_counts_times_scale() -> None:
    stream = Stream("s", X, 1.0, np.array([[3], [-4]], np.int16))
    assert stream.physical().tolist() == [[1.5], [-2.0]]


@pytest.mark.parametrize(
    "change",
    [
        {"values": np.zeros(3)}, {"values": np.zeros((3, 2))}, {"rate_hz": 0.0},
        {"rate_hz": float("nan")}, {"time_s": np.zeros(2)}, {"gaps": (Gap(5, 0),)},
        {"gaps": (Gap(5, 2), Gap(6, 1))}, {"gaps": (Gap(5, 2), Gap(1, 1))}, {"gaps": (Gap(-1, 1),)},
    ],
)  # fmt: skip
def test_streams_that_contradict_themselves_are_refused(change: dict[str, object]) -> None:
    good = Stream("s", X, 1.0, np.zeros((3, 1)))
    with pytest.raises(InputError) as error:
        replace(good, **change)  # type: ignore[arg-type]
    assert "'s'" in str(error.value.where)


def test_recordings_name_their_streams() -> None:
    stream = Stream("s", X, 1.0, np.zeros((3, 1)))
    both = Recording("r", (stream, replace(stream, sensor="t")))
    assert both.stream("t").sensor == "t" and Recording("r", (stream,)).stream() is stream
    with pytest.raises(InputError, match="no stream"):
        both.stream("u")
    with pytest.raises(InputError, match=r'2 streams.*such as sensor = "s" below \[signal\]'):
        both.stream()
    with pytest.raises(InputError, match="two streams"):
        Recording("r", (stream, stream))
    with pytest.raises(InputError, match="at least one"):
        Recording("r", ())
    assert both.with_label("x").label == "x"
