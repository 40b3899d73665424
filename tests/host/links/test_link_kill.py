"""The host is killed at random moments while it collects; the device goes on."""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from motekit.links.collector import Collector
from motekit.links.filesink import FileSink, read_file
from motekit.links.virtual.endpoints import TcpEndpoint
from motekit.links.virtual.network import Faults
from motekit.links.virtual.serve import Served
from motekit.links.virtual.world import World
from motekit.testing.transport import BOOT, STREAMS, virtual_mote

COLLECT = """
import sys, threading
from pathlib import Path
from motekit.links.collector import Collector
from motekit.links.filesink import FileSink
from motekit.links.runner import Runner
from motekit.links.transports.tcp import TRANSPORT, Params

with FileSink(Path(sys.argv[1])) as sink:
    stop = threading.Event()
    if len(sys.argv) > 3:
        threading.Timer(float(sys.argv[3]), stop.set).start()
    collector = Collector(sink, commit_every_s=0.05)
    Runner(TRANSPORT, Params(port=int(sys.argv[2])), collector, stop).run()
"""


def run(times, path, seed):
    endpoint = TcpEndpoint()
    rnd = random.Random(seed)
    command = [sys.executable, "-c", COLLECT, path, str(endpoint.port)]
    with Served(virtual_mote(ring_bytes=4_000_000), endpoint):
        for _ in range(times):
            child = subprocess.Popen(command)
            time.sleep(0.9 + 1.2 * rnd.random())
            child.send_signal(signal.SIGKILL)
            child.wait()
        subprocess.run([*command, "3.0"], check=True)


def check(path):
    """Every sample from the first one on is there once, with its value; returns the seconds."""
    for source in STREAMS:
        key = ("virtual-mote", f"boot-{BOOT:08x}", source.sensor)
        stored = read_file(path)[key]
        index = stored.index()
        assert np.array_equal(index, np.arange(index[0], index[-1] + 1))
        assert index[0] == 0 and not stored.gaps
        assert np.array_equal(stored.values, source.values[index % len(source)])
        assert stored.time_s is not None
    return len(stored) / source.rate_hz


class Killed(Exception):
    """kill -9, at a moment that cannot be timed from outside."""


class DyingSink(FileSink):
    """Now and then the process dies in a commit: in the middle of the write, or just after the
    data was durable and before anything was said of it."""

    def __init__(self, path, rnd):
        super().__init__(path)
        self._rnd = rnd

    def commit(self):
        chance = self._rnd.random()
        if chance < 0.15 and self._pending:
            self._file.write(self._pending[: self._rnd.randrange(len(self._pending))])
            raise Killed
        super().commit()
        if chance > 0.85:
            raise Killed


@pytest.mark.parametrize("seed", [22, 23])
def test_nothing_that_was_acknowledged_is_lost_however_the_host_ends(tmp_path, seed):
    """Killed inside and between commits, or closed and come back, in simulated time. The buffer
    holds everything that was not acknowledged, so "overflow" would be an acknowledged sample."""
    rnd, path = random.Random(seed), tmp_path / "a"
    mote = virtual_mote(ring_bytes=8_000_000, rate_ppm=40_000.0)  # reports come amid frames
    faults = Faults(delay_s=0.004, extra_s=0.01, drop=0.03)
    sink, reasons, ends = DyingSink(path, rnd), set(), 0
    world = World(mote, Collector(sink), faults, faults, seed=seed)
    while world.now < 60.0:
        try:
            world.run(world.now + rnd.uniform(0.3, 4.0))
            if rnd.random() < 0.4:
                last = world.collector.close(world.epoch + world.now)
                if rnd.random() < 0.5:
                    mote.receive(last)
        except Killed:
            world.now += 0.01
        sink.close()
        reasons |= {missing.gap.reason for missing in world.collector.gaps}
        ends += 1
        sink = DyingSink(path, rnd)
        mote.connect(False)
        world = _again(world, sink, faults)
    sink.close()
    sink = FileSink(path)
    world = _again(world, sink, Faults(delay_s=0.004))
    world.run(world.now + 10.0)
    assert world.collector.session.boot.sequence.behind() == 0 and ends > 10
    reasons |= {missing.gap.reason for missing in world.collector.gaps}
    assert reasons <= {"closed"}
    for source in STREAMS:
        key = ("virtual-mote", f"boot-{BOOT:08x}", source.sensor)
        ((first, _),) = sink.held(*key[:2])[source.sensor]  # stored or named: all from 0 on
        assert first == 0
        stored = read_file(path)[key]
        index = stored.index()
        assert np.array_equal(stored.values, source.values[index % len(source)])
        assert len(stored) + sum(gap.count for gap in stored.gaps) == index[-1] + 1 - index[0]
    sink.close()


def _again(world, sink, faults):
    """The same device and time, another process of the host."""
    after = World(world.mote, Collector(sink), faults, faults, seed=round(world.now * 100))
    after.now = world.now
    world.mote.connect(True)
    after.collector.connected(after.epoch + after.now)
    return after


def test_nothing_is_lost_or_stored_twice(tmp_path):
    run(4, tmp_path / "a", seed=1)
    assert check(tmp_path / "a") > 5


@pytest.mark.slow
def test_nothing_is_lost_or_stored_twice_after_many_kills(tmp_path):
    run(100, tmp_path / "a", seed=2)
    assert check(tmp_path / "a") > 100
