"""Against liblsl itself, which pylsl brings: a stream that this process sends."""

import threading
import time
import uuid

import numpy as np
import pytest

from motekit.core.errors import InputError
from motekit.links.collector import Collector
from motekit.links.memorysink import MemorySink
from motekit.links.runner import Runner
from motekit.links.transport import TRANSPORTS, Gone

pylsl = pytest.importorskip("pylsl", reason="needs pylsl: pip install 'motekit[lsl]'")

from motekit.links.transports.lsl import TRANSPORT, Params, connect  # noqa: E402


class Sender:
    """An outlet that sends `count` at its rate, in a thread."""

    def __init__(self, name, format="int16", rate=200.0, source="src"):
        info = pylsl.StreamInfo(name, "EEG", 2, rate, format, f"{source}-{name}")
        channels = info.desc().append_child("channels")
        for label in ("Fz", "Cz"):
            channel = channels.append_child("channel")
            channel.append_child_value("label", label)
            channel.append_child_value("unit", "microvolts")
        self.outlet = pylsl.StreamOutlet(info)
        self.began = None

    def send(self, count, rate=200.0):
        clock = pylsl.local_clock()
        self.began = time.time()
        for n in range(count):
            stamp = clock + n / rate
            time.sleep(max(0.0, stamp - pylsl.local_clock()))
            self.outlet.push_sample([n, -n], stamp)


@pytest.fixture
def name():
    return f"motekit-{uuid.uuid4().hex[:8]}"


def collecting(name, **params):
    sink, stop = MemorySink(), threading.Event()
    given = Params(name=name, **params)
    collector = Collector(sink, conversation=TRANSPORT.session(given))
    runner = Runner(TRANSPORT, given, collector, stop)
    thread = threading.Thread(target=runner.run)
    thread.start()
    return sink, collector, stop, thread


def test_it_is_a_plugin_of_its_folder():
    assert TRANSPORTS.get("lsl") is TRANSPORT


def test_samples_keep_their_order_values_units_and_times(name):
    sender = Sender(name)
    sink, collector, stop, thread = collecting(name)
    assert sender.outlet.wait_for_consumers(5)
    time.sleep(0.3)  # the inlet opens before it reads
    sender.send(200)
    limit = time.monotonic() + 5
    while collector.stored["EEG"] < 200 and time.monotonic() < limit:
        time.sleep(0.02)
    stop.set()
    thread.join(5)
    ((device, session, sensor),) = sink.parts
    stream = sink.stream(device, session, sensor)
    assert (device, sensor, stream.rate_hz) == (f"src-{name}", "EEG", 200.0)
    assert [(c.name, c.unit) for c in stream.channels] == [("Fz", "uV"), ("Cz", "uV")]
    assert stream.values.dtype == np.int16
    assert np.array_equal(stream.values[:, 0], np.arange(200)) and not stream.gaps
    assert np.array_equal(stream.values[:, 1], -np.arange(200))
    wanted = sender.began + np.arange(200) / 200
    assert np.abs(stream.time_s - wanted).max() < 0.02
    assert np.allclose(np.diff(stream.time_s), 0.005, atol=1e-6)
    assert any("no index" in event.text for event in collector.events())


def test_another_sender_of_the_name_is_another_session(name):
    first = Sender(name)
    sink, collector, stop, thread = collecting(name)
    assert first.outlet.wait_for_consumers(5)
    time.sleep(0.3)
    first.send(20)
    limit = time.monotonic() + 5
    while collector.stored["EEG"] < 20 and time.monotonic() < limit:
        time.sleep(0.02)
    del first.outlet
    time.sleep(0.3)
    second = Sender(name)
    assert second.outlet.wait_for_consumers(10)
    time.sleep(0.5)
    second.send(20)
    limit = time.monotonic() + 5
    while collector.stored["EEG"] < 40 and time.monotonic() < limit:
        time.sleep(0.02)
    stop.set()
    thread.join(5)
    assert sorted(sum(len(p) for p in parts) for parts in sink.parts.values()) == [20, 20]


def test_what_is_found_and_what_is_refused(name):
    with pytest.raises(InputError, match="which stream"):
        connect(Params())
    with pytest.raises(Gone, match="nobody sends"):
        connect(Params(name=name, wait_s=0.5))
    sender, text = Sender(name), Sender(f"{name}-text", "string", 0.0)
    found = [place.params.name for place in TRANSPORT.find()]
    assert name in found and f"{name}-text" not in found
    with pytest.raises(InputError, match="texts"):
        connect(Params(name=f"{name}-text", wait_s=2.0))
    other = Sender(name, source="other")
    with pytest.raises(InputError, match="several streams"):
        connect(Params(name=name, wait_s=2.0))
    connect(Params(name=name, source=f"other-{name}", wait_s=2.0)).close()
    del sender, text, other
