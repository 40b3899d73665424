"""motekit's own JSON views: what the studio and scripts read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from motekit.core.errors import InputError, MachineError

from .access import Endpoint, Handler
from .envelope import Stretch, envelope
from .listing import FILTERS
from .replies import Refusal, as_json
from .state import State

PAGE = 1000  # recordings in one answer
View = Callable[[Request], dict[str, Any]]


def _number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    try:
        value = int(given) if len(given) <= 18 else None
    except ValueError:
        value = None
    if value is None:
        raise InputError("must be a whole number", where=f"parameter {name}", value=given[:40])
    return value


def _name(request: Request) -> str:
    name = request.query_params.get("name")
    if not name:
        raise InputError("is missing", where="parameter name")
    return name


def _serve(view: View) -> Handler:
    """A handler of a view, which runs in a thread; what it refuses is a 400 or a 404."""

    async def handler(request: Request) -> Response:
        try:
            return as_json(await asyncio.to_thread(view, request))
        except InputError as error:
            missing = "no recording" in error.what
            raise Refusal(404 if missing else 400, _shown(error)) from error
        except MachineError as error:
            raise Refusal(500, error.what) from error

    return handler


def _shown(error: InputError) -> str:
    """What was wrong, without the paths of this machine."""
    return error.what if error.value is None else f"{error.what} (got {error.value!r})"


class Views:
    """Everything that only looks."""

    def __init__(self, state: State) -> None:
        self._state = state

    def endpoints(self) -> list[Endpoint]:
        """Paths of the views."""
        views = {"status": self.status, "recordings": self.recordings,
                 "recording": self.recording, "envelope": self.envelope}  # fmt: skip
        return [Endpoint(f"/api/v1/{n}", ("GET",), _serve(v), "read") for n, v in views.items()]

    def status(self, request: Request) -> dict[str, Any]:
        """Version, project, and how far uploads have become recordings."""
        from motekit import __version__

        progress = self._state.progress
        return {
            "motekit": __version__,
            "project": self._state.places.project.name,
            "uploads": {"pending": len(self._state.pending), "settled": progress.settled,
                        "refused": progress.refused},
        }  # fmt: skip

    def recordings(self, request: Request) -> dict[str, Any]:
        """A page of recordings by name: those after `after`, at most `limit`, perhaps only those
        of a label, subject, session or device."""
        after = request.query_params.get("after", "")
        limit = _number(request, "limit", PAGE)
        if not 1 <= limit <= PAGE:
            raise InputError(f"must be 1 to {PAGE}", where="parameter limit", value=limit)
        where = {key: request.query_params[key] for key in FILTERS if key in request.query_params}
        for key, text in {"after": after, **where}.items():
            if "\0" in text:  # no name has one, and not every database takes it
                raise InputError("must be a text", where=f"parameter {key}", value=text[:40])
        return self._state.listing.page(after, limit, where)

    def recording(self, request: Request) -> dict[str, Any]:
        """All facts of one recording (SPEC.md, "Sidecar"), without the names of files."""
        facts = self._state.store.facts(_name(request))
        for stream in facts["streams"]:
            stream.pop("file", None)
        found: dict[str, Any] = json.loads(json.dumps(facts))
        return found

    def envelope(self, request: Request) -> dict[str, Any]:
        """Minimum and maximum of a stretch in buckets."""
        stretch = Stretch(
            name=_name(request),
            sensor=request.query_params.get("sensor"),
            start=_number(request, "start", 0),
            stop=_number(request, "stop", -1),
            points=_number(request, "points", 1000),
        )
        return envelope(self._state.store, stretch)
