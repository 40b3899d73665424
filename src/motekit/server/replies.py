"""Answers in plain text and JSON, and the headers that every answer carries."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        b"frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def text(status: int, message: str, retry_after_s: float = 0.0) -> Response:
    """Plain text; with the whole seconds to wait where that helps."""
    headers = {"retry-after": str(max(1, round(retry_after_s)))} if retry_after_s else None
    return Response(message, status, headers, media_type="text/plain")


def as_json(value: Any, status: int = 200) -> Response:
    """Strict JSON: no NaN, no infinity."""
    data = json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    return Response(data, status, media_type="application/json")


class Refusal(Exception):
    """An answer other than success, raised anywhere behind the guard.

    Args:
        status: HTTP status.
        message: what the client is told.
        retry_after_s: seconds to wait, for 429 and 503.
    """

    def __init__(self, status: int, message: str, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.status, self.message, self.retry_after_s = status, message, retry_after_s

    def response(self) -> Response:
        return text(self.status, self.message, self.retry_after_s)
