"""A session and the sink that its samples go to: nothing is acknowledged before it is durable."""

from __future__ import annotations

from collections import Counter, deque

from motekit.core.sink import Sink

from .batch import Batch, Event
from .boot import Boot
from .conversation import Conversation
from .ledger import CLOSED, Missing
from .options import Options
from .session import Session

MOST_WAITING = 1 << 20  # bytes that may wait for a commit
KEPT_GAPS = 10_000  # entries of the ledger kept in memory; the sink has all of them


class Collector:
    """Feed it bytes, send what it returns, and call `poll` every 50 ms.

    Args:
        commit_every_s: how long samples may wait before they are made durable.
        conversation: what to talk through, if not the mote link.
        acknowledge: False to look only: the device keeps what it has, and goes on for as many
            frames as the window of `options` allows.

    Attributes:
        session: of the mote link, for what a terminal shows: device, live, status, boot.
        gaps: the newest entries of the gap ledger.
        stored: samples by sensor handed to the sink and committed.
        heard: bytes that came, whatever they were.
    """

    def __init__(
        self,
        sink: Sink,
        options: Options | None = None,
        commit_every_s: float = 0.25,
        conversation: Conversation | None = None,
        acknowledge: bool = True,
    ) -> None:
        self.session = Session(options, sink.held)
        self._talk: Conversation = conversation or self.session
        self._waiting = 0
        self.gaps: deque[Missing] = deque(maxlen=KEPT_GAPS)
        self.stored: Counter[str] = Counter()
        self.heard = 0
        self._sink, self._every, self._acknowledge = sink, commit_every_s, acknowledge
        self._due = float("-inf")
        self._timed: Boot | None = None  # whose clock is known

    def connected(self, now: float) -> None:
        """A transport was (re)opened."""
        self._talk.connected(now)

    def receive(self, data: bytes, now: float) -> None:
        """Bytes from the transport."""
        self._waiting += len(data)
        self.heard += len(data)
        self._talk.receive(data, now)

    def poll(self, now: float) -> bytes:
        """Bytes to send now. Raises MachineError if the sink cannot keep what came; nothing of
        it was acknowledged then."""
        due = now >= self._due or self._waiting > MOST_WAITING
        if due:
            self._due = now + self._every
        if self._clock_known(now) or due:
            self.commit(now)
        return self._talk.poll(now)

    def _clock_known(self, now: float) -> bool:
        """Whether the first samples of a boot can be given their times from now on."""
        boot = self.session.boot
        if boot is None or boot is self._timed or not boot.settled(now):
            return False
        self._timed = boot
        return True

    def commit(self, now: float) -> None:
        """Make everything that came durable, and remember to acknowledge it."""
        self._waiting = 0
        batch = self._talk.take(now)
        if batch:
            self._store(batch)
        if self._acknowledge:
            self._talk.commit(batch)

    def _store(self, batch: Batch) -> None:
        for part in batch.parts:
            self._sink.append(part.device, part.session, part.stream)
        for entry in batch.missing:
            self._sink.lose(entry.device, entry.session, entry.sensor, entry.gap)
        for remark in batch.remarks:
            self._sink.note(remark.device, remark.session, remark.sensor, remark.index, remark.text)
        self._sink.commit()
        self.gaps.extend(batch.missing)
        for part in batch.parts:
            self.stored[part.stream.sensor] += len(part.stream)

    def events(self) -> list[Event]:
        """What happened since the last call."""
        out, self._talk.events = self._talk.events, []
        return out

    def tell(self, event: Event) -> None:
        """Add an event of the transport."""
        self._talk.events.append(event)

    def close(self, now: float) -> bytes:
        """End the session: the last samples are made durable, what is missing is reported
        missing. Returns the last bytes to send."""
        self.commit(now)
        last = self._talk.poll(now) + self._talk.close(now, CLOSED)
        self.commit(now)
        return last
