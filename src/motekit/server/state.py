"""What the running server holds: spool, index, pending uploads, the settler's process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from motekit.core.errors import InputError, MachineError, MotekitError
from motekit.recordings.place import catalogue_of
from motekit.recordings.store import Store

from .examine import Examiner
from .incoming import Budget
from .index import Index, Progress
from .journal import Journal
from .limits import Limits
from .listing import Listing
from .livelog import Redo, is_live
from .livestore import LiveStore
from .log import note
from .places import Places
from .spool import first_number, records, segments
from .upload import unpack

LOOK_S = 0.5  # how often the settler's progress is read
LIVE_S = 5.0  # how often ended live streams are looked for
RESTART_S = (0.5, 1.0, 5.0, 30.0)


class State:
    """Open it once a server; `close` it at the end. Raises InputError if one is running already.

    Attributes:
        pending: SHA-256 of the bytes of uploads that are no recordings yet → record number.
        restored: uploads found in the spool at the start, and how long reading it took.
    """

    def __init__(self, project: Path, limits: Limits, refuse_unsigned: bool = False) -> None:
        self.limits = limits
        self.places = Places(project).make()
        self._lock = FileLock(self.places.server_lock)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise InputError("a server is running for this project", where=project,
                             way_out="stop it first") from error  # fmt: skip
        self.store = Store.of_project(project)
        self.listing = Listing(self.store.backend, partial(catalogue_of, project))
        self.index = Index(self.places.index)
        self.budget = Budget(limits.buffered_bytes)
        self.examiner = Examiner(limits, refuse_unsigned)
        self.workers = ThreadPoolExecutor(2, "examine")
        self.pending: dict[str, int] = {}
        self.pending_bytes = 0
        self.progress = self.index.progress()
        since = time.perf_counter()
        first = self._restore()
        self.restored = (len(self.pending), time.perf_counter() - since)
        self.live = LiveStore(self.places.live, self.store)
        self.journal = Journal(self.places.spool, first, limits.reserve_bytes,
                               before=self.live.checkpoint)  # fmt: skip
        self._settler: subprocess.Popen[bytes] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def _restore(self) -> int:
        """Read what is pending; returns the number of the next record."""
        last = self.progress.number
        blobs: set[str] = set()
        live = Redo(self.places.live)
        for segment in segments(self.places.spool):
            last = max(last, first_number(segment))
            for record in records(segment):
                last = max(last, record.number)
                if is_live(record.payload):
                    live.feed(record.payload)
                    continue
                try:
                    upload, _ = unpack(record.payload)
                except InputError:
                    continue
                if upload.blob:
                    blobs.add(upload.blob)
                if record.number > self.progress.number:
                    self.pending.pop(upload.body_sha256, None)
                    self.pending[upload.body_sha256] = record.number
        live.finish()
        for path in self.places.blobs.iterdir():
            if path.name not in blobs:
                path.unlink()
        return last + 1

    async def start(self, settle: bool = True) -> None:
        """Begin settling in the background."""
        note("started", project=str(self.places.project), pending=self.restored[0],
             spool_read_s=round(self.restored[1], 3))  # fmt: skip
        self._tasks.append(asyncio.create_task(self._look()))
        if settle:
            self._tasks.append(asyncio.create_task(self._keep_settling()))
            self._tasks.append(asyncio.create_task(self._settle_live()))

    async def _look(self) -> None:
        while True:
            try:
                self.look()
            except MachineError as error:
                note("cannot look", error=error.line())
            await asyncio.sleep(LOOK_S)

    def look(self) -> Progress:
        """Read the settler's progress and forget what it has done."""
        self.progress = self.index.progress()
        done = [b for b, number in self.pending.items() if number <= self.progress.number]
        for body in done:
            del self.pending[body]
        self.pending_bytes = sum(path.stat().st_size for path in self._pending_files())
        return self.progress

    def _pending_files(self) -> list[Path]:
        return [path for path in segments(self.places.spool) if path.exists()]

    async def _settle_live(self) -> None:
        while True:
            await asyncio.sleep(LIVE_S)
            try:
                await asyncio.to_thread(self.live.settle)
            except MotekitError as error:
                note("cannot settle", error=error.line())

    async def _keep_settling(self) -> None:
        """Run the settler; start it again if it dies."""
        failures = 0
        while True:
            command = [sys.executable, "-m", "motekit.server.settler", str(self.places.project)]
            self._settler = subprocess.Popen(command, stdin=subprocess.PIPE)
            since = time.monotonic()
            code = await asyncio.to_thread(self._settler.wait)
            failures = 0 if time.monotonic() - since > 60 else failures + 1
            note("the settler ended", code=code)
            await asyncio.sleep(RESTART_S[min(failures, len(RESTART_S)) - 1])

    async def close(self) -> None:
        """Write what waits and let everything go; the settler ends its batch by itself."""
        for task in self._tasks:
            task.cancel()
        self.journal.close()
        if self._settler is not None:
            assert self._settler.stdin is not None
            self._settler.stdin.close()
            await asyncio.to_thread(self._settler.wait)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.workers.shutdown()
        self.examiner.close()
        self.live.close()
        self.listing.close()
        self.index.close()
        self._lock.release()
