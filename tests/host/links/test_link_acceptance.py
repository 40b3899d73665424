"""Four sensors for a quarter of an hour of simulated time, ten minutes of them without a link.

The device is the C code, replaying real recordings; the transport loses 1 % of what it carries
and delays the rest by 8 ms plus an exponential part of mean 5 ms.
"""

import itertools

import numpy as np
import pytest
import shared_data

from motekit.core.recording import Channel, Stream
from motekit.links.collector import Collector
from motekit.links.memorysink import MemorySink
from motekit.links.virtual import Setup, Source, VirtualMote, replay
from motekit.links.virtual.network import Faults
from motekit.links.virtual.world import Outage, World

SENSORS = {"imu": 416.0, "ppg": 100.0, "adc": 1000.0, "battery": 1.0}
BOOT = 0x5EED0001
SESSION = ("virtual-mote", f"boot-{BOOT:08x}")
RATE_PPM = 3000.0  # the sensors' own oscillators are not at their nominal rates


@pytest.fixture(scope="module")
def streams():
    watch = shared_data.spar_watch_6axis()[0].streams
    imu = np.hstack([stream.values for stream in watch])
    channels = (*watch[0].channels, *watch[1].channels)
    ppg = shared_data.heartpy().streams[0].values.astype(np.int32)
    emg = shared_data.biosppy("emg").streams[0].values.astype(np.int16)
    battery = np.linspace(4.2, 3.3, 900, dtype=np.float32)[:, None]
    return {
        "imu": Stream("imu", channels, SENSORS["imu"], imu),
        "ppg": Stream("ppg", (Channel("light", "1"),), SENSORS["ppg"], ppg),
        "adc": Stream("adc", (Channel("emg", "mV", 0.5),), SENSORS["adc"], emg),
        "battery": Stream("battery", (Channel("voltage", "V"),), SENSORS["battery"], battery),
    }


def make_world(streams, drift_ppm, outage, *, ring_bytes=8_000_000, bytes_per_s=0, mtu=0, seed=1):
    sources = [Source(stream, format=3 if name == "ppg" else 0) for name, stream in streams.items()]
    setup = Setup(
        drift_ppm=drift_ppm,
        rate_ppm=RATE_PPM,
        boot=BOOT,
        bytes_per_s=bytes_per_s,
        ring_bytes=ring_bytes,
        max_frame=244,
        jitter_s=5e-6,
        first_tick=2**32 - 40_000_000,  # starts over after 40 s, and again in the gap
        tick_hz=10_000_000,
    )
    mote = VirtualMote(replay(sources, max_frame=244), setup)
    faults = Faults(delay_s=0.008, extra_s=0.005, drop=0.01, mtu=mtu)
    collector = Collector(MemorySink(), commit_every_s=0.5)
    return World(mote, collector, faults, faults, (outage,), seed=seed)


def check_stream(world, sink, source, drift_ppm):
    """Values, exact account of indices, and times; returns the stored stream."""
    stored = sink.stream(*SESSION, source.sensor)
    index = stored.index()
    assert np.array_equal(stored.values, source.values[index % len(source)])
    gaps = sink.gaps.get((*SESSION, source.sensor), [])
    covered = sorted([(g.start, g.start + g.count) for g in gaps])
    missing = set(range(index[0], index[-1] + 1)) - set(index.tolist())
    assert missing == {i for a, b in covered for i in range(a, b) if i <= index[-1]}
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(covered))
    assert (np.diff(stored.time_s) > 0).all()
    rate = source.rate_hz * (1 + RATE_PPM * 1e-6) * (1 + drift_ppm * 1e-6)
    error = stored.time_s - world.epoch - (index + 1) / rate
    late = stored.time_s > world.epoch + 60
    assert np.percentile(np.abs(error[late]), 95) < 1e-3
    return stored


@pytest.mark.parametrize(
    ("kind", "drift_ppm"), [("pty", 100.0), ("pty", -100.0), ("ble", 63.0), ("ble", -100.0)]
)
def test_nothing_is_lost_that_the_device_still_held(streams, kind, drift_ppm):
    ble = {"mtu": 182, "bytes_per_s": 60_000}  # notifications of 182 bytes
    outage = Outage(90, 690, noticed=kind == "ble")
    world = make_world(streams, drift_ppm, outage, **(ble if kind == "ble" else {}))
    session = world.collector.session
    world.run(60)
    fit = session.boot.fit()
    assert abs(fit.rate_ppm - drift_ppm) < 1.0
    world.run(692)
    assert session.live  # within two seconds
    newest = max(part.time_s[-1] for part in world.collector._sink.parts[*SESSION, "imu"])
    assert newest > world.epoch + 691  # and samples of now come before those of the gap
    world.run(900)
    assert session.boot.sequence.behind() == 0
    sink = world.collector._sink
    world.collector.close(world.epoch + world.now)
    assert not sink.gaps
    for source in streams.values():
        stored = check_stream(world, sink, source, drift_ppm)
        assert stored.first_index == 0
        assert len(stored) > 897 * source.rate_hz
    assert session.status.overflowed == 0


def test_what_the_device_had_to_forget_is_named_exactly(streams):
    world = make_world(
        streams, 40.0, Outage(65, 665), ring_bytes=400_000, bytes_per_s=30_000, mtu=182
    )
    world.run(760)
    session, sink = world.collector.session, world.collector._sink
    assert session.boot.sequence.behind() == 0
    world.collector.close(world.epoch + world.now)
    lost = 0
    for source in streams.values():
        check_stream(world, sink, source, 40.0)
        gaps = sink.gaps[*SESSION, source.sensor]
        assert {gap.reason for gap in gaps} == {"overflow"}
        # About 400 kB of 8 kB a second are kept of ten minutes.
        assert 500 < sum(gap.count for gap in gaps) / source.rate_hz < 580
        lost += sum(gap.count for gap in gaps)
    entries = world.collector.gaps
    assert sum(entry.gap.count for entry in entries) == lost
    first = next(entry for entry in entries if entry.sensor == "imu")
    assert abs(first.start_s - world.epoch - 65) < 0.2
    assert abs(first.stop_s - first.start_s - first.gap.count / SENSORS["imu"]) < 3.0
    assert first.noticed_s - world.epoch < 667
