import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Gap
from motekit.links.textlines import LONGEST, TextSession


def started(**kw):
    session = TextSession("board", "imu", **{"rate_hz": 10.0, **kw})
    session.connected(100.0)
    session.receive(b"half a line\n", 100.0)
    return session


def test_any_separator_and_any_cutting():
    session = started()
    text = b"1,2\n 3 \t4\r\n5,  6\n-7.5e1 8\n"
    for n, byte in enumerate(text):
        session.receive(bytes([byte]), 101.0 + n)
    (part,) = session.take(200.0).parts
    stream = part.stream
    assert (part.device, part.session, stream.sensor) == ("board", "text-100", "imu")
    assert np.array_equal(stream.values, [[1, 2], [3, 4], [5, 6], [-75, 8]])
    assert [c.name for c in stream.channels] == ["ch0", "ch1"]
    ends = [n for n, byte in enumerate(text) if byte == 10]
    assert np.array_equal(stream.time_s, [101.0 + n for n in ends])
    assert not session.take(201.0)


def test_unreadable_lines_are_gaps_in_their_place():
    session = started()
    session.receive(b"1,2\n3\n5,6\nx,y\nnan,1\n7,8\n\n9,10\n", 101.0)
    batch = session.take(102.0)
    assert [p.stream.first_index for p in batch.parts] == [0, 2, 5]
    assert [len(p.stream) for p in batch.parts] == [1, 1, 2]
    assert [m.gap for m in batch.missing] == [Gap(n, 1, "unreadable line") for n in (1, 3, 4)]
    assert np.array_equal(batch.parts[2].stream.values, [[7, 8], [9, 10]])
    session.receive(b"1\n2,3\n", 103.0)
    batch = session.take(104.0)
    assert [m.gap.start for m in batch.missing] == [7]
    assert [p.stream.first_index for p in batch.parts] == [8]


def test_errors_of_the_firmware_are_told_and_are_no_samples():
    session = started()
    session.receive(b"1,2\nERR: sensor\n3,4\n", 101.0)
    (part,) = session.take(102.0).parts
    assert len(part.stream) == 2
    assert session.events[-1].text == "ERR: sensor"


def test_the_rate_is_measured_before_anything_is_handed_out():
    session = started(rate_hz=0.0)
    for n in range(21):
        session.receive(b"%d\n" % n, 101.0 + n * 0.1)
        batch = session.take(101.0 + n * 0.1)
        assert bool(batch) == (n == 20)
    (part,) = batch.parts
    assert part.stream.rate_hz == pytest.approx(10.0)
    assert len(part.stream) == 21


def test_a_short_recording_still_gets_a_rate_at_its_end():
    session = started(rate_hz=0.0)
    session.receive(b"1\n", 101.0)
    session.receive(b"2\n", 101.5)
    assert not session.take(101.5)
    assert session.close(102.0, "closed") == b""
    (part,) = session.take(102.0).parts
    assert part.stream.rate_hz == 2.0


def test_an_endless_line_is_not_kept():
    session = started()
    session.receive(b"1" * 100_000, 101.0)
    assert len(session._rest) == LONGEST


def test_units():
    session = started(names=("a", "b"), units=("g", "V"))
    session.receive(b"1,2\n", 101.0)
    (part,) = session.take(101.0).parts
    assert [c.unit for c in part.stream.channels] == ["g", "V"]
    with pytest.raises(InputError, match="as many units as names"):
        TextSession("d", "s", ("a", "b", "c"), ("g", "V"))


def test_a_new_connection_leaves_out_its_first_half_line():
    session = started()
    session.receive(b"1,2\n3,", 101.0)
    session.connected(102.0)
    session.receive(b"4\n5,6\n", 102.0)
    (part,) = session.take(103.0).parts
    assert np.array_equal(part.stream.values, [[1, 2], [5, 6]])
