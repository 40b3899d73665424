"""Edge Impulse's ingestion endpoints: files in, and an answer only when they are durable."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from motekit.core.errors import InputError, MachineError

from .access import Endpoint
from .examine import Examined
from .guard import HEADERS, WHO
from .incoming import Incoming
from .journal import DiskFullError
from .keys import Key
from .multipart import Form
from .replies import Refusal, text
from .state import State
from .upload import (
    CATEGORIES,
    Upload,
    checked_metadata,
    checked_name,
    checked_text,
    label_of,
    pack,
)

AT_ONCE = 64 * 1024  # bytes that are examined without leaving the event loop
SPLIT = "split"  # a category that stands for training or testing, by the file's hash
TEST_SHARE = 51  # of 256: 20 % of the hashes


@dataclass(frozen=True)
class Words:
    """What the headers say of every file of a request."""

    label: str | None
    no_label: bool
    metadata: Mapping[str, str]
    once: bool
    dated: bool


def _header(request: Request, name: bytes) -> str:
    """A header as text: UTF-8, or else as HTTP says, Latin-1."""
    raw: bytes = request.scope[HEADERS].get(name, (b"",))[0]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _set(request: Request, name: bytes) -> bool:
    return _header(request, name).strip().lower() in ("1", "true", "yes")


def words(request: Request) -> Words:
    """The headers of an upload. Raises InputError."""
    metadata = _header(request, b"x-metadata")
    return Words(
        label=checked_text(_header(request, b"x-label"), "x-label") or None,
        no_label=_set(request, b"x-no-label"),
        metadata=checked_metadata(metadata) if metadata else {},
        once=_set(request, b"x-disallow-duplicates"),
        dated=_set(request, b"x-add-date-id"),
    )


@dataclass
class _Taken:
    """A file of a request: what it is, or that it is there already."""

    incoming: Incoming
    upload: Upload
    duplicate: bool = False


class Ingestion:
    """The handlers. What they need lies in the State."""

    def __init__(self, state: State) -> None:
        self._state, self._blobs = state, state.places.blobs
        self._one_at_a_time = asyncio.Semaphore(1)

    def endpoints(self) -> list[Endpoint]:
        """Paths of the ingestion service."""
        limits = self._state.limits
        out = []
        for category in (*CATEGORIES, SPLIT):
            for kind, handler, most in (
                ("files", self.files, limits.request_bytes),
                ("data", self.data, limits.file_bytes),
            ):
                path = f"/api/{category}/{kind}"
                out.append(Endpoint(path, ("POST",), handler, "ingest", most))
        return out

    async def data(self, request: Request) -> Response:
        """One file as the body, its name in x-file-name."""
        name = _header(request, b"x-file-name")
        if not name:
            raise Refusal(421, "Missing header x-file-name")
        incoming = self._incoming(name, _header(request, b"content-type"))
        try:
            async for chunk in _chunks(request):
                incoming.feed(chunk)
            taken = await self._take(request, [incoming])
            if taken[0].duplicate:
                raise Refusal(400, "An item with this hash already exists")
            return text(200, taken[0].upload.name)
        except MachineError as error:
            raise _failed(error) from error
        except InputError as error:
            raise Refusal(400, error.line()) from error
        finally:
            incoming.drop()

    async def files(self, request: Request) -> Response:
        """Files as parts of a form; the answer tells of each, as text that is JSON."""
        limits = self._state.limits
        form = Form(_header(request, b"content-type"), self._incoming, limits.files)
        try:
            async for chunk in _chunks(request):
                form.feed(chunk)
            taken = await self._take(request, form.finish())
            body = json.dumps(_told(taken))
            return text(400 if all(t.duplicate for t in taken) else 200, body)
        except MachineError as error:
            raise _failed(error) from error
        except InputError as error:
            raise Refusal(400, error.line()) from error
        finally:
            for incoming in form.files:
                incoming.drop()

    def _incoming(self, name: str, content_type: str) -> Incoming:
        state = self._state
        if len(state.pending) >= state.limits.pending or (
            state.pending_bytes >= state.limits.pending_bytes
        ):
            raise Refusal(429, "too many uploads wait to become recordings", 5.0)
        return Incoming(name, content_type, self._blobs, state.budget, state.limits)

    async def _take(self, request: Request, files: list[Incoming]) -> list[_Taken]:
        """Examine all files of a request, then make all of them durable: all or none."""
        said = words(request)
        who: Key = request.scope[WHO]
        category = request.scope["path"].split("/")[2]
        taken: list[_Taken] = []
        for incoming in files:
            incoming.name = checked_name(incoming.name)
            found = await self._examine(incoming, who)
            taken.append(_Taken(incoming, _upload(incoming, found, said, who, category)))
        if said.once:
            await asyncio.to_thread(self._mark_duplicates, taken)
        fresh = [t for t in taken if not t.duplicate]
        if fresh:
            await self._commit(fresh)
        return taken

    async def _examine(self, incoming: Incoming, who: Key) -> Examined:
        """Read a file: small ones here, others in a thread, large ones one after the other."""
        examiner, loop = self._state.examiner, asyncio.get_running_loop()
        told = (incoming.name, incoming.content_type, who.hmac_key)
        if incoming.path is None:
            data = incoming.data
            if len(data) <= AT_ONCE:
                return examiner.small(data, *told)
            return await loop.run_in_executor(self._state.workers, examiner.small, data, *told)
        async with self._one_at_a_time:
            await asyncio.to_thread(incoming.finish)
            return await loop.run_in_executor(
                self._state.workers, examiner.file, incoming.path, *told
            )

    def _mark_duplicates(self, taken: list[_Taken]) -> None:
        """Find files whose bytes are there already, or twice in the request."""
        state, seen = self._state, set[str]()
        for one in taken:
            body = one.upload.body_sha256
            stored = any(name in state.store for name in state.index.names_of_body(body))
            one.duplicate = stored or body in state.pending or body in seen
            seen.add(body)

    async def _commit(self, fresh: list[_Taken]) -> None:
        """Into the spool. A large file is kept from here on, whatever becomes of the answer."""
        payloads = [pack(t.upload, b"" if t.incoming.path else t.incoming.data) for t in fresh]
        paths = [t.incoming.path for t in fresh]
        for one in fresh:
            one.incoming.path = None
        try:
            numbers = await self._state.journal.append(payloads)
        except MachineError:
            for path in paths:
                if path is not None:
                    path.unlink(missing_ok=True)
            raise
        for one, number in zip(fresh, numbers, strict=True):
            self._state.pending.pop(one.upload.body_sha256, None)
            self._state.pending[one.upload.body_sha256] = number


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            if chunk:
                yield chunk
    except ClientDisconnect as error:
        raise Refusal(400, "the client went away") from error


def _upload(incoming: Incoming, found: Examined, said: Words, who: Key, category: str) -> Upload:
    label = said.label
    if label is None and not (said.no_label or found.labelled):
        label = label_of(incoming.name)
    digest = incoming.sha256
    if category == SPLIT:
        category = "testing" if int(digest[:2], 16) < TEST_SHARE else "training"
    now = time.time()
    stamp = ""
    if said.dated:
        stamp = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%S}.{digest[:6]}"
    return Upload(
        category=category, name=incoming.name, label=label, format=found.format,
        params=dict(found.params), metadata=dict(said.metadata), signature=found.signature,
        body_sha256=digest, blob=incoming.path.name if incoming.path else "", key=who.name,
        received=round(now, 3), date_id=stamp,
    )  # fmt: skip


def _told(taken: list[_Taken]) -> dict[str, object]:
    """What the uploader's own clients read: success, and the same of each file."""
    files: list[dict[str, object]] = []
    for one in taken:
        entry: dict[str, object] = {"success": not one.duplicate, "fileName": one.upload.name}
        if one.duplicate:
            entry["error"] = "An item with this hash already exists"
        else:
            entry["sampleId"] = int(one.upload.identity[:13], 16)
        files.append(entry)
    return {"success": not all(one.duplicate for one in taken), "files": files}


def _failed(error: MachineError) -> Refusal:
    full = isinstance(error, DiskFullError)
    return Refusal(507 if full else 500, error.what if full else "the upload could not be stored")
