"""Live samples on their way to recordings: one growing file for each device.

Samples are durable when the spool has them, which one fsync makes for everything that waits for
one, uploads and samples of all devices; the files follow (see livelog). A device that does not
come back within `GRACE_S` has ended its recording. The same holds after a crash: files that are
found become recordings unless their device goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from motekit.core.errors import InputError, MachineError
from motekit.core.recording import Recording
from motekit.links.batch import Batch
from motekit.links.filesink import FileSink, Taken
from motekit.recordings.files import sync_folder, writing
from motekit.recordings.live import recordings_of
from motekit.recordings.store import Store

from .journal import Journal
from .livelog import OPEN, pack, redo
from .log import note

GRACE_S = 30.0
ENDED = ".ended"  # a file that becomes recordings


@dataclass
class _Device:
    """A device's file. `turn` is held by the one who brings samples, `disk` by the one who writes
    or synchronises the file: the journal's thread, or the one that settles."""

    sink: FileSink
    users: int = 0
    since: float = 0.0  # when the last user left, on the monotonic clock
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    disk: threading.RLock = field(default_factory=threading.RLock)
    dirty: bool = False  # written since it was synchronised
    stale: bool = False  # the sink has taken what did not become durable
    failed: bool = False  # a write or an fsync failed: only the spool knows what is in it

    def ended(self, grace_s: float) -> bool:
        """Whether it has been gone for longer than that."""
        gone = self.users == 0 and not self.turn.locked()
        return gone and time.monotonic() - self.since >= grace_s


class LiveStore:
    """Files below `folder`, which is in the folder of the spool.

    `acquire`, `release`, `held` and `keep` belong to the event loop, `checkpoint` to the journal's
    thread, `settle` to any.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder, self._store = folder, store
        self._lock = threading.RLock()
        self._devices: dict[str, _Device] = {}  # by the first part of the file's name
        with writing(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        for path in sorted(folder.glob(f"*{OPEN}"), key=lambda path: path.stat().st_mtime_ns):
            before = self._devices.get(path.name[:32])
            if before is not None:  # it had ended when the server was killed
                self._close(before)
            self._devices[path.name[:32]] = _Device(self._sink(path), since=time.monotonic())

    def _new(self, digest: str) -> Path:
        """A name that no record in the spool has yet."""
        return self._folder / f"{digest}-{secrets.token_hex(8)}{OPEN}"

    def _sink(self, path: Path) -> FileSink:
        """A file that is damaged is set aside, not lost and not used."""
        try:
            return FileSink(path)
        except InputError as error:
            note("set aside", file=path.name, reason=error.line())
            path.rename(path.with_suffix(f".damaged-{time.time_ns()}"))
            return FileSink(self._new(path.name[:32]))

    def _device(self, name: str) -> _Device:
        digest = hashlib.sha256(name.encode()).hexdigest()[:32]
        with self._lock:
            if digest not in self._devices:
                sink = FileSink(self._new(digest))
                self._devices[digest] = _Device(sink, since=time.monotonic())
            return self._devices[digest]

    def acquire(self, device: str) -> None:
        """A connection begins to bring samples of a device."""
        with self._lock:
            self._device(device).users += 1

    def release(self, devices: Iterable[str]) -> None:
        """A connection has ended."""
        with self._lock:
            for name in devices:
                found = self._device(name)
                found.users -= 1
                found.since = time.monotonic()

    def held(self, device: str, session: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """What is durable of a boot (see core.sink)."""
        return self._device(device).sink.held(device, session)

    async def keep(self, batch: Batch, journal: Journal) -> None:
        """Make a batch durable. Raises MachineError; nothing of it may be acknowledged then."""
        # A connection that is torn down leaves nobody behind who knows half of it.
        await asyncio.shield(asyncio.ensure_future(self._keep(batch, journal)))

    async def _keep(self, batch: Batch, journal: Journal) -> None:
        names = {part.device for part in batch.parts} | {lost.device for lost in batch.missing}
        names |= {said.device for said in batch.remarks}
        devices = {name: self._device(name) for name in sorted(names)}
        async with contextlib.AsyncExitStack() as stack:
            for device in devices.values():
                await stack.enter_async_context(device.turn)
                if device.stale:
                    await asyncio.to_thread(self._forget, device)
            _append(batch, {name: device.sink for name, device in devices.items()})
            taken = [(device, device.sink.take()) for device in devices.values()]
            payloads = [pack(d.sink.path.name, t) for d, t in taken if t.data]
            try:
                if payloads:
                    await journal.append(payloads, then=lambda: _write(taken))
            except BaseException:
                for device in devices.values():
                    device.stale = True
                raise
            for device, new in taken:
                device.sink.keep(new)

    def _forget(self, device: _Device) -> None:
        """What was taken last is not durable, and comes again: begin at what the file has."""
        with device.disk:
            self._sync(device)
            device.sink.close()
            device.sink = self._sink(device.sink.path)
            device.stale = False

    def checkpoint(self) -> None:
        """Everything the spool tells of is in the files, durable. Raises MachineError."""
        with self._lock:
            devices = list(self._devices.values())
        for device in devices:
            self._sync(device)

    def _sync(self, device: _Device) -> None:
        with device.disk, writing(device.sink.path):
            if device.failed:
                redo(self._folder.parent, self._folder, {device.sink.path.name})
            elif device.dirty:
                device.failed = True  # unless it succeeds: what failed once is written anew
                device.sink.sync()
            device.dirty = device.failed = False

    def settle(self, grace_s: float = GRACE_S) -> int:
        """Make recordings of what has ended; how many. Raises MachineError: try again later."""
        with self._lock:
            ended = [key for key, device in self._devices.items() if device.ended(grace_s)]
        for key in ended:
            self._end(key, grace_s)
        made = 0
        for path in sorted(self._folder.glob(f"*{ENDED}")):
            for recording in recordings_of(path):
                self._add(recording)
                made += 1
            path.unlink()
        return made

    def _end(self, key: str, grace_s: float) -> None:
        """Close a device's file unless it has come back."""
        device = self._devices[key]
        self._sync(device)
        with self._lock:
            if device.dirty or device.failed or not device.ended(grace_s):
                return
            del self._devices[key]
        self._close(device)

    def _close(self, device: _Device) -> None:
        """A durable file that nobody adds to becomes recordings."""
        device.sink.close()
        path = device.sink.path
        with writing(path):
            path.rename(path.with_suffix(f".{time.time_ns()}{ENDED}"))
            sync_folder(self._folder)

    def _add(self, recording: Recording) -> None:
        """Under the name of device and boot; what came after an earlier end of that, numbered."""
        first = recording.streams[0].first_index
        for name in (recording.name, f"{recording.name}-{first}"):
            try:
                list(self._store.add([replace(recording, name=name)]))
                return
            except InputError as error:
                note("name in use", name=name, reason=error.what)
        digest = hashlib.sha256(recording.streams[0].values.tobytes()).hexdigest()[:12]
        list(self._store.add([replace(recording, name=f"{recording.name}-{digest}")]))

    def close(self) -> None:
        """Close the files; they are found again at the next start."""
        with self._lock:
            for device in self._devices.values():
                device.sink.close()
            self._devices.clear()


def _append(batch: Batch, sinks: Mapping[str, FileSink]) -> None:
    for part in batch.parts:
        sinks[part.device].append(part.device, part.session, part.stream)
    for lost in batch.missing:
        sinks[lost.device].lose(lost.device, lost.session, lost.sensor, lost.gap)
    for said in batch.remarks:
        sinks[said.device].note(said.device, said.session, said.sensor, said.index, said.text)


def _write(taken: Iterable[tuple[_Device, Taken]]) -> None:
    """The files follow the spool; one that does not is mended from it later."""
    for device, new in taken:
        with device.disk:
            device.dirty = True
            try:
                device.sink.write(new)
            except MachineError as error:
                device.failed = True
                note("cannot write", logging.ERROR, error=error.line())
