from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings import join, read, write
from motekit.recordings.parts import clipped, format_of, merged


def part(name: str, first: int, rows: int, **facts: object) -> Recording:
    values = np.arange(first, first + rows, dtype=np.int32)[:, None]
    stream = Stream("s", (Channel("x", "V"),), 10.0, values, first_index=first,
                    gaps=facts.pop("gaps", ()))  # type: ignore[arg-type]  # fmt: skip
    return Recording(name, (stream,), **facts)  # type: ignore[arg-type]


def test_parts_join_by_name() -> None:
    a, b = join([part("a", 0, 3), part("a", 3, 2), part("b", 0, 1)])
    assert a.streams[0].values[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert (b.name, len(b.streams[0])) == ("b", 1)


def test_a_jump_between_parts_is_a_gap() -> None:
    (a,) = join([part("a", 5, 3), part("a", 10, 2, gaps=(Gap(11, 4),))])
    assert a.streams[0].gaps == (Gap(8, 2), Gap(11, 4))
    assert a.streams[0].index().tolist() == [5, 6, 7, 10, 15]


def test_segments_of_parts_move_and_meet() -> None:
    first = part("a", 0, 3, segments=(Segment("x", 1, 3),))
    second = part("a", 3, 3, segments=(Segment("x", 0, 1), Segment("y", 1, 2)))
    (a,) = join([first, second])
    assert a.segments == (Segment("x", 1, 4), Segment("y", 4, 5)) and a.label is None


def test_one_segment_over_everything_is_the_label() -> None:
    halves = [part("a", i, 3, segments=(Segment("x", 0, 3),)) for i in (0, 3)]
    (a,) = join(halves)
    assert a.label == "x" and a.segments == ()
    (b,) = join(halves[:1])
    assert b.label == "x"


SEGMENTS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 9), st.integers(0, 3)))


@given(SEGMENTS, st.integers(1, 7))
def test_cutting_segments_into_parts_and_joining_them_changes_nothing(
    spans: list[tuple[str, int, int]], rows: int
) -> None:
    made, end = [], 0
    for label, length, pause in spans:
        made.append(Segment(label, end + pause, end + pause + length))
        end += pause + length
    whole = merged(made)
    pieces = [Segment(s.label, s.start + row, s.stop + row)
              for row in range(0, end, rows) for s in clipped(whole, row, rows)]  # fmt: skip
    assert merged(pieces) == whole


def test_a_format_is_known_by_ending_or_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    write(path, part("a", 0, 5), "parquet")
    assert format_of(path).name == "parquet"
    (found,) = read(path)
    assert found.name == "a"


@pytest.mark.parametrize(
    ("data", "what"), [(b"", "empty"), (b"\x89PNG", "no format knows"), (None, "cannot read")]
)
def test_files_that_no_format_knows(tmp_path: Path, data: bytes | None, what: str) -> None:
    path = tmp_path / "x.dat"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError, match=what) as error:
        read(path)
    assert "x.dat" in str(error.value.where)


def test_parameters_and_formats_are_checked_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n")
    with pytest.raises(InputError, match="rate_hz"):
        read(path, params={"rate": 5})
    with pytest.raises(InputError, match="choose one of"):
        read(path, "excel")
