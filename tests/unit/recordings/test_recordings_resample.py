from __future__ import annotations

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.resample import Resampling, resample, resample_recording


def tone(rate_hz: float, hz: float, seconds: float = 8.0, dtype: str = "float64") -> Stream:
    time = np.arange(round(rate_hz * seconds)) / rate_hz
    values = (1000 * np.sin(2 * np.pi * hz * time) + 500).astype(dtype)[:, None]
    return Stream("s", (Channel("x", "g", 0.5),), rate_hz, values)


@pytest.mark.parametrize(("a", "b"), [(50, 62.5), (62.5, 50), (100, 50), (198.613, 62.5), (30, 30)])
def test_a_tone_stays_a_tone(a: float, b: float) -> None:
    out = resample(tone(a, 2.0), Resampling(b))
    assert out.rate_hz == b and out.time_s is None
    expected = tone(b, 2.0).values[:, 0]
    inside = slice(int(b), min(len(out), len(expected)) - int(b))
    assert np.abs(out.values[inside, 0] - expected[inside]).max() < 5.0


def test_what_would_alias_is_filtered_out() -> None:
    out = resample(tone(100, 40.0), Resampling(50.0)).values[50:-50, 0]
    assert np.abs(out - 500).max() < 1000 * 10 ** (-50 / 20)


def test_an_offset_makes_no_step_at_the_edges() -> None:
    stream = Stream("s", (Channel("x", "g"),), 100.0, np.full((300, 1), 9.81))
    assert np.abs(resample(stream, Resampling(62.5)).values - 9.81).max() < 1e-9


def test_counts_stay_counts_within_their_range() -> None:
    values = np.where(np.arange(400)[:, None] % 40 < 20, 32767, -32768).astype(np.int16)
    out = resample(Stream("s", (Channel("x", "g"),), 50.0, values), Resampling(62.5))
    assert out.values.dtype == np.int16 and out.values.max() == 32767


@pytest.mark.parametrize(("a", "b"), [(50.0, 62.5), (50.0, 20.0)])
def test_nothing_is_made_up_in_gaps(a: float, b: float) -> None:
    stream = tone(a, 1.0)
    index = np.arange(400)
    index[100:] += 50
    index[300:] += 7
    holey = Stream("s", stream.channels, a, stream.values,
                   gaps=(Gap(100, 50, "radio"), Gap(350, 7, "index")))  # fmt: skip
    assert (holey.index() == index).all()
    out = resample(holey, Resampling(b))
    new = out.index()
    assert [g.reason for g in out.gaps] == ["radio", "index"]
    time = new / b
    assert not ((time > 100.5 / a + 1 / b) & (time < 149.5 / a - 1 / b)).any()
    assert time[-1] == pytest.approx(index[-1] / a, abs=2 / b)
    assert len(out.contiguous()) == 3


def test_gaps_of_the_clock_are_kept() -> None:
    time = np.delete(np.arange(100) / 50.0, np.arange(40, 50))
    stream = Stream("s", (Channel("x", "g"),), 50.0, np.zeros((90, 1)), time_s=time)
    out = resample(stream, Resampling(25.0))
    assert out.gaps == (Gap(20, 5, "clock"),)


def test_what_was_done_is_written_down() -> None:
    recording = Recording("r", (tone(50, 1.0),), segments=(Segment("a", 0, 200),))
    out = resample_recording(recording, Resampling(62.5))
    assert "50 Hz to 62.5 Hz: polyphase 5/4" in out.metadata["resampled.s"]
    assert out.segments == (Segment("a", 0, 250),)


@pytest.mark.parametrize(("a", "b"), [(1.0, 1e6), (1e6, 1e-3)])
def test_rates_too_far_apart_are_refused(a: float, b: float) -> None:
    with pytest.raises(InputError) as error:
        resample(Stream("s", (Channel("x", "g"),), a, np.zeros((10, 1))), Resampling(b))
    assert error.value.where == "rate_hz"


def test_short_pieces_survive() -> None:
    stream = Stream("s", (Channel("x", "g"),), 50.0, np.ones((3, 1)), gaps=(Gap(1, 5), Gap(7, 5)))
    out = resample(stream, Resampling(100.0))
    assert out.values[:, 0].tolist() == [1.0] * 6 and len(out.contiguous()) == 3
