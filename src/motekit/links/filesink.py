"""The simplest durable sink: one file that only grows.

Each record: `MKS1`, u32 length, u32 CRC-32 of what follows, one line of JSON, then the samples
and, if there are times, one float64 a sample; little endian. A record that was cut off by a crash
is removed when the file is opened; it was not committed.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from motekit.core.errors import InputError, MachineError
from motekit.core.recording import Channel, Gap, Stream

from .memorysink import join
from .ranges import Ranges

_HEAD = struct.Struct("<4sII")
_MAGIC = b"MKS1"
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Taken:
    """What was appended and is not durable yet: `data` for the file's bytes from `offset` on, and
    the ranges (key, start, stop) of indices that are held once it is."""

    offset: int
    data: bytes
    ranges: tuple[tuple[Key, int, int], ...]


def _records(data: bytes) -> Iterator[tuple[int, dict[str, Any], bytes]]:
    """(end, header, rest) of each whole record."""
    at = 0
    while at + _HEAD.size <= len(data):
        magic, length, crc = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + length]
        if magic != _MAGIC or len(body) < length or zlib.crc32(body) != crc:
            return
        line, _, rest = body.partition(b"\n")
        at += _HEAD.size + length
        yield at, json.loads(line), rest


def _more(data: bytes, after: int) -> bool:
    """Whether a whole record begins somewhere behind a place."""
    at = data.find(_MAGIC, after + 1)
    while at >= 0:
        if next(_records(data[at:]), None):
            return True
        at = data.find(_MAGIC, at + 1)
    return False


def _key(head: Mapping[str, Any]) -> Key:
    return head["device"], head["session"], head["sensor"]


def _stream(head: Mapping[str, Any], rest: bytes) -> Stream:
    channels = tuple(Channel(*c) for c in head["channels"])
    count = head["count"]
    dtype = np.dtype(head["dtype"])
    size = count * len(channels) * dtype.itemsize
    values = np.frombuffer(rest[:size], dtype).reshape(count, -1)
    times = np.frombuffer(rest[size:], "<f8") if head["times"] else None
    return Stream(head["sensor"], channels, head["rate_hz"], values, head["first"], (), times)


class FileSink:
    """A `core.Sink` in one file. Close it, or use it in a `with`.

    Raises MachineError if the file cannot be written; InputError if it is another kind of file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: dict[Key, Ranges] = {}  # durable
        self._taken: dict[Key, Ranges] = {}  # and what is on its way there
        self._new: list[tuple[Key, int, int]] = []
        self._size = 0
        self._notes: set[tuple[str, str, str, int, str]] = set()
        self._broken = False
        self._pending = bytearray()
        try:
            new = not path.exists()
            path.touch()
            self._file = path.open("r+b", buffering=0)
        except OSError as error:
            raise MachineError(f"cannot open: {error.strerror}", where=path) from error
        try:
            self._recover()
            if new:
                self._sync_folder()
        except OSError as error:
            self.close()
            raise MachineError(f"cannot read: {error.strerror}", where=path) from error
        except InputError:
            self.close()
            raise

    def _recover(self) -> None:
        self._file.seek(0)
        data = self._file.read()
        end = 0
        for stop, head, _ in _records(data):
            end = stop
            for known in (self._held, self._taken):
                ranges = known.setdefault(_key(head), Ranges())
                ranges.add(head["first"], head["first"] + head["count"])
            if head["kind"] == "note":
                self._notes.add((*_key(head), head["first"], head["text"]))
        if end == 0 and data and not _MAGIC.startswith(data[:4]):
            raise InputError("this is not a file of recorded samples", where=self.path)
        if _more(data, end):
            # What a crash cuts off is the end. A whole record behind a broken one is damage.
            raise InputError("a record is damaged", where=self.path, value=f"byte {end}")
        if end < len(data):
            self._file.truncate(end)
            os.fsync(self._file.fileno())
        self._size = self._file.seek(end)

    def _sync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _holes(self, head: Mapping[str, Any], start: int, stop: int) -> list[tuple[int, int]]:
        """What of start … stop − 1 is new; from now on it is not."""
        ranges = self._taken.setdefault(_key(head), Ranges())
        holes = ranges.holes(start, stop)
        ranges.add(start, stop)
        self._new.append((_key(head), start, stop))
        return holes

    def held(self, device: str, session: str) -> Mapping[str, list[tuple[int, int]]]:
        return {
            sensor: list(ranges)
            for (d, s, sensor), ranges in self._held.items()
            if (d, s) == (device, session)
        }

    def append(self, device: str, session: str, part: Stream) -> None:
        head: dict[str, Any] = {"device": device, "session": session, "sensor": part.sensor}
        stop = part.first_index + len(part)
        for first, end in self._holes(head, part.first_index, stop):
            rows = slice(first - part.first_index, end - part.first_index)
            values = np.ascontiguousarray(part.values[rows])
            head |= {
                "kind": "samples", "first": first, "count": end - first,
                "rate_hz": part.rate_hz, "dtype": values.dtype.newbyteorder("<").str,
                "channels": [(c.name, c.unit, c.scale) for c in part.channels],
                "times": part.time_s is not None,
            }  # fmt: skip
            times = b"" if part.time_s is None else part.time_s[rows].astype("<f8").tobytes()
            self._write(head, values.astype(head["dtype"]).tobytes() + times)

    def lose(self, device: str, session: str, sensor: str, gap: Gap) -> None:
        head: dict[str, Any] = {
            "kind": "gap", "device": device, "session": session, "sensor": sensor,
            "reason": gap.reason,
        }  # fmt: skip
        stop = gap.start + gap.count
        for first, end in self._holes(head, gap.start, stop):
            self._write(head | {"first": first, "count": end - first}, b"")

    def note(self, device: str, session: str, sensor: str, index: int, text: str) -> None:
        head: dict[str, Any] = {
            "kind": "note", "device": device, "session": session, "sensor": sensor,
            "first": index, "count": 0, "text": text,
        }  # fmt: skip
        if (*_key(head), index, text) not in self._notes:
            self._notes.add((*_key(head), index, text))
            self._write(head, b"")

    def _write(self, head: Mapping[str, Any], rest: bytes) -> None:
        body = json.dumps(head, ensure_ascii=False).encode() + b"\n" + rest
        self._pending += _HEAD.pack(_MAGIC, len(body), zlib.crc32(body)) + body

    def commit(self) -> None:
        if self._broken:
            raise MachineError("an earlier write failed; open the file anew", where=self.path)
        taken = self.take()
        try:
            self.write(taken)
            self.sync()
        except MachineError:
            # After a failed fsync the kernel may have dropped the pages: never try again.
            self._broken = True
            raise
        self.keep(taken)

    def take(self) -> Taken:
        """What was appended since, for one who makes it durable in another way than `commit`:
        elsewhere first, then `write` and, some time before that is given up, `sync`."""
        taken = Taken(self._size, bytes(self._pending), tuple(self._new))
        self._size += len(taken.data)
        self._pending, self._new = bytearray(), []
        return taken

    def keep(self, taken: Taken) -> None:
        """It is durable, here or elsewhere: `held` tells of it from now on."""
        for key, start, stop in taken.ranges:
            self._held.setdefault(key, Ranges()).add(start, stop)

    def write(self, taken: Taken) -> None:
        """Put the bytes in their place; again does no harm. Raises MachineError."""
        try:
            self._file.seek(taken.offset)
            view = memoryview(taken.data)
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            raise MachineError(f"cannot write: {error.strerror}", where=self.path) from error

    def sync(self) -> None:
        """Wait until what was written is on the disk. Raises MachineError."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise MachineError(f"cannot write: {error.strerror}", where=self.path) from error

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> FileSink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_file(path: Path) -> dict[Key, Stream]:
    """Everything a FileSink has committed: one stream, with its gaps, for each (device, session,
    sensor)."""
    parts: dict[Key, list[Stream]] = {}
    gaps: dict[Key, list[Gap]] = {}
    for _, head, rest in _records(path.read_bytes()):
        key = _key(head)
        if head["kind"] == "samples":
            parts.setdefault(key, []).append(_stream(head, rest))
        elif head["kind"] == "gap":
            gap = Gap(head["first"], head["count"], head["reason"])
            gaps.setdefault(key, []).append(gap)
    return {key: join(streams, gaps.get(key)) for key, streams in parts.items()}
