from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.formats.csv import FORMAT, Params
from motekit.recordings.parts import join
from motekit.testing.format import FormatContract, some_recording

LONG = "recording,timestamp,accX [g],label,subject\n" + "".join(
    f"r{r},{20 * i},{i * 0.5},{'walk' if r else 'run'},s{r}\n" for r in range(3) for i in range(30)
)


def with_times() -> Recording:
    stream = Stream(
        "sensor", (Channel("x", "g", 0.25), Channel("y", "N/A")), 50.0,
        np.arange(60, dtype=np.int16).reshape(30, 2), first_index=2, gaps=(Gap(12, 3, "index"),),
        time_s=np.concatenate([np.arange(10), np.arange(13, 33)]) / 50.0,
    )  # fmt: skip
    segments = (Segment("a", 0, 10), Segment("b", 15, 30))
    return Recording("r", (stream,), subject="s1", session="2", device="d", segments=segments)


class TestCsv(FormatContract):
    format = FORMAT
    recordings = (with_times(),)
    files: ClassVar[dict[str, bytes]] = {
        "long.csv": LONG.encode(),
        "iso.csv": b"datetime;v [V]\n" + b"".join(
            f"2016-11-24 13:58:{i:02d}.5;{i}\n".encode() for i in range(40)),
        "packed.csv.gz": gzip.compress(LONG.encode(), mtime=0),
    }  # fmt: skip
    bombs: ClassVar[dict[str, bytes]] = {
        "one_line.csv": b"1," * (1 << 21),
        "wide.csv": b",".join(b"c%d" % i for i in range(50_000)) + b"\n1\n",
        "packed.csv.gz": gzip.compress(b"time,x\n" + bytes(64 << 20)),
        "line.csv.gz": gzip.compress(b"time,x\n0,1\n1," + b"7" * (64 << 20)),
        "binary.csv": b"\0\1\2\3," * 100,
    }


class TestGivenRate(FormatContract):
    format = FORMAT
    params: ClassVar[dict[str, Any]] = {"rate_hz": 50.0}
    recordings = (some_recording(label="x", subject="a"),)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, **params: Any) -> list[Recording]:
    return list(join(FORMAT.parts(path, Params(**params))))


def test_long_form_gives_recordings_with_labels(tmp_path: Path) -> None:
    found = read(write(tmp_path / "x.csv", LONG))
    assert [(r.name, r.label, r.subject) for r in found] == [
        ("r0", "run", "s0"), ("r1", "walk", "s1"), ("r2", "walk", "s2"),
    ]  # fmt: skip
    stream = found[1].streams[0]
    assert stream.rate_hz == 50.0 and stream.channels == (Channel("accX", "g"),)
    assert stream.time_s is not None and stream.time_s[:3].tolist() == [0, 0.02, 0.04]


def test_a_label_that_changes_makes_segments(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'a' if i < 4 else 'b' if i < 6 else ''}\n" for i in range(8))
    (found,) = read(write(tmp_path / "x.csv", "v,label\n" + rows), rate_hz=10.0)
    assert found.label is None
    assert found.segments == (Segment("a", 0, 4), Segment("b", 4, 6))


def test_without_id_columns_the_file_names_the_recording(tmp_path: Path) -> None:
    (found,) = read(write(tmp_path / "walk.07.csv", "v\n1\n2\n"), rate_hz=10.0)
    assert found.name == "walk.07"


@pytest.mark.parametrize(
    ("header", "step", "rate"),
    [
        ("timestamp", 20, 50), ("time", 0.02, 50), ("time [us]", 20000, 50), ("t_ms", 4, 250),
        ("Timestamp (ns)", 5_000_000, 200), ("time", 999, 1000 / 999), ("ts", 0.5, 2),
    ],
)  # fmt: skip
def test_units_of_timestamps(tmp_path: Path, header: str, step: float, rate: float) -> None:
    rows = "".join(f"{i * step},1\n{'' if i % 3 else chr(10)}" for i in range(10))
    (found,) = read(write(tmp_path / "x.csv", f"{header},v\n{rows}"))
    assert found.streams[0].rate_hz == pytest.approx(rate, rel=1e-5)
    assert "time_unit" in found.metadata


def test_a_step_that_could_be_anything_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "time,v\n0,1\n20000,1\n40000,1\n")
    with pytest.raises(InputError, match=r"unit of the timestamps.*time_unit"):
        read(path)
    assert read(path, time_unit="us")[0].streams[0].rate_hz == 50.0


def test_iso_dates_with_and_without_zone(tmp_path: Path) -> None:
    for zone in ("", "Z", "+00:00"):
        rows = "".join(f"2020-01-01T00:00:0{i}.25{zone},1\n" for i in range(5))
        (found,) = read(write(tmp_path / "x.csv", "date,v\n" + rows))
        assert found.started_at == 1577836800.25
        assert found.streams[0].rate_hz == 1.0


def test_an_index_column_makes_gaps(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i}\n" for i in (5, 6, 9, 10, 20))
    (found,) = read(write(tmp_path / "x.csv", "sample,v\n" + rows), rate_hz=10.0)
    stream = found.streams[0]
    assert stream.first_index == 5
    assert stream.gaps == (Gap(7, 2, "index"), Gap(11, 9, "index"))
    assert stream.index().tolist() == [5, 6, 9, 10, 20]


def test_parts_of_a_long_file_join_to_the_whole(tmp_path: Path) -> None:
    count = 150_000
    index = np.arange(count) + (np.arange(count) >= 65_536) * 3  # a gap where a part ends
    rows = "\n".join(f"{i},{i % 1000},{'a' if i < 70_000 else 'b'}" for i in index)
    path = write(tmp_path / "x.csv", "sample,v,label\n" + rows + "\n")
    parts = list(FORMAT.parts(path, Params(rate_hz=10.0)))
    assert len(parts) > 1
    (found,) = join(parts)
    assert (found.streams[0].index() == index).all()
    assert [s.label for s in found.segments] == ["a", "b"]
    assert found.segments[0].stop == int(np.searchsorted(index, 70_000))


def test_dtype_and_scale_keep_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "a [g],b [g]\n1,-2\n3,4\n")
    stream = read(path, rate_hz=1.0, dtype="int16", scale=(0.5,))[0].streams[0]
    assert stream.values.dtype == np.int16
    assert stream.physical().tolist() == [[0.5, -1.0], [1.5, 2.0]]
    with pytest.raises(InputError, match="does not fit dtype int8") as error:
        read(write(path, "a\n1\n300\n"), rate_hz=1.0, dtype="int8")
    assert f"{path}:3" in str(error.value.where)


def test_other_spellings_of_csv(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", '# made by us\n"a, left";b\r\n1,5;2\r\n\r\n2,5;3\r\n')
    stream = read(path, rate_hz=1.0, delimiter=";", decimal=",")[0].streams[0]
    assert stream.values.tolist() == [[1.5, 2], [2.5, 3]]
    assert stream.channels[0].name == "a, left"
    write(path, "1\t2\n3\t4\n")
    (found,) = read(path, rate_hz=1.0, header=False)
    assert found.streams[0].values.tolist() == [[1, 2], [3, 4]]


GOOD = "timestamp,accX [g],accY [g]\n0,1,2\n20,1,2\n"
REFUSED = [
    (GOOD + "40,1\n", {}, ":4", "2 fields"),
    (GOOD + "40,1,2,3\n", {}, ":4", "4 fields"),
    (GOOD + "\n\n40,nan,1\n", {}, ":6, field 'accX [g]'", "missing"),
    (GOOD + "40,1,\n", {}, ":4, field 'accY [g]'", "missing"),
    (GOOD + "40,1,-inf\n", {}, ":4, field 'accY [g]'", "finite"),
    (GOOD + "40,1,1e999\n", {}, ":4, field 'accY [g]'", "finite"),
    (GOOD + "40,1,two\n", {}, ":4, field 'accY [g]'", "not a number"),
    (GOOD + "nan,1,2\n", {}, ":4, field 'timestamp'", "timestamp"),
    (GOOD + "10,1,2\n", {}, ":4, field 'timestamp'", "monotonic"),
    ("timestamp,a [furlong]\n0,1\n20,1\n", {}, ":1, field 'a [furlong]'", "unknown unit"),
    ("a\n1\n", {}, "", "neither a timestamp"),
    ("timestamp,a\n5,1\n5,1\n", {}, ":2, field 'timestamp'", "unit of the timestamps"),
    ("a,a\n1,2\n", {"rate_hz": 1.0}, ":1", "two columns"),
    ("a,b\n", {"rate_hz": 1.0}, ":1", "no row"),
    ("1,2\n3,4\n", {"rate_hz": 1.0}, ":1", "not names"),
    ("a,b\n1,x\n", {"rate_hz": 1.0}, ":2, field 'b'", "not a number"),
    ("a,b\n1,2\n", {"rate_hz": 1.0, "channels": ("c",)}, "", "no channel column"),
    ("a,b\n1,2\n", {"rate_hz": 1.0, "units": ("g", "g", "g")}, "", "one per channel"),
    ("recording,a\nx,1\ny,1\nx,2\n", {"rate_hz": 1.0}, ":4, field 'recording'", "follow"),
    ("sample,a\n1,1\n1,1\n", {"rate_hz": 1.0}, ":3, field 'sample'", "does not increase"),
    ("label\nx\n", {"rate_hz": 1.0}, "", "no column with samples"),
]


@pytest.mark.parametrize(("text", "params", "where", "what"), REFUSED)
def test_names_file_line_and_field(
    tmp_path: Path, text: str, params: dict[str, Any], where: str, what: str
) -> None:
    path = write(tmp_path / "bad.csv", text)
    with pytest.raises(InputError, match=what) as error:
        read(path, **params)
    assert str(error.value.where) == f"{path}{where}"
    assert "\n" not in error.value.line()


def test_missing_values_are_kept_when_asked_for(tmp_path: Path) -> None:
    (found,) = read(write(tmp_path / "x.csv", GOOD + "40,nan,inf\n"), nan="keep")
    assert np.isnan(found.streams[0].values[2]).all()


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("größe,b\n1,2\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read(path, rate_hz=1.0)
    path.write_bytes(b"a,label\n1,x\n2,\xff\n")
    with pytest.raises(InputError, match="UTF"):
        read(path, rate_hz=1.0)
