"""Runs a collector over a transport until it is told to stop; comes back after disconnections."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from .batch import Event
from .collector import Collector
from .transport import Connection, Ended, Gone, Transport

READ_S = 0.02  # longest wait for bytes before timers are looked at
AGAIN_S = (0.2, 0.5, 1.0)  # waits between attempts to connect; the last one repeats


class Runner:
    """One device on one transport, in the caller's thread.

    Args:
        stop: set it, from anywhere, to end `run`.

    Attributes:
        connected: whether the transport is open now.
        gone: why it could not be opened the last time, or was closed; None while it is open.
    """

    def __init__(
        self, transport: Transport, params: Any, collector: Collector, stop: threading.Event
    ) -> None:
        self._transport, self._params = transport, params
        self.collector, self._stop = collector, stop
        self._now = transport.clock(params)
        self.connected = False
        self.gone: Gone | None = None

    def run(self) -> None:
        """Collect until `stop` is set or the transport ends.

        Raises InputError if the transport can never be opened so, Gone if it is gone and of a
        kind that does not come back, MachineError if the sink fails.
        """
        failures = 0
        while not self._stop.is_set():
            try:
                connection = self._transport.connect(self._params)
            except Gone as error:
                if not self._transport.again:
                    raise
                self._wait(error, failures)
                failures += 1
                continue
            failures = 0
            try:
                self._talk(connection)
            except Ended:
                break
            except Gone as error:
                if not self._transport.again:
                    self._finish(None)
                    raise
                self._wait(error, failures)
            else:
                return
        self._finish(None)

    def _wait(self, error: Gone, failures: int) -> None:
        self.gone = error
        if failures == 0:
            self.collector.tell(Event("gone", error.line()))
        self._stop.wait(AGAIN_S[min(failures, len(AGAIN_S) - 1)])

    def _talk(self, connection: Connection) -> None:
        """Until stop (returns, everything finished) or the connection ends (raises)."""
        try:
            self.connected, self.gone = True, None
            self.collector.connected(self._now())
            while not self._stop.is_set():
                data = connection.read(READ_S)
                if data:
                    self.collector.receive(data, self._now())
                out = self.collector.poll(self._now())
                if out:
                    connection.write(out)
            self._finish(connection)
        finally:
            self.connected = False
            connection.close()

    def _finish(self, connection: Connection | None) -> None:
        last = self.collector.close(self._now())
        if connection is not None and last:
            with contextlib.suppress(Gone):
                connection.write(last)
