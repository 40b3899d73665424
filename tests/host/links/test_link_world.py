"""Device, transport and host together, with faults of every kind, in simulated time."""

import itertools

import numpy as np
import pytest

from motekit.core.errors import MachineError
from motekit.core.recording import Channel, Stream
from motekit.links.collector import Collector
from motekit.links.memorysink import MemorySink
from motekit.links.options import Options
from motekit.links.virtual import Setup, Source, VirtualMote, replay
from motekit.links.virtual.network import Faults
from motekit.links.virtual.world import Outage, World

RNG = np.random.default_rng(11)


def noise(name, rate, channels, dtype=np.int16, unit="1"):
    values = RNG.integers(-30000, 30000, (1999, channels)).astype(dtype)
    names = tuple(Channel(f"{name}{i}", unit, 0.25) for i in range(channels))
    return Stream(name, names, rate, values)


STREAMS = (noise("imu", 200.0, 6), noise("adc", 500.0, 1, np.int32), noise("slow", 2.0, 1))
CALM = Faults(delay_s=0.005, extra_s=0.002)


def made(faults=CALM, outages=(), seed=1, options=None, sink=None, streams=STREAMS, **setup):
    sources = [Source(s, format=3 if s.sensor == "adc" else 0) for s in streams]
    setup = {"max_frame": 244, "ring_bytes": 200_000, "boot": 1, **setup}
    mote = VirtualMote(replay(sources, max_frame=244), Setup(**setup))
    collector = Collector(sink or MemorySink(), options)
    return World(mote, collector, faults, faults, outages, seed)


def check(sink, sources=STREAMS, boot=1):
    """Every index from the first to the last one is stored once or missing once; returns the
    number of samples missing."""
    missing = 0
    for source in sources:
        key = ("virtual-mote", f"boot-{boot:08x}", source.sensor)
        rows = [(p.first_index, p.first_index + len(p)) for p in sink.parts[key]]
        gaps = [(g.start, g.start + g.count) for g in sink.gaps.get(key, [])]
        edges = sorted(rows + gaps)
        assert all(a[1] == b[0] for a, b in itertools.pairwise(edges)), source.sensor
        for part in sink.parts[key]:
            rows = part.index() % len(source)
            assert np.array_equal(part.values, source.values[rows])
        stored = sink.stream(*key)
        assert (np.diff(stored.time_s) >= 0).all()
        missing += sum(b - a for a, b in gaps)
    return missing


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "faults",
    [
        Faults(drop=0.2),
        Faults(flip=0.2),
        Faults(truncate=0.1),
        Faults(duplicate=0.3),
        Faults(reorder=0.3),
        Faults(drop=0.05, flip=0.05, truncate=0.05, duplicate=0.05, reorder=0.05, mtu=20),
    ],
    ids=lambda f: ",".join(k for k in ("drop", "flip", "truncate", "duplicate", "reorder")
                           if getattr(f, k)),
)  # fmt: skip
def test_a_bad_transport_loses_nothing(faults, seed):
    world = made(faults, seed=seed + 1)
    world.run(20)
    world.up._faults = world.down._faults = CALM
    world.run(25)
    sink = world.collector._sink
    world.collector.close(world.epoch + world.now)
    assert check(sink) == 0
    stored = sink.stream("virtual-mote", "boot-00000001", "imu")
    # A report of the buffer that comes late means that what came before it was too early.
    assert stored.first_index < 3 * 200 and stored.index()[-1] > 24.5 * 200


def test_a_device_that_does_not_notice_a_short_break_goes_on():
    world = made(outages=(Outage(5, 7, noticed=False), Outage(9, 17, noticed=False)))
    world.run(30)
    kinds = [event.kind for event in world.collector.events()]
    assert kinds == ["described", "connected", "silent", "connected"]
    world.collector.close(world.epoch + world.now)
    assert check(world.collector._sink) == 0


def test_a_reset_ends_one_boot_and_begins_another():
    world = made()
    world.run(5)
    world.mote.reset(2)
    world.run(10)
    world.mote.reset(3)
    world.run(15)
    sink = world.collector._sink
    world.collector.close(world.epoch + world.now)
    ends = []
    for boot in (1, 2, 3):
        assert check(sink, boot=boot) < 60  # what was on its way when it stopped
        times = sink.stream("virtual-mote", f"boot-{boot:08x}", "imu").time_s
        assert not ends or times[0] >= ends[-1]
        ends.append(times[-1])
    reasons = {entry.gap.reason for entry in world.collector.gaps}
    assert reasons <= {"reset"}


def test_late_frames_of_an_earlier_boot_are_not_mistaken():
    world = made(Faults(delay_s=0.3, reorder=0.3, duplicate=0.3))
    world.run(5)
    world.mote.reset(2)
    world.run(12)
    world.collector.close(world.epoch + world.now)
    for boot in (1, 2):
        check(world.collector._sink, boot=boot)


def test_a_new_host_goes_on_where_the_old_one_was_killed():
    world = made()
    sink = world.collector._sink
    for second in range(3, 30, 3):
        world.run(second + 0.123)
        world.collector = Collector(sink)
        world.collector.connected(world.epoch + world.now)
    world.run(35)
    world.collector.close(world.epoch + world.now)
    assert check(sink) == 0
    stored = sink.stream("virtual-mote", "boot-00000001", "imu")
    assert stored.first_index == 0 and len(stored) > 34 * 200


class Stalling(MemorySink):
    """Fails to commit while `down`."""

    down = False

    def commit(self):
        if self.down:
            raise MachineError("disk full")
        super().commit()


def test_nothing_is_acknowledged_that_could_not_be_committed():
    sink = Stalling()
    world = made(sink=sink)
    world.run(5)
    sink.down = True
    with pytest.raises(MachineError):
        world.run(6)
    committed = world.collector.session.boot.sequence.committed
    stored = {key: len(parts) for key, parts in sink.parts.items()}
    sink.down = False
    # The host process would end here; the next one finds what was durable.
    durable = MemorySink()
    for key, parts in sink.parts.items():
        for part in parts[: stored[key] - 1]:
            durable.append(key[0], key[1], part)
    world.collector = Collector(durable)
    world.collector.connected(world.epoch + world.now)
    world.run(12)
    assert world.collector.session.boot.sequence.committed > committed
    world.collector.close(world.epoch + world.now)
    assert check(durable) == 0


def test_a_host_that_does_not_commit_stops_the_device_at_its_window():
    world = made(options=Options(window=20, settle_s=1e9))
    world.run(10)
    assert world.collector.session.boot.sequence.top == 20


def test_one_way_reports_every_gap():
    world = made(
        Faults(drop=0.05, flip=0.05, duplicate=0.05, reorder=0.05),
        one_way=True,
        outages=(Outage(10, 20, noticed=False),),
    )
    world.run(40)
    session = world.collector.session
    sent = world.down.pieces
    world.collector.close(world.epoch + world.now)
    missing = check(world.collector._sink)
    assert sent == 0
    assert missing > 10 * 702
    assert {e.gap.reason for e in world.collector.gaps} <= {"not received", "closed"}
    assert session.counters.early > 0 or session.counters.odd == 0


def test_overruns_and_notes_reach_the_sink():
    world = made(Faults(drop=0.1))
    world.run(3)
    world.mote.overrun(0, 50)
    world.mote.note(1, "button")
    world.run(4)
    world.mote.overrun(0, 7)
    world.run(8)
    sink = world.collector._sink
    world.collector.close(world.epoch + world.now)
    assert check(sink) == 57
    gaps = sink.gaps["virtual-mote", "boot-00000001", "imu"]
    assert {(gap.count, gap.reason) for gap in gaps} == {
        (50, "sensor overrun"), (7, "sensor overrun"),
    }  # fmt: skip
    (note,) = sink.notes
    assert note[2] == "adc" and note[4] == "button" and 1450 < note[3] < 1550
    first = max(world.collector.gaps, key=lambda entry: entry.gap.count)
    assert first.stop_s - first.start_s == pytest.approx(50 / 200, abs=1e-3)
    assert first.start_s - world.epoch == pytest.approx(3.0, abs=0.05)


def test_status_and_timing_are_told():
    world = made(drift_ppm=30.0, rate_ppm=-2000.0, jitter_s=1e-4)
    world.run(30)
    session = world.collector.session
    assert session.status.percent == 99 and session.status.size == 200_000
    summary = session.boot.tracks[0].timing.summary()
    assert summary.rate_hz == pytest.approx(200 * (1 - 2e-3), rel=2e-6)
    # Late by 0 to 100 µs: around a line through them, half of that, and what the line is wrong by.
    assert 15 < summary.jitter_us[0] < 40 and 45 < summary.jitter_us[2] < 110
    assert sum(summary.histogram) > 300


def test_a_backlog_from_the_oldest_on_where_that_is_wanted():
    world = made(options=Options(live_first=False), outages=(Outage(5, 25),))
    world.run(40)
    world.collector.close(world.epoch + world.now)
    assert check(world.collector._sink) == 0
