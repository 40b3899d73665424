"""The device's end in C, seen from the wire: what SPEC.md says it does."""

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Stream
from motekit.links.codec import encode, unpack
from motekit.links.describe import assemble
from motekit.links.frames import (
    Ack,
    Ask,
    Close,
    Data,
    Echo,
    Hello,
    Hold,
    Item,
    Note,
    Open,
    Probe,
    Skip,
    Status,
    Wake,
)
from motekit.links.virtual import Setup, Source, VirtualMote, replay
from motekit.links.wire import NO_BOOT, Splitter, holds, seed

BOOT = 0x1234ABCD
RNG = np.random.default_rng(3)
ACC = Stream(
    "accelerometer",
    tuple(Channel(name, "m/s2", 0.5) for name in ("accX", "accY", "accZ")),
    100.0,
    RNG.integers(-32768, 32768, (777, 3)).astype(np.int16),
)
BATTERY = Stream("battery", (Channel("voltage", "V", 1.0),), 1.0, np.float32([[3.7], [3.6]]))


class Bench:
    """A mote on the desk: run it, talk to it, and see frames with their times."""

    def __init__(self, streams=(ACC, BATTERY), **setup):
        sources = [
            Source(stream, batch=1, per_frame=5 if stream is ACC else 1) for stream in streams
        ]
        self.boot, self.now, self.raw = BOOT, 0.0, []
        self.mote = VirtualMote(replay(sources, device="desk", firmware="fw 1"), Setup(**setup))
        self.splitter, self.bytes = Splitter(), b""

    def run(self, seconds):
        """Frames of the next seconds."""
        self.now += seconds
        return self._frames(self.mote.run(self.now))

    def say(self, *frames):
        for frame in frames:
            self.mote.receive(encode(frame, self.boot))
        return self.run(0)

    def _frames(self, chunks):
        out = []
        for _, data in chunks:
            self.bytes += data
            for raw in self.splitter.feed(data):
                assert holds(raw, NO_BOOT if raw[0] & 31 == 1 else seed(self.boot))
                self.raw.append(raw)
                out.append(unpack(raw[:-4]))
        return out


def of(kind, frames):
    return [frame for frame in frames if isinstance(frame, kind)]


def records(frames):
    return [frame for frame in frames if isinstance(frame, Data | Skip | Note)]


def check_samples(frames, stream=ACC, number=0, dtype="<i2"):
    for frame in of(Data, frames):
        if frame.stream == number:
            values = np.frombuffer(frame.payload, dtype).reshape(-1, len(stream.channels))
            rows = (frame.index + np.arange(len(values))) % len(stream)
            assert np.array_equal(values, stream.values[rows])


def test_it_says_hello_once_a_second_and_nothing_else():
    bench = Bench(status=False)
    frames = bench.run(3.5)
    assert [type(frame) for frame in frames] == [Hello] * 4
    assert bench.bytes[0] == 0 and bench.bytes.count(0) == 5
    assert [round(frame.tick / 1e6) for frame in frames] == [0, 1, 2, 3]
    assert frames[0] == Hello(False, 1, 64, 2, 7, 1024, BOOT, 1_000_000, 0, "desk")


def test_wake_and_ask():
    bench = Bench(status=False)
    (first,) = bench.run(0.5)
    (hello,) = bench.say(Wake())
    assert hello.boot == first.boot and hello.tick == 500_000
    items = bench.say(Ask(0, hello.items))
    device = assemble(hello, {item.item: item for item in items})
    assert (device.name, device.firmware, device.tick_hz) == ("desk", "fw 1", 1_000_000)
    assert [(s.name, s.rate_hz, s.channels) for s in device.sensors] == [
        (s.sensor, s.rate_hz, s.channels) for s in (ACC, BATTERY)
    ]
    assert bench.say(Ask(2, 2)) == items[2:4]
    assert bench.say(Ask(6, 255)) == items[6:]
    assert bench.say(Ask(7, 1)) == [] and bench.say(Ask(200, 100)) == []


def test_open_begins_with_a_hold_and_then_all_that_was_sampled():
    bench = Bench(status=False)
    bench.run(0.52)
    frames = bench.say(Open(False, 1000)) + bench.run(0.5)
    assert frames[0] == Hold(520_000, 0, 0, 10, ((52, 0), (0, 0)))
    data = of(Data, frames)
    assert [frame.index for frame in data if frame.stream == 0] == list(range(0, 100, 5))
    assert [frame.tick for frame in data if frame.stream == 0] == [
        10_000 * (1 + n) for n in range(0, 100, 5)
    ]
    assert [frame.seq for frame in data] == list(range(len(data)))
    check_samples(frames)
    (battery,) = [frame for frame in data if frame.stream == 1]
    assert np.frombuffer(battery.payload, "<f4") == np.float32(3.7)


def test_open_live_passes_over_what_was_before():
    bench = Bench(status=False)
    bench.run(0.52)
    frames = bench.say(Open(True, 1000)) + bench.run(0.1)
    assert frames[0] == Hold(520_000, 0, 10, 10, ((52, 0), (0, 0)))
    assert [frame.index for frame in of(Data, frames)] == [50, 55]
    again = bench.say(Ack(0, 0, ((0, 3), (8, 1))))
    assert [frame.seq for frame in again] == [0, 1, 2, 8]
    check_samples(frames + again)


def test_no_more_records_than_the_host_allows():
    bench = Bench(status=False)
    frames = bench.say(Open(False, 3)) + bench.run(1.0)
    assert len(records(frames)) == 3
    assert [r.seq for r in records(bench.say(Ack(0, 5)))] == [3, 4]
    assert records(bench.say(Ack(0, 4))) == []


def test_committed_records_are_forgotten_and_only_these():
    bench = Bench(status=False)
    bench.say(Open(False, 1000))
    bench.run(0.5)
    bench.say(Ack(6, 1000))
    (hold,) = of(Hold, bench.say(Open(True, 1000)))
    assert (hold.oldest, hold.streams[0]) == (6, (50, 30))
    bench.say(Ack(2, 1000), Ack(5000, 1000))  # going back, and far ahead: not believed
    (hold,) = of(Hold, bench.say(Open(True, 1000)))
    assert hold.oldest == 6


def test_a_record_is_repeated_with_the_same_bytes():
    bench = Bench(status=False)
    bench.say(Open(False, 1000))
    bench.run(0.5)
    before = {raw[2:6]: raw for raw in bench.raw if raw[0] & 31 == 3}
    bench.raw.clear()
    bench.say(Ack(0, 1000, ((2, 3), (7, 1), (9, 9))))
    after = [raw for raw in bench.raw if raw[0] & 31 == 3]
    assert [raw[2] for raw in after] == [2, 3, 4, 7, 9]
    assert all(before[raw[2:6]] == raw for raw in after)


def test_when_the_buffer_is_full_the_oldest_go_and_hold_says_so():
    bench = Bench(status=False, ring_bytes=1100)
    bench.run(3.0)
    frames = bench.say(Open(False, 1000))
    (hold,) = of(Hold, frames)
    size = 2 + 22 + 5 * 6  # a record of five samples in the buffer
    kept = hold.next - hold.oldest
    assert kept == 1100 // size
    # Two of the records kept or gone are the battery's.
    (end, held), (battery, battery_held) = hold.streams
    assert (end, battery) == (300, 3)
    left = records(frames)
    assert min(f.index for f in left if f.stream == 0) == held
    assert [f.index for f in left if f.stream == 1] == list(range(battery_held, battery))
    check_samples(left)
    frames = bench.say(Ack(hold.oldest, 1000, ((0, 3), (hold.oldest, 1))))
    assert [type(frame) for frame in frames] == [Data, Hold]
    (status,) = of(Status, Bench(ring_bytes=1100).say(Wake()))
    assert status.size == 1100


def test_the_buffer_goes_around_for_a_long_time():
    bench = Bench(streams=(ACC,), status=False, ring_bytes=1031)
    bench.say(Open(False, 65535))
    committed = seen = 0
    for _ in range(200):
        frames = of(Data, bench.run(0.13))
        check_samples(frames)
        assert [f.seq for f in frames] == list(range(seen, seen + len(frames)))
        seen += len(frames)
        committed += (seen - committed) // 2
        bench.say(Ack(committed, committed + 1000, ((committed, 2),)))
    assert seen == 200 * 13 // 5


def test_gaps_and_notes_are_records():
    bench = Bench(streams=(ACC,), status=False)
    bench.say(Open(False, 1000))
    bench.run(0.02)
    bench.mote.overrun(0, 7)
    bench.mote.note(0, "knopf gedrückt " + "x" * 40)
    frames = bench.run(0.13)
    first, gap, note, data = records(frames)[:4]
    assert (first.index, len(first.payload)) == (0, 2 * 6)
    assert gap == Skip(0, 1, 2, 30_000, 7, 1)
    assert (note.index, note.seq, note.text) == (9, 2, "knopf gedrückt " + "x" * 15)
    assert (data.index, data.tick) == (9, 100_000)
    bench.say(Ack(3, 1000))
    (hold,) = of(Hold, bench.say(Open(True, 1000)))
    assert hold.streams[0][1] == 9


def test_a_silent_host_counts_as_gone():
    bench = Bench(streams=(ACC,), status=False)
    bench.say(Open(False, 1000))
    assert len(records(bench.run(4.9))) > 90
    bench.run(1.2)
    frames = bench.run(2.0)
    assert [type(frame) for frame in frames] == [Hello, Hello]
    assert len(records(bench.say(Open(False, 1000)))) > 100


def test_close_stops_it_and_keeps_the_buffer():
    bench = Bench(streams=(ACC,), status=False)
    bench.say(Open(False, 1000))
    bench.run(0.5)
    bench.say(Close())
    assert records(bench.run(0.9)) == []
    assert records(bench.say(Open(False, 1000)))[0].seq == 0


def test_frames_for_another_boot_and_damaged_ones_change_nothing():
    bench = Bench(streams=(ACC,))
    bench.say(Open(False, 1000))
    bench.run(0.5)
    bench.mote.receive(encode(Ack(5, 1000), BOOT + 1))
    wire = bytearray(encode(Ack(5, 1000), BOOT))
    wire[3] ^= 1
    bench.mote.receive(bytes(wire) + b"\x55" * 90 + b"\0")
    (hold,) = of(Hold, bench.say(Open(True, 1000)))
    assert hold.oldest == 0
    (status,) = of(Status, bench.run(1.0))
    assert status.refused == 3
    assert (status.millivolts, status.percent, status.centidegrees) == (4199, 99, 2500)


def test_bytes_from_the_host_in_any_pieces():
    bench = Bench(streams=(ACC,), status=False)
    bench.run(0.1)
    for byte in b"\x07\0" + encode(Wake(), BOOT) + encode(Open(False, 9), BOOT):
        bench.mote.receive(bytes([byte]))
    assert [type(frame) for frame in bench.run(0)] == [Hello, Hold, Data, Data]


def test_its_own_words_coming_back_change_nothing():
    bench = Bench(streams=(ACC,), status=False)
    bench.say(Open(False, 1000))
    bench.run(0.5)
    bench.mote.receive(bench.bytes)
    assert records(bench.run(0)) == []


def test_the_tick_goes_on_when_the_counter_starts_over():
    bench = Bench(streams=(ACC,), status=False, first_tick=2**32 - 500_000)
    bench.say(Open(False, 1000))
    ticks = [frame.tick for frame in of(Data, bench.run(2.0))]
    assert ticks == [2**32 - 500_000 + 10_000 * (1 + n) for n in range(0, 200, 5)]


def test_probes_come_back_with_both_times():
    bench = Bench(streams=(ACC,), status=False)
    bench.run(0.7)
    assert bench.say(Probe(2**63 + 5)) == [Echo(2**63 + 5, 700_000, 700_000)]


def test_one_way_says_everything_by_itself():
    bench = Bench(status=False, one_way=True)
    frames = bench.run(0.001)
    assert [type(frame) for frame in frames] == [Hello] + [Item] * 7 + [Hold]
    frames = bench.run(4.0)
    assert [f.seq for f in records(frames)] == list(range(len(records(frames))))
    check_samples(frames)
    items = [frame.item for frame in of(Item, frames)]
    assert items == [0, 1, 2, 3, 4, 5, 6] * 2
    holds_ = of(Hold, frames)
    assert len(of(Hello, frames)) == len(holds_) == 4
    assert holds_[1].oldest == holds_[1].sent == holds_[1].next
    assert holds_[1].streams[0] == (199, 195)
    bench.mote.receive(encode(Close(), BOOT))
    assert records(bench.run(0.5))


def test_a_slow_transport_takes_frames_in_pieces():
    bench = Bench(streams=(ACC,), status=False, bytes_per_s=2000)
    bench.say(Open(False, 1000))
    pieces = list(bench.mote.run(4.9))
    assert min(len(data) for _, data in pieces) < 20
    frames = bench._frames(pieces)
    assert 90 < len(of(Data, frames)) <= 98
    check_samples(frames)


def test_new_and_repeated_records_take_turns_on_a_slow_transport():
    bench = Bench(streams=(ACC,), status=False, bytes_per_s=3000)
    bench.run(20.0)
    bench.say(Open(True, 1000))
    first = 20 * 100 // 5
    for _ in range(20):
        bench.say(Ack(0, 1000, ((0, 200),)))
    frames = records(bench.run(4.0))
    new = [f.seq for f in frames if f.seq >= first]
    old = [f.seq for f in frames if f.seq < first]
    assert 70 < len(new) <= 80 and len(old) > 70


def test_a_connection_that_breaks_in_the_middle_of_a_frame():
    bench = Bench(streams=(ACC,), status=False, bytes_per_s=500)
    bench.say(Open(False, 1000))
    bench.run(3.0)
    bench.mote.connect(False)
    assert bench.run(2.0) == []
    bench.mote.connect(True)
    frames = bench.run(2.0)
    assert {type(frame) for frame in frames} == {Hello}
    assert bench.splitter.rejected <= 1


def test_a_reset_begins_a_new_boot():
    bench = Bench(streams=(ACC,), status=False)
    bench.say(Open(False, 1000))
    bench.run(1.0)
    bench.mote.reset(77, cause=4)
    bench.boot = 77
    (hello,) = bench.run(0.5)
    assert (hello.boot, hello.cause, hello.tick) == (77, 4, 0)
    frames = bench.say(Open(False, 1000))
    assert records(frames)[0].index == records(frames)[0].seq == 0
    check_samples(frames)


@pytest.mark.parametrize(
    "setup",
    [{"ring_bytes": 1025}, {"max_frame": 1025}, {"max_frame": 40}, {"tick_hz": 0}],
    ids=str,
)
def test_a_configuration_that_cannot_work_is_refused(setup):
    with pytest.raises(InputError, match="frame does not fit"):
        Bench(streams=(ACC,), **setup)


def test_a_damaged_replay_is_refused():
    good = replay([Source(ACC)])
    for cut in (0, 5, 30, 60, len(good) - 1):
        with pytest.raises(InputError, match="replay is damaged"):
            VirtualMote(good[:cut], Setup())
