"""What a regressor learns: labels that are numbers, and other streams."""

from __future__ import annotations

import math

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.windows import WindowParams, cut

TEN = {"length": 20, "stride": 20}  # 2 s at 10 Hz


def made(label: str | None = None, segments: tuple[Segment, ...] = (), rows: int = 60,
         strap: Stream | None = None, gaps: tuple[Gap, ...] = ()) -> Recording:  # fmt: skip
    pulse = Stream("pulse", (Channel("x", "count", 1.0),), 10.0,
                   np.arange(rows, dtype=np.int16)[:, None], gaps=gaps)  # fmt: skip
    streams = (pulse,) if strap is None else (pulse, strap)
    return Recording("r", streams, label=label, segments=segments)


def strap(values: list[float], rate_hz: float = 1.0, channels: int = 1) -> Stream:
    """One value a second, 2 units a count."""
    names = tuple(Channel(f"c{i}", "beat/min", 2.0) for i in range(channels))
    return Stream("strap", names, rate_hz, np.tile(np.array([values]).T, (1, channels)))


def targets(recording: Recording, target: str = "label", **more: object) -> list[float]:
    found = cut([recording], WindowParams(sensor="pulse", target=target, **{**TEN, **more}))
    assert found.target is not None and found.classes == () and (found.labels == -1).all()
    assert len(found.target) == len(found)
    return found.target.tolist()


def test_a_label_is_the_target_of_every_window() -> None:
    assert targets(made(label="-1.5e1")) == [-15.0] * 3


def test_segments_count_by_what_they_cover() -> None:
    parts = (Segment("10", 0, 20), Segment("20", 20, 35), Segment("40", 35, 40))
    assert targets(made(segments=parts)) == [10.0, (15 * 20 + 5 * 40) / 20]  # the third has none
    assert targets(made(segments=(Segment("7", 4, 20),))) == [7.0]  # 80 % is enough
    with pytest.raises(InputError, match="'label' says enough of none"):
        targets(made(segments=(Segment("7", 5, 20),)))


@pytest.mark.parametrize("label", ["walk", "", "nan", "inf"])
def test_a_label_that_is_no_number(label: str) -> None:
    with pytest.raises(InputError, match="learns numbers") as error:
        targets(made(label=label))
    assert error.value.where == "r" and "SENSOR.CHANNEL" in str(error.value)


def test_a_stream_is_averaged_over_each_window() -> None:
    assert targets(made(strap=strap([30, 40, 50, 60, 70, 80])), "strap.c0") == [70.0, 110.0, 150.0]
    assert targets(made(strap=strap([30, 40, 50, 60, 70, 80])), "strap") == [70.0, 110.0, 150.0]


def test_windows_of_which_the_stream_says_too_little_are_left_out() -> None:
    short = made(strap=strap([30, 40, 50, math.nan]))
    assert targets(short, "strap.c0") == [70.0]
    assert targets(short, "strap.c0", coverage=0.5) == [70.0, 100.0]


def test_gaps_move_windows_in_time() -> None:
    late = made(rows=40, gaps=(Gap(20, 20),), strap=strap([1, 2, 3, 4, 5, 6]))
    assert targets(late, "strap.c0") == [3.0, 11.0]


@pytest.mark.parametrize(
    ("target", "says"),
    [("strap", "c0, strap.c1"), ("strap.rate", "it has: c0, c1"), ("belt.c0", "pulse, strap")],
)
def test_streams_that_do_not_say_which(target: str, says: str) -> None:
    streams = [f"strap.{says}"] if target == "strap" else [says]
    with pytest.raises(InputError) as error:
        targets(made(strap=strap([1, 2, 3, 4, 5, 6], channels=2)), target)
    assert streams[0] in str(error.value)
