"""The contract of a transport: how bytes get from a device to this machine and back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from motekit.core.errors import MachineError
from motekit.core.registry import Registry

from .conversation import Conversation
from .options import Options


class Gone(MachineError):
    """A connection broke, or cannot be made now. Worth trying again."""


class Ended(Exception):
    """There is nothing more to read, and there never will be: the end of a file."""


class Connection(Protocol):
    """An open transport. One thread reads and writes."""

    def read(self, timeout_s: float) -> bytes:
        """Bytes that have come; b"" if none came in time. Raises Gone or Ended."""

    def write(self, data: bytes) -> None:
        """Send bytes. Raises Gone."""

    def close(self) -> None:
        """Never raises."""


@dataclass(frozen=True)
class Place:
    """Where a device may be reached: parameters for `connect`, and words for a person."""

    params: Any
    text: str


def no_places() -> tuple[Place, ...]:
    """For transports that cannot look around."""
    return ()


def mote_link(params: Any) -> None:
    """For transports that carry the mote link: the collector's own session."""


@dataclass(frozen=True)
class Transport:
    """A transport plugin; the module constant TRANSPORT.

    Args:
        params: its Params dataclass.
        connect: params → Connection. Raises Gone (try again later) or InputError (never will).
        find: looks around for a few seconds at most; never raises for lack of hardware.
        options: how a session behaves on it.
        session: params → what to talk with instead of the mote link, or None.
        clock: params → host clock, seconds since the Unix epoch.
        again: whether to connect anew when the connection breaks.
    """

    name: str
    summary: str
    params: type[Any]
    connect: Callable[[Any], Connection]
    package: str
    find: Callable[[], tuple[Place, ...]] = no_places
    options: Options = field(default_factory=Options)
    session: Callable[[Any], Conversation | None] = mote_link
    clock: Callable[[Any], Callable[[], float]] = lambda params: steady_clock()
    again: bool = True


def steady_clock() -> Callable[[], float]:
    """Seconds since the Unix epoch as of now, never set back while it is used."""
    ahead = time.time() - time.monotonic()
    return lambda: time.monotonic() + ahead


TRANSPORTS: Registry[Transport] = Registry(
    "motekit.links.transports", "TRANSPORT", "transport", "motekit.transports"
)
