"""The writer of the spool: one thread, one fsync for all that wait for one."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import queue
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from motekit.core.errors import MachineError
from motekit.recordings.files import sync_folder, writing

from .log import note
from .spool import SEGMENT_BYTES, frame, segment_path, sync

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BATCH_BYTES = 4 << 20  # what one fsync may have to wait for
LOOK_EVERY = 64  # batches between two looks at the free space


@dataclass
class _Job:
    payloads: list[bytes]
    future: asyncio.Future[list[int]]
    loop: asyncio.AbstractEventLoop
    then: Callable[[], None] | None


class DiskFullError(MachineError):
    """There is no room for an upload; what was acknowledged is safe."""


class Journal:
    """Appends to the newest segment; close it when done.

    Args:
        folder: of the segments; exists.
        first: number of the next record; no segment of this number exists.
        reserve_bytes: space to leave free on the disk.
        before: called before a segment begins: when there is a newer one, an older may go. Raises
            MachineError if that must not be; it is tried again at the next append.
    """

    def __init__(self, folder: Path, first: int, reserve_bytes: int = 0,
                 segment_bytes: int = SEGMENT_BYTES,
                 before: Callable[[], None] = lambda: None) -> None:  # fmt: skip
        self._folder, self._next, self._reserve = folder, first, reserve_bytes
        self._segment_bytes, self._before = segment_bytes, before
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._descriptor, self._size, self._batches = -1, 0, 0
        self._closed = False
        self._open()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def append(
        self, payloads: list[bytes], then: Callable[[], None] | None = None
    ) -> list[int]:
        """Numbers of the records; returns when they survive a pulled plug, and `then`, called by
        the journal's thread, has returned.

        Raises DiskFullError or MachineError; nothing may be acknowledged then.
        """
        loop = asyncio.get_running_loop()
        job = _Job(payloads, loop.create_future(), loop, then)
        if self._closed:
            raise MachineError("the spool is closed", where=self._folder)
        self._jobs.put(job)
        return await job.future

    def close(self) -> None:
        """Write what waits, then stop."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()
            if self._descriptor >= 0:
                os.close(self._descriptor)

    def _open(self) -> None:
        """Begin a segment. Its name is on the disk before anything is acknowledged in it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._before()
        path = segment_path(self._folder, self._next)
        with writing(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            descriptor = os.open(path, flags, 0o600)
            try:
                sync_folder(self._folder)
                self._size = os.fstat(descriptor).st_size
            except OSError:
                os.close(descriptor)
                raise
        self._descriptor = descriptor

    def _run(self) -> None:
        ended = False
        while not ended:
            job = self._jobs.get()
            batch: list[_Job] = []
            size = 0
            while job is not None:
                batch.append(job)
                size += sum(map(len, job.payloads))
                if size >= BATCH_BYTES:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            ended = job is None
            if batch:
                self._commit(batch)

    def _commit(self, batch: list[_Job]) -> None:
        numbers: list[list[int]] = []
        number = self._next
        data = bytearray()
        for job in batch:
            numbers.append(list(range(number, number + len(job.payloads))))
            for payload in job.payloads:
                data += frame(number, payload)
                number += 1
        error = self._write(data)
        if error is None:
            self._next = number
            for job in batch:
                if job.then is not None:
                    job.then()
            if self._size >= self._segment_bytes:
                self._rotate()
        _settle(batch, numbers, error)

    def _write(self, data: bytearray) -> Exception | None:
        try:
            if self._descriptor < 0:
                self._open()
            self._check_room(len(data))
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self._take_back()
            if error.errno in FULL:
                return DiskFullError("the disk is full", where=self._folder)
            return MachineError(f"cannot write: {error.strerror}", where=self._folder)
        except MachineError as error:
            return error
        try:
            sync(self._descriptor)
        except OSError as error:
            # The kernel may have dropped the pages, and would say "done" the next time: this
            # segment is never written to again.
            note("fsync failed", logging.ERROR, error=error.strerror)
            self._next += len(data)  # more than the records in it: no number is used twice
            self._rotate()
            return MachineError(f"cannot write: {error.strerror}", where=self._folder)
        self._size += len(data)
        return None

    def _take_back(self) -> None:
        """Remove what a failed write left, or leave the segment for good."""
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:
            self._next += BATCH_BYTES
            self._rotate()

    def _rotate(self) -> None:
        try:
            self._open()
        except MachineError as error:
            note("cannot begin a segment", logging.ERROR, error=error.line())

    def _check_room(self, size: int) -> None:
        self._batches += 1
        if not self._reserve or (self._batches % LOOK_EVERY != 1 and size < BATCH_BYTES):
            return
        if shutil.disk_usage(self._folder).free < self._reserve + size:
            self._batches = 0
            raise DiskFullError("the disk is full", where=self._folder)


def _settle(batch: list[_Job], numbers: list[list[int]], error: Exception | None) -> None:
    """Wake everyone who waits: one call into each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[_Job, list[int]]]] = {}
    for job, given in zip(batch, numbers, strict=True):
        loops.setdefault(job.loop, []).append((job, given))
    for loop, jobs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_wake, jobs, error)


def _wake(jobs: list[tuple[_Job, list[int]]], error: Exception | None) -> None:
    for job, numbers in jobs:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(numbers)
        else:
            job.future.set_exception(error)
