"""The host is killed at random moments while it collects; the device goes on."""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from motekit.links.filesink import read_file
from motekit.links.virtual.endpoints import TcpEndpoint
from motekit.links.virtual.serve import Served
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


def test_nothing_is_lost_or_stored_twice(tmp_path):
    run(4, tmp_path / "a", seed=1)
    assert check(tmp_path / "a") > 5


@pytest.mark.slow
def test_nothing_is_lost_or_stored_twice_after_many_kills(tmp_path):
    run(100, tmp_path / "a", seed=2)
    assert check(tmp_path / "a") > 100
