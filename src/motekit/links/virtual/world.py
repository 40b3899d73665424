"""A virtual mote, a seeded transport and a collector together, in simulated time."""

from __future__ import annotations

from dataclasses import dataclass

from ..collector import Collector
from .mote import VirtualMote
from .network import Channel, Faults

STEP_S = 0.01


@dataclass(frozen=True)
class Outage:
    """The link is gone from `start` to `stop`, seconds. noticed: the device is told (a BLE
    disconnection, a closed port), instead of sending into the void."""

    start: float
    stop: float
    noticed: bool = True


class World:
    """Time passes when `run` is called.

    Args:
        epoch: what the host's clock shows when the simulation begins, seconds.
    """

    def __init__(
        self,
        mote: VirtualMote,
        collector: Collector,
        up: Faults,
        down: Faults,
        outages: tuple[Outage, ...] = (),
        seed: int = 1,
        epoch: float = 1_700_000_000.0,
    ) -> None:
        self.mote, self.collector, self.epoch = mote, collector, epoch
        self.up, self.down = Channel(up, 2 * seed), Channel(down, 2 * seed + 1)
        self.now = 0.0
        self._outages = list(outages)
        self._gone: Outage | None = None
        collector.connected(epoch)

    def run(self, until: float) -> None:
        """Let time pass until `until`, seconds since the simulation began."""
        while self.now < until - 1e-9:
            self._step(min(until, self.now + STEP_S))

    def _step(self, end: float) -> None:
        self._switch()
        while self.down.next() <= end:
            arrival = self.down.next()
            self._live(arrival)
            for _, data in self.down.due(arrival):
                if not self._gone:
                    self.mote.receive(data)
        self._live(end)
        for arrival, data in self.up.due(end):
            self.collector.receive(data, self.epoch + arrival)
        self.now = end
        out = self.collector.poll(self.epoch + end)
        if out and not self._gone:
            self.down.send(end, out)

    def _live(self, until: float) -> None:
        for at, data in self.mote.run(until):
            if not self._gone:
                self.up.send(at, data)

    def _switch(self) -> None:
        """Begin or end an outage that is due."""
        if self._gone and self.now >= self._gone.stop:
            if self._gone.noticed:
                self.mote.connect(True)
                self.collector.connected(self.epoch + self.now)
            self._gone = None
        if self._outages and not self._gone and self.now >= self._outages[0].start:
            self._gone = self._outages.pop(0)
            self.up.clear()
            self.down.clear()
            if self._gone.noticed:
                self.mote.connect(False)
