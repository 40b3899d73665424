"""The application: every endpoint, reached only through the guard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from .access import WEBSOCKET, Endpoint, Table
from .entry import Entry
from .guard import ENDPOINT, Guard, Names
from .ingest import Ingestion
from .keys import KeyFile
from .limits import Limits
from .live import Live
from .places import Places
from .replies import as_json
from .sessions import Sessions
from .state import State
from .views import Views

Pages = Callable[[State], Iterable[Endpoint]]


@dataclass(frozen=True)
class Settings:
    """What a server is told when it starts.

    Args:
        hosts: names it answers to, each "name:port".
        public: names it is reached by through a proxy, as in the Host header, http or https.
        tls: whether it is reached by https.
        settle: whether uploads become recordings in the background (off in some tests).
        refuse_unsigned: take no acquisition file without a signature.
    """

    project: Path
    hosts: tuple[str, ...]
    public: tuple[str, ...] = ()
    tls: bool = False
    limits: Limits = field(default_factory=Limits)
    settle: bool = True
    refuse_unsigned: bool = False

    def names(self) -> Names:
        """Host and Origin headers, and a cookie that servers on other ports do not share."""
        scheme = "https" if self.tls else "http"
        port = self.hosts[0].rpartition(":")[2]
        own = {host.lower() for host in self.hosts}
        public = {host.lower() for host in self.public}
        origins = {f"{scheme}://{host}" for host in own}
        origins |= {f"{way}://{host}" for host in public for way in ("http", "https")}
        return Names(frozenset(own | public), frozenset(origins), f"motekit_{port}")


class Server:
    """The guarded ASGI application, with what tests and `serve` need beside it.

    Args:
        pages: further endpoints, of the studio.
    """

    def __init__(self, settings: Settings, pages: Pages | None = None) -> None:
        self.settings = settings
        self.sessions = Sessions()
        self.state = State(settings.project, settings.limits, settings.refuse_unsigned)
        names = settings.names()
        self.endpoints = [
            *Entry(self.sessions, names.cookie, settings.tls).endpoints(),
            *Ingestion(self.state).endpoints(),
            *Live(self.state.live, self.state.journal, settings.limits.live).endpoints(),
            *Views(self.state).endpoints(),
            *(pages(self.state) if pages else ()),
        ]
        if not any(endpoint.path == "/" for endpoint in self.endpoints):
            self.endpoints.append(Endpoint("/", ("GET",), _home, "read"))
        keys = KeyFile(Places(settings.project).keys)
        keys.all()
        self.guard = Guard(self._run, Table(self.endpoints), names, keys, self.sessions,
                           settings.limits)  # fmt: skip

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The handler of the endpoint that the guard has admitted to: no second routing that
        could read a path in another way."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        endpoint: Endpoint = scope[ENDPOINT]
        if endpoint.methods == (WEBSOCKET,):
            await endpoint.handler(WebSocket(scope, receive, send))
        else:
            response = await endpoint.handler(Request(scope, receive))
            await response(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start and stop with the process (ASGI's lifespan)."""
        await receive()
        await self.state.start(self.settings.settle)
        await send({"type": "lifespan.startup.complete"})
        try:
            await receive()
        finally:
            await self.state.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _home(request: Request) -> Response:
    """What there is, for people who come without the studio."""
    return as_json({"motekit": "/api/v1/status", "recordings": "/api/v1/recordings"})
