"""The one layer in front of every route and WebSocket: what is not allowed here does not happen.

Order: place among the requests under way, form of the path, Host, Origin, credentials, scope,
rate, size and speed of the body. Each refusal is logged with its reason and no secret.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .access import PUBLIC, WEBSOCKET, Endpoint, Table
from .keys import Key, KeyFile
from .limits import Buckets, Limits
from .log import LOG, note
from .replies import SECURITY_HEADERS, Refusal
from .sessions import Sessions

SAFE = ("GET", "HEAD", "OPTIONS")
_PLAIN = re.compile(rb"/[A-Za-z0-9._/-]*")  # paths that need no closer look
WHO = "motekit.who"  # where the application finds the key, in the ASGI scope
HEADERS = "motekit.headers"  # the headers by name
ENDPOINT = "motekit.endpoint"  # and the endpoint that the key is admitted to
Headers = Mapping[bytes, list[bytes]]


@dataclass(frozen=True)
class Names:
    """What the server is called.

    Args:
        hosts: allowed values of the Host header, with port.
        origins: allowed values of the Origin header.
        cookie: name of the session's cookie.
    """

    hosts: frozenset[str]
    origins: frozenset[str]
    cookie: str


def _headers(scope: Scope) -> dict[bytes, list[bytes]]:
    out: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        out.setdefault(name.lower(), []).append(value)
    return out


def _only(headers: Headers, name: bytes) -> str | None:
    """The one value of a header; None without it. Raises Refusal if it is there twice."""
    values = headers.get(name)
    if values is None:
        return None
    if len(values) > 1:
        raise Refusal(400, f"the header {name.decode()} is there twice")
    return values[0].decode("latin-1")


def check_path(scope: Scope) -> None:
    """Refuse paths that two programs could read in two ways. Raises Refusal."""
    raw = scope.get("raw_path") or scope["path"].encode()
    if _PLAIN.fullmatch(raw) and b"//" not in raw and b".." not in raw:
        return
    decoded = unquote_to_bytes(raw)
    odd = (b"\\" in decoded or b"//" in decoded or b"%" in decoded or b"%2f" in raw.lower()
           or any(byte < 0x20 or byte == 0x7F for byte in decoded))  # fmt: skip
    if odd or not decoded.startswith(b"/") or b".." in decoded.split(b"/"):
        raise Refusal(400, "the path is malformed")


class Guard:
    """ASGI middleware; see the module."""

    def __init__(
        self, app: ASGIApp, table: Table, names: Names, keys: KeyFile, sessions: Sessions,
        limits: Limits,
    ) -> None:  # fmt: skip
        self._app, self._table, self._names = app, table, names
        self._keys, self._sessions, self._limits = keys, sessions, limits
        self._rates = Buckets(limits.requests_per_s, limits.burst)
        self._failures = Buckets(limits.refusals_per_s, limits.refusals_burst)
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] not in ("http", "websocket"):
            return
        counts = scope["type"] == "http"
        self._under_way += counts
        try:
            await self._guarded(scope, receive, send)
        finally:
            self._under_way -= counts

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope[HEADERS] = _headers(scope)
        answer = _Answer(scope, send, headers)
        try:
            endpoint = scope[ENDPOINT] = self._admit(scope, headers)
            if scope["type"] == "http":
                _check_length(headers, endpoint)
                answer.body = _Body(receive, endpoint.body_bytes, self._limits)
            await self._app(scope, answer.body or receive, answer)
        except Refusal as refusal:
            _log(scope, refusal)
            await answer.refuse(refusal)
        except Exception:
            LOG.exception("failed")
            await answer.refuse(Refusal(500, "internal server error"))

    def _admit(self, scope: Scope, headers: Headers) -> Endpoint:
        """The endpoint of a request that may use it. Raises Refusal."""
        if self._under_way > self._limits.requests:
            raise Refusal(429, "too many requests at once", 1.0)
        check_path(scope)
        if (_only(headers, b"host") or "").lower() not in self._names.hosts:
            raise Refusal(421, "this server does not answer to this Host")
        method = WEBSOCKET if scope["type"] == "websocket" else scope["method"]
        origin = _only(headers, b"origin")
        if origin is not None and origin.lower() not in self._names.origins:
            raise Refusal(403, "requests from this Origin are refused")
        entry = self._table.at(scope["path"])
        if entry and method in entry and entry[method].scope == PUBLIC:
            self._limit_rate(_client(scope), self._failures)
            return entry[method]
        who, by_cookie = self._who(scope, headers)
        scope[WHO] = who
        if by_cookie and method not in SAFE and origin is None:
            raise Refusal(403, "a browser's request needs an Origin")
        self._limit_rate(who.name, self._rates)
        if entry is None:
            raise Refusal(404, "there is nothing at this path")
        if method not in entry:
            raise Refusal(405, "this path does not take this method")
        if not who.allows(entry[method].scope):
            raise Refusal(403, f"this key does not have the scope {entry[method].scope!r}")
        return entry[method]

    def _who(self, scope: Scope, headers: Headers) -> tuple[Key, bool]:
        """(key, whether a cookie said so). Raises Refusal."""
        secret = _only(headers, b"x-api-key")
        bearer = _only(headers, b"authorization") or ""
        if secret is None and bearer[:7].lower() == "bearer ":
            secret = bearer[7:].strip()
        cookie = "" if secret else self._cookie(headers)
        found = self._keys.find(secret) if secret else None
        if cookie:
            found = self._sessions.find(cookie)
        if found is None:
            self._limit_rate(_client(scope), self._failures)
            what = "Invalid API key" if secret or cookie else "Missing x-api-key header"
            raise Refusal(401, what)
        return found, bool(cookie)

    def _cookie(self, headers: Headers) -> str:
        for value in headers.get(b"cookie", []):
            found = cookie_parser(value.decode("latin-1")).get(self._names.cookie)
            if found:
                return found
        return ""

    def _limit_rate(self, name: str, buckets: Buckets) -> None:
        wait = buckets.take(name)
        if wait:
            raise Refusal(429, "too many requests", wait)


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "?"


def _log(scope: Scope, refusal: Refusal) -> None:
    who = scope.get(WHO)
    note(
        "refused", logging.WARNING, status=refusal.status, reason=refusal.message,
        method=scope.get("method", WEBSOCKET), path=scope["path"], client=_client(scope),
        key=who.name if who else None,
    )  # fmt: skip


def _check_length(headers: Headers, endpoint: Endpoint) -> None:
    """Refuse a Content-Length beyond what the endpoint takes. Raises Refusal."""
    given = _only(headers, b"content-length")
    if given is None:
        return
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Refusal(400, "Content-Length is no number")
    if int(given) > endpoint.body_bytes:
        raise Refusal(413, f"the body is larger than {endpoint.body_bytes} bytes")


class _Body:
    """`receive` that ends long and slow bodies."""

    def __init__(self, receive: Receive, most: int, limits: Limits) -> None:
        self._receive, self._most, self._limits = receive, most, limits
        self._got, self.done = 0, False
        self._since = time.monotonic()

    async def __call__(self) -> Message:
        if self.done:
            return await self._receive()  # waits for the client to hang up
        left = (self._since + self._limits.body_s + self._got / self._limits.body_rate
                - time.monotonic())  # fmt: skip
        try:
            async with asyncio.timeout(max(left, 0.0)):
                message = await self._receive()
        except TimeoutError:
            raise Refusal(408, "the body comes too slowly") from None
        self._got += len(message.get("body", b""))
        self.done = message["type"] == "http.disconnect" or not message.get("more_body", False)
        if self._got > self._most:
            raise Refusal(413, f"the body is larger than {self._most} bytes")
        return message


class _Answer:
    """`send` that adds the security headers and knows whether an answer has begun."""

    def __init__(self, scope: Scope, send: Send, headers: Headers) -> None:
        self._scope, self._send, self._begun = scope, send, False
        self.body: _Body | None = None
        self._bare = not (b"content-length" in headers or b"transfer-encoding" in headers)

    async def __call__(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            self._begun = True
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), *SECURITY_HEADERS]
            if not (self._bare or (self.body and self.body.done)):
                headers.append((b"connection", b"close"))  # the rest of the body is not read
            message["headers"] = headers
        await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        """Say no, if nothing else was said yet."""
        if self._scope["type"] == "websocket":
            await self._refuse_websocket(refusal)
        elif not self._begun:
            await refusal.response()(self._scope, _nothing, self)

    async def _refuse_websocket(self, refusal: Refusal) -> None:
        if self._begun or "websocket.http.response" not in self._scope.get("extensions", {}):
            await self._send({"type": "websocket.close", "code": 1008})
            return
        response = refusal.response()
        headers = [*response.raw_headers, *SECURITY_HEADERS]
        start = "websocket.http.response.start"
        await self._send({"type": start, "status": refusal.status, "headers": headers})
        await self._send({"type": "websocket.http.response.body", "body": response.body})


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
