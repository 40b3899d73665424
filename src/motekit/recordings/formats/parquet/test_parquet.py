from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.formats.parquet import FORMAT, Params
from motekit.recordings.parts import join
from motekit.testing.format import FormatContract, some_recording

ROWS = 70_000  # beyond one part


def with_everything() -> Recording:
    rng = np.random.default_rng(1)
    stream = Stream(
        "imu",
        (Channel("index", "g", 1 / 4096), Channel("time_s", "rad/s"), Channel("x", "N/A")),
        104.0,
        rng.integers(-32768, 32768, (900, 3)).astype(np.int16),
        first_index=7,
        gaps=(Gap(100, 3, "radio"), Gap(500, 1)),
        time_s=np.arange(900) / 104.0,
    )
    return Recording(
        "s1/ümlaut", (stream,), None, "s1", "left", "dev", (Segment("a", 0, 10),), 1.5e9,
        "here", {"key": "value"},
    )  # fmt: skip


class TestParquet(FormatContract):
    format = FORMAT
    recordings = (
        with_everything(),
        *(some_recording(t, 40, label=t) for t in ("int8", "uint8", "int32", "float32", "float64")),
    )
    guarded = True
    bombs: ClassVar[dict[str, bytes]] = {
        "no_footer.parquet": b"PAR1" + bytes(64) + b"PAR1",
        "huge_footer.parquet": b"PAR1" + bytes(64) + b"\xff\xff\xff\x7fPAR1",
    }


def write(path: Path, recording: Recording) -> Path:
    assert FORMAT.write is not None
    FORMAT.write(path, recording, Params())
    return path


def read(path: Path) -> Recording:
    (found,) = join(FORMAT.parts(path, Params()))
    return found


def test_keeps_everything(tmp_path: Path) -> None:
    made = with_everything()
    found = read(write(tmp_path / "x.parquet", made))
    assert vars(found) | {"streams": 0} == vars(made) | {"streams": 0}
    s, t = made.streams[0], found.streams[0]
    assert (t.values == s.values).all() and t.values.dtype == np.int16
    assert (t.gaps, t.first_index, t.channels, t.sensor) == (
        s.gaps, s.first_index, s.channels, s.sensor,
    )  # fmt: skip
    assert (t.index() == s.index()).all() and (t.time_s == s.time_s).all()


def test_long_recordings_come_in_parts_with_their_gaps_and_segments(tmp_path: Path) -> None:
    values = np.arange(ROWS, dtype=np.int32)[:, None]
    gaps = (Gap(10, 5), Gap(65_000, 1), Gap(66_000, 2))
    stream = Stream("s", (Channel("x", "V"),), 10.0, values, gaps=gaps)
    segments = (Segment("a", 5, 66_000), Segment("b", 66_000, ROWS))
    path = write(tmp_path / "x.parquet", Recording("r", (stream,), segments=segments))
    parts = list(FORMAT.parts(path, Params()))
    assert [len(part.streams[0]) for part in parts] == [65_536, ROWS - 65_536]
    assert (np.concatenate([p.streams[0].index() for p in parts]) == stream.index()).all()
    found = read(path)
    assert found.segments == segments and found.streams[0].gaps == gaps


def test_a_recording_without_rows_is_kept(tmp_path: Path) -> None:
    empty = some_recording(rows=0)
    assert len(read(write(tmp_path / "x.parquet", empty)).streams[0]) == 0


def test_foreign_parquet_is_named_as_such(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1, 2]}), tmp_path / "x.parquet")
    with pytest.raises(InputError, match="not written by motekit"):
        read(tmp_path / "x.parquet")


def test_values_that_parquet_cannot_keep_are_refused(tmp_path: Path) -> None:
    stream = Stream("s", (Channel("x", "V"),), 10.0, np.zeros((4, 1), np.complex128))
    with pytest.raises(InputError, match="type"):
        write(tmp_path / "x.parquet", Recording("r", (stream,)))


def test_another_program_can_read_the_columns(tmp_path: Path) -> None:
    table = pq.read_table(write(tmp_path / "x.parquet", with_everything()))
    assert table.column_names == ["index", "time_s", "index_", "time_s_", "x"]
    assert table.schema.field("x").type == pa.int16()
