"""How a browser comes in: a token once, a cookie from then on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from .access import PUBLIC, Endpoint
from .guard import WHO
from .replies import Refusal, as_json
from .sessions import LASTS_S, Sessions


class Entry:
    """The handlers of /login and /logout, and what the session says of itself."""

    def __init__(self, sessions: Sessions, cookie: str, secure: bool) -> None:
        self._sessions, self._cookie, self._secure = sessions, cookie, secure

    def endpoints(self) -> list[Endpoint]:
        """Paths of the entry; /login is the one that needs no credentials."""
        return [
            Endpoint("/login", ("GET",), self.login, PUBLIC),
            Endpoint("/logout", ("POST",), self.logout, "read"),
            Endpoint("/api/v1/session", ("GET",), self.session, "read"),
        ]

    async def login(self, request: Request) -> Response:
        """Exchange the token of the address for a session, and leave the address."""
        session = self._sessions.exchange(request.query_params.get("token", ""))
        if session is None:
            raise Refusal(401, "this token was used already, or was never valid; start again")
        response = RedirectResponse("/", 303)
        response.set_cookie(
            self._cookie, session, max_age=int(LASTS_S), path="/", httponly=True,
            samesite="strict", secure=self._secure,
        )  # fmt: skip
        return response

    async def logout(self, request: Request) -> Response:
        """Forget the session."""
        self._sessions.end(request.scope[WHO])
        response = as_json({"session": None})
        response.delete_cookie(self._cookie, path="/")
        return response

    async def session(self, request: Request) -> Response:
        """Who one is, and what one may do."""
        who = request.scope[WHO]
        return as_json({"name": who.name, "scopes": list(who.scopes)})
