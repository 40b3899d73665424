import os

import numpy as np
import pytest

from motekit.core.errors import InputError, MachineError
from motekit.core.recording import Channel, Gap, Stream
from motekit.links.filesink import FileSink, read_file
from motekit.links.memorysink import MemorySink

CHANNELS = (Channel("x", "g", 0.5), Channel("y", "g", 0.5))
KEY = ("mote", "boot-1", "acc")


def part(first, count, times=True):
    index = np.arange(first, first + count)
    values = np.stack([index, -index], 1).astype(np.int16)
    return Stream("acc", CHANNELS, 10.0, values, first, (), index / 10.0 if times else None)


def fill(sink):
    for piece in (part(0, 5), part(20, 5), part(8, 4), part(3, 7)):  # out of order, overlapping
        sink.append("mote", "boot-1", piece)
    for _ in range(2):
        sink.lose("mote", "boot-1", "acc", Gap(12, 8, "overflow"))
    sink.note("mote", "boot-1", "acc", 3, "tür")
    sink.commit()


def check(stream):
    assert np.array_equal(stream.index(), [*range(12), *range(20, 25)])
    assert np.array_equal(stream.values[:, 0], stream.index())
    assert np.array_equal(stream.time_s, stream.index() / 10.0)
    assert stream.gaps == (Gap(12, 8, "overflow"),)


def test_what_was_committed_is_read_back_once(tmp_path):
    path = tmp_path / "a"
    with FileSink(path) as sink:
        fill(sink)
    check(read_file(path)[KEY])
    with FileSink(path) as sink:
        assert sink.held("mote", "boot-1") == {"acc": [(0, 25)]}
        assert sink.held("mote", "boot-2") == {}
        size = path.stat().st_size
        sink.append("mote", "boot-1", part(0, 25))
        sink.note("mote", "boot-1", "acc", 3, "tür")
        sink.commit()
        assert path.stat().st_size == size


def test_the_memory_sink_does_the_same():
    sink = MemorySink()
    fill(sink)
    check(sink.stream(*KEY))
    assert sink.held("mote", "boot-1") == {"acc": [(0, 25)]}


def test_a_file_cut_anywhere_gives_whole_records(tmp_path):
    path = tmp_path / "a"
    with FileSink(path) as sink:
        fill(sink)
    data = path.read_bytes()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        with FileSink(path) as sink:
            held = sink.held("mote", "boot-1").get("acc", [])
            assert path.stat().st_size <= cut
            fill(sink)
        check(read_file(path)[KEY])
        assert all(stop <= 25 for _, stop in held)


def test_samples_without_times(tmp_path):
    with FileSink(tmp_path / "a") as sink:
        sink.append("mote", "boot-1", part(0, 5, times=False))
        sink.commit()
    assert read_file(tmp_path / "a")[KEY].time_s is None


def test_another_file_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_bytes(b"do not touch")
    with pytest.raises(InputError, match="not a file of recorded samples"):
        FileSink(path)
    assert path.read_bytes() == b"do not touch"


def test_a_damaged_record_in_the_middle_is_not_cut_off(tmp_path):
    path = tmp_path / "a"
    with FileSink(path) as sink:
        fill(sink)
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a record is damaged.*byte 0"):
        FileSink(path)
    assert path.read_bytes() == data


def test_a_failed_fsync_is_never_taken_for_success(tmp_path, monkeypatch):
    with FileSink(tmp_path / "a") as sink:
        sink.append("mote", "boot-1", part(0, 5))

        def fail(handle):
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(MachineError, match="cannot write: Input/output error"):
            sink.commit()
        monkeypatch.undo()
        with pytest.raises(MachineError, match="an earlier write failed"):
            sink.commit()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(MachineError, match="cannot open"):
        FileSink(tmp_path / "no" / "a")
