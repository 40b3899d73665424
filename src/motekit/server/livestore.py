"""Live samples on their way to recordings: one growing file for each device.

A device that does not come back within `GRACE_S` has ended its recording. The same holds after
a crash: files that are found become recordings unless their device goes on.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from motekit.core.errors import InputError
from motekit.core.recording import Recording
from motekit.links.batch import Batch
from motekit.links.filesink import FileSink
from motekit.recordings.files import sync_folder, writing
from motekit.recordings.live import recordings_of
from motekit.recordings.store import Store

from .log import note

GRACE_S = 30.0
OPEN = ".live"  # a file that samples are added to
ENDED = ".ended"  # a file that becomes recordings


@dataclass
class _Device:
    sink: FileSink
    users: int = 0
    since: float = 0.0  # when the last user left, on the monotonic clock


class LiveStore:
    """Files below `folder`. Methods may be called from several threads."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder, self._store = folder, store
        self._lock = threading.RLock()
        self._devices: dict[Path, _Device] = {}
        with writing(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
        for path in sorted(folder.glob(f"*{OPEN}")):
            self._open(path)

    def _path(self, device: str) -> Path:
        return self._folder / f"{hashlib.sha256(device.encode()).hexdigest()[:32]}{OPEN}"

    def _open(self, path: Path) -> _Device:
        """The device of a file. A file that is damaged is set aside, not lost and not used."""
        with self._lock:
            if path not in self._devices:
                try:
                    sink = FileSink(path)
                except InputError as error:
                    note("set aside", file=path.name, reason=error.line())
                    path.rename(path.with_suffix(f".damaged-{time.time_ns()}"))
                    sink = FileSink(path)
                self._devices[path] = _Device(sink, since=time.monotonic())
            return self._devices[path]

    def acquire(self, device: str) -> None:
        """A connection begins to bring samples of a device."""
        with self._lock:
            self._open(self._path(device)).users += 1

    def release(self, devices: Iterable[str]) -> None:
        """A connection has ended."""
        with self._lock:
            for device in devices:
                found = self._devices[self._path(device)]
                found.users -= 1
                found.since = time.monotonic()

    def held(self, device: str, session: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """What is on the disk of a boot (see core.sink)."""
        with self._lock:
            return self._open(self._path(device)).sink.held(device, session)

    def keep(self, batch: Batch) -> None:
        """Make a batch durable. Raises MachineError; nothing of it may be acknowledged then."""
        names = {part.device for part in batch.parts} | {lost.device for lost in batch.missing}
        names |= {said.device for said in batch.remarks}
        with self._lock:
            sinks = {name: self._open(self._path(name)).sink for name in names}
            for part in batch.parts:
                sinks[part.device].append(part.device, part.session, part.stream)
            for lost in batch.missing:
                sinks[lost.device].lose(lost.device, lost.session, lost.sensor, lost.gap)
            for said in batch.remarks:
                sinks[said.device].note(said.device, said.session, said.sensor, said.index,
                                        said.text)  # fmt: skip
            for sink in sinks.values():
                sink.commit()

    def settle(self, grace_s: float = GRACE_S) -> int:
        """Make recordings of what has ended; how many. Raises MachineError: try again later."""
        with self._lock:
            for path, device in list(self._devices.items()):
                if device.users == 0 and time.monotonic() - device.since >= grace_s:
                    device.sink.close()
                    del self._devices[path]
                    with writing(path):
                        path.rename(path.with_suffix(f".{time.time_ns()}{ENDED}"))
                        sync_folder(self._folder)
        made = 0
        for path in sorted(self._folder.glob(f"*{ENDED}")):
            for recording in recordings_of(path):
                self._add(recording)
                made += 1
            path.unlink()
        return made

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
