import os
import threading
import time
import tty

import numpy as np
import pytest

from motekit.links.transport import TRANSPORTS
from motekit.links.transports.edge_impulse_forwarder import TRANSPORT, Params
from motekit.testing.transport import Collecting


def test_it_is_a_plugin():
    assert TRANSPORTS.get("edge_impulse_forwarder") is TRANSPORT
    assert isinstance(TRANSPORT.find(), tuple)


def test_lines_from_a_serial_port_become_samples():
    handle, slave = os.openpty()
    tty.setraw(slave)
    stop = threading.Event()

    def firmware():
        n = 0
        while not stop.wait(0.01):
            os.write(handle, b"%d\t%.2f,%d\r\n" % (n, n / 100, -n))
            n += 1

    thread = threading.Thread(target=firmware)
    thread.start()
    params = Params(
        port=os.ttyname(slave), frequency=100.0, names=("a", "b", "c"), units=("m/s2",),
        sensor="imu", device="board",
    )  # fmt: skip
    try:
        began = time.time()
        with Collecting(TRANSPORT, params) as collecting:
            collecting.until({"imu": 50})
    finally:
        stop.set()
        thread.join()
        os.close(handle)
        os.close(slave)
    (key,) = collecting.sink.parts
    stored = collecting.sink.stream(*key)
    assert key[0] == "board" and key[1].startswith("text-") and not stored.gaps
    first = stored.values[0, 0]
    n = first + np.arange(len(stored))
    assert np.array_equal(stored.values, np.stack([n, np.round(n) / 100, -n], 1))
    assert [c.name for c in stored.channels] == ["a", "b", "c"]
    assert {c.unit for c in stored.channels} == {"m/s2"}
    assert began - 1 < stored.time_s[0] < began + 5
    assert np.median(np.diff(stored.time_s)) == pytest.approx(0.01, abs=0.01)
    events = [event.text for event in collecting.collector.events()]
    assert any("leaves no trace" in text for text in events)
