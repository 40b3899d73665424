"""A collection from beginning to end: connect, count down, take, pause, catch up, finish.

Nothing here waits: `step` looks at the clock and the devices and says where things stand, so
that whoever shows it decides how often.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from motekit.core.errors import MachineError
from motekit.links.address import Address, parse
from motekit.links.batch import Event

from .device import Device
from .plan import Plan, Take, samples

Phase = Literal["connecting", "countdown", "recording", "pause", "catching up", "done"]
PATIENCE_S: Final = 30.0  # that nothing more comes of what devices hold, at the end


@dataclass(frozen=True)
class Where:
    """Where a collection stands.

    Args:
        take: number of the take, from 1.
        elapsed_s, left_s: of the phase; left_s is None without an end.
    """

    phase: Phase
    take: int
    elapsed_s: float
    left_s: float | None


class Collection:
    """Devices collecting into files below `folder`, and the takes among what they bring.

    Args:
        folder: None to look only: nothing is kept or taken off a device.
        wait_s: how long to wait for the devices to answer before the first take.
        clock: seconds since the epoch; for tests.

    Raises InputError for an address that is wrong.
    """

    def __init__(
        self,
        plan: Plan,
        folder: Path | None,
        wait_s: float = 15.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.plan, self._folder, self._wait_s, self._clock = plan, folder, wait_s, clock
        addresses = [parse(text) for text in plan.devices]
        self.devices = [self._device(n, address) for n, address in enumerate(addresses)]
        self._phase: Phase = "connecting"
        self._since = clock()
        self._interrupted = False

    def _device(self, number: int, address: Address) -> Device:
        return Device(address, None if self._folder is None else samples(self._folder, number))

    def start(self) -> None:
        """Begin to collect. A collection that was interrupted goes on with its open take."""
        for device in self.devices:
            device.start()
        if self.plan.takes:
            self._enter("recording" if self._open() is not None else "pause")

    def _open(self) -> Take | None:
        """The take under way: it has no end yet, or one that is still to come."""
        take = self.plan.takes[-1] if self.plan.takes else None
        if take is None or (take.stop is not None and take.stop <= self._clock()):
            return None
        return take

    def _enter(self, phase: Phase) -> None:
        self._phase, self._since = phase, self._clock()

    def step(self) -> Where:
        """Do what is due. Raises MotekitError if a device cannot be reached to begin with;
        what happens to one later on is in its `error`."""
        self._keep_names()
        now = self._clock()
        getattr(self, "_" + self._phase.replace(" ", "_"))(now)
        return self.where()

    def where(self) -> Where:
        """Where it stands now."""
        now, plan = self._clock(), self.plan
        lasts: dict[Phase, float | None] = {
            "connecting": self._wait_s, "countdown": plan.countdown, "pause": plan.pause,
            "recording": plan.seconds or None, "catching up": PATIENCE_S,
        }  # fmt: skip
        take = plan.takes[-1] if plan.takes else None
        begun = self._since
        if self._phase == "recording" and take is not None:
            begun = take.start if take.start is not None else begun
        elapsed = max(0.0, now - begun)
        span = lasts.get(self._phase)
        left = None if span is None else max(0.0, span - elapsed)
        return Where(self._phase, max(1, len(plan.takes)), elapsed, left)

    def _keep_names(self) -> None:
        """What devices say of their firmware goes into the plan, for the recordings."""
        said = {
            d.collector.session.device.name: d.collector.session.device.firmware
            for d in self.devices
            if d.collector.session.device is not None
        }
        if said.items() - self.plan.firmware.items():
            self.plan.firmware |= said
            self._keep()

    def _connecting(self, now: float) -> None:
        for device in self.devices:
            if device.error is not None:
                raise device.error
        if any(not (d.started or d.ended) for d in self.devices):
            if now - self._since < self._wait_s:
                return
            raise _silent([d for d in self.devices if not d.started], self._wait_s)
        if all(d.finite for d in self.devices):
            self.plan.takes.append(Take(None, None))
            self._keep()
            self._enter("recording")
        else:
            self._enter("countdown")
            self._countdown(now)

    def _countdown(self, now: float) -> None:
        if now - self._since >= self.plan.countdown:
            self._begin(now)

    def _begin(self, now: float) -> None:
        """A take begins now; its end is known if it has a length."""
        start = None if self.plan.backlog and not self.plan.takes else now
        stop = now + self.plan.seconds if self.plan.seconds else None
        self.plan.takes.append(Take(start, stop))
        self._keep()
        self._enter("recording")

    def _keep(self) -> None:
        if self._folder is not None:
            self.plan.write(self._folder)

    def _recording(self, now: float) -> None:
        take = self.plan.takes[-1]
        if all(d.ended for d in self.devices):
            self._enter("done")
        elif take.stop is not None and now >= take.stop:
            more = len(self.plan.takes) < self.plan.count and not self._interrupted
            self._enter("pause" if more else "catching up")

    def _pause(self, now: float) -> None:
        if len(self.plan.takes) >= self.plan.count:
            self._enter("catching up")
        elif now - self._since >= self.plan.pause:
            self._begin(now)

    def _catching_up(self, now: float) -> None:
        stop = self.plan.takes[-1].stop or self._since
        if any([d.came() for d in self.devices]):  # give what they held the time it takes
            self._since = now
        waited = now - self._since
        if waited > PATIENCE_S or all(d.caught_up(stop, waited) for d in self.devices):
            self._enter("done")

    def _done(self, now: float) -> None:
        """Nothing is due any more."""

    def interrupt(self) -> bool:
        """End the take under way now; a second time, stop at once. False if it is over."""
        now = self._clock()
        if self._phase in ("connecting", "countdown", "done"):
            self._enter("done")
            return False
        if self._interrupted or self._phase == "catching up":
            self._enter("done")
            return False
        self._interrupted = True
        take = self._open()
        if take is not None:
            take.stop = now
            self._keep()
        self._enter("catching up")
        return True

    def news(self) -> list[tuple[Device, Event]]:
        """What happened since the last call."""
        return [(device, event) for device in self.devices for event in device.news()]

    def stop(self) -> None:
        """Let go of the devices; what came is on the disk when it returns."""
        for device in self.devices:
            device.stop()


def _silent(devices: list[Device], wait_s: float) -> MachineError:
    """The error of devices from which no samples came."""
    where = ", ".join(device.address.text for device in devices)
    heard = sum(device.collector.heard for device in devices)
    if heard:
        return MachineError(
            "what comes is not the mote link", where=where, value=f"{heard} bytes",
            way_out="is the baud rate right? Lines of numbers are read by "
            "edge_impulse_forwarder:PORT",
        )  # fmt: skip
    gone = [device.gone for device in devices if device.gone]
    if gone:
        return MachineError(
            f"{gone[0]}; tried for {wait_s:g} s", where=where,
            way_out="is it plugged in, switched on and near, and the address right? "
            "motekit collect --list shows who answers",
        )  # fmt: skip
    return MachineError(
        "no samples came", where=where, value=f"after {wait_s:g} s",
        way_out="is it plugged in, switched on and near? motekit collect --list shows who answers",
    )  # fmt: skip
