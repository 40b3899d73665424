"""A blocking connection over an asyncio central, which lives in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from motekit.links.transport import Gone

OPEN_S = 60.0
WRITE_S = 5.0


class Central(Protocol):
    """The radio's side of one connection; all methods run in the connection's event loop."""

    async def open(self, heard: Callable[[bytes], None], gone: Callable[[], None]) -> None:
        """Connect and subscribe; `heard` gets what is notified. Raises Gone."""

    async def write(self, data: bytes) -> None:
        """Write bytes, in as many pieces as it takes. Raises Gone."""

    async def close(self) -> None:
        """Never raises."""


class BleConnection:
    """Open when made. Raises Gone if that fails."""

    def __init__(self, central: Central, where: str) -> None:
        self._central, self._where = central, where
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._do(central.open(self._queue.put, lambda: self._queue.put(None)), OPEN_S)
        except Gone:
            self.close()
            raise

    def _do(self, work: Coroutine[Any, Any, None], timeout_s: float) -> None:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            future.result(timeout_s)
        except TimeoutError as error:
            future.cancel()
            raise Gone("the device does not answer", where=self._where) from error

    def read(self, timeout_s: float) -> bytes:
        try:
            parts = [self._queue.get(timeout=timeout_s)]
        except queue.Empty:
            return b""
        while not self._queue.empty():
            parts.append(self._queue.get())
        if None in parts:
            raise Gone("the device disconnected", where=self._where)
        return b"".join(part for part in parts if part)

    def write(self, data: bytes) -> None:
        self._do(self._central.write(data), WRITE_S)

    def close(self) -> None:
        if self._loop.is_closed():
            return
        with contextlib.suppress(Gone):
            self._do(self._central.close(), WRITE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
