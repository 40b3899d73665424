"""A virtual mote in real time, on an endpoint, with the faults of a transport."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from .endpoints import Endpoint
from .mote import VirtualMote
from .network import Channel, Faults

STEP_S = 0.005


@dataclass(frozen=True)
class Plan:
    """What happens to a served mote besides the faults of single pieces.

    Args:
        outages: (start, stop) in seconds: nothing gets through, unnoticed by either side.
        resets: seconds at which the device starts anew.
    """

    outages: tuple[tuple[float, float], ...] = ()
    resets: tuple[float, ...] = ()


def serve(
    mote: VirtualMote,
    endpoint: Endpoint,
    faults: Faults,
    stop: threading.Event,
    plan: Plan | None = None,
    seed: int = 1,
) -> None:
    """Run until `stop` is set. Faults befall both directions."""
    plan = plan or Plan()
    up, down = Channel(faults, 2 * seed), Channel(faults, 2 * seed + 1)
    resets = sorted(plan.resets, reverse=True)
    began = time.monotonic()
    boot = mote.setup.boot
    while not stop.wait(STEP_S):
        now = time.monotonic() - began
        while resets and now >= resets[-1]:
            resets.pop()
            boot = (boot * 1664525 + 1013904223) & 0xFFFFFFFF
            mote.reset(boot)
        heard = endpoint.read()
        mote.connect(endpoint.connected)
        gone = any(start <= now < end for start, end in plan.outages)
        if heard and not gone:
            down.send(now, heard)
        for _, data in down.due(now):
            mote.receive(data)
        for at, data in mote.run(now):
            if not gone:
                up.send(at, data)
        for _, data in up.due(now):
            endpoint.write(data)


class Served:
    """A virtual mote in a thread, for tests and demonstrations: use in a `with`."""

    def __init__(
        self,
        mote: VirtualMote,
        endpoint: Endpoint,
        faults: Faults | None = None,
        plan: Plan | None = None,
    ) -> None:
        self.mote, self.endpoint = mote, endpoint
        self._stop = threading.Event()
        arguments = (mote, endpoint, faults or Faults(delay_s=0.0), self._stop, plan)
        self._thread = threading.Thread(target=serve, args=arguments)

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.endpoint.close()
