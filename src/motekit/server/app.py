"""The application: every endpoint, and the guard in front of all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from .access import Endpoint, Table
from .entry import Entry
from .guard import REFUSED, Guard, Names
from .ingest import Ingestion
from .keys import KeyFile
from .limits import Limits
from .live import Live
from .places import Places
from .replies import Refusal, as_json
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
            *Live(self.state.live, settings.limits.live).endpoints(),
            *Views(self.state).endpoints(),
            *(pages(self.state) if pages else ()),
        ]
        self.app = self._application()
        self.table = Table(self.endpoints)
        keys = KeyFile(Places(settings.project).keys)
        keys.all()
        self.guard = Guard(self.app, self.table, names, keys, self.sessions, settings.limits)

    def _application(self) -> FastAPI:
        app = FastAPI(
            title="motekit", lifespan=self._lifespan, docs_url=None, redoc_url=None,
            openapi_url=None, redirect_slashes=False,
        )  # fmt: skip
        app.router.routes = [endpoint.route() for endpoint in self.endpoints]
        if not any(endpoint.path == "/" for endpoint in self.endpoints):
            self.endpoints.append(Endpoint("/", ("GET",), _home, "read"))
            app.router.routes.append(self.endpoints[-1].route())
        app.add_exception_handler(Refusal, _refused)
        return app

    @asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        await self.state.start(self.settings.settle)
        try:
            yield
        finally:
            await self.state.close()


async def _home(request: Request) -> Response:
    """What there is, for people who come without the studio."""
    return as_json({"motekit": "/api/v1/status", "recordings": "/api/v1/recordings"})


async def _refused(request: Request, error: Exception) -> Response:
    """The answer of a refusal; the guard logs it."""
    assert isinstance(error, Refusal)
    request.scope[REFUSED].append(error)
    return error.response()
