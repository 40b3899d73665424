"""uvicorn as we use it, with an end to clients that never finish their headers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .limits import Limits
from .log import note

MESSAGE_BYTES = 1 << 20  # of one WebSocket message


def impatient(seconds: float) -> type[HttpToolsProtocol]:
    """A protocol class that hangs up when headers are not complete in time."""

    class Impatient(HttpToolsProtocol):
        """HTTP/1.1 by httptools; the clock runs from a connection's or a request's begin."""

        _clock: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._clock = self.loop.call_later(seconds, self._too_slow)

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._clock is None:
                self._clock = self.loop.call_later(seconds, self._too_slow)

        def on_headers_complete(self) -> None:
            self._stop()
            super().on_headers_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop()
            super().connection_lost(exc)

        def _stop(self) -> None:
            if self._clock is not None:
                self._clock.cancel()
                self._clock = None

        def _too_slow(self) -> None:
            self._clock = None
            client = self.client[0] if self.client else "?"
            note("refused", reason="the headers come too slowly", client=client)
            self.transport.close()

    return Impatient


def configuration(app: ASGIApp, limits: Limits, certificate: Path | None = None,
                  private_key: Path | None = None) -> uvicorn.Config:  # fmt: skip
    """uvicorn's configuration: no log of its own, no name in the answers."""
    return uvicorn.Config(
        app, loop="auto", http=impatient(limits.head_s), ws="websockets-sansio",
        ws_max_size=MESSAGE_BYTES, ws_per_message_deflate=False, lifespan="on", log_config=None,
        access_log=False, server_header=False, proxy_headers=False, timeout_keep_alive=30,
        timeout_graceful_shutdown=5, backlog=1024, h11_max_incomplete_event_size=16384,
        ssl_certfile=certificate, ssl_keyfile=private_key,
    )  # fmt: skip
