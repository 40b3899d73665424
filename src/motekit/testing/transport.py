"""The contract that every transport of the mote link meets: inherit in the plugin's test.

class TestTcp(TransportContract):
    transport = TRANSPORT

    @contextlib.contextmanager
    def served(self, mote):
        with Served(mote, TcpEndpoint()) as served:
            yield Params(port=served.endpoint.port)
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from motekit.core.recording import Channel, Stream
from motekit.links.collector import Collector
from motekit.links.memorysink import MemorySink
from motekit.links.runner import Runner
from motekit.links.transport import TRANSPORTS, Transport
from motekit.links.virtual import Setup, Source, VirtualMote, replay

BOOT = 0xC0FFEE01
STREAMS = tuple(
    Stream(
        name,
        tuple(Channel(f"{name}{n}", "1", 0.5) for n in range(channels)),
        rate,
        np.random.default_rng(channels).integers(-30000, 30000, (997, channels)).astype(np.int16),
    )
    for name, rate, channels in (("imu", 200.0, 6), ("adc", 1000.0, 1), ("slow", 5.0, 2))
)


def virtual_mote(**setup: Any) -> VirtualMote:
    """A mote with three sensors of noise."""
    setup = {"boot": BOOT, "max_frame": 244, **setup}
    return VirtualMote(replay([Source(s) for s in STREAMS], max_frame=244), Setup(**setup))


def check(sink: MemorySink, least_s: float, boot: int = BOOT) -> int:
    """Every sample of every sensor once, with its value; returns how many are missing, those
    aside that the device had taken but not sent when it ended."""
    missing = 0
    for source in STREAMS:
        key = ("virtual-mote", f"boot-{boot:08x}", source.sensor)
        stored = sink.stream(*key)
        index = stored.index()
        assert np.array_equal(stored.values, source.values[index % len(source)])
        assert len(stored) >= least_s * source.rate_hz
        assert stored.time_s is not None and (np.diff(stored.time_s) >= 0).all()
        rows = [(p.first_index, p.first_index + len(p)) for p in sink.parts[key]]
        gaps = [(g.start, g.start + g.count) for g in sink.gaps.get(key, [])]
        assert all(a[1] == b[0] for a, b in itertools.pairwise(sorted(rows + gaps)))
        missing += sum(g.count for g in sink.gaps.get(key, []) if g.reason != "closed")
    return missing


class Collecting:
    """A runner in a thread: use in a `with`; stops at its end."""

    def __init__(self, transport: Transport, params: Any) -> None:
        self.sink = MemorySink()
        self.collector = Collector(
            self.sink, transport.options, conversation=transport.session(params)
        )
        self._stop = threading.Event()
        self.runner = Runner(transport, params, self.collector, self._stop)
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self.runner.run()
        except BaseException as error:
            self._failed = error

    def until(self, samples: dict[str, int], most_s: float = 20.0) -> None:
        """Wait until so many samples of each sensor are stored."""
        limit = time.monotonic() + most_s
        while any(self.collector.stored[name] < n for name, n in samples.items()):
            assert time.monotonic() < limit, dict(self.collector.stored)
            assert self._thread.is_alive() or self._failed is None, self._failed
            time.sleep(0.02)

    def join(self, most_s: float = 20.0) -> None:
        """Wait until the runner has ended by itself."""
        self._thread.join(most_s)
        assert not self._thread.is_alive()

    def __enter__(self) -> Collecting:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stop.set()
        self._thread.join(20.0)
        if kind is None and self._failed is not None:
            raise self._failed


class TransportContract:
    """What `motekit collect` relies on."""

    transport: Transport

    @contextlib.contextmanager
    def served(self, mote: VirtualMote) -> Iterator[Any]:
        """Run the mote where the transport can reach it; yields the parameters for that."""
        raise NotImplementedError

    def test_it_is_a_plugin_of_its_folder(self) -> None:
        assert self.transport.name == self.transport.package.rpartition(".")[2]
        assert TRANSPORTS.get(self.transport.name) is self.transport
        assert dataclasses.is_dataclass(self.transport.params)
        assert self.transport.summary and not self.transport.summary.endswith(".")

    def test_looking_around_never_raises(self) -> None:
        assert isinstance(self.transport.find(), tuple)

    def test_every_sample_arrives_once(self) -> None:
        with (
            self.served(virtual_mote()) as params,
            Collecting(self.transport, params) as collecting,
        ):
            collecting.until({"imu": 200, "adc": 1000, "slow": 5})
        assert check(collecting.sink, 1.0) == 0
