"""What is open to whom. A path that no endpoint names does not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request], Awaitable[Response]]
WEBSOCKET = "WEBSOCKET"
PUBLIC = ""  # scope of what needs no credentials


@dataclass(frozen=True)
class Endpoint:
    """One path and what it takes to use it.

    Args:
        path: exact; or ending in "/*" for everything below.
        methods: HTTP methods, or ("WEBSOCKET",).
        scope: the scope a key needs (keys.SCOPES), or PUBLIC.
        body_bytes: the longest body.
    """

    path: str
    methods: tuple[str, ...]
    handler: Callable[..., Any]
    scope: str
    body_bytes: int = 0


class Table:
    """Endpoints by path and method."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._exact: dict[str, dict[str, Endpoint]] = {}
        self._below: dict[str, dict[str, Endpoint]] = {}
        for endpoint in endpoints:
            deep = endpoint.path.endswith("/*")
            table = self._below if deep else self._exact
            entry = table.setdefault(endpoint.path.removesuffix("*"), {})
            for method in endpoint.methods:
                entry[method] = endpoint

    def at(self, path: str) -> Mapping[str, Endpoint] | None:
        """The endpoints of a path by method; None if there is nothing."""
        found = self._exact.get(path)
        if found is None:
            for prefix, entry in self._below.items():
                if path.startswith(prefix) and len(path) > len(prefix):
                    return entry
        return found
