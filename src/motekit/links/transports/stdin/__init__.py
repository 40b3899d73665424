"""Standard input: whatever another program reads from a device."""

from __future__ import annotations

import os
import queue
import sys
import threading
from dataclasses import dataclass

from motekit.links.options import Options
from motekit.links.transport import Ended, Transport


@dataclass(frozen=True)
class Params:
    pass


class StdinConnection:
    """A thread reads the pipe, for not every system can wait for one with a timeout."""

    def __init__(self, handle: int) -> None:
        self._queue: queue.Queue[bytes] = queue.Queue(maxsize=64)
        self._handle = handle
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self) -> None:
        while data := os.read(self._handle, 1 << 16):
            self._queue.put(data)
        self._queue.put(b"")

    def read(self, timeout_s: float) -> bytes:
        try:
            data = self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return b""
        if not data:
            raise Ended
        return data

    def write(self, data: bytes) -> None:
        """There is no way back through a pipe."""

    def close(self) -> None:
        """It belongs to the process."""


def connect(params: Params) -> StdinConnection:
    return StdinConnection(sys.stdin.fileno())


TRANSPORT = Transport(
    name="stdin",
    summary="standard input, from another program",
    params=Params,
    connect=connect,
    package=__name__,
    options=Options(passive=True),
    again=False,
)
