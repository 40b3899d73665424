"""The host's end of the mote link: bytes in, samples and gaps out, and bytes to send.

Knows no transport, no thread and no clock of its own: every call says what time it is, so a
session can be run in simulated time. Times are seconds; they must not go back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from motekit.core.errors import InputError
from motekit.core.recording import Gap

from .batch import Batch, Event, Part, Remark
from .boot import Boot
from .codec import encode, unpack
from .describe import Device, assemble, missing_items
from .frames import (
    Ack,
    Ask,
    Close,
    Data,
    Echo,
    Frame,
    Hello,
    Hold,
    Item,
    Note,
    Open,
    Probe,
    Skip,
    Status,
    Wake,
)
from .ledger import RESET, UNHEARD, Missing
from .options import Options
from .wire import CRC_SIZE, NO_BOOT, Splitter, holds, seed

Held = Mapping[str, Sequence[tuple[int, int]]]


@dataclass
class Counters:
    """Frames that had no effect: wrong checksum or another boot's; came before the session was
    ready for them; unknown or impossible."""

    refused: int = 0
    early: int = 0
    odd: int = 0


def _nothing_held(device: str, session: str) -> Held:
    return {}


LEARNING_S: Final = 60.0  # more probes at first, until the rate is known to 1 ppm
BULK: Final = 16  # missing frames that are more than a disturbance


class Session:
    """One device, through all its boots and disconnections.

    Args:
        held: (device, session) → what the sink has of that boot, asked once a boot, so that
            a new process goes on where an earlier one was stopped.
    """

    def __init__(
        self,
        options: Options | None = None,
        held: Callable[[str, str], Held] = _nothing_held,
    ) -> None:
        self.options, self._held = options or Options(), held
        self.boot: Boot | None = None
        self.device: Device | None = None
        self.status: Status | None = None
        self.counters = Counters()
        self.events: list[Event] = []
        self._splitter = Splitter()
        self._hello: Hello | None = None
        self._items: dict[int, Item] = {}
        self._seed = NO_BOOT
        self._past: set[int] = set()
        self._live = False
        self._fresh = True
        self._out = bytearray()
        self._heard = float("-inf")
        self._opened = float("-inf")
        self._not_before = float("-inf")
        self._due: dict[str, float] = {}
        self._probes: dict[int, float] = {}
        self._probe = 0
        self._calming: tuple[int, float] | None = None
        self._missing: list[tuple[Boot, int, Gap]] = []
        self._remarks: list[Remark] = []
        self._parts: list[Part] = []
        self._handlers: dict[type[Frame], Callable[..., None]] = {
            Hello: self._on_hello, Item: self._on_item, Data: self._on_data, Skip: self._on_skip,
            Note: self._on_note, Hold: self._on_hold, Status: self._on_status,
            Echo: self._on_echo,
        }  # fmt: skip

    @property
    def live(self) -> bool:
        """Whether the device is connected and sending."""
        return self._live

    @property
    def _two_way(self) -> bool:
        return not (self.options.passive or (self._hello is not None and self._hello.one_way))

    @property
    def rejected(self) -> int:
        """Frames that were damaged on the way."""
        return self.counters.refused + self._splitter.rejected

    def connected(self, now: float) -> None:
        """A transport was (re)opened: what was half received will not be continued."""
        self._splitter = Splitter()
        self._out.clear()
        self._fresh = True
        self._quiet()
        self._due.clear()
        self._heard = now

    def _quiet(self) -> None:
        self._live = False
        if self.boot:
            self.boot.sequence.reconnected()

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes from the transport."""
        for raw in self._splitter.feed(data):
            body = raw[:-CRC_SIZE]
            hello = body[0] & 31 == 1
            if not holds(raw, NO_BOOT if hello else self._seed):
                self.counters.refused += 1
                continue
            frame = unpack(body)
            handler = self._handlers.get(type(frame)) if frame else None
            if frame is None or handler is None:
                self.counters.odd += 1
                continue
            self._heard = now
            handler(frame, now)

    # --- what a device says -------------------------------------------------------------

    def _on_hello(self, frame: Hello, now: float) -> None:
        if frame.boot in self._past:
            return
        if self._hello is None or frame.boot != self._hello.boot:
            self._new_boot(frame)
        elif self._live and self._two_way and now - self._opened > 1.0:
            # It beats like this only while it is not open: it has given us up.
            self._quiet()

    def _new_boot(self, frame: Hello) -> None:
        if self._hello is not None:
            self._past.add(self._hello.boot)
            self.events.append(Event("restarted", f"boot {frame.boot:08x}"))
        self._end_boot(RESET)
        self._hello, self._items, self.device = frame, {}, None
        self._seed = seed(frame.boot)
        self._due.clear()

    def _end_boot(self, reason: str) -> None:
        if self.boot is not None:
            self._missing += [(self.boot, n, gap) for n, gap in self.boot.give_up(reason)]
            self._collect(self.boot)
            self._not_before = max(self._not_before, self.boot.timeline.end)
        self.boot = None
        self._live = False

    def _on_item(self, frame: Item, now: float) -> None:
        hello = self._hello
        if hello is None or self.device is not None:
            return
        self._items[frame.item] = frame
        if missing_items(hello, self._items):
            return
        try:
            self.device = assemble(hello, self._items)
        except InputError as error:
            self._items.clear()
            self.events.append(Event("refused", error.line()))
            return
        held = self._held(self.device.name, self.device.session)
        self.boot = Boot(self.device, self.options, held, self._not_before)
        self.events.append(Event("described", self.device.name))

    def _on_hold(self, frame: Hold, now: float) -> None:
        boot = self.boot
        if boot is None or len(frame.streams) != len(boot.tracks):
            self.counters.early += 1
            return
        reason = UNHEARD if boot.device.one_way else ""
        self._missing += [(boot, n, gap) for n, gap in boot.hold(frame, now, reason)]
        if not self._live:
            self._live = True
            self.events.append(Event("connected", boot.device.name))

    def _on_data(self, frame: Data, now: float) -> None:
        if self.boot is None or not self.boot.ready(frame.stream):
            self.counters.early += 1
        elif not self.boot.data(frame, now):
            self.counters.odd += 1

    def _on_skip(self, frame: Skip, now: float) -> None:
        if self.boot is None or not self.boot.ready(frame.stream):
            self.counters.early += 1
        elif gap := self.boot.skip(frame, now):
            self._missing.append((self.boot, frame.stream, gap))

    def _on_note(self, frame: Note, now: float) -> None:
        if self.boot is None or not self.boot.ready(frame.stream):
            self.counters.early += 1
        elif (index := self.boot.note(frame, now)) is not None:
            device, track = self.boot.device, self.boot.tracks[frame.stream]
            remark = Remark(device.name, device.session, track.sensor.name, index, frame.text)
            self._remarks.append(remark)

    def _on_status(self, frame: Status, now: float) -> None:
        self.status = frame

    def _on_echo(self, frame: Echo, now: float) -> None:
        sent = self._probes.pop(frame.probe, None)
        if sent is not None and self.boot is not None:
            self.boot.echo(frame, sent, now)

    # --- what is said to it -------------------------------------------------------------

    def _say(self, frame: Frame) -> None:
        if self._fresh:
            self._out += b"\0"
            self._fresh = False
        self._out += encode(frame, self._hello.boot if self._hello else 0)

    def _every(self, what: str, now: float, period: float) -> bool:
        if now < self._due.get(what, float("-inf")):
            return False
        self._due[what] = now + period
        return True

    def poll(self, now: float) -> bytes:
        """What is to be sent now. Call after `receive`, and at least every 50 ms."""
        if self._live and now - self._heard > self.options.silence_s:
            self._quiet()
            self.events.append(Event("silent", self.device.name if self.device else ""))
        if self._two_way:
            self._speak(now)
        out = bytes(self._out)
        self._out.clear()
        return out

    def _speak(self, now: float) -> None:
        hello, boot = self._hello, self.boot
        if hello is None or now - self._heard > self.options.silence_s:
            if self._every("wake", now, 1.0):
                self._say(Wake())
        elif self.device is None or boot is None:
            if self._every("ask", now, self.options.patience_s):
                for first, count in missing_items(hello, self._items)[:8]:
                    self._say(Ask(first, count))
        elif not self._live:
            if self._every("open", now, self.options.patience_s):
                self._opened = now
                self._say(Open(self.options.live_first, self.options.window))
        else:
            self._keep_up(boot, now)

    def _keep_up(self, boot: Boot, now: float) -> None:
        ranges = boot.sequence.requests(now) if self._calm(boot, now) else ()
        said = (boot.sequence.committed, boot.sequence.limit)
        if ranges or said != boot.said or self._every("ack", now, 1.0):
            boot.said = said
            self._due["ack"] = now + 1.0
            self._say(Ack(*said, ranges))
        learning = boot.since is None or now - boot.since < LEARNING_S
        if self._every("probe", now, self.options.probe_s * (0.1 if learning else 1.0)):
            self._send_probe(now)

    def _calm(self, boot: Boot, now: float) -> bool:
        """Whether to ask for missing frames now.

        Between the portions of a long backlog a probe goes through the empty link first: while
        the link is full, no delay is the smallest, and the clock could not be followed.
        """
        if not boot.sequence.idle(now):
            self._calming = None
            return False
        if boot.sequence.behind() <= BULK:
            return True
        if self._calming is None:
            self._calming = (self._send_probe(now), now)
            return False
        probe, sent = self._calming
        if probe in self._probes and now - sent < self.options.patience_s / 3:
            return False
        self._calming = None
        return True

    def _send_probe(self, now: float) -> int:
        self._probe += 1
        self._probes[self._probe] = now
        self._probes.pop(self._probe - 64, None)
        self._say(Probe(self._probe))
        return self._probe

    def close(self, now: float, reason: str) -> bytes:
        """End the session: what is missing now will not come. Returns the last bytes to send."""
        if self.boot is not None:
            self.boot.settled(now, force=True)
            if self._two_way:
                self._say(Close())
        self._end_boot(reason)
        out = bytes(self._out)
        self._out.clear()
        return out

    # --- what goes to the sink ----------------------------------------------------------

    def _collect(self, boot: Boot) -> None:
        device = boot.device
        self._parts += [Part(device.name, device.session, part) for part in boot.take()]

    def take(self, now: float) -> Batch:
        """What is ready for the sink."""
        mark = None
        if self.boot is not None:
            if not self.boot.settled(now):
                # Without a clock there are no times; the device keeps it all until then.
                parts, self._parts = tuple(self._parts), []
                return Batch(parts, (), (), None)
            self._collect(self.boot)
            mark = (self.boot.device.boot, self.boot.sequence.mark())
        parts, self._parts = tuple(self._parts), []
        remarks, self._remarks = tuple(self._remarks), []
        missing, self._missing = tuple(self._entry(*m, now) for m in self._missing), []
        return Batch(parts, missing, remarks, mark)

    def _entry(self, boot: Boot, number: int, gap: Gap, now: float) -> Missing:
        track, device = boot.tracks[number], boot.device
        track.bridge(gap)
        start = track.due_s(gap.start, boot.timeline)
        stop = track.due_s(gap.start + gap.count, boot.timeline)
        return Missing(device.name, device.session, track.sensor.name, gap, start, stop, now)

    def commit(self, batch: Batch) -> None:
        """A sink has made this batch durable: the device may forget it."""
        if self.boot is not None and batch.mark and batch.mark[0] == self.boot.device.boot:
            self.boot.sequence.commit(batch.mark[1])
