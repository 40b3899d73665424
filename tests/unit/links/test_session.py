"""The host's end against a device that is written down frame by frame."""

import numpy as np
import pytest

from motekit.links.codec import encode, unpack
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
from motekit.links.options import Options
from motekit.links.session import Session
from motekit.links.wire import Splitter

HZ = 1_000_000
BOOT = 0xAB
ITEMS = [
    Item(0, 0, texts=("fw",)),
    Item(1, 1, 0, 2, 1, 100.0, ("acc",)),
    Item(2, 2, 0, 0, 0, 0.5, ("x", "g")),
]


def hello(boot=BOOT, *, one_way=False, bits=64, tick=0, items=3):
    return Hello(one_way, 1, bits, 1, items, 244, boot, HZ, tick, "mote")


def data(seq, index, count=10, tick=None):
    values = (np.arange(index, index + count) % 32768).astype("<i2").tobytes()
    return Data(0, seq, index, index * 10_000 if tick is None else tick, values)


class Bench:
    """A session, and the device's words."""

    def __init__(self, **options):
        self.session = Session(Options(**{"settle_s": 0.0, **options}))
        self.now = 1000.0
        self.boot = BOOT
        self.splitter = Splitter()

    def hear(self, *frames, after=0.0):
        self.now += after
        for frame in frames:
            self.session.receive(encode(frame, self.boot), self.now)

    def said(self, after=0.0):
        """What the session says, after some time."""
        self.now += after
        return [unpack(raw[:-4]) for raw in self.splitter.feed(self.session.poll(self.now))]

    def open(self, hold=None, **hello_):
        self.hear(hello(**hello_), *ITEMS, hold or Hold(0, 0, 0, 0, ((0, 0),)))
        return self

    def taken(self):
        batch = self.session.take(self.now)
        self.session.commit(batch)
        return batch


def kinds(frames):
    return [type(frame) for frame in frames]


def test_it_wakes_asks_and_opens():
    bench = Bench()
    assert bench.said() == [Wake()]
    assert bench.said(0.5) == []
    assert bench.said(0.5) == [Wake()]
    bench.hear(hello())
    assert bench.said() == [Ask(0, 3)]
    bench.hear(ITEMS[1])
    assert bench.said(0.5) == []
    assert bench.said(0.6) == [Ask(0, 1), Ask(2, 1)]
    bench.hear(ITEMS[0], ITEMS[2])
    assert bench.said() == [Open(True, 1024)]
    assert bench.said(1.1) == [Open(True, 1024)]
    bench.hear(Hold(0, 0, 0, 0, ((0, 0),)))
    assert bench.session.live
    assert Probe(1) in bench.said()
    assert [event.kind for event in bench.session.events] == ["described", "connected"]


def test_samples_with_values_and_times():
    bench = Bench().open()
    bench.hear(data(0, 0), data(1, 10), after=0.2)
    (part,) = bench.taken().parts
    assert (part.device, part.session, part.stream.sensor) == ("mote", "boot-000000ab", "acc")
    assert part.stream.values[:, 0].tolist() == list(range(20))
    assert np.diff(part.stream.time_s) == pytest.approx(0.01, rel=0.02)
    assert bench.said()[0] == Ack(2, 2 + 1024)


def test_a_missing_frame_is_asked_for_and_fills_its_place():
    bench = Bench().open()
    bench.hear(data(0, 0), data(2, 20))
    (ack,) = [f for f in bench.said() if isinstance(f, Ack)]
    assert ack == Ack(0, 1024, ((1, 1),))
    batch = bench.taken()
    assert [p.stream.first_index for p in batch.parts] == [0, 20]
    assert [f for f in bench.said() if isinstance(f, Ack)] == [Ack(1, 3 + 1024)]
    bench.hear(data(1, 10), data(1, 10))
    (part,) = bench.taken().parts
    assert part.stream.first_index == 10 and len(part.stream) == 10
    assert not bench.taken()
    assert Ack(3, 3 + 1024) in bench.said()


def test_nothing_is_acknowledged_before_it_is_committed():
    bench = Bench().open()
    bench.said()
    bench.hear(data(0, 0))
    batch = bench.session.take(bench.now)
    assert all(f.committed == 0 for f in bench.said(2.0) if isinstance(f, Ack))
    bench.session.commit(batch)
    assert Ack(1, 1 + 1024) in bench.said(0.1)


def test_what_the_device_no_longer_holds_is_lost_and_named():
    bench = Bench().open()
    bench.hear(data(0, 0), data(4, 40))
    bench.hear(Hold(500_000, 3, 5, 5, ((50, 30),)))
    batch = bench.taken()
    assert [(m.gap.start, m.gap.count, m.gap.reason) for m in batch.missing] == [
        (10, 20, "overflow")
    ]
    assert batch.missing[0].stop_s - batch.missing[0].start_s == pytest.approx(0.2, rel=0.02)
    bench.hear(data(1, 10))  # too late: it was reported missing
    assert not bench.taken()
    bench.hear(data(3, 30))
    assert [p.stream.first_index for p in bench.taken().parts] == [30]


def test_a_report_older_than_the_newest_is_ignored():
    bench = Bench().open()
    bench.hear(Hold(900_000, 0, 0, 0, ((0, 0),)))
    bench.hear(Hold(800_000, 9, 9, 9, ((90, 90),)))
    assert not bench.taken().missing


def test_gaps_that_the_device_reports():
    bench = Bench().open()
    bench.hear(data(0, 0), Skip(0, 1, 10, 100_000, 5, 2), data(2, 15, tick=150_000))
    bench.hear(Note(0, 3, 25, 250_000, "button"), Note(0, 3, 25, 250_000, "button"))
    batch = bench.taken()
    (missing,) = batch.missing
    assert (missing.gap.start, missing.gap.count, missing.gap.reason) == (10, 5, "sensor off")
    assert [(r.index, r.text) for r in batch.remarks] == [(25, "button")]
    assert [p.stream.first_index for p in batch.parts] == [0, 15]


def test_a_first_contact_begins_at_what_the_device_holds():
    bench = Bench().open(Hold(5 * HZ, 100, 100, 100, ((1000, 900),)))
    bench.hear(data(100, 1000), after=0.1)
    batch = bench.taken()
    assert [p.stream.first_index for p in batch.parts] == [1000] and not batch.missing
    assert bench.session.boot.tracks[0].missing() == 100


def test_what_an_earlier_session_stored_is_not_stored_again_and_its_holes_are_named():
    session = Session(
        Options(settle_s=0.0), lambda device, boot: {"acc": [(0, 40), (60, 80)]}
    )  # fmt: skip
    bench = Bench()
    bench.session = session
    bench.open(Hold(HZ, 7, 7, 10, ((100, 70),)))
    bench.hear(data(7, 70), data(8, 80), data(9, 90))
    batch = bench.taken()
    assert [p.stream.first_index for p in batch.parts] == [80]
    assert [(m.gap.start, m.gap.count) for m in batch.missing] == [(40, 20)]
    assert bench.session.boot.sequence.mark().base == 10


def test_a_frame_that_is_known_in_part_is_not_thrown_away():
    """An earlier session was closed in the middle of a frame: it named samples missing up to what
    the device had sampled by then. The frame is acknowledged, so the rest of it must be stored."""
    session = Session(
        Options(settle_s=0.0), lambda device, boot: {"acc": [(0, 23), (26, 28)]}
    )  # fmt: skip
    bench = Bench()
    bench.session = session
    bench.open(Hold(HZ, 2, 2, 4, ((40, 20),)))
    bench.hear(data(2, 20), data(3, 30))
    batch = bench.taken()
    assert bench.session.boot.sequence.mark().base == 4 and not batch.missing
    rows = [(p.stream.first_index, len(p.stream)) for p in batch.parts]
    assert rows == [(23, 3), (28, 12)]
    for part in batch.parts:
        assert part.stream.values[:, 0].tolist() == part.stream.index().tolist()
    bench = Bench()
    bench.session = Session(Options(settle_s=0.0), lambda device, boot: {"acc": [(0, 23)]})
    bench.open(Hold(HZ, 2, 2, 3, ((40, 20),)))
    bench.hear(Skip(0, 2, 20, 200_000, 10, 0))
    assert [(m.gap.start, m.gap.count) for m in bench.taken().missing] == [(23, 7)]


def test_a_new_boot_ends_the_old_one():
    bench = Bench().open()
    bench.hear(data(0, 0), data(2, 20))
    bench.boot = 0xCD
    bench.hear(hello(0xCD), after=1.0)
    assert bench.said() == [Ask(0, 3)]
    bench.hear(*ITEMS, Hold(0, 0, 0, 0, ((0, 0),)), data(0, 0), after=0.1)
    batch = bench.taken()
    assert [p.session for p in batch.parts] == ["boot-000000ab"] * 2 + ["boot-000000cd"]
    (missing,) = batch.missing
    assert (missing.gap.start, missing.gap.count, missing.gap.reason) == (10, 10, "reset")
    bench.boot = BOOT
    bench.hear(hello(BOOT), data(3, 30))  # late frames of the old boot
    assert bench.session.device.boot == 0xCD and not bench.taken()


def test_hello_of_an_open_device_means_open_it_again():
    bench = Bench().open()
    bench.said()
    bench.hear(hello(tick=5 * HZ), after=2.0)
    assert bench.said() == [Open(True, 1024)]


def test_silence():
    bench = Bench().open()
    bench.hear(data(0, 0))
    bench.said(2.0)
    frames = bench.said(2.0)
    assert frames == [Wake()] and not bench.session.live
    assert bench.session.events[-1].kind == "silent"
    bench.hear(Hold(5 * HZ, 0, 1, 1, ((10, 0),)))  # it never noticed
    assert bench.session.live


def test_one_way_devices_and_passive_sessions_hear_nothing():
    for bench in (Bench(passive=True).open(), Bench().open(one_way=True)):
        bench.hear(data(0, 0), data(3, 30), after=5.0)
        assert bench.said(5.0) == []
        assert bench.session.close(bench.now, "closed") == b""
        (missing,) = bench.taken().missing
        assert (missing.gap.start, missing.gap.count) == (10, 20)


def test_close_says_goodbye_and_names_what_is_missing():
    bench = Bench().open()
    bench.hear(data(0, 0), data(2, 20))
    last = bench.session.close(bench.now, "closed")
    assert kinds(unpack(raw[:-4]) for raw in Splitter().feed(last)) == [Close]
    batch = bench.taken()
    assert [p.stream.first_index for p in batch.parts] == [0, 20]
    assert [(m.gap.start, m.gap.reason) for m in batch.missing] == [(10, "closed")]


def test_a_description_that_contradicts_itself_is_told_and_asked_for_again():
    bench = Bench()
    bench.hear(hello(), ITEMS[0], Item(1, 1, 0, 9, 1, 100.0, ("acc",)), ITEMS[2])
    (event,) = bench.session.events
    assert event.kind == "refused" and "unknown sample format" in event.text
    assert kinds(bench.said()) == [Ask]


def test_odd_frames_are_counted_and_change_nothing():
    bench = Bench().open()
    bench.hear(
        Data(0, 0, 0, 0, b"\1"),  # half a sample
        Data(0, 0, 0, 0, b""),
        Data(0, 0, 2**30, 0, b"\1\2"),  # far beyond anything sampled
        Data(7, 0, 0, 0, b"\1\2"),  # no such stream
        Hold(5, 0, 0, 0, ((0, 0), (0, 0))),  # one stream too many
    )
    assert (bench.session.counters.odd, bench.session.counters.early) == (3, 2)
    bench.hear(Wake())  # our own words coming back
    bench.boot = BOOT + 1
    bench.hear(data(0, 0))
    assert bench.session.rejected == 2
    assert not bench.taken()


def test_probes_set_the_clock_and_status_is_kept():
    bench = Bench().open()
    for n in range(1, 41):
        (probe,) = [f for f in bench.said(0.1) if isinstance(f, Probe)][:1]
        tick = n * HZ // 10
        bench.now += 0.004
        bench.hear(Echo(probe.value, tick, tick + 100))
        bench.now += 0.0
    assert bench.session.boot.round_trip_s == pytest.approx(0.0039, abs=1e-6)
    bench.hear(Status(9, 3700, 80, False, 2500, 1, 2, 3, 4))
    assert bench.session.status.percent == 80


@pytest.mark.parametrize("silence", [60.0, 3600.0, 7 * 3600.0])
def test_a_tick_of_32_bits_survives_any_silence(silence):
    """1 MHz in 32 bits starts over after 71 minutes."""
    bench = Bench().open(bits=32)
    sampled = 0

    def second():
        """A second of life: ten frames and a report."""
        nonlocal sampled
        for _ in range(10):
            sampled += 10
            tick = (sampled - 10) * 10_000 % 2**32
            bench.hear(data(sampled // 10 - 1, sampled - 10, tick=tick), after=0.1)
        end = sampled * 10_000 % 2**32
        bench.hear(Hold(end, 0, sampled // 10, sampled // 10, ((sampled, 0),)))

    for _ in range(20):
        second()
    first = bench.taken().parts
    bench.now += silence
    quiet = round(silence) * 100
    sampled += quiet
    tick = sampled * 10_000 % 2**32
    bench.hear(Hold(tick, 0, sampled // 10, sampled // 10, ((sampled, sampled),)))
    for _ in range(20):
        second()
    batch = bench.taken()
    times = np.concatenate([p.stream.time_s for p in (*first, *batch.parts)])
    index = np.concatenate([p.stream.index() for p in (*first, *batch.parts)])
    assert (np.diff(times) > 0).all()
    assert np.abs(times - times[0] - index / 100).max() < 0.02
    (missing,) = batch.missing
    assert (missing.gap.start, missing.gap.count) == (2000, quiet)


def test_reconnecting_forgets_half_a_frame_and_what_was_under_way():
    bench = Bench().open()
    bench.hear(data(0, 0), data(2, 20))
    bench.said()
    wire = encode(data(1, 10), BOOT)
    bench.session.receive(wire[:9], bench.now)
    bench.session.connected(bench.now)
    assert bench.said() == [Open(True, 1024)]
    bench.hear(Hold(HZ, 0, 3, 3, ((30, 0),)))
    acks = [f for f in bench.said() if isinstance(f, Ack)]
    assert acks and acks[0].ranges == ((1, 1),)
    bench.hear(data(1, 10))
    assert [p.stream.first_index for p in bench.taken().parts] == [0]
