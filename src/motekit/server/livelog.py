"""Live samples in the spool, so that they share its fsync with uploads. SPEC.md, "Live link".

A record says which bytes belong where in which file of samples. It is durable before the file is
written, and a segment goes only when the files it tells of are on the disk: writing it all again
after a crash mends whatever a file lacks, and does no harm otherwise.
"""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from motekit.links.filesink import Taken
from motekit.recordings.files import writing

from .spool import records, segments

OPEN = ".live"  # a file that samples are added to
_MARK = b"\xff\xff\xff\xff"  # an upload has a length here, never this large
_HEAD = struct.Struct("<4sHQ")  # mark, bytes of the file's name, offset


def pack(file: str, taken: Taken) -> bytes:
    """Payload of a record: new bytes of a file."""
    name = file.encode()
    return _HEAD.pack(_MARK, len(name), taken.offset) + name + taken.data


def is_live(payload: bytes) -> bool:
    """Whether a record holds live samples, not an upload."""
    return payload[: len(_MARK)] == _MARK and len(payload) >= _HEAD.size


class Redo:
    """Feed it the payloads of live records in order, then `finish`.

    Files that are no longer there have ended and become recordings: their records are passed over.

    Args:
        folder: of the files of samples.
        only: names of the files to mend; None for all.
    """

    def __init__(self, folder: Path, only: Collection[str] | None = None) -> None:
        found = {path.name: path for path in folder.glob(f"*{OPEN}")}
        self._paths = {n: path for n, path in found.items() if only is None or n in only}
        self._files: dict[str, BinaryIO] = {}
        self._stack = contextlib.ExitStack()

    def feed(self, payload: bytes) -> None:
        """Write what a record tells of. Raises MachineError."""
        _, length, offset = _HEAD.unpack_from(payload)
        name = payload[_HEAD.size : _HEAD.size + length].decode()
        if name not in self._paths:
            return
        with writing(self._paths[name]):
            if name not in self._files:
                self._files[name] = self._stack.enter_context(self._paths[name].open("r+b"))
            self._files[name].seek(offset)
            self._files[name].write(payload[_HEAD.size + length :])

    def finish(self) -> None:
        """Files end where their last record ends; they are durable now. Raises MachineError."""
        with self._stack:
            for name, file in self._files.items():
                with writing(self._paths[name]):
                    file.truncate()
                    os.fsync(file.fileno())
            self._files.clear()


def redo(spool: Path, folder: Path, only: Collection[str] | None = None) -> None:
    """Bring files of samples to what the spool tells of them. Raises MachineError."""
    again = Redo(folder, only)
    for segment in segments(spool):
        # One that the settler takes away meanwhile is older than what the files lack.
        with contextlib.suppress(FileNotFoundError):
            for record in records(segment):
                if is_live(record.payload):
                    again.feed(record.payload)
    again.finish()
