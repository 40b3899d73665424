"""Look for devices: everything that the transports see, and who answers there."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from motekit.core.errors import MotekitError

from .address import Address
from .describe import Device
from .session import Session
from .transport import TRANSPORTS, Connection, Ended, Gone, Transport, steady_clock

ANSWER_S: Final = 2.5  # a device says HELLO once a second
FORWARDER: Final = "edge_impulse_forwarder"
_NUMBERS: Final = re.compile(rb"(?:^|\n)[-+0-9.eE]+(?:[,\t ]+[-+0-9.eE]+)*\r?\n")


@dataclass(frozen=True)
class Found:
    """A place where a device may be.

    Args:
        words: what the transport calls the place.
        device: who answered there, or None.
        note: why nobody did.
    """

    address: Address
    words: str
    device: Device | None = None
    note: str = ""

    @property
    def speaks(self) -> bool:
        """Whether samples can be collected there: a mote answered, or the transport finds
        nothing but what it can read."""
        return self.device is not None or _own_words(self.address)


def _own_words(address: Address) -> bool:
    """Whether something else than the mote link is spoken there."""
    return address.transport.session(address.params) is not None


def probe(found: Found, wait_s: float = ANSWER_S) -> Found:
    """Ask who is there. Nothing is taken from the device, nothing acknowledged."""
    transport = found.address.transport
    if _own_words(found.address):
        return replace(found, note=found.words)
    try:
        connection = transport.connect(found.address.params)
    except MotekitError as error:
        return replace(found, note=error.what)
    try:
        return _listen(found, connection, wait_s)
    except (Gone, Ended) as error:
        return replace(found, note=str(error))
    finally:
        connection.close()


def _listen(found: Found, connection: Connection, wait_s: float) -> Found:
    clock, heard = steady_clock(), b""
    session = Session(found.address.transport.options)
    end = clock() + wait_s
    session.connected(clock())
    while clock() < end:
        data = connection.read(0.02)
        heard = (heard + data)[-4096:]
        session.receive(data, clock())
        if session.device is not None:
            return replace(found, device=session.device)
        out = session.poll(clock())
        if out:
            connection.write(out)
    if _NUMBERS.search(heard):
        return _as_forwarder(found)
    return replace(found, note="sends something else" if heard else "no answer")


def _as_forwarder(found: Found) -> Found:
    """A port that sends lines of numbers, under the transport that reads those."""
    transport = TRANSPORTS.get(FORWARDER)
    params = transport.params(port=getattr(found.address.params, "port", ""))
    return replace(found, address=Address(transport, params), note="sends lines of numbers")


def places() -> list[Found]:
    """What the transports see, without asking who is there. Takes a few seconds at most."""

    def of(transport: Transport) -> list[Found]:
        return [Found(Address(transport, p.params), p.text) for p in transport.find()]

    # A port that speaks the mote link is found under `serial`; lines of numbers are told by
    # what comes from it.
    looking = [t for t in TRANSPORTS if t.name != FORWARDER]
    with ThreadPoolExecutor(len(looking)) as pool:
        return [found for some in pool.map(of, looking) for found in some]


def find(wait_s: float = ANSWER_S) -> list[Found]:
    """Every place that the transports see, those first where somebody answered."""
    seen = places()
    if not seen:
        return []
    with ThreadPoolExecutor(min(16, len(seen))) as pool:
        asked = list(pool.map(lambda found: probe(found, wait_s), seen))
    return sorted(asked, key=lambda found: not found.speaks)
