"""What a collector talks through: the mote link's session, or a reader of plain text."""

from __future__ import annotations

from typing import Protocol

from .batch import Batch, Event


class Conversation(Protocol):
    """Bytes in, batches for a sink out, bytes to send. All times are seconds of one clock."""

    events: list[Event]

    def connected(self, now: float) -> None:
        """A transport was (re)opened."""

    def receive(self, data: bytes, now: float) -> None:
        """Bytes from the transport."""

    def poll(self, now: float) -> bytes:
        """Bytes to send now."""

    def take(self, now: float) -> Batch:
        """What is ready for the sink."""

    def commit(self, batch: Batch) -> None:
        """A sink has made this batch durable."""

    def close(self, now: float, reason: str) -> bytes:
        """End it; what is missing will not come. Returns the last bytes to send."""
