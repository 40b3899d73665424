"""python -m motekit.server.settler PROJECT: settles its spool until standard input ends.

A process of its own: parsing and compressing never delay an acknowledgement, and a parser that
crashes does not take the server with it.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from motekit.core.errors import MachineError
from motekit.recordings.store import Store

from .index import Index
from .log import note, to_stream
from .places import Places
from .settle import Settler
from .spool import segments

IDLE_S = 0.2
RUSH_BYTES = 1 << 20  # that come into the spool while a batch is settled: the server is busy
REST = 3.0  # batches' time: what comes is safe in the spool, but somebody waits for the answer
WAITS_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # between attempts while the machine fails


class _Parent:
    """The server at the other end of standard input; gone when that ends."""

    def __init__(self) -> None:
        self.gone = False

    def wait(self, seconds: float) -> None:
        """Sleep, but not longer than the server lives."""
        if os.name != "posix":
            time.sleep(seconds)
            self.gone = os.getppid() == 1
            return
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        if ready and not os.read(sys.stdin.fileno(), 4096):
            self.gone = True


def run(project: Path) -> None:
    """Settle until the server is gone."""
    places, parent = Places(project), _Parent()
    lock = FileLock(places.settler_lock)
    while not parent.gone:  # the settler of a server that was killed may end its batch first
        try:
            lock.acquire(timeout=0)
            break
        except Timeout:
            parent.wait(0.05)
    with Index(places.index) as index:
        settler = Settler(places, Store.of_project(project), index)
        failures = 0
        while not parent.gone:
            before, since = _spooled(places), time.monotonic()
            try:
                busy = settler.step()
                failures = 0
            except MachineError as error:
                note("cannot settle", error=error.line())
                busy = 0
                parent.wait(WAITS_S[min(failures, len(WAITS_S) - 1)])
                failures += 1
            rest = rest_s(_spooled(places) - before, time.monotonic() - since)
            parent.wait(rest if busy else IDLE_S)
        settler.close()


def rest_s(grown: int, took: float) -> float:
    """Seconds to leave the processor to uploads, after a batch of `took` seconds in which the
    spool grew by so many bytes."""
    return REST * took if grown > RUSH_BYTES else 0.0


def _spooled(places: Places) -> int:
    """Bytes in the spool, settled ones included."""
    sizes = 0
    for path in segments(places.spool):
        with contextlib.suppress(FileNotFoundError):
            sizes += path.stat().st_size
    return sizes


def main() -> None:
    to_stream(sys.stderr)
    if hasattr(os, "nice"):
        os.nice(5)
    run(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
