"""The mote link over a WebSocket: samples are acknowledged when they are on the disk."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

from starlette.websockets import WebSocket, WebSocketDisconnect

from motekit.core.errors import InputError, MachineError
from motekit.links.batch import Batch
from motekit.links.session import Session

from .access import WEBSOCKET, Endpoint
from .guard import WHO
from .journal import Journal
from .livestore import LiveStore
from .log import note

POLL_S = 0.05
COMMIT_S = 0.5
TRY_AGAIN = 1013  # WebSocket close codes
UNSUPPORTED = 1003


class Live:
    """The handler. One WebSocket carries the bytes of one device's link, in both directions."""

    def __init__(self, store: LiveStore, journal: Journal, most: int) -> None:
        self._store, self._journal, self._most, self._open = store, journal, most, 0

    def endpoints(self) -> list[Endpoint]:
        """Path of the live link."""
        return [Endpoint("/api/v1/live", (WEBSOCKET,), self.live, "ingest")]

    async def live(self, websocket: WebSocket) -> None:
        """Binary messages are bytes of the link, however they are cut."""
        if self._open >= self._most:
            await websocket.close(TRY_AGAIN, "too many live streams")
            return
        self._open += 1
        await websocket.accept()
        stream = _Stream(websocket, self._store, self._journal)
        try:
            await stream.run()
        except MachineError as error:
            note("cannot keep samples", error=error.line())
            with contextlib.suppress(RuntimeError):
                await websocket.close(TRY_AGAIN, "the samples could not be stored")
        finally:
            self._open -= 1
            self._store.release(stream.devices)


class _Stream:
    """One connection: a link session, and the devices whose samples it brought."""

    def __init__(self, websocket: WebSocket, store: LiveStore, journal: Journal) -> None:
        self._websocket, self._store, self._journal = websocket, store, journal
        self._session = Session(held=self._held)
        self._due = 0.0
        self.devices: set[str] = set()

    def _held(self, device: str, session: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        if device not in self.devices:
            self.devices.add(device)
            self._store.acquire(device)
        return self._store.held(device, session)

    async def run(self) -> None:
        """Until the client goes away. Raises MachineError."""
        self._session.connected(time.time())
        receiving = asyncio.create_task(self._receive())
        try:
            while not receiving.done():
                await asyncio.wait({receiving}, timeout=POLL_S)
                await self._turn()
        finally:
            receiving.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, InputError):
                await receiving
        await self._commit()

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            data = message.get("bytes")
            if data is None:
                who = self._websocket.scope[WHO]
                note("refused", reason="text on a live link", key=who.name)
                await self._websocket.close(UNSUPPORTED, "the mote link is binary")
                return
            self._session.receive(data, time.time())

    async def _turn(self) -> None:
        now = time.time()
        if now >= self._due:
            self._due = now + COMMIT_S
            await self._commit()
        out = self._session.poll(time.time())
        if out:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._websocket.send_bytes(out)
        for event in self._session.events:
            who = self._websocket.scope[WHO]
            note("live", what=event.kind, text=event.text, key=who.name)
        self._session.events = []

    async def _commit(self) -> None:
        """Make what came durable; only then the session may acknowledge it."""
        batch: Batch = self._session.take(time.time())
        if batch:
            await self._store.keep(batch, self._journal)
        self._session.commit(batch)
