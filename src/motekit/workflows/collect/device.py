"""One device being collected from, in a thread of its own."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from motekit.core.errors import MachineError, MotekitError
from motekit.core.recording import Gap, Stream
from motekit.links.address import Address
from motekit.links.batch import Event
from motekit.links.boot import Boot
from motekit.links.collector import Collector
from motekit.links.filesink import FileSink
from motekit.links.runner import Runner

from .meter import Figures, Meter

SILENT_S: Final = 6.0  # that a sensor which says nothing is waited for at the end of a take
LOOK_FRAMES: Final = 65535  # the largest window: what a device shows without forgetting any of it


class _Nowhere:
    """A sink that keeps nothing, for looking: the device is not told that it may forget."""

    def held(self, device: str, session: str) -> dict[str, list[tuple[int, int]]]:
        return {}

    def append(self, device: str, session: str, part: Stream) -> None:
        pass

    def lose(self, device: str, session: str, sensor: str, gap: Gap) -> None:
        pass

    def note(self, device: str, session: str, sensor: str, index: int, text: str) -> None:
        pass

    def commit(self) -> None:
        pass


@dataclass(frozen=True)
class State:
    """A device as a person sees it.

    Args:
        name: what the device calls itself, or its address before it has said so.
        link: "waiting" (nothing heard yet), "live", "gone" (came before), "ended".
        clock_ppm: how fast its clock runs, and 95 % of what that may be wrong by.
        backlog: frames that it holds and has not sent yet.
        battery: percent, or None.
        damaged: frames that were refused.
    """

    address: str
    name: str
    firmware: str
    link: str
    figures: tuple[Figures, ...]
    clock_ppm: tuple[float, float] | None
    backlog: int
    battery: int | None
    damaged: int


class Device:
    """Collects into a file until `stop` is called; survives disconnections and restarts.

    Args:
        path: where the samples go; None to look only, without taking anything off the device.
    """

    def __init__(self, address: Address, path: Path | None) -> None:
        self.address = address
        transport, params = address.transport, address.params
        self._file = None if path is None else FileSink(path)
        self.meter = Meter(self._file or _Nowhere())
        talk, options = transport.session(params), transport.options
        if path is None:
            options = replace(options, window=LOOK_FRAMES)
        self.collector = Collector(
            self.meter, options, conversation=talk, acknowledge=path is not None
        )
        self._linked = talk is None
        if self._linked:
            self.meter.session = self.collector.session
        self._stop = threading.Event()
        self._runner = Runner(transport, params, self.collector, self._stop)
        self._thread = threading.Thread(target=self._run, name=address.text, daemon=True)
        self._owed: tuple[Boot, int, int] | None = None  # its boot, and the frames it still owes
        self.error: MotekitError | None = None

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        try:
            self._runner.run()
        except MotekitError as error:
            self.error = error
        except Exception as error:
            self.error = MachineError(f"unexpected {type(error).__name__}: {error}",
                                      where=self.address.text)  # fmt: skip

    def stop(self) -> None:
        """End the session; what came is durable when it returns."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._file is not None:
            self._file.close()

    @property
    def ended(self) -> bool:
        """Nothing more will come from it."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def gone(self) -> str | None:
        """Why it cannot be reached; None if it is connected."""
        gone = self._runner.gone
        return None if gone is None else gone.what

    @property
    def finite(self) -> bool:
        """Whether it is read once (a file), and not recorded while it happens."""
        return not self.address.transport.again

    @property
    def started(self) -> bool:
        """Whether samples have come."""
        return self.meter.started

    def news(self) -> list[Event]:
        """What happened since the last call."""
        return self.collector.events()

    def came(self) -> bool:
        """Whether, since the last call, something came of what it held at the first call that
        found it connected; being found for the first time counts."""
        boot = self.collector.session.boot
        if boot is None or not (self._runner.connected and self.collector.session.live):
            return False
        sequence = boot.sequence
        if self._owed is None:
            self._owed = (boot, sequence.top, sequence.base)
            return True
        owing, top, base = self._owed
        if boot is not owing:  # what the boot before it held is gone
            return False
        self._owed = (boot, top, min(sequence.base, top))
        return self._owed[2] > base

    def caught_up(self, until_s: float, waited_s: float) -> bool:
        """Whether everything sampled before `until_s` has come, or a sensor is silent though
        its device is there and holds nothing back."""
        if self.ended:
            return True
        if not self._runner.connected:
            return False
        boot = self.collector.session.boot
        if self._linked and (boot is None or boot.sequence.behind() > 0):
            return False
        return waited_s > SILENT_S or self.meter.complete(until_s)

    def state(self) -> State:
        """What to show now."""
        session = self.collector.session
        device, boot, status = session.device, session.boot, session.status
        return State(
            self.address.text, device.name if device else self.address.text,
            device.firmware if device else "", self._link(), self.meter.figures(),
            self.meter.clock_ppm,
            boot.sequence.behind() if boot is not None else 0,
            status.percent if status is not None and status.percent <= 100 else None,
            session.rejected,
        )  # fmt: skip

    def _link(self) -> str:
        if self.ended:
            return "failed" if self.error else "ended"
        live = self.collector.session.live if self._linked else True
        if self._runner.connected and live:
            return "live"
        return "gone" if self.started else "waiting"
